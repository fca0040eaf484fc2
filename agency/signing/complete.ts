import type { JobHandler } from '@antin/adapters/db/worker';
import { enqueue } from '@antin/adapters/db/outbox';
import { concatBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { SignatureFault } from '@antin/signature/fault';
import { embedPades, timeStampImprint } from '@antin/signature/pades/embed';
import { appendedSource } from '@antin/signature/pades/to-be-signed';
import { after } from '../documents/rules.ts';
import { grownPieces } from '../documents/drafts.ts';
import { filesOf, lockDocument, setFileContent, setState, type DocumentRecord } from '../documents/store.ts';
import { record } from '../journal/journal.ts';
import { must } from '@antin/adapters/http/refusal';
import { closeEntry } from '../registers/store.ts';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import type { SigningDoors } from './doors.ts';
import { PERSON_FIELD, SEAL_FIELD } from './prepare.ts';
import { EvidenceAway, raised } from './raise.ts';
import { STAMP_QUEUE } from './stamp-later.ts';
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
import { genTimeOf, patientTimeStamp, timeStampOver } from './time-stamping.ts';

/** Outbox queue of delivery, worked by `agency/exchange`. */
const DISPATCH_QUEUE = 'exchange.dispatch';

/**
 * Finishes an act whose values have come: checks each against its certificate, has it time-stamped, embeds it, raises what
 * will be issued to the installation's level, and then switches the whole document at once. Every step before the switch only
 * adds files and may be done again; the switch is one transaction. So a process killed anywhere goes on from what is there.
 *
 * A person's signature does not wait for a time-stamp authority that is away: the document goes on, and a job adds the
 * time-stamp. What is issued does wait: a document that has left the house cannot be mended any more.
 */
export function completeHandler(doors: SigningDoors): JobHandler {
  return async (job) => {
    const { attemptId } = job.payload as { attemptId: string };
    const attempt = await attemptById(doors.db, attemptId);
    if (attempt === undefined || attempt.state !== 'value-received') return;
    await doors.at?.('complete.begun');
    const finishing: Finishing = { doors, attempt, tries: job.attempts };
    try {
      for (const file of await attemptFiles(doors.db, attemptId)) {
        if (file.resultSha256 === null) await finishFile(finishing, file);
      }
      finishing.level = await checkResults(doors, attempt);
    } catch (fault) {
      if (!(fault instanceof SignatureFault)) throw fault;
      // The value is not what it claims to be; asking again would not make it so.
      await fail(doors, attempt, fault.code);
      return;
    }
    await doors.at?.('complete.switching');
    await inTransaction(doors.db, (tx) => switchDocument(finishing, tx));
    await doors.at?.('complete.done');
  };
}

interface Finishing {
  readonly doors: SigningDoors;
  readonly attempt: Attempt;
  readonly tries: number;
  /** For the journal: what the main file has, and why it is less than the installation wants. */
  level?: string;
  missed?: string;
}

async function finishFile(finishing: Finishing, file: AttemptFile): Promise<void> {
  const { doors, attempt } = finishing;
  using base = doors.files.source(file.baseSha256);
  // First without a time-stamp: a wrong value never reaches the authority.
  const bare = embedPades(base, file.toBeSigned, file.value!, { door: doors.crypto });
  const token = file.timeStampToken ?? (await tokenFor(finishing, file));
  const stamped = token === undefined ? undefined : withToken(doors, base, file, token);
  if (stamped !== undefined && file.timeStampToken === null) {
    await storeToken(doors.db, attempt.id, file.ordinal, token!);
    await doors.at?.('complete.time-stamped');
  }
  const parts = [stamped ?? bare];
  if (attempt.act === 'issue') {
    const fields = file.ordinal === 0 ? [PERSON_FIELD, SEAL_FIELD] : [file.toBeSigned.fieldName];
    const made = await overWaiting(finishing, () => raised(doors, appendedSource(base, parts[0]!), fields, finishing.tries));
    parts.push(made.appended);
    if (made.missed !== undefined) finishing.missed = made.missed;
  }
  const result = await doors.files.put(grownPieces(base, concatBytes(...parts)));
  await storeResult(doors.db, attempt.id, file.ordinal, result);
  await doors.at?.('complete.embedded');
}

/** Undefined when the token is larger than the room that was reserved for it: a document time-stamp comes instead. */
function withToken(doors: SigningDoors, base: ByteSource, file: AttemptFile, timeStampToken: Uint8Array): Uint8Array | undefined {
  try {
    return embedPades(base, file.toBeSigned, file.value!, { door: doors.crypto, timeStampToken });
  } catch (fault) {
    if (fault instanceof SignatureFault && fault.code === 'pades.placeholder-too-small') return undefined;
    throw fault;
  }
}

/**
 * Looks at what was made with the engine that everybody else will use, before anybody sees it (platform.md §14 defect 1:
 * signatures that read "changed after signing" because nobody ever judged a finished file).
 */
async function checkResults(doors: SigningDoors, attempt: Attempt): Promise<string> {
  let level: string | null = null;
  for (const file of await attemptFiles(doors.db, attempt.id)) {
    const verdicts = await doors.judgeSignatures(file.resultSha256!);
    if (file.ordinal === 0) level = verdicts.at(-1)?.level ?? null;
    // In the main file nobody's signature may have suffered; an annex may have come with an old broken one.
    const ours = file.ordinal === 0 ? verdicts : verdicts.slice(-1);
    if (ours.some((verdict) => verdict.status === 'invalid')) {
      throw new SignatureFault('signature.check-failed', `the finished file ${file.resultSha256} is judged invalid`);
    }
  }
  return level ?? '';
}

/** Undefined: a person's signature that goes on without. A seal waits, visibly, as long as it takes. */
async function tokenFor(finishing: Finishing, file: AttemptFile): Promise<Uint8Array | undefined> {
  const { doors, attempt } = finishing;
  const imprint = timeStampImprint(file.value!, doors.crypto);
  return attempt.act === 'sign' ? patientTimeStamp(doors, imprint) : overWaiting(finishing, () => timeStampOver(doors, imprint));
}

/** Visible on the page while the worker keeps trying. */
async function overWaiting<T>({ doors, attempt }: Finishing, work: () => Promise<T>): Promise<T> {
  try {
    const made = await work();
    await noteReason(doors.db, attempt.id, null);
    return made;
  } catch (fault) {
    if (!(fault instanceof SignatureFault))
      await noteReason(doors.db, attempt.id, fault instanceof EvidenceAway ? 'evidence.waiting' : 'time-stamp.waiting');
    throw fault;
  }
}

/** All files, the register entry, the document's state, the journal and the dispatch in one transaction: all or none. */
async function switchDocument(finishing: Finishing, tx: Tx): Promise<void> {
  const { doors, attempt: seen } = finishing;
  const document = (await lockDocument(tx, seen.documentId))!;
  const finished = await attemptFiles(tx, seen.id);
  const tokens = finished.flatMap((file) => (file.timeStampToken === null ? [] : [genTimeOf(file.timeStampToken)]));
  // What is issued has its time-stamp, if not in the signature then over it.
  const without = seen.act === 'issue' ? doors.clock() : undefined;
  const timeStampedAt = tokens.length === 0 ? without : new Date(Math.max(...tokens));
  const moved = await moveAttempt(tx, seen.id, ['value-received'], {
    state: 'done',
    ...(timeStampedAt === undefined ? {} : { timeStampedAt }),
  });
  // Another worker was faster.
  if (!moved) return;
  for (const file of finished) {
    await setFileContent(tx, file.fileId, { sha256: file.resultSha256!, size: file.resultSize! });
  }
  if (seen.act === 'sign') await markSigned(doors, tx, document, seen, timeStampedAt);
  else await markIssued(finishing, tx, document);
  await doors.jobs.settleJob(tx, seen.jobId, { state: 'done' });
}

async function markSigned(
  doors: SigningDoors,
  tx: Tx,
  document: DocumentRecord,
  attempt: Attempt,
  timeStampedAt: Date | undefined,
): Promise<void> {
  must(after(document.state, 'signed'));
  const now = doors.clock();
  await setState(tx, document.id, { state: 'signed', at: now, signedAt: timeStampedAt ?? now });
  if (timeStampedAt === undefined) await enqueue(tx, { queue: STAMP_QUEUE, key: attempt.id, payload: { attemptId: attempt.id } });
  const main = (await filesOf(tx, document.id)).find((file) => file.role === 'main')!;
  await record(tx, {
    event: 'DocumentSigned',
    at: now,
    agencyId: document.agencyId,
    documentId: document.id,
    who: attempt.signerName,
    detail: { sha256: main.sha256, timeStamp: timeStampedAt?.toISOString() ?? 'pending', revocation: attempt.revocation },
  });
}

async function markIssued({ doors, attempt, level, missed }: Finishing, tx: Tx, document: DocumentRecord): Promise<void> {
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
    detail: {
      ...{ numberAndNotation: document.numberAndNotation!, date: document.date!, sha256: main.sha256 },
      ...(level === undefined || level === '' ? {} : { level }),
      ...(missed === undefined ? {} : { missed }),
    },
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
