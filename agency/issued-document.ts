import { kindOf } from '@antin/protocol/office/kinds';
import { signingTitle } from './directory/rules.ts';
import { titleUnder } from './directory/signing-title.ts';
import { positionById } from './directory/store.ts';
import { addresseesOf, documentById, filesOf } from './documents/store.ts';
import type { IssuedDocument } from './exchange/dispatch.ts';
import type { Db } from '@antin/adapters/db/transaction';

/** An issued document as the exchange sends it. @throws {Error} when it is not issued: a job must never send a draft */
export async function issuedDocument(db: Db, id: string): Promise<IssuedDocument> {
  const document = await documentById(db, id);
  if (document?.state !== 'issued' || document.numberAndNotation === null || document.date === null)
    throw new Error(`document ${id} is not issued`);
  const signer = await positionById(db, document.signerPositionId);
  const under = { typeCode: document.typeCode, day: document.date };
  const title = signer === undefined ? undefined : await titleUnder(db, signer, under);
  return {
    id,
    agencyId: document.agencyId,
    typeName: kindOf(document.typeCode)?.name.vi ?? document.typeCode,
    numberAndNotation: document.numberAndNotation,
    date: document.date,
    subject: document.subject,
    urgency: document.urgency,
    signerName: signer?.fullName ?? '',
    signerTitle: signer === undefined ? '' : (title ?? signingTitle(signer)),
    addresseeIds: (await addresseesOf(db, id)).map((addressee) => addressee.id),
    files: (await filesOf(db, id)).map(({ role, name, mediaType, size, sha256 }) => ({
      role,
      name,
      mediaType,
      size: Number(size),
      sha256,
    })),
  };
}
