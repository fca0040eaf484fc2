import type { z } from 'zod';
import type { SignatureLine } from '@antin/protocol/office/documents';
import type { Db } from '../transaction.ts';
import { attemptsOf } from './store.ts';

/** How the engine judges the signatures of a stored file now, in the order of signing. */
export type JudgeSignatures = (
  sha256: string,
) => Promise<readonly { readonly status: 'valid' | 'invalid' | 'indeterminate'; readonly level: string | null }[]>;

/** The finished signatures of a document's main file: who and when from our acts, how good from the engine. */
export async function signaturesOf(
  db: Db,
  documentId: string,
  current: { readonly state: string; readonly mainSha256: string },
  judge: JudgeSignatures,
): Promise<z.input<typeof SignatureLine>[]> {
  // What a return or a void undid is not in the file any more.
  if (!['signed', 'awaiting-seal', 'issued'].includes(current.state)) return [];
  const done = (await attemptsOf(db, documentId)).filter((attempt) => attempt.state === 'done').reverse();
  const newest = (['sign', 'issue'] as const).map((act) => done.filter((attempt) => attempt.act === act).at(-1));
  const shown = newest.filter((attempt) => attempt !== undefined && (attempt.act === 'sign' || current.state === 'issued'));
  if (shown.length === 0) return [];
  const verdicts = await judge(current.mainSha256).catch(() => []);
  return shown.map((attempt, at) => ({
    kind: attempt!.act === 'sign' ? 'person' : 'organisation',
    name: attempt!.signerName,
    ...(attempt!.signerTitle === null ? {} : { title: attempt!.signerTitle }),
    at: (attempt!.timeStampedAt ?? attempt!.startedAt).toISOString(),
    level: verdicts[at]?.level ?? 'B-T',
    status: verdicts[at]?.status ?? 'indeterminate',
  }));
}
