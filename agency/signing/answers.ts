import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { enqueue } from '@antin/adapters/db/outbox';
import type { JobAnswer } from '@antin/protocol/agent/jobs';
import { lockDocument } from '../documents/store.ts';
import type { JobRecord } from '@antin/adapters/devices/jobs';
import { record } from '../journal/journal.ts';
import type { Tx } from '@antin/adapters/db/transaction';
import type { SigningDoors } from './doors.ts';
import { attemptOfJob, moveAttempt, storeValues } from './store.ts';

export const COMPLETE_QUEUE = 'signing.complete';

/**
 * Takes a device's answer, inside the transaction that keeps it. Values are only stored here; verifying, time-stamping and
 * embedding are the worker's, so that a slow time-stamp authority never holds a device or a row.
 */
export function answerHandler(doors: Pick<SigningDoors, 'clock' | 'at'>) {
  return async (tx: Tx, job: JobRecord, answer: JobAnswer): Promise<void | 'late'> => {
    const document = await lockDocument(tx, job.documentId);
    const attempt = await attemptOfJob(tx, job.id);
    const expected = job.act === 'sign' ? 'awaiting-signature' : 'awaiting-seal';
    if (document === undefined || attempt === undefined || attempt.state !== 'waiting' || document.state !== expected)
      return 'late';
    // The number this order was made for is not the document's any more.
    if (job.act === 'issue' && attempt.entryId !== document.entryId) return 'late';
    const at = doors.clock();
    const entry = { at, agencyId: document.agencyId, documentId: document.id, who: attempt.signerName };
    if (answer.answer === 'signed') {
      await storeValues(tx, attempt.id, answer.values.map(fromBase64));
      await moveAttempt(tx, attempt.id, ['waiting'], { state: 'value-received' });
      await enqueue(tx, { queue: COMPLETE_QUEUE, key: attempt.id, payload: { attemptId: attempt.id } });
      await record(tx, { ...entry, event: 'SignatureValueReceived', detail: { act: job.act } });
      await doors.at?.('answer.values-stored');
      return undefined;
    }
    const reason = answer.answer === 'not-used' ? `device.${answer.reason}` : 'device.unknown';
    await moveAttempt(tx, attempt.id, ['waiting'], { state: answer.answer, reason });
    const event = job.act === 'sign' ? 'SigningFailed' : 'SealingFailed';
    await record(tx, { ...entry, event, detail: { answer: answer.answer, reason } });
    return undefined;
  };
}
