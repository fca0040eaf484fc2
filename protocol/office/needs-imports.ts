import { z } from 'zod';
import { Id, Instant } from '../basics.ts';
import { Form } from './certificates.ts';

export const NeedsImport = z.object({
  id: Id,
  sheetId: Id,
  form: Form,
  fileName: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  rows: z.number().int(),
  done: z.number().int(),
  added: z.number().int(),
  withErrors: z.number().int(),
  reason: z.string().optional(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type NeedsImport = z.infer<typeof NeedsImport>;

/** One import in the list of a round, with whose it is. */
export const NeedsImportLine = NeedsImport.extend({
  agencyCode: z.string(),
  agencyName: z.string(),
  startedBy: z.string(),
});
export type NeedsImportLine = z.infer<typeof NeedsImportLine>;
