import type { z } from 'zod';
import type { SignatureLine } from '@antin/protocol/office/documents';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import type { JudgeSignatures } from './doors.ts';
import { attemptsOf } from './store.ts';

/** Verdicts change with time (a revocation, a CRL that comes back), a page that is read often must not ask each time. */
const REMEMBER_MS = 5 * 60_000;
const MOST_REMEMBERED = 500;

/** Remembers an answer by content for a few minutes; an indeterminate one only until the next question. */
export function remembering(judge: JudgeSignatures, clock: Clock): JudgeSignatures {
  const known = new Map<string, { until: number; answer: Awaited<ReturnType<JudgeSignatures>> }>();
  return async (sha256) => {
    const now = clock().getTime();
    const found = known.get(sha256);
    if (found !== undefined && now < found.until) return found.answer;
    const answer = await judge(sha256);
    known.delete(sha256);
    if (answer.every((one) => one.status !== 'indeterminate')) {
      if (known.size >= MOST_REMEMBERED) known.delete(known.keys().next().value!);
      known.set(sha256, { until: now + REMEMBER_MS, answer });
    }
    return answer;
  };
}

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
  const verdicts = await judge(current.mainSha256).catch(() => []);
  // A document from before this installation: the file speaks for itself.
  if (shown.length === 0) {
    return verdicts.flatMap(({ status, level, signer }) => (signer === undefined ? [] : [{ ...signer, level, status }]));
  }
  return shown.map((attempt, at) => ({
    kind: attempt!.act === 'sign' ? 'person' : 'organisation',
    name: attempt!.signerName,
    ...(attempt!.signerTitle === null ? {} : { title: attempt!.signerTitle }),
    at: (attempt!.timeStampedAt ?? attempt!.startedAt).toISOString(),
    level: verdicts[at]?.level ?? (attempt!.timeStampedAt === null ? 'B-B' : 'B-T'),
    ...(attempt!.timeStampedAt === null ? { timeStampPending: true as const } : {}),
    status: verdicts[at]?.status ?? 'indeterminate',
  }));
}
