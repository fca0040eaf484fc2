import type { z } from 'zod';
import { kindOf } from '@antin/protocol/office/kinds';
import type { Delivery, DocumentRow, DocumentView, SignatureLine } from '@antin/protocol/office/documents';
import { officeDay } from '@antin/adapters/clock/days';
import { withPredecessors } from '../directory/successors.ts';
import { namesOn } from '../directory/agency-store.ts';
import { titleUnder } from '../directory/signing-title.ts';
import { positionById } from '../directory/store.ts';
import { signingTitle } from '../directory/rules.ts';
import { historyOf } from '../journal/journal.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Caller } from '../session/caller.ts';
import type { Db } from '@antin/adapters/db/transaction';
import type { AttemptPhase } from './drafts.ts';
import { actsOf } from './rules.ts';
import { addresseesOf, documentById, filesOf, type DocumentLine, type DocumentRecord } from './store.ts';

/** What later stages know about a document; given at composition so that no feature looks back. */
export interface Neighbours {
  readonly attemptOf: (db: Db, documentId: string) => Promise<{ jobId: string | undefined; phase: AttemptPhase }>;
  /** Which of these documents carry a signature whose time-stamp is still to come. */
  readonly stampsPending: (db: Db, documentIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signaturesOf: (db: Db, documentId: string) => Promise<z.input<typeof SignatureLine>[]>;
  readonly deliveriesOf: (db: Db, documentId: string) => Promise<z.input<typeof Delivery>[]>;
}

function shared(document: DocumentRecord) {
  return {
    id: document.id,
    state: document.state,
    typeCode: document.typeCode,
    typeName: kindOf(document.typeCode)?.name.vi ?? document.typeCode,
    ...(document.numberAndNotation === null ? {} : { numberAndNotation: document.numberAndNotation }),
    ...(document.date === null ? {} : { date: document.date }),
    subject: document.subject,
    urgency: document.urgency,
    waitingSince: document.waitingSince.toISOString(),
  };
}

export function rowOf(line: DocumentLine, pending: ReadonlySet<string>): z.input<typeof DocumentRow> {
  return {
    ...shared(line),
    ...(pending.has(line.id) ? { timeStampPending: true as const } : {}),
    drafterName: line.drafterName,
    signerName: line.signerName,
    addressees: [...line.addressees],
  };
}

/**
 * A document of the caller's agency, or of a closed one whose successor it is.
 *
 * @throws {Refusal} `document.not-found` otherwise: ids of other offices tell nothing
 */
export async function readable(db: Db, caller: Caller, id: string, now: Date): Promise<DocumentRecord> {
  const document = await documentById(db, id);
  const { agencyId } = caller.position;
  if (document?.agencyId === agencyId) return document;
  const line = document === undefined ? [] : await withPredecessors(db, agencyId, officeDay(now));
  if (document === undefined || !line.includes(document.agencyId)) throw new Refusal('document.not-found');
  return document;
}

/**
 * A document as the caller may see it.
 *
 * @throws {Refusal} of `readable`
 */
export async function viewOf(
  db: Db,
  around: Neighbours,
  caller: Caller,
  id: string,
  now: Date,
): Promise<z.input<typeof DocumentView>> {
  const document = await readable(db, caller, id, now);
  // What was issued shows the names of its day, whatever the agencies are called now.
  const day = document.date ?? officeDay(now);
  const [names, drafter, signer, addressees, files, history, attempt, signatures, deliveries, pending] = await Promise.all([
    namesOn(db, [document.agencyId], day),
    positionById(db, document.drafterPositionId),
    positionById(db, document.signerPositionId),
    addresseesOf(db, id),
    filesOf(db, id),
    historyOf(db, { documentId: id }),
    around.attemptOf(db, id),
    around.signaturesOf(db, id),
    around.deliveriesOf(db, id),
    around.stampsPending(db, [id]),
  ]);
  return {
    ...shared(document),
    ...(pending.has(id) ? { timeStampPending: true as const } : {}),
    drafterName: drafter!.fullName,
    signerName: signer!.fullName,
    addressees: addressees.map((one) => one.name),
    agencyId: document.agencyId,
    agencyName: names.get(document.agencyId)!,
    notation: document.notation,
    signerPositionId: document.signerPositionId,
    signerTitle: (await titleUnder(db, signer!, { typeCode: document.typeCode, day })) ?? signingTitle(signer!),
    addresseeIds: addressees.map((one) => one.id),
    files: files.map(({ id: fileId, role, name, mediaType, size, sha256, binding }) => ({
      ...{ id: fileId, role, name, mediaType, size, binding },
      sha256,
    })),
    ...(document.places === null ? {} : { places: document.places }),
    ...(document.returnReason === null ? {} : { returnReason: document.returnReason }),
    signatures,
    deliveries,
    history,
    acts: actsOf({ ...document, attempt: attempt.phase }, caller.position),
    ...(attempt.jobId === undefined ? {} : { jobId: attempt.jobId }),
    ...(document.number === null || document.reservedAt === null
      ? {}
      : { reservation: { number: document.number, date: document.date!, reservedAt: document.reservedAt.toISOString() } }),
    version: document.version,
  };
}
