import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { LoadedDirectory } from '../directory/types.ts';
import { officeMigrations } from '../office.ts';
import { loadPastDocument } from '../load-past-document.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';
import { inTransaction } from '@antin/adapters/db/transaction';
import { openBooks, seriesFor } from './books.ts';
import { enterIncoming, noteReceiver } from './incoming-book.ts';
import { reserveNumber } from './numbering.ts';
import { registersOf, wholeBook } from './store.ts';

let database: TestDatabase;
let o: TestOffice;
let loaded: LoadedDirectory;
let clerk: string;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, testPki());
  loaded = await o.settle({});
  clerk = await o.signIn('van.thu');
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const now = new Date('2026-03-02T02:00:00Z');
const arrived = (agencyId: string, more: object = {}) => ({
  ...{ agencyId, incomingId: randomUUID(), arrivedOn: '2026-03-02', enteredAt: now, numberAndNotation: '12/UBND-NC' },
  ...{
    date: '2026-03-01',
    typeName: 'Công văn',
    subject: 'Về việc báo cáo',
    issuerName: 'UBND tỉnh',
    signerName: 'Trần A',
    note: '',
  },
  ...{ files: [{ role: 'main' as const, name: 'a.pdf', sha256: 'a'.repeat(64) }], ...more },
});
const enter = (entry: ReturnType<typeof arrived>) => inTransaction(database.db, (tx) => enterIncoming(tx, entry));

