import { z } from 'zod';
import { Id } from '../basics.ts';
import { EntryProof } from '../journal/proof.ts';
import { entryQueryShape, EntryNumber, entryShape, JournalState } from '../journal/reading.ts';
import { route } from '../route.ts';

/** One thing that happened in an office. */
export const OfficeJournalEntry = z.object({
  ...entryShape,
  /** PascalCase, in the past tense: `DocumentIssued`. */
  event: z.string(),
  /** Absent for the installation itself. */
  agencyId: Id.optional(),
  who: z.string(),
  position: z.string().optional(),
  documentId: Id.optional(),
  incomingId: Id.optional(),
  detail: z.record(z.string(), z.string()).optional(),
});
export type OfficeJournalEntry = z.infer<typeof OfficeJournalEntry>;

export const OfficeJournalQuery = z.object({
  ...entryQueryShape,
  /** The caller's own agency when left out; one below it, or `installation` (administrators of the agency at the top). */
  agency: z.union([Id, z.literal('installation')]).optional(),
  event: z
    .string()
    .regex(/^[A-Za-z]{1,60}$/)
    .optional(),
  document: Id.optional(),
});
export type OfficeJournalQuery = z.infer<typeof OfficeJournalQuery>;

/** The office's journal for administrators, of their agency and those below it. Nothing here changes anything. */
export const officeJournalRoutes = {
  entries: route({
    method: 'GET',
    path: '/api/journal',
    summary: 'Entries of the journal of one agency, newest first, by event, document and days (administrator)',
    caller: 'person',
    query: OfficeJournalQuery,
    answer: z.object({ items: z.array(OfficeJournalEntry), next: z.string().optional() }),
  }),
  state: route({
    method: 'GET',
    path: '/api/journal/state',
    summary: 'Head of the journal, its signature and its copy in a second place (administrator)',
    caller: 'person',
    answer: JournalState,
  }),
  proof: route({
    method: 'GET',
    path: '/api/journal/entries/:number/proof',
    summary: 'Proof that one entry stands in the journal, a file for `antin journal check` (administrator)',
    caller: 'person',
    params: z.object({ number: EntryNumber }),
    answer: EntryProof,
  }),
};
