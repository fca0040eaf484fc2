import type { z } from 'zod';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { SigningJob } from '@antin/protocol/office/signing';
import { titleUnder } from '../directory/signing-title.ts';
import { personById, positionById } from '../directory/store.ts';
import { after, mayAct, sameVersion } from '../documents/rules.ts';
import { filesOf, lockDocument } from '../documents/store.ts';
import { officeDay } from '@antin/adapters/clock/days';
import { record } from '../journal/journal.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import { actorOf, type Caller } from '../session/caller.ts';
import { inTransaction, type Tx } from '@antin/adapters/db/transaction';
import { checkCredential, type CheckedCredential } from './credential.ts';
import type { SigningDoors } from './doors.ts';
import { sendOrder } from './order.ts';
import { attemptPhase } from './phase.ts';
import { preparePerson, storePrepared } from './prepare.ts';

/**
 * The leader signs: the file is prepared with their picture and the empty seal field, and the order goes to their device.
 *
 * @throws {Refusal} of `mayAct`, `sameVersion`, `checkCredential`
 */
export async function beginSigning(
  doors: SigningDoors,
  caller: Caller,
  id: string,
  input: { version: number; credentialId: string; place: PlaceOnPage },
): Promise<z.input<typeof SigningJob>> {
  const credential = await checkCredential(doors, caller, input.credentialId, 'person');
  return orderSignature(doors, caller, id, input, credential);
}

/** The same with a credential that is checked already. @param more the batch that it belongs to, and what is written with it */
export async function orderSignature(
  doors: SigningDoors,
  caller: Caller,
  id: string,
  input: { readonly version: number; readonly place: PlaceOnPage },
  credential: CheckedCredential,
  more: {
    readonly batch?: { readonly id: string; readonly ordinal: number };
    readonly also?: (tx: Tx, job: z.input<typeof SigningJob>) => Promise<void>;
  } = {},
): Promise<z.input<typeof SigningJob>> {
  const person = (await personById(doors.db, caller.personId))!;
  const image = person.signatureImageSha256 === null ? undefined : await doors.files.bytes(person.signatureImageSha256);
  return inTransaction(doors.db, async (tx) => {
    const document = await lockDocument(tx, id);
    if (document === undefined || document.agencyId !== caller.position.agencyId) throw new Refusal('document.not-found');
    must(mayAct('sign', { ...document, attempt: await attemptPhase(tx, id) }, caller.position));
    must(sameVersion(document.version, input.version));
    must(after(document.state, 'sign-begun'));
    const now = doors.clock();
    const main = (await filesOf(tx, id)).find((file) => file.role === 'main')!;
    using source = doors.files.source(main.sha256);
    const toBeSigned = preparePerson(doors, source, { credential, place: input.place, image, name: caller.fullName, at: now });
    const prepared = await storePrepared(doors, source, toBeSigned);
    const position = (await positionById(tx, caller.position.id))!;
    // It may have ended since the draft was submitted.
    const title = await titleUnder(tx, position, { typeCode: document.typeCode, day: officeDay(now) });
    if (title === undefined) throw new Refusal('sign.no-authority');
    const job = await sendOrder(
      doors,
      tx,
      caller,
      {
        act: 'sign',
        document,
        entryId: null,
        credential,
        signerName: caller.fullName,
        signerTitle: title,
        place: input.place,
        files: [{ file: main, toBeSigned, prepared }],
        ...(more.batch === undefined ? {} : { batch: more.batch }),
        summary: [
          { label: { vi: 'Trích yếu', en: 'Subject' }, value: document.subject },
          { label: { vi: 'Người ký', en: 'Signer' }, value: `${title} ${caller.fullName}` },
        ],
      },
      now,
    );
    await record(tx, {
      event: 'SigningStarted',
      at: now,
      agencyId: document.agencyId,
      documentId: id,
      actor: actorOf(caller),
      detail: {
        ...{ certificate: credential.id, revocation: credential.revocation, prepared: prepared.sha256 },
        ...(more.batch === undefined ? {} : { batch: more.batch.id }),
      },
    });
    await more.also?.(tx, job);
    return job;
  });
}