test('the incoming book gives numbers one after the other to clerks who register at once; what is undone leaves no gap', async () => {
  const agencyId = loaded.agencies.get('ubnd')!;
  const undone = inTransaction(database.db, async (tx) => {
    await enterIncoming(tx, arrived(agencyId));
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  const given = await Promise.all(Array.from({ length: 20 }, () => enter(arrived(agencyId))));
  expect(given.map((one) => one.number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test('a document enters the incoming book once', async () => {
  const entry = arrived(loaded.agencies.get('xa')!);
  await enter(entry);
  await expect(enter(entry)).rejects.toThrow('register_entry_incoming_id_key');
  expect((await enter(arrived(entry.agencyId))).number).toBe(2);
});

test('a book closed in mid-year takes nothing from that day on, and is not carried into the next year', async () => {
  const agencyId = loaded.agencies.get('huyen')!;
  await inTransaction(database.db, (tx) =>
    openBooks(tx, agencyId, {
      year: 2025,
      outgoing: 'Đi 2025',
      incoming: 'Đến 2025',
      series: [{ key: 'chung', name: 'Chung', typeCodes: 'all' }],
      closedOn: '2025-07-01',
    }),
  );
  expect((await enter(arrived(agencyId, { arrivedOn: '2025-06-30' }))).number).toBe(1);
  await expect(enter(arrived(agencyId, { arrivedOn: '2025-07-01' }))).rejects.toMatchObject({ code: 'register.book-closed' });
  const ask = (day: string) => inTransaction(database.db, (tx) => seriesFor(tx, { agencyId, typeCode: 'CV', day, lock: false }));
  expect((await ask('2025-06-30')).year).toBe(2025);
  await expect(ask('2025-07-01')).rejects.toMatchObject({ code: 'issue.books-closed' });
});

test('many who take the first number of a new year open its books once', async () => {
  const agencyId = loaded.agencies.get('so')!;
  const reserve = () =>
    inTransaction(database.db, (tx) =>
      reserveNumber(
        tx,
        {
          ...{
            documentId: randomUUID(),
            agencyId,
            typeCode: 'CV',
            notation: 'STC-NS',
            subject: 'x',
            signerName: 'A',
            addressees: [],
          },
          ...{ unit: undefined, signedAt: new Date('2026-12-31T02:00:00Z') },
        },
        '2027-01-02',
        new Date('2027-01-02T02:00:00Z'),
      ),
    );
  const given = await Promise.all(Array.from({ length: 8 }, reserve));
  expect(given.map((one) => one.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const books = (await registersOf(database.db, agencyId)).filter((book) => book.year === 2027);
  expect(books.map((book) => [book.direction, book.name])).toEqual([
    ['outgoing', 'Sổ đăng ký văn bản đi năm 2027'],
    ['incoming', 'Sổ đăng ký văn bản đến năm 2027'],
  ]);
});

test('the database refuses a doubled number even from code that forgot the lock', async () => {
  const copy = sql`
    insert into agency.register_entry (id, register_id, agency_id, series_id, year, number, state, number_and_notation, date,
      type_name, subject, entered_at, search)
    select gen_random_uuid(), register_id, agency_id, series_id, year, number, 'issued', 'another', date, type_name, subject, now(), ''
    from agency.register_entry where series_id is not null limit 1`;
  await expect(copy.execute(database.db)).rejects.toThrow('register_entry_series_number');
});

test('two series with one notation never give the same number and notation', async () => {
  const agencyId = loaded.agencies.get('ubnd')!;
  const reserve = (typeCode: string, notation: string) =>
    inTransaction(database.db, (tx) =>
      reserveNumber(
        tx,
        {
          ...{ documentId: randomUUID(), agencyId, typeCode, notation, subject: 'x', signerName: 'A', addressees: [] },
          ...{ unit: undefined, signedAt: now },
        },
        '2026-03-02',
        now,
      ),
    );
  expect((await reserve('CV', 'UBND')).numberAndNotation).toBe('08/UBND');
  for (let n = 1; n < 8; n += 1) await reserve('QĐ', 'QĐ-UBND');
  await expect(reserve('QĐ', 'UBND')).rejects.toMatchObject({ code: 'issue.notation-taken' });
  expect((await reserve('QĐ', 'QĐ-UBND')).numberAndNotation).toBe('08/QĐ-UBND');
});

test('a document from before stands in its agency’s book, and its number is not given again', async () => {
  const agencyId = loaded.agencies.get('huyen')!;
  await inTransaction(database.db, (tx) =>
    loadPastDocument(
      tx,
      {
        ...{
          agency: 'huyen',
          typeCode: 'CV',
          subject: 'Về việc phòng chống lụt bão',
          notation: 'UBND-NN',
          number: 455,
          series: 'chung',
        },
        ...{ date: '2025-06-20', drafterPosition: 'soan.thao', signerPosition: 'lanh.dao', addressees: ['ubnd'] },
        files: [{ role: 'main', name: 'a.pdf', mediaType: 'application/pdf', sha256: 'b'.repeat(64), size: 10 }],
      },
      loaded,
      new Date('2025-06-20T02:30:00Z'),
    ),
  );
  const series = await inTransaction(database.db, (tx) =>
    seriesFor(tx, { agencyId, typeCode: 'CV', day: '2025-06-21', lock: false }),
  );
  expect(series.lastNumber).toBe(455);
});

test('who took over a closed agency reads its documents and books, and can change nothing; others see neither', async () => {
  const successor = await o.signIn('van.thu.xa');
  const { items } = await o.get(successor, '/api/documents');
  expect(items.map((item: any) => [item.numberAndNotation, item.state])).toEqual([['455/UBND-NN', 'issued']]);
  const view = await o.get(successor, `/api/documents/${items[0].id}`);
  expect(view.agencyName).toBe('Ủy ban nhân dân huyện Bình An');
  expect(new Set(view.acts.map((act: any) => act.why))).toEqual(new Set(['document.not-your-agency']));
  const { registers } = await o.get(successor, '/api/registers');
  const old = registers.find((book: any) => book.name === 'Đi 2025 (Ủy ban nhân dân huyện Bình An)');
  expect((await o.get(successor, `/api/registers/${old.id}/entries`)).items[0]).toMatchObject({ number: 455, state: 'issued' });
  expect((await o.call(clerk, 'GET', `/api/documents/${items[0].id}`)).status).toBe(404);
  expect((await o.call(clerk, 'GET', `/api/registers/${old.id}/entries`)).status).toBe(404);
});

test('the export holds the whole book, however it is cut into pieces, oldest first', async () => {
  const book = (await registersOf(database.db, loaded.agencies.get('ubnd')!)).find((one) => one.direction === 'incoming')!;
  const all = async (step: number) => {
    const numbers: number[] = [];
    for await (const entry of wholeBook(database.db, book.id, step)) numbers.push(entry.number);
    return numbers;
  };
  expect(await all(3)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(await all(1000)).toEqual(await all(7));
});

test('the book is read by its own agency, also as CSV, and does not exist for another', async () => {
  const { registers } = await o.get(clerk, '/api/registers');
  const outgoing = registers.find((one: any) => one.direction === 'outgoing' && one.year === 2027);
  const response = await o.call(clerk, 'GET', `/api/registers/${outgoing.id}/export.csv`);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toContain('so-van-ban-di-2027.csv');
  expect((await response.text()).trim().split('\r\n')).toHaveLength(9);
  const stranger = await o.signIn('van.thu.tinh');
  for (const path of ['entries', 'export.csv']) {
    expect((await o.call(stranger, 'GET', `/api/registers/${outgoing.id}/${path}`)).status).toBe(404);
  }
});

test('who received an incoming document is filled in its line', async () => {
  const agencyId = loaded.agencies.get('xa')!;
  const entry = arrived(agencyId);
  await enter(entry);
  await inTransaction(database.db, (tx) => noteReceiver(tx, entry.incomingId, 'Phòng Kinh tế'));
  const book = (await registersOf(database.db, agencyId)).find((one) => one.direction === 'incoming')!;
  const units: (string | null)[] = [];
  for await (const line of wholeBook(database.db, book.id)) units.push(line.unit);
  expect(units.at(-1)).toBe('Phòng Kinh tế');
});

test('an agency that was opened in the directory has books when its first number is asked for', async () => {
  const id = randomUUID() as string;
  await sql`
    insert into agency.agency (id, code, name, short_name, level, level_name, valid_from, place, notation, search)
    values (${id}, 'H99.88', 'Cơ quan mới', 'CQM', 2, 'Sở', '2026-01-01', 'Nam Hà', 'CQM', 'co quan moi')`.execute(database.db);
  const ask = () =>
    inTransaction(database.db, (tx) => seriesFor(tx, { agencyId: id, typeCode: 'QĐ', day: '2026-03-02', lock: true }));
  const [one, other] = await Promise.all([ask(), ask()]);
  expect([one.id, one.lastNumber, one.registerName]).toEqual([other.id, 0, 'Sổ đăng ký văn bản đi năm 2026']);
  expect((await registersOf(database.db, id)).map((book) => book.direction).sort()).toEqual(['incoming', 'outgoing']);
});
