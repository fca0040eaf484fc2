import type { AttemptPhase } from '../documents/drafts.ts';
import type { SigningJobs } from '@antin/adapters/devices/jobs';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { abandonWaiting, attemptsOf } from './store.ts';

/** How far the newest attempt of a document is, and the job to follow while it is under way. */
export async function attemptOf(db: Db, documentId: string): Promise<{ jobId: string | undefined; phase: AttemptPhase }> {
  const [newest] = await attemptsOf(db, documentId);
  if (newest?.state === 'waiting') return { jobId: newest.jobId, phase: 'waiting' };
  if (newest?.state === 'value-received') return { jobId: newest.jobId, phase: 'value-received' };
  return { jobId: undefined, phase: 'none' };
}

export async function attemptPhase(db: Db, documentId: string): Promise<AttemptPhase> {
  return (await attemptOf(db, documentId)).phase;
}

/** Closes open orders of a document that goes back to its drafter: values that come later are refused. */
export async function abandonSigning(
  jobs: Pick<SigningJobs, 'closeJob' | 'requestCancel'>,
  tx: Tx,
  documentId: string,
): Promise<void> {
  for (const { jobId } of await abandonWaiting(tx, documentId)) {
    await jobs.requestCancel(tx, jobId);
    await jobs.closeJob(tx, jobId);
  }
}
