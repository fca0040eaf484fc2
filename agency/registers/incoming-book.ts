import { sql } from 'kysely';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Tx } from '@antin/adapters/db/transaction';
import { carryBooksOver } from './books.ts';
import { insertEntry } from './store.ts';

export interface ArrivedDocument {
  readonly agencyId: string;
  readonly incomingId: string;
  readonly arrivedOn: string;
  readonly enteredAt: Date;
  readonly numberAndNotation: string;
  readonly date: string;
  readonly typeName: string;
  readonly subject: string;
  readonly issuerName: string;
  readonly signerName: string;
  readonly note: string;
  readonly files: readonly { readonly role: 'main' | 'annex'; readonly name: string; readonly sha256: string }[];
}

/**
 * Enters an arrived document in the incoming book of its year and gives it the next number, under the book's row lock.
 *
 * @throws {Refusal} `register.no-book`, `register.book-closed`
 */
export async function enterIncoming(tx: Tx, entry: ArrivedDocument): Promise<{ number: number; entryId: string }> {
  const year = Number(entry.arrivedOn.slice(0, 4));
  await carryBooksOver(tx, entry.agencyId, year);
  const { rows } = await sql<{ id: string; number: number; closedOn: string | null }>`
    update agency.register set last_number = last_number + 1
    where agency_id = ${entry.agencyId} and direction = 'incoming' and year = ${year}
    returning id, last_number as number, closed_on as "closedOn"`.execute(tx);
  const [book] = rows;
  if (book === undefined) throw new Refusal('register.no-book');
  if (book.closedOn !== null && entry.arrivedOn >= book.closedOn) throw new Refusal('register.book-closed');
  const entryId = await insertEntry(tx, {
    registerId: book.id,
    agencyId: entry.agencyId,
    seriesId: null,
    year,
    number: book.number,
    state: 'registered',
    numberAndNotation: entry.numberAndNotation,
    date: entry.date,
    arrivedOn: entry.arrivedOn,
    typeName: entry.typeName,
    subject: entry.subject,
    signerName: entry.signerName,
    issuerName: entry.issuerName,
    addressees: [],
    unit: null,
    note: entry.note === '' ? null : entry.note,
    fileSha256: entry.files.find((file) => file.role === 'main')?.sha256 ?? null,
    annexes: entry.files.filter((file) => file.role === 'annex').map(({ name, sha256 }) => ({ name, sha256 })),
    documentId: null,
    incomingId: entry.incomingId,
    at: entry.enteredAt,
  });
  return { number: book.number, entryId };
}

/** Fills the column "unit or person who received it" once the document is assigned; the last assignment counts. */
export async function noteReceiver(tx: Tx, incomingId: string, receiver: string): Promise<void> {
  await sql`update agency.register_entry set unit = ${receiver} where incoming_id = ${incomingId}`.execute(tx);
}
