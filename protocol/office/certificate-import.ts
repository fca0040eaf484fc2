import { z } from 'zod';
import { Id, Instant } from '../basics.ts';

/** What became of one certificate of a file that was taken in. */
export const ImportRow = z.object({
  name: z.string(),
  outcome: z.enum(['bound', 'known', 'unassigned', 'error']),
  code: z.string().optional(),
  subject: z.string().optional(),
  serialHex: z.string().optional(),
  notAfter: Instant.optional(),
  certificateId: Id.optional(),
});

/** Somebody of the directory who bears the name of a certificate: a person or an agency. */
export const OwnerCandidate = z.object({
  personId: Id.optional(),
  agencyId: Id.optional(),
  name: z.string(),
  detail: z.string(),
});
export type OwnerCandidate = z.infer<typeof OwnerCandidate>;
