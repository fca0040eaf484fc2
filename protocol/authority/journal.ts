import { z } from 'zod';
import { Id } from '../basics.ts';
import { EntryProof } from '../journal/proof.ts';
import { entryQueryShape, EntryNumber, entryShape, JournalState } from '../journal/reading.ts';
import { route } from '../route.ts';

/** One thing that happened at the issuer. */
export const JournalEntry = z.object({
  ...entryShape,
  /** `area.past-tense`: `certificate.issued`, `request.approved`. */
  kind: z.string(),
  serialHex: z.string().optional(),
  /** `id` of the request in the console. */
  requestItemId: z.string().optional(),
  /** Who did it, where an officer did. */
  officer: z.object({ id: Id, fullName: z.string() }).optional(),
  /** The facts as they are hashed; names by kind. */
  detail: z.record(z.string(), z.unknown()),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const JournalQuery = z.object({
  ...entryQueryShape,
  kind: z
    .string()
    .regex(/^[a-z-]+\.[a-z-]+$/)
    .max(60)
    .optional(),
  /** Hexadecimal, either case. */
  serial: z
    .string()
    .regex(/^[0-9a-fA-F]{1,40}$/)
    .optional(),
  /** `id` of a request. */
  request: Id.optional(),
  officer: Id.optional(),
});
export type JournalQuery = z.infer<typeof JournalQuery>;

/** The issuer's journal for who controls it (audit). Nothing here changes anything. */
export const authorityJournalRoutes = {
  entries: route({
    method: 'GET',
    path: '/authority/api/journal',
    summary: 'Entries of the journal, newest first, by kind, serial number, request, officer and days (audit)',
    caller: 'officer',
    query: JournalQuery,
    answer: z.object({ items: z.array(JournalEntry), next: z.string().optional() }),
  }),
  kinds: route({
    method: 'GET',
    path: '/authority/api/journal/kinds',
    summary: 'Kinds of entries that the journal has (audit)',
    caller: 'officer',
    answer: z.object({ kinds: z.array(z.string()) }),
  }),
  state: route({
    method: 'GET',
    path: '/authority/api/journal/state',
    summary: 'Head of the journal, its signature and its copy in a second place (audit, operation)',
    caller: 'officer',
    answer: JournalState,
  }),
  proof: route({
    method: 'GET',
    path: '/authority/api/journal/entries/:number/proof',
    summary: 'Proof that one entry stands in the journal, a file for `antin journal check` (audit)',
    caller: 'officer',
    params: z.object({ number: EntryNumber }),
    answer: EntryProof,
  }),
};
