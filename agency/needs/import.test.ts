import { afterAll, beforeAll, expect, test } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sql } from 'kysely';
import { writeCsv, writeXlsx } from '@antin/adapters/tables/write';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { COLUMNS } from './columns.ts';
import { errorWords } from './import-list.ts';
import { IMPORT_QUEUE, runImport } from './import.ts';

let database: TestDatabase;
let o: CertificateOffice;
let officer: string;
let above: string;
let sheetId = '';

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
  [officer, above] = [await o.signIn('cb.so'), await o.signIn('cb.tinh')];
  await o.send(above, 'POST', '/api/needs', {
    name: 'Đợt 2026',
    year: 2026,
    deadline: '2026-12-31',
    forms: ['01'],
    guidance: '',
  });
  sheetId = (await o.get(officer, '/api/needs')).rounds[0].sheetId;
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const headings = COLUMNS['01'].map((column) => column.heading);
const line = (i: number, more: Partial<Record<string, string>> = {}): string[] => {
  const number = String(100_000_000_000 + i);
  const cells: Record<string, string> = {
    fullName: `Người ${i}`,
    citizenNumber: number,
    title: 'Chuyên viên',
    mail: `nguoi${i}@so.vn`,
    phone: '0912345678',
    ...more,
  };
  return COLUMNS['01'].map((column) => cells[column.name] ?? '');
};
async function csv(rows: readonly string[][], heading: readonly string[] = headings): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeCsv(heading, rows)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
const bring = async (bytes: Uint8Array, form = '01') =>
  JSON.parse(Buffer.from(await o.bytes(officer, 'PUT', `/api/needs-sheets/${sheetId}/import/${form}`, bytes)).toString());
/** What lies in the store, name by name; and whether any of it is a book or a list that can be read. */
const files = (): Map<string, Uint8Array> =>
  new Map(
    readdirSync(o.folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /[0-9a-f]{64}$/.test(path))
      .map((path) => [basename(path), new Uint8Array(readFileSync(join(o.folder, path)))]),
  );
const readable = (found: Map<string, Uint8Array>) =>
  [...found.values()].some((bytes) => bytes[0] === 0x50 || Buffer.from(bytes).includes('nguoi'));
const progress = (id: string) => o.get(officer, `/api/needs-imports/${id}`);

test('five thousand rows come in by a job that can be killed, go on, and say for each row what became of it', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => line(i, i % 100 === 99 ? { citizenNumber: 'x' } : {}));
  const book = writeXlsx('Nhu cầu', headings, rows, 0);
  const before = files();
  expect(readable(new Map([['', book.read(0, book.size)]]))).toBe(true);
  const started = await bring(book.read(0, book.size));
  expect(started).toMatchObject({ state: 'running', rows: 5000, done: 0 });
  await expect(bring(book.read(0, book.size))).rejects.toMatchObject({ code: 'needs.import-running' });
  // The worker is stopped after the first chunks, as a restart would.
  const stop = new AbortController();
  const watched = {
    get aborted() {
      return stop.signal.aborted;
    },
  } as AbortSignal;
  const first = runImport(o.deps, started.id, watched);
  for (let done = 0; done < 600;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    done = (await progress(started.id)).done;
  }
  stop.abort();
  expect(await first).toBe('interrupted');
  const half = await progress(started.id);
  expect(readable(files())).toBe(false);
  expect(files().size - before.size).toBe(1);
  expect(half.state).toBe('running');
  expect(half.done).toBeLessThan(5000);
  await o.work();
  expect(await progress(started.id)).toMatchObject({ state: 'done', done: 5000, added: 5000, withErrors: 50 });
  const { rows: counted } = await sql<{
    n: number;
    numbers: number;
  }>`select count(*)::integer as n, count(distinct row_no)::integer as numbers
    from agency.needs_entry where sheet_id = ${sheetId}`.execute(database.db);
  expect(counted).toEqual([{ n: 5000, numbers: 5000 }]);
  const wrong = await o.get(officer, `/api/needs-imports/${started.id}/rows?only=errors&size=10`);
  // Line 1 of the sheet holds the headings.
  expect(wrong.items[0]).toMatchObject({ row: 101, errors: [{ column: 'citizenNumber', code: 'needs.cell-citizen-number' }] });
  expect(wrong.items).toHaveLength(10);
  expect((await o.get(officer, `/api/needs-sheets/${sheetId}`)).withErrors).toBe(50);

  // The list of five thousand people lay sealed while it was needed, and is gone.
  expect(readable(files())).toBe(false);

  // The whole file goes with one undo.
  const after = await o.post(officer, `/api/needs-sheets/${sheetId}/undo`, {});
  expect([after.entries, after.canUndo]).toEqual([{}, false]);
});

