import { after, mayAct } from '../documents/rules.ts';
import { lockDocument, setState } from '../documents/store.ts';
import { record } from '../journal/journal.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { releaseNumber, voidNumber } from '../registers/numbering.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { SigningDoors } from './doors.ts';
import { abandonSigning, attemptPhase } from './phase.ts';
import { attemptsOf } from './store.ts';

/**
 * Gives a reserved number back, or voids it with a reason. Either way the document waits for a new number, and values that
 * a device sends afterwards are refused: all orders of the reservation are closed in this transaction.
 *
 * @throws {Refusal} of `mayAct`, `releaseNumber`
 */
export async function giveNumberBack(
  doors: SigningDoors,
  caller: Caller,
  id: string,
  input: { mode: 'release' | 'void'; reason: string },
): Promise<void> {
  await inTransaction(doors.db, async (tx) => {
    const document = await lockDocument(tx, id);
    if (document === undefined || document.agencyId !== caller.position.agencyId) throw new Refusal('document.not-found');
    must(mayAct('cancel-seal', { ...document, attempt: await attemptPhase(tx, id) }, caller.position));
    must(after(document.state, 'given-back'));
    const now = doors.clock();
    const entryId = document.entryId!;
    const attempts = (await attemptsOf(tx, id)).filter((attempt) => attempt.entryId === entryId);
    const records = await doors.jobs.jobsOfDocument(tx, id, 'issue');
    // Of every order ever sent for this number, also those that a newer one replaced.
    const answers = attempts.map((attempt) => records.find((job) => job.id === attempt.jobId)?.answer?.answer);
    if (input.mode === 'release') await releaseNumber(tx, entryId, answers, now);
    else await voidNumber(tx, entryId, input.reason, now);
    await abandonSigning(doors.jobs, tx, id);
    for (const attempt of attempts) await doors.jobs.closeJob(tx, attempt.jobId);
    await setState(tx, id, { state: 'signed', at: now, signedAt: document.signedAt });
    await record(tx, {
      event: input.mode === 'release' ? 'NumberReleased' : 'NumberVoided',
      at: now,
      agencyId: document.agencyId,
      documentId: id,
      actor: actorOf(caller),
      detail: { numberAndNotation: document.numberAndNotation!, reason: input.reason },
    });
  });
}
