import { z } from 'zod';
import { Day, Instant } from '../basics.ts';

/** The number of an entry: grows with time, with gaps; not its place in the tree. */
export const EntryNumber = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What every journal's entries have. */
export const entryShape = {
  number: z.number().int(),
  /** From 0 on; absent for the moment until the entry has its place in the tree. */
  leafIndex: z.number().int().optional(),
  /** A signed head holds it: a proof can be had. */
  sealed: z.boolean(),
  at: Instant,
};

/** Filters that every journal has. Keyset paging: `next` of one page is `after` of the following one. */
export const entryQueryShape = {
  /** First and last day, Asia/Ho_Chi_Minh. */
  from: Day.optional(),
  to: Day.optional(),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/**
 * How the second place stands. `none`: no copy was ever begun. `copied`: whole. `missing`, `foreign`, `failing`, `damaged`: the
 * folder is not there, is of another journal, cannot be read or written, or holds what no journal writes. `behind`: the
 * database has forgotten what the copy has. `forked`: the two tell different stories.
 */
export const JournalCopy = z.object({
  status: z.enum(['none', 'copied', 'missing', 'foreign', 'failing', 'damaged', 'behind', 'forked']),
  /** Stable code of what is wrong, e.g. `journal.copy-missing`; absent when nothing is. */
  code: z.string().optional(),
  /** Entries in the copy, as far as known. */
  size: z.number().int().optional(),
  /** When it was last seen whole; absent when this server never saw it so. */
  wholeAt: Instant.optional(),
  /** Until then certificates are issued without it; in the past: none are any more. Absent when it stops nothing. */
  issuingUntil: Instant.optional(),
});
export type JournalCopy = z.infer<typeof JournalCopy>;

/** A head: how many entries it holds, and whether it is signed. */
export const JournalHead = z.object({
  size: z.number().int(),
  at: Instant,
  /** C2SP text: what is, or will be, signed. */
  checkpoint: z.string(),
});

export const JournalState = z.object({
  /** Name of the log in its heads. */
  origin: z.string(),
  /** Entries that have their place in the tree. */
  entries: z.number().int(),
  /** Entries that wait for theirs; more than a few seconds' worth means that nobody keeps the journal. */
  waiting: z.number().int(),
  /** The newest head, signed or not. */
  head: JournalHead.optional(),
  /** The newest signed one; what came after it is vouched for by nobody yet. */
  sealed: JournalHead.extend({
    sealedAt: Instant,
    /** Common name in the certificate of the key that signed. */
    signer: z.string().optional(),
    /** SHA-256 of that certificate: what `antin journal check --signer` must be given. */
    signerSha256: z.string().optional(),
  }).optional(),
  copy: JournalCopy,
});
export type JournalState = z.infer<typeof JournalState>;
