import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { kindOf } from '@antin/protocol/office/kinds';
import { agencyById, positionById } from './directory/store.ts';
import type { LoadedDirectory, PastDocumentSeed } from './directory/types.ts';
import { numberAndNotation } from './documents/numbers.ts';
import { insertDocument, replaceAddressees, setState } from './documents/store.ts';
import { fold } from '@antin/adapters/db/folding';
import { record } from './journal/journal.ts';
import { closeEntry, insertEntry } from './registers/store.ts';
import type { Tx } from '@antin/adapters/db/transaction';

/**
 * Puts a document issued before this installation began into the register and among the issued documents of its agency,
 * which may have closed since. Its files must lie in the store. Nothing is sent.
 *
 * @param at when it was signed and issued
 * @throws {TypeError} when the seed names something that is not there, e.g. a series
 */
export async function loadPastDocument(
  tx: Tx,
  past: PastDocumentSeed,
  loaded: LoadedDirectory,
  at: Date,
): Promise<{ documentId: string }> {
  const idIn = (map: ReadonlyMap<string, string>, key: string): string => {
    const id = map.get(key);
    if (id === undefined) throw new TypeError(`the seed has no ${key}`);
    return id;
  };
  const agencyId = idIn(loaded.agencies, past.agency);
  const signer = (await positionById(tx, idIn(loaded.positions, past.signerPosition)))!;
  const drafter = (await positionById(tx, idIn(loaded.positions, past.drafterPosition)))!;
  const kind = kindOf(past.typeCode)!;
  const year = Number(past.date.slice(0, 4));
  const { rows } = await sql<{ id: string; registerId: string }>`
    update agency.number_series set last_number = greatest(last_number, ${past.number})
    where agency_id = ${agencyId} and key = ${past.series} and year = ${year}
    returning id, register_id as "registerId"`.execute(tx);
  const series = rows[0];
  if (series === undefined) throw new TypeError(`${past.agency} has no series ${past.series} in ${year}`);

  const documentId = randomUUID();
  const written = numberAndNotation(past.number, past.notation);
  await insertDocument(tx, {
    ...{ id: documentId, agencyId, typeCode: kind.code, subject: past.subject, notation: past.notation, urgency: 'normal' },
    ...{ drafterPositionId: drafter.id, signerPositionId: signer.id, places: null, at },
    search: fold([kind.name.vi, past.notation, past.subject].join(' ')),
  });
  const addresseeIds = past.addressees.map((key) => idIn(loaded.agencies, key));
  await replaceAddressees(tx, documentId, addresseeIds);
  for (const [ordinal, file] of past.files.entries()) {
    const binding = file.mediaType === 'application/pdf' ? 'signed' : 'hash';
    await sql`
      insert into agency.document_file (id, document_id, role, ordinal, name, media_type, original_sha256, original_size, sha256, size, binding)
      values (${randomUUID()}, ${documentId}, ${file.role}, ${ordinal}, ${file.name}, ${file.mediaType}, ${file.sha256}, ${file.size},
        ${file.sha256}, ${file.size}, ${binding})`.execute(tx);
  }
  const names = await Promise.all(addresseeIds.map(async (id) => (await agencyById(tx, id))!.name));
  const entryId = await insertEntry(tx, {
    ...{ registerId: series.registerId, agencyId, seriesId: series.id, year, number: past.number, state: 'reserved' as const },
    ...{ numberAndNotation: written, date: past.date, arrivedOn: null, typeName: kind.name.vi, subject: past.subject },
    ...{ signerName: signer.fullName, issuerName: null, addressees: names, unit: drafter.unitName, note: null },
    ...{ fileSha256: null, annexes: [], documentId, incomingId: null, at },
  });
  const main = past.files.find((file) => file.role === 'main');
  if (main === undefined) throw new TypeError('a past document has a main file');
  const annexes = past.files.filter((file) => file.role === 'annex').map(({ name, sha256 }) => ({ name, sha256 }));
  await closeEntry(tx, entryId, { state: 'issued', at, fileSha256: main.sha256, annexes });
  await setState(tx, documentId, {
    ...{ state: 'issued', at, signedAt: at, issuedAt: at },
    reservation: { entryId, number: past.number, numberAndNotation: written, date: past.date, reservedAt: at },
  });
  await record(tx, {
    event: 'DocumentIssued',
    at,
    agencyId,
    documentId,
    who: signer.fullName,
    detail: { numberAndNotation: written },
  });
  return { documentId };
}