test('a CSV from anywhere is read by its headings; what is missing is said before anything is taken', async () => {
  await expect(bring(await csv([line(1)], headings.slice(0, 2)))).rejects.toMatchObject({ code: 'needs.columns-missing' });
  await expect(bring(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
    code: expect.stringMatching(/^needs\.(file-unreadable|columns-missing)$/),
  });
  await expect(bring(await csv([line(1)]), '02')).rejects.toMatchObject({ code: 'needs.columns-missing' });
  const other = ['STT', 'Họ tên', 'CCCD', 'Chức danh', 'Email', 'SĐT'];
  const started = await bring(
    await csv([['1', 'Lê Thị Bình', '001190000044', 'Chuyên viên', 'BINH@so.vn', '0912 345 678']], other),
  );
  await o.work();
  expect(await progress(started.id)).toMatchObject({ state: 'done', added: 1, withErrors: 0 });
  const { items } = await o.get(officer, `/api/needs-sheets/${sheetId}/entries`);
  expect(items.at(-1).cells).toMatchObject({ fullName: 'Lê Thị Bình', citizenNumber: '001190000044', mail: 'BINH@so.vn' });
});

test('the template that is given out comes back in as it is', async () => {
  for (const form of ['01', '02', '03']) {
    const book = await o.bytes(officer, 'GET', `/api/needs/columns/${form}/template`);
    if (form !== '01') continue;
    const started = await bring(book);
    await o.work();
    expect(await progress(started.id)).toMatchObject({ state: 'done', added: 1, withErrors: 0 });
  }
});

test('two runs of one import, as after a power cut, take each row once', async () => {
  const before = (await o.get(officer, `/api/needs-sheets/${sheetId}`)).entries['01'] ?? 0;
  const started = await bring(await csv(Array.from({ length: 900 }, (_, i) => line(20_000 + i))));
  // The job of the process that died is leased for a while; a start does not wait for that.
  await sql`update job set lease_token = gen_random_uuid(), lease_until = now() + interval '1 hour'
    where queue = ${IMPORT_QUEUE} and key = ${started.id}`.execute(database.db);
  await o.side.start();
  await Promise.all([o.work(), runImport(o.deps, started.id)]);
  expect(await progress(started.id)).toMatchObject({ state: 'done', done: 900, added: 900, withErrors: 0 });
  expect((await o.get(officer, `/api/needs-sheets/${sheetId}`)).entries['01']).toBe(before + 900);
  await o.post(officer, `/api/needs-sheets/${sheetId}/undo`, {});
  await sql`delete from job where queue = ${IMPORT_QUEUE} and key = ${started.id}`.execute(database.db);
  await sql`delete from agency.needs_import_row where import_id = ${started.id}`.execute(database.db);
});

test('an import whose file cannot be read any more ends and says so, and its sheet takes the next one', async () => {
  const before = files();
  const started = await bring(await csv([line(7001)]));
  const [name] = [...files().keys()].filter((one) => !before.has(one));
  await o.files.remove(name!);
  await o.work();
  expect(await progress(started.id)).toMatchObject({ state: 'failed', added: 0, reason: 'file.not-found' });
  const again = await bring(await csv([line(7001)]));
  await o.work();
  expect(await progress(again.id)).toMatchObject({ state: 'done', added: 1, withErrors: 0 });
  expect(files()).toEqual(before);
});

test('imports of a round are listed for whom they concern, page by page, with their state and whose they are', async () => {
  const { roundId } = await o.get(officer, `/api/needs-sheets/${sheetId}`);
  const list = (as: string, query = '') => o.get(as, `/api/needs/${roundId}/imports${query}`);
  const all = (await list(officer)).items;
  expect(all.map((one: any) => one.state)).toEqual(expect.arrayContaining(['done', 'failed']));
  expect(all).toHaveLength(6);
  // All of one moment here: what comes when it was the same instant is not said.
  expect(all.find((one: any) => one.rows === 5000)).toMatchObject({
    ...{ rows: 5000, done: 5000, withErrors: 50, agencyCode: 'H99.01', agencyName: 'Sở Tài chính', startedBy: 'Phạm Văn Sở' },
  });
  expect((await list(above)).items).toEqual(all);
  expect((await list(above, `?sheetId=${sheetId}&state=failed`)).items).toEqual(all.filter((one: any) => one.state === 'failed'));
  const pages = [await list(officer, '?size=3')];
  pages.push(await list(officer, `?size=3&after=${pages[0].next}`));
  expect(pages.flatMap((page) => page.items)).toEqual(all);
  // Beside it and elsewhere nothing of it is seen.
  expect((await list(await o.signIn('cb.xa'))).items).toEqual([]);
  const strange = await o.signIn('cb.khac');
  await expect(list(strange)).rejects.toMatchObject({ code: 'needs.round-not-found' });
  await expect(o.get(strange, `/api/needs-imports/${all[0].id}/faulty`)).rejects.toMatchObject({ code: 'needs.sheet-not-found' });
});

