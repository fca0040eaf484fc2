import type { JobHandler } from '@antin/adapters/db/worker';
import { enqueue } from '@antin/adapters/db/outbox';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { SignatureFault } from '@antin/signature/fault';
import { embedPades, timeStampImprint } from '@antin/signature/pades/embed';
import { after } from '../documents/rules.ts';
import { grownPieces } from '../documents/drafts.ts';
import { filesOf, lockDocument, setFileContent, setState, type DocumentRecord } from '../documents/store.ts';
import { record } from '../journal/journal.ts';
import { must } from '../refusal.ts';
import { closeEntry } from '../registers/store.ts';
import { inTransaction, type Tx } from '../transaction.ts';
import type { SigningDoors } from './doors.ts';
import {
  attemptById,
  attemptFiles,
  moveAttempt,
  noteReason,
  storeResult,
  storeToken,
  type Attempt,
  type AttemptFile,
} from './store.ts';

/** Outbox queue of delivery, worked by `agency/exchange`. */
export const DISPATCH_QUEUE = 'exchange.dispatch';

/**
 * Finishes an act whose values have come: checks each against its certificate, has it time-stamped, embeds it, and then
 * switches the whole document at once. Every step before the switch only adds files and may be done again; the switch is
 * one transaction. So a process killed anywhere goes on from what is there.
 */
export function completeHandler(doors: SigningDoors): JobHandler {
  return async (job) => {
    const { attemptId } = job.payload as { attemptId: string };
    const attempt = await attemptById(doors.db, attemptId);
    if (attempt === undefined || attempt.state !== 'value-received') return;
    await doors.at?.('complete.begun');
    try {
      for (const file of await attemptFiles(doors.db, attemptId)) {
        if (file.resultSha256 === null) await finishFile(doors, attempt, file);
      }
      await checkResults(doors, attempt);
    } catch (fault) {
      if (!(fault instanceof SignatureFault)) throw fault;
      // The value is not what it claims to be; asking again would not make it so.
      await fail(doors, attempt, fault.code);
      return;
    }
    await doors.at?.('complete.switching');
    await inTransaction(doors.db, (tx) => switchDocument(doors, tx, attempt.id));
    await doors.at?.('complete.done');
  };
}

async function finishFile(doors: SigningDoors, attempt: Attempt, file: AttemptFile): Promise<void> {
  const { db, files, crypto } = doors;
  using base = files.source(file.baseSha256);
  const tbs = file.toBeSigned;
  // First without a time-stamp: a wrong value never reaches the authority.
  if (file.timeStampToken === null) embedPades(base, tbs, file.value!, { door: crypto });
  const timeStampToken = file.timeStampToken ?? (await stamped(doors, attempt, file));
  const appended = embedPades(base, tbs, file.value!, { door: crypto, timeStampToken });
  const result = await files.put(grownPieces(base, appended));
  await storeResult(db, attempt.id, file.ordinal, result);
  await doors.at?.('complete.embedded');
}

/**
 * Looks at what was made with the engine that everybody else will use, before anybody sees it (platform.md §14 defect 1:
 * signatures that read "changed after signing" because nobody ever judged a finished file).
 */
async function checkResults(doors: SigningDoors, attempt: Attempt): Promise<void> {
  for (const file of await attemptFiles(doors.db, attempt.id)) {
    const verdicts = await doors.judgeSignatures(file.resultSha256!);
    // In the main file nobody's signature may have suffered; an annex may have come with an old broken one.
    const ours = file.ordinal === 0 ? verdicts : verdicts.slice(-1);
    if (ours.some((verdict) => verdict.status === 'invalid')) {
      throw new SignatureFault('signature.check-failed', `the finished file ${file.resultSha256} is judged invalid`);
    }
  }
}

async function stamped(doors: SigningDoors, attempt: Attempt, file: AttemptFile): Promise<Uint8Array> {
  const imprint = timeStampImprint(file.value!, doors.crypto);
  let token: Uint8Array;
  try {
    token = await doors.timeStamp(imprint);
    const { info } = parseTimeStampToken(token);
    if (!equalBytes(info.messageImprint.hash, imprint)) throw new Error('the token is about something else');
  } catch (cause) {
    // Visible on the page while the worker keeps trying.
    await noteReason(doors.db, attempt.id, 'time-stamp.waiting');
    throw cause;
  }
  await storeToken(doors.db, attempt.id, file.ordinal, token);
  await noteReason(doors.db, attempt.id, null);
  await doors.at?.('complete.time-stamped');
  return token;
}

