import { z } from 'zod';
import { Id, Instant, Sha256 } from '../basics.ts';

/** What a paper shows: who somebody is, that they hold the post, the form signed on paper. */
export const PaperKind = z.enum(['identity', 'appointment', 'form', 'other']);
export type PaperKind = z.infer<typeof PaperKind>;

/** A scanned paper of a row. It lies sealed here and travels with the request, named by its SHA-256. */
export const NeedsPaper = z.object({
  id: Id,
  entryId: Id,
  kind: PaperKind,
  name: z.string(),
  mediaType: z.enum(['application/pdf', 'image/jpeg', 'image/png']),
  size: z.number().int(),
  sha256: Sha256,
  addedAt: Instant,
  addedBy: z.string(),
});
export type NeedsPaper = z.infer<typeof NeedsPaper>;

/** Most of one paper, of the papers of a row, and of those of a sheet. */
export const PAPER_LIMITS = { bytes: 10_000_000, ofRow: 10, bytesOfSheet: 500_000_000 } as const;
