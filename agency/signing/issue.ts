import type { z } from 'zod';
import type { IssueProposal, SigningJob } from '@antin/protocol/office/signing';
import { agencyById, positionById, type AgencyRecord } from '../directory/store.ts';
import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import { after, mayAct, sameVersion, type DocumentFacts } from '../documents/rules.ts';
import { addresseesOf, documentById, filesOf, lockDocument, setState, type DocumentRecord } from '../documents/store.ts';
import { record } from '../journal/journal.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { proposeNumber, reserveNumber } from '../registers/numbering.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { checkCredential, type CheckedCredential } from './credential.ts';
import type { SigningDoors } from './doors.ts';
import { sendOrder, type PreparedFile } from './order.ts';
import { attemptPhase } from './phase.ts';
import { prepareAnnex, prepareSeal, storePrepared } from './prepare.ts';

type Job = z.input<typeof SigningJob>;

/** Number and date as they would be given now. */
export async function proposeIssue(doors: SigningDoors, caller: Caller, id: string): Promise<z.input<typeof IssueProposal>> {
  return inTransaction(doors.db, async (tx) => {
    const document = await documentById(tx, id);
    if (document === undefined || document.agencyId !== caller.position.agencyId) throw new Refusal('document.not-found');
    must(mayAct('issue', { ...document, attempt: 'none' }, caller.position));
    const proposal = await proposeNumber(tx, document, officeDay(doors.clock()));
    return { ...proposal, sealHolder: caller.position.agencyName };
  });
}

/**
 * Number, date, seal and register entry as one act, first half: in one transaction the number is taken and entered, every
 * PDF of the document is prepared with it and the order goes to the device that holds the seal.
 *
 * @throws {Refusal} of `mayAct`, `sameVersion`, `checkCredential`, `reserveNumber`
 */
export async function beginIssue(
  doors: SigningDoors,
  caller: Caller,
  id: string,
  input: { version: number; credentialId: string; date: string },
): Promise<Job> {
  const credential = await checkCredential(doors, caller, input.credentialId, 'organisation');
  const job = await inTransaction(doors.db, async (tx) => {
    const document = await lockFor(tx, caller, id, 'issue');
    must(sameVersion(document.version, input.version));
    must(after(document.state, 'reserved'));
    const now = doors.clock();
    const signer = (await positionById(tx, document.signerPositionId))!;
    const drafter = await positionById(tx, document.drafterPositionId);
    const reservation = await reserveNumber(
      tx,
      {
        documentId: id,
        agencyId: document.agencyId,
        typeCode: document.typeCode,
        notation: document.notation,
        subject: document.subject,
        signerName: signer.fullName,
        addressees: (await addresseesOf(tx, id)).map((agency) => agency.name),
        unit: drafter?.unitName ?? undefined,
        signedAt: document.signedAt!,
      },
      input.date,
      now,
    );
    await doors.at?.('issue.number-reserved');
    await setState(tx, id, {
      state: 'awaiting-seal',
      at: now,
      signedAt: document.signedAt,
      reservation: { ...reservation, reservedAt: now },
    });
    const made = await sealOrder(doors, tx, caller, { ...document, ...reservation }, credential, now);
    const detail = { numberAndNotation: reservation.numberAndNotation, date: reservation.date };
    await note(tx, 'NumberReserved', document, caller, now, { ...detail, entry: reservation.entryId });
    await note(tx, 'SealingStarted', document, caller, now, { certificate: credential.id, revocation: credential.revocation });
    return made;
  });
  await doors.at?.('issue.committed');
  return job;
}

/** The same number again, on the same or another device. An answer of the older order is not taken any more. */
export async function retrySeal(doors: SigningDoors, caller: Caller, id: string, credentialId: string): Promise<Job> {
  const credential = await checkCredential(doors, caller, credentialId, 'organisation');
  return inTransaction(doors.db, async (tx) => {
    const document = await lockFor(tx, caller, id, 'retry-seal');
    must(after(document.state, 'seal-again'));
    const now = doors.clock();
    const job = await sealOrder(doors, tx, caller, document, credential, now);
    await note(tx, 'SealingStarted', document, caller, now, { certificate: credential.id, revocation: credential.revocation });
    return job;
  });
}

async function lockFor(tx: Tx, caller: Caller, id: string, act: 'issue' | 'retry-seal'): Promise<DocumentRecord> {
  const document = await lockDocument(tx, id);
  if (document === undefined || document.agencyId !== caller.position.agencyId) throw new Refusal('document.not-found');
  const facts: DocumentFacts = { ...document, attempt: await attemptPhase(tx, id) };
  must(mayAct(act, facts, caller.position));
  return document;
}

/** Prepares main file and PDF annexes under one activation and sends the order. */
async function sealOrder(
  doors: SigningDoors,
  tx: Tx,
  caller: Caller,
  document: DocumentRecord,
  credential: CheckedCredential,
  now: Date,
): Promise<Job> {
  const agency = (await agencyById(tx, document.agencyId))!;
  const files: PreparedFile[] = [];
  for (const file of await filesOf(tx, document.id)) {
    if (file.binding !== 'signed') continue;
    using source = doors.files.source(file.sha256);
    const toBeSigned =
      file.role === 'main'
        ? prepareSeal(doors, source, {
            credential,
            image: await sealImage(doors, agency),
            agencyName: agency.name,
            places: document.places!,
            number: document.number!,
            notation: document.notation,
            date: document.date!,
            at: now,
          })
        : prepareAnnex(doors, source, {
            credential,
            agencyName: agency.name,
            numberAndNotation: document.numberAndNotation!,
            at: now,
          });
    files.push({ file, toBeSigned, prepared: await storePrepared(doors, source, toBeSigned) });
  }
  await doors.at?.('issue.prepared');
  return sendOrder(
    doors,
    tx,
    caller,
    {
      act: 'issue',
      document,
      entryId: document.entryId,
      credential,
      signerName: agency.name,
      signerTitle: null,
      place: undefined,
      files,
      summary: [
        { label: { vi: 'Số, ký hiệu', en: 'Number and notation' }, value: document.numberAndNotation! },
        { label: { vi: 'Ngày', en: 'Date' }, value: writtenDay(document.date!) },
        { label: { vi: 'Trích yếu', en: 'Subject' }, value: document.subject },
        { label: { vi: 'Cơ quan', en: 'Agency' }, value: agency.name },
      ],
    },
    now,
  );
}

async function sealImage(doors: SigningDoors, agency: AgencyRecord): Promise<Uint8Array | undefined> {
  return agency.sealImageSha256 === null ? undefined : doors.files.bytes(agency.sealImageSha256);
}

function note(tx: Tx, event: string, document: DocumentRecord, caller: Caller, at: Date, detail: Record<string, string>) {
  return record(tx, { event, at, agencyId: document.agencyId, documentId: document.id, actor: actorOf(caller), detail });
}
