import { z } from 'zod';
import { Base64 } from '../basics.ts';

/** Hash of a tree: SHA-256. */
const Hash = Base64.length(44);

/** A head of a journal, as it was signed: the octets of `checkpoint` (C2SP tlog-checkpoint) and a CMS over them. */
export const SignedCheckpoint = z.object({ checkpoint: z.string().max(400), signature: Base64.max(200_000) });
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

/** That one entry stands in a journal, in which place, under which signed head. Checked offline (RFC 9162 §2.1.3.2). */
export const EntryProof = z.object({
  type: z.literal('antin.journal-entry-proof'),
  version: z.literal(1),
  /** The entry's canonical text, octet for octet: what the leaf is a hash of. */
  entry: z.string().max(100_000),
  leafIndex: z.number().int().min(0),
  proof: z.array(Hash).max(64),
  head: SignedCheckpoint,
});
export type EntryProof = z.infer<typeof EntryProof>;

/** That a later journal begins with the whole earlier one (RFC 9162 §2.1.4.2). */
export const GrowthProof = z.object({
  type: z.literal('antin.journal-growth-proof'),
  version: z.literal(1),
  older: SignedCheckpoint,
  newer: SignedCheckpoint,
  proof: z.array(Hash).max(64),
});
export type GrowthProof = z.infer<typeof GrowthProof>;

export const JournalProof = z.discriminatedUnion('type', [EntryProof, GrowthProof]);
export type JournalProof = z.infer<typeof JournalProof>;
