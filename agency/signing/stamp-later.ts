import type { JobHandler } from '@antin/adapters/db/worker';
import { hurry } from '@antin/adapters/db/outbox';
import { SignatureFault } from '@antin/signature/fault';
import { timestampPdf } from '@antin/signature/pades/document-time-stamp';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { grownPieces } from '../documents/drafts.ts';
import { documentById, filesOf, lockDocument, setFileContent } from '../documents/store.ts';
import { record } from '../journal/journal.ts';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { SigningDoors } from './doors.ts';
import { attemptById, attemptFiles, markTimeStamped, pendingStamps } from './store.ts';
import { genTimeOf, timeStampOver } from './time-stamping.ts';

/** Queue of time-stamps that did not come while a person waited. */
export const STAMP_QUEUE = 'signing.stamp';

/**
 * Gives a person's signature the time-stamp that was missing: a document time-stamp in a new revision, because what is
 * embedded is never rewritten. Tried again with the queue's back-off until it succeeds, or until it is not wanted any more.
 *
 * Only the newest revision of a document that is still in the house, and not under the seal's hand, is grown: an order that
 * was sent for a revision would not fit another one. What was sealed meanwhile got its time-stamp with the seal.
 */
export function stampLaterHandler(doors: SigningDoors): JobHandler {
  return async (job) => {
    const { attemptId } = job.payload as { attemptId: string };
    const attempt = await attemptById(doors.db, attemptId);
    if (attempt === undefined || attempt.state !== 'done' || attempt.timeStampedAt !== null) return undefined;
    const document = await documentById(doors.db, attempt.documentId);
    if (document?.state === 'awaiting-seal') return { status: 'retry', reason: 'the seal is being placed' };
    const [signed] = await attemptFiles(doors.db, attemptId);
    const main = (await filesOf(doors.db, attempt.documentId)).find((file) => file.role === 'main');
    // Returned, drafted anew, issued: this revision is not the document's any more, or has its time-stamp from the seal.
    if (document?.state !== 'signed' || main === undefined || main.sha256 !== signed?.resultSha256) return undefined;
    await doors.at?.('stamp.begun');

    requireInTime(signed.toBeSigned.certificate, doors.clock());
    const { grown, at } = await withDocumentTimeStamp(doors, main.sha256);
    await doors.at?.('stamp.stored');
    await inTransaction(doors.db, async (tx) => {
      const now = (await lockDocument(tx, attempt.documentId))!;
      const current = (await filesOf(tx, attempt.documentId)).find((file) => file.id === main.id);
      // Somebody was faster, with another stamp or with the next act: this revision is not needed.
      if (now.state !== 'signed' || current?.sha256 !== main.sha256) return;
      await setFileContent(tx, main.id, grown);
      await markTimeStamped(tx, attempt.id, at);
      await record(tx, {
        event: 'TimeStampAdded',
        at: doors.clock(),
        agencyId: now.agencyId,
        documentId: now.id,
        detail: { sha256: grown.sha256, timeStamp: at.toISOString() },
      });
    });
    await doors.at?.('stamp.done');
    // The authority answers again: the others need not sit out their back-off.
    for (const id of await pendingStamps(doors.db)) await hurry(doors.db, STAMP_QUEUE, id);
    const after = await attemptById(doors.db, attemptId);
    return after?.timeStampedAt === null ? { status: 'retry', reason: 'the document moved meanwhile' } : undefined;
  };
}

async function withDocumentTimeStamp(doors: SigningDoors, sha256: string) {
  using source = doors.files.source(sha256);
  let at = 0;
  const appended = await timestampPdf(source, {
    ...{ door: doors.crypto, inflate: doors.inflate, at: doors.clock().getTime() },
    timeStamp: async ({ hash }) => {
      const token = await timeStampOver(doors, hash);
      at = genTimeOf(token);
      return token;
    },
  });
  const grown = await doors.files.put(grownPieces(source, appended));
  const verdicts = await doors.judgeSignatures(grown.sha256);
  if (verdicts.some((one) => one.status === 'invalid')) {
    throw new SignatureFault('signature.check-failed', `the file with its time-stamp ${grown.sha256} is judged invalid`);
  }
  return { grown, at: new Date(at) };
}

/** A time-stamp from after the end of the certificate would prove nothing; the job says so and stays for the operator. */
function requireInTime(der: Uint8Array, now: Date): void {
  if (now.getTime() <= parseCertificate(der).notAfter) return;
  throw new SignatureFault('extend.expired', 'the certificate ended before a time-stamp could be had');
}
