import { kindOf } from '@antin/protocol/office/kinds';
import { officeDay } from '@antin/adapters/clock/days';
import { numberAndNotation } from '../documents/numbers.ts';
import { must, Refusal } from '@antin/adapters/http/refusal';
import type { Tx } from '@antin/adapters/db/transaction';
import { seriesFor } from './books.ts';
import { mayDate, mayRelease } from './rules.ts';
import { closeEntry, entryById, insertEntry, lastDateOf, lockSeries, notationTaken, setSeriesLast } from './store.ts';

/** What the outgoing register wants to know of a document that gets its number. */
export interface Numbered {
  readonly documentId: string;
  readonly agencyId: string;
  readonly typeCode: string;
  readonly notation: string;
  readonly subject: string;
  readonly signerName: string;
  readonly addressees: readonly string[];
  readonly unit: string | undefined;
  readonly signedAt: Date;
}

export interface Reservation {
  readonly entryId: string;
  readonly number: number;
  readonly numberAndNotation: string;
  readonly date: string;
  readonly registerName: string;
}

/**
 * Takes the next number of the series under its row lock and enters it as reserved: from here on it belongs to this
 * document until it is issued, proven unused, or voided. Two unique indexes stand behind the lock.
 *
 * @throws {Refusal} `issue.no-series`, `issue.books-closed`, `issue.date-*`, `issue.notation-taken`
 */
export async function reserveNumber(tx: Tx, document: Numbered, date: string, now: Date): Promise<Reservation> {
  const series = await seriesFor(tx, { agencyId: document.agencyId, typeCode: document.typeCode, day: date, lock: true });
  must(
    mayDate(date, {
      today: officeDay(now),
      signedOn: officeDay(document.signedAt),
      lastDate: await lastDateOf(tx, series.id),
    }),
  );
  const number = series.lastNumber + 1;
  const written = numberAndNotation(number, document.notation);
  // Two series of one agency with one notation would give the same number and notation twice in a year.
  if (await notationTaken(tx, { agencyId: document.agencyId, year: series.year, numberAndNotation: written })) {
    throw new Refusal('issue.notation-taken', { detail: { vi: written, en: written } });
  }
  const entryId = await insertEntry(tx, {
    registerId: series.registerId,
    agencyId: document.agencyId,
    seriesId: series.id,
    year: series.year,
    number,
    state: 'reserved',
    numberAndNotation: written,
    date,
    arrivedOn: null,
    typeName: kindOf(document.typeCode)?.name.vi ?? document.typeCode,
    subject: document.subject,
    signerName: document.signerName,
    issuerName: null,
    addressees: document.addressees,
    unit: document.unit ?? null,
    note: null,
    fileSha256: null,
    annexes: [],
    documentId: document.documentId,
    incomingId: null,
    at: now,
  });
  await setSeriesLast(tx, series.id, number);
  return { entryId, number, numberAndNotation: written, date, registerName: series.registerName };
}

/** What would be given now; nothing is taken. */
export async function proposeNumber(
  tx: Tx,
  document: Pick<Numbered, 'agencyId' | 'typeCode' | 'notation'>,
  date: string,
): Promise<Omit<Reservation, 'entryId'>> {
  const series = await seriesFor(tx, { agencyId: document.agencyId, typeCode: document.typeCode, day: date, lock: false });
  const number = series.lastNumber + 1;
  return { number, numberAndNotation: numberAndNotation(number, document.notation), date, registerName: series.registerName };
}

/** Gives a reserved number back to its series. @throws {Refusal} `seal.*`, see `mayRelease` */
export async function releaseNumber(
  tx: Tx,
  entryId: string,
  answers: readonly ('signed' | 'not-used' | 'unknown' | undefined)[],
  now: Date,
): Promise<void> {
  const entry = await reservedEntry(tx, entryId);
  const series = await lockSeries(tx, entry.seriesId!);
  const last = must(
    mayRelease({
      number: entry.number,
      seriesLastNumber: series.lastNumber,
      reservedOn: officeDay(entry.reservedAt!),
      today: officeDay(now),
      answers,
    }),
  );
  await closeEntry(tx, entryId, { state: 'released' });
  await setSeriesLast(tx, series.id, last);
}

/** Voids a reserved number for good: the entry stays in the book with its reason. */
export async function voidNumber(tx: Tx, entryId: string, reason: string, now: Date): Promise<void> {
  await reservedEntry(tx, entryId);
  await closeEntry(tx, entryId, { state: 'voided', reason, at: now });
}

async function reservedEntry(tx: Tx, entryId: string) {
  const entry = await entryById(tx, entryId);
  if (entry === undefined || entry.state !== 'reserved') throw new Refusal('seal.nothing-reserved');
  return entry;
}