/** All files, the register entry, the document's state, the journal and the dispatch in one transaction: all or none. */
async function switchDocument(doors: SigningDoors, tx: Tx, attemptId: string): Promise<void> {
  const seen = (await attemptById(tx, attemptId))!;
  const document = (await lockDocument(tx, seen.documentId))!;
  const finished = await attemptFiles(tx, attemptId);
  const tokens = finished.map((file) => parseTimeStampToken(file.timeStampToken!).info.genTime);
  const moved = await moveAttempt(tx, attemptId, ['value-received'], {
    state: 'done',
    timeStampedAt: new Date(Math.max(...tokens)),
  });
  // Another worker was faster.
  if (!moved) return;
  for (const file of finished) {
    await setFileContent(tx, file.fileId, { sha256: file.resultSha256!, size: file.resultSize! });
  }
  if (seen.act === 'sign') await markSigned(doors, tx, document, seen, new Date(tokens[0]!));
  else await markIssued(doors, tx, document, seen);
  await doors.jobs.settleJob(tx, seen.jobId, { state: 'done' });
}

async function markSigned(
  doors: SigningDoors,
  tx: Tx,
  document: DocumentRecord,
  attempt: Attempt,
  signedAt: Date,
): Promise<void> {
  must(after(document.state, 'signed'));
  const now = doors.clock();
  await setState(tx, document.id, { state: 'signed', at: now, signedAt });
  const main = (await filesOf(tx, document.id)).find((file) => file.role === 'main')!;
  await record(tx, {
    event: 'DocumentSigned',
    at: now,
    agencyId: document.agencyId,
    documentId: document.id,
    who: attempt.signerName,
    detail: { sha256: main.sha256, timeStamp: signedAt.toISOString(), revocation: attempt.revocation },
  });
}

async function markIssued(doors: SigningDoors, tx: Tx, document: DocumentRecord, attempt: Attempt): Promise<void> {
  must(after(document.state, 'issued'));
  const now = doors.clock();
  const files = await filesOf(tx, document.id);
  const main = files.find((file) => file.role === 'main')!;
  await closeEntry(tx, attempt.entryId!, {
    state: 'issued',
    at: now,
    fileSha256: main.sha256,
    annexes: files.filter((file) => file.role === 'annex').map(({ name, sha256 }) => ({ name, sha256 })),
  });
  await setState(tx, document.id, {
    state: 'issued',
    at: now,
    signedAt: document.signedAt,
    issuedAt: now,
    reservation: {
      entryId: document.entryId!,
      number: document.number!,
      numberAndNotation: document.numberAndNotation!,
      date: document.date!,
      reservedAt: document.reservedAt!,
    },
  });
  await enqueue(tx, { queue: DISPATCH_QUEUE, key: document.id, payload: { documentId: document.id } });
  await record(tx, {
    event: 'DocumentIssued',
    at: now,
    agencyId: document.agencyId,
    documentId: document.id,
    who: attempt.signerName,
    detail: { numberAndNotation: document.numberAndNotation!, date: document.date!, sha256: main.sha256 },
  });
}

/** The document stays where it was: the leader may sign again; a number stays reserved, because a key was used. */
async function fail(doors: SigningDoors, attempt: Attempt, reason: string): Promise<void> {
  await inTransaction(doors.db, async (tx) => {
    const document = (await lockDocument(tx, attempt.documentId))!;
    if (!(await moveAttempt(tx, attempt.id, ['value-received'], { state: 'failed', reason }))) return;
    await doors.jobs.settleJob(tx, attempt.jobId, { state: 'failed', reason });
    await record(tx, {
      event: attempt.act === 'sign' ? 'SigningFailed' : 'SealingFailed',
      at: doors.clock(),
      agencyId: document.agencyId,
      documentId: document.id,
      who: attempt.signerName,
      detail: { reason },
    });
  });
}