test('rows with errors come as a file with words beside them; corrected and brought in again they are right, alone', async () => {
  const before = (await o.get(officer, `/api/needs-sheets/${sheetId}`)).entries['01'];
  const started = await bring(await csv([line(8001), line(8002, { citizenNumber: '12', birthDay: '31/02/1990' }), line(8003)]));
  await o.work();
  const faulty = async (query: string) => o.bytes(officer, 'GET', `/api/needs-imports/${started.id}/faulty?${query}`);
  const text = Buffer.from(await faulty('format=csv')).toString();
  expect(text.trim().split('\r\n')).toHaveLength(2);
  expect(text).toContain('Người 8002');
  expect(text).toContain('Số định danh cá nhân: Số định danh phải gồm 12 chữ số.');
  expect(text).toContain('Ngày sinh: Ngày phải có dạng ngày/tháng/năm.');
  expect(text).not.toContain('needs.');
  expect(Buffer.from(await faulty('format=csv&lang=en')).toString()).toContain('Citizen number: A citizen number has 12 digits.');
  // The book of faulty rows goes in again as it came out: its further columns are passed over.
  const book = await faulty('format=xlsx');
  await expect(o.send(above, 'DELETE', `/api/needs-imports/${started.id}/faulty`)).rejects.toMatchObject({
    code: 'needs.not-your-sheet',
  });
  expect(await o.send(officer, 'DELETE', `/api/needs-imports/${started.id}/faulty`)).toEqual({ removed: 1 });
  expect(await o.send(officer, 'DELETE', `/api/needs-imports/${started.id}/faulty`)).toEqual({ removed: 0 });
  expect((await o.get(officer, `/api/needs-sheets/${sheetId}`)).withErrors).toBe(0);
  const again = await bring(book);
  await o.work();
  expect(await progress(again.id)).toMatchObject({ state: 'done', added: 1, withErrors: 1 });
  await o.post(officer, `/api/needs-sheets/${sheetId}/undo`, {});
  const mended = await bring(await csv([line(8002)]));
  await o.work();
  expect(await progress(mended.id)).toMatchObject({ state: 'done', added: 1, withErrors: 0 });
  expect((await o.get(officer, `/api/needs-sheets/${sheetId}`)).entries['01']).toBe(before + 3);
});

test('every error of a cell or a row has words in both languages', () => {
  const codes = new Set(
    ['columns.ts', 'check.ts'].flatMap((file) =>
      [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/'(needs\.[a-z-]+)'/g)].map((found) => found[1]!),
    ),
  );
  expect(codes.size).toBeGreaterThan(15);
  for (const code of codes) {
    const [vi, en] = (['vi', 'en'] as const).map((lang) => errorWords('01', { column: 'mail', code, weight: 'error' }, lang));
    expect(vi, code).toMatch(/^Thư điện tử công vụ: .{6}/);
    expect(en, code).not.toContain('needs.');
    if (code !== 'needs.row-not-read') expect(vi, code).not.toContain('Không đọc được dòng này');
  }
  const why = {
    column: 'renewSerial',
    code: 'needs.renewal-not-possible',
    weight: 'error',
    detail: 'certificate.renewed-already',
  } as const;
  expect(errorWords('01', why, 'en')).toMatch(
    /^Serial number to renew: This certificate cannot be renewed; ask for a new one\. \S+ /,
  );
  expect(errorWords('01', { ...why, detail: 'Sở Y tế' }, 'vi')).toContain('Sở Y tế');
});

test('an import stops when it is told to, and when its sheet is submitted', async () => {
  const started = await bring(await csv([line(9001)]));
  expect(await o.send(officer, 'DELETE', `/api/needs-imports/${started.id}`)).toMatchObject({
    state: 'stopped',
    reason: 'needs.import-stopped',
  });
  const again = await bring(await csv([line(9002)]));
  const { version } = await o.get(officer, `/api/needs-sheets/${sheetId}`);
  await o.post(officer, `/api/needs-sheets/${sheetId}/submit`, { version });
  await o.work();
  expect(await progress(again.id)).toMatchObject({ state: 'stopped', added: 0, reason: 'needs.sheet-submitted' });
});
