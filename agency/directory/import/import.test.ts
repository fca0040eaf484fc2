import { sql } from 'kysely';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTable } from '@antin/adapters/tables/read';
import { writeXlsx } from '@antin/adapters/tables/write';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { loadDirectory } from '../../load-directory.ts';
import { officeMigrations } from '../../office.ts';
import { testOffice, type TestOffice } from '../../office-for-tests.ts';
import { testProvince } from '../province-for-tests.ts';
import type { LoadedDirectory } from '../types.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let loaded: LoadedDirectory;
let tinh: string, so: string;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  o = await testOffice(database.db, pki);
  loaded = await database.db.transaction().execute((tx) => loadDirectory(tx, testProvince));
  [tinh, so] = [await o.signIn('qt.tinh'), await o.signIn('qt.so')];
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const utf8 = (text: string) => new TextEncoder().encode(text);
const send = async (as: string, kind: string, bytes: Uint8Array) => {
  const response = await o.call(as, 'PUT', `/api/directory/imports?kind=${kind}`, bytes, {
    'x-file-name': encodeURIComponent('bảng.csv'),
  });
  const body = (await response.json()) as any;
  return response.ok ? body : { code: body.code };
};
const checked = async (as: string, kind: string, text: string | Uint8Array) => {
  const { id } = await send(as, kind, typeof text === 'string' ? utf8(text) : text);
  await o.work();
  return o.get(as, `/api/directory/imports/${id}`);
};
const confirm = async (as: string, id: string, withoutWrong = false) => {
  await o.post(as, `/api/directory/imports/${id}/confirm`, { withoutWrong });
  await o.work();
  return (await o.get(as, `/api/directory/imports/${id}`)).state;
};
const errorsOf = async (as: string, id: string) =>
  (await o.get(as, `/api/directory/imports/${id}/rows?action=wrong`)).rows.map((row: any) => [
    row.line,
    ...row.errors.map((error: any) => `${error.column} ${error.code}`),
  ]);
const count = async (table: string) =>
  (await sql<{ n: number }>`select count(*)::integer as n from ${sql.raw(table)}`.execute(database.db)).rows[0]!.n;

const COMMUNES =
  'DANH SÁCH CƠ QUAN\n\nMã định danh (*);Tên cơ quan;Viết tắt;Mã cơ quan chủ quản;Mã cũ;Ghi chú\n' +
  'H99.60.01;Văn phòng;VP;H99.60;;\nH99.60;Ủy ban nhân dân xã Tân Lập;UBND;H99;000.00.60.H99;mới\nH99.51;Ủy ban nhân dân xã Bình An;;;;\n' +
  'H99.52;Ủy ban nhân dân phường Bình Lộc;;;;';

test('agencies come from a table in any order, after somebody looked and confirmed, and once', async () => {
  const one = await checked(tinh, 'agencies', COMMUNES);
  expect([one.state, one.counts, one.unknownColumns]).toEqual([
    'ready',
    { rows: 4, checked: 4, create: 2, change: 1, same: 1, wrong: 0 },
    ['Ghi chú'],
  ]);
  const before = await count('agency.agency');
  expect((await send(tinh, 'agencies', utf8(COMMUNES))).id).toBe(one.id);
  expect(await count('agency.agency')).toBe(before);
  expect(await confirm(tinh, one.id)).toBe('done');
  expect(await count('agency.agency')).toBe(before + 2);
  const found = await o.get(tinh, `/api/directory/agencies?q=${encodeURIComponent('văn phòng H99.60')}`);
  expect(found.items.map((line: any) => [line.code, line.level, line.above.at(-1)])).toEqual([
    ['H99.60.01', 4, 'Ủy ban nhân dân xã Tân Lập'],
  ]);
  expect((await o.get(tinh, '/api/directory/codes/000.00.60.H99')).agency.name).toBe('Ủy ban nhân dân xã Tân Lập');
  const renamed = await o.get(tinh, `/api/directory/agencies/${loaded.agencies.get('xa2')!}`);
  expect([renamed.name, renamed.versions.length]).toEqual(['Ủy ban nhân dân phường Bình Lộc', 2]);
  // The same file once more has nothing to do: it is the import that is done. With another line, all else is the same.
  expect((await send(tinh, 'agencies', utf8(COMMUNES))).state).toBe('done');
  const again = await checked(tinh, 'agencies', `${COMMUNES}\nH99.60.02;Bộ phận Một cửa;BPMC;H99.60;;`);
  expect(again.counts).toEqual({ rows: 5, checked: 5, create: 1, change: 0, same: 4, wrong: 0 });
});

test('what is wrong is said by row and column, and nothing is written while it is', async () => {
  const one = await checked(
    tinh,
    'agencies',
    'Code,Name,Parent code,Level,Valid from\n' +
      'xã-1,A,H99,,\n,B,H99,,\nH99.70,C,H97,,\nH99.71,,H99,,\nH99.72,D,H99,1,\nH99.73,E,H99,,32/13/2026\nH98,F,,,\nH99.74,G,H99,,\nH99.74,H,H99,,\n' +
      'H99.75,I,H98,,\nH99,Tên khác,,,\n',
  );
  expect(await errorsOf(tinh, one.id)).toEqual([
    [2, 'code directory.code-form'],
    [3, 'code import.missing'],
    [4, 'parentCode import.parent-unknown'],
    [5, 'name import.missing'],
    [6, 'level directory.level-not-below'],
    [7, 'validFrom import.day'],
    [8, 'code directory.not-yours'],
    [10, 'code import.twice'],
    [11, 'parentCode directory.not-yours'],
    [12, 'code directory.own-name'],
  ]);
  await expect(confirm(tinh, one.id)).rejects.toMatchObject({ code: 'import.has-wrong' });
  const file = await o.call(tinh, 'GET', `/api/directory/imports/${one.id}/errors?format=xlsx`);
  const table = readTable(new Uint8Array(await file.arrayBuffer()));
  expect(table.rows.length).toBe(11);
  expect(table.rows[1]!.cells.at(-1)).toContain('Mã định danh: Mã định danh không đúng dạng');
  const before = await count('agency.agency');
  expect(await confirm(tinh, one.id, true)).toBe('done');
  expect(await count('agency.agency')).toBe(before + 1);
});

test('parents that only name each other, or a directory that moved on, leave nothing written', async () => {
  const before = await count('agency.agency');
  const real = await checked(
    tinh,
    'agencies',
    'Mã định danh,Tên,Mã cơ quan chủ quản\nH99.90,A,H99.91\nH99.91,B,H99.90\nH99.92,C,H99',
  );
  expect(await confirm(tinh, real.id)).toBe('failed');
  expect(await count('agency.agency')).toBe(before);
  const late = await checked(tinh, 'agencies', 'Mã định danh,Tên\nH99.93,A\nH99.94,B');
  await o.post(tinh, '/api/directory/agencies', {
    ...{ parentId: loaded.agencies.get('tinh')!, code: 'H99.94', name: 'Trước', shortName: 'T', levelName: 'Cấp xã' },
    ...{ place: 'Nam Hà', notation: 'T', effectiveFrom: o.clock().toISOString().slice(0, 10) },
  });
  expect(await confirm(tinh, late.id)).toBe('failed');
  expect(await count('agency.agency')).toBe(before + 1);
});

const PEOPLE = [
  ['Họ và tên', 'Số CCCD', 'Ngày sinh', 'Email', 'Điện thoại', 'Mã cơ quan', 'Chức vụ', 'Vai trò', 'Từ ngày'],
  [
    'Bùi Thị Hương',
    '001088012345',
    '02/03/1988',
    'huong.bt@namha.gov.vn',
    '0912345678',
    'H99.51',
    'Văn thư',
    'Văn thư; Soạn thảo',
    '01/07/2025',
  ],
  ['Lê Văn Bảy', '079123456789', '', '', '', 'H99.51', 'Chủ tịch', 'Lãnh đạo', ''],
  ['Thiếu Số Không', '79123456789', '', 'x@namha.gov.vn', '', 'H99.51', 'A', '', ''],
  ['Sai Đủ Điều', '12', '31/02/2000', 'không@', '1', 'H77', '', 'Vua', ''],
] as const;

test('people come with their positions; numbers are masked wherever they are shown', async () => {
  const book = writeXlsx('Người', PEOPLE[0], PEOPLE.slice(1), 0);
  const one = await checked(tinh, 'people', book.read(0, book.size));
  expect(one.counts).toMatchObject({ rows: 4, create: 2, wrong: 2 });
  expect(await errorsOf(tinh, one.id)).toEqual([
    [4, 'citizenNumber import.citizen-zeros'],
    [
      5,
      'mail import.mail',
      'phone import.phone',
      'birthDay import.day',
      'roles import.roles',
      'title import.missing',
      'citizenNumber import.citizen-number',
      'agencyCode import.agency-unknown',
    ],
  ]);
  const rows = JSON.stringify(await o.get(tinh, `/api/directory/imports/${one.id}/rows`));
  expect([rows.includes('001088012345'), rows.includes('••••••••2345')]).toEqual([false, true]);
  expect(await confirm(tinh, one.id, true)).toBe('done');
  const { person } = await o.post(tinh, '/api/directory/people/by-citizen-number', { citizenNumber: '001088012345' });
  expect([person.signInName, person.positions[0].title, person.mail]).toEqual(['huong.bt', 'Văn thư', 'huong.bt@namha.gov.vn']);
  const detail = await o.get(tinh, `/api/directory/people/${person.id}`);
  expect([detail.birthDay, detail.positions[0].roles, detail.positions[0].validFrom]).toEqual([
    '1988-03-02',
    ['clerk', 'drafter'],
    '2025-07-01',
  ]);
  // The file with errors gives the number back only to who sent it.
  const errors = async (as: string) =>
    new TextDecoder().decode(await (await o.call(as, 'GET', `/api/directory/imports/${one.id}/errors?format=csv`)).arrayBuffer());
  expect(await errors(tinh)).toContain('79123456789');
  expect((await o.call(so, 'GET', `/api/directory/imports/${one.id}/errors`)).status).toBe(404);
  const changed = await checked(
    tinh,
    'people',
    'Họ và tên,Số CCCD,Điện thoại,Mã cơ quan,Chức vụ\nBùi Thị Hương,001088012345,0999999999,H99.51,Văn thư\nLê Văn Bảy,079123456789,,H99.51,Chủ tịch',
  );
  expect(changed.counts).toMatchObject({ create: 0, change: 1, same: 1, wrong: 0 });
  expect(await confirm(tinh, changed.id)).toBe('done');
  expect((await o.get(tinh, `/api/directory/people/${person.id}`)).phone).toBe('0999999999');
});

test('positions are added and ended by a table', async () => {
  const one = await checked(
    tinh,
    'positions',
    'CCCD,Tên đăng nhập,Mã cơ quan,Chức vụ,Từ ngày,Đến ngày\n001088012345,,H99.52,Phó Chủ tịch,01/01/2027,\n,ct.xa,H99.51,Chủ tịch,,01/06/2027\n,ai.day,H99.51,X,,',
  );
  expect(one.counts).toMatchObject({ create: 1, change: 1, wrong: 1 });
  expect(await errorsOf(tinh, one.id)).toEqual([[4, 'citizenNumber import.person-unknown']]);
  expect(await confirm(tinh, one.id, true)).toBe('done');
  const { rows } = await sql<{
    to: string;
  }>`select valid_to as to from agency.position where id = ${loaded.positions.get('ct.xa')!}`.execute(database.db);
  expect(rows[0]!.to).toBe('2027-06-01');
});

test('a check that was stopped goes on where it was', async () => {
  const { id } = await send(tinh, 'agencies', utf8('Mã định danh,Tên\nH99.95,A\nH99.96,B\nH99.97,C'));
  await sql`update agency.directory_import_row set action = 'same' where import_id = ${id} and line = 2`.execute(database.db);
  await o.work();
  const { rows } = await o.get(tinh, `/api/directory/imports/${id}/rows`);
  expect(rows.map((row: any) => row.action)).toEqual(['same', 'create', 'create']);
  await o.post(tinh, `/api/directory/imports/${id}/cancel`, {});
  await expect(confirm(tinh, id)).rejects.toMatchObject({ code: 'import.wrong-state' });
});

test('what is exported is what an import takes, and imports as nothing new', async () => {
  const get = async (kind: string, format: string) =>
    new Uint8Array(await (await o.call(tinh, 'GET', `/api/directory/export?kind=${kind}&format=${format}`)).arrayBuffer());
  const agencies = await checked(tinh, 'agencies', await get('agencies', 'csv'));
  expect([agencies.counts.wrong, agencies.counts.same, agencies.counts.create]).toEqual([0, agencies.counts.rows, 0]);
  const people = await checked(tinh, 'people', await get('people', 'xlsx'));
  expect([people.counts.wrong, people.counts.same]).toEqual([0, people.counts.rows]);
  expect(people.counts.rows).toBeGreaterThan(5);
});

test('what is no such table is refused at once, by name', async () => {
  const code = async (text: string | Uint8Array) =>
    (await send(tinh, 'agencies', typeof text === 'string' ? utf8(text) : text)).code;
  expect(await code('x,y\n1,2')).toBe('import.no-header');
  expect(await code('Mã định danh,Cấp\nH99.1,2')).toBe('import.columns-missing');
  expect(await code('Mã định danh,Tên')).toBe('import.no-rows');
  expect(await code(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0))).toBe('table.old-excel');
  expect(await code('a,"b')).toBe('table.damaged');
});

/** Whether a text lies anywhere in the files of this database, or in what the server has written ahead. */
async function liesOpen(text: string): Promise<boolean> {
  await sql`checkpoint`.execute(database.db);
  const { rows } = await sql<{ data: string; oid: string }>`
    select current_setting('data_directory') as data, oid::text from pg_database where datname = current_database()`.execute(
    database.db,
  );
  const { data, oid } = rows[0]!;
  const wanted = Buffer.from(text, 'utf8');
  return [join(data, 'base', oid), join(data, 'pg_wal')].some((folder) =>
    readdirSync(folder, { withFileTypes: true }).some(
      (file) => file.isFile() && readFileSync(join(folder, file.name)).includes(wanted),
    ),
  );
}

test('people of a file lie sealed while they wait, and are forgotten with it; agencies, which are public, lie open', async () => {
  const secret = (n: number) => `Khuất Thị Bí Mật ${n}`;
  const table = (n: number) =>
    `Họ và tên,Số CCCD,Tên đăng nhập,Email,Điện thoại,Mã cơ quan,Chức vụ\n${secret(n)},001088${500_000 + n},bi.mat.${n},bi.mat.${n}@namha.gov.vn,09123456${10 + n},H99.51,Văn thư\n` +
    `${secret(n)} sai,,,khong-phai-thu,,H99.51,Văn thư\n`;
  const dropped = await checked(tinh, 'people', table(1));
  expect(dropped.counts).toMatchObject({ create: 1, wrong: 1 });
  // The pages show it all the same.
  expect(JSON.stringify(await o.get(tinh, `/api/directory/imports/${dropped.id}/rows`))).toContain(secret(1));
  expect(await liesOpen(secret(1))).toBe(false);
  expect(await liesOpen('bi.mat.1')).toBe(false);
  await o.post(tinh, `/api/directory/imports/${dropped.id}/cancel`, {});
  const left = async (id: string) =>
    (
      await sql<{ line: number }>`select line from agency.directory_import_row where import_id = ${id}
        and (cells <> '{}'::jsonb or sealed is not null or target is not null or target_sealed is not null or secret is not null)`.execute(
        database.db,
      )
    ).rows.map((row) => row.line);
  expect(await left(dropped.id)).toEqual([]);

  const written = await checked(tinh, 'people', table(2));
  expect(await confirm(tinh, written.id, true)).toBe('done');
  // Only what is still to be mended is kept, sealed, for the file of wrong rows.
  expect(await left(written.id)).toEqual([3]);
  expect(await liesOpen(`${secret(2)} sai`)).toBe(false);
  const errors = await o.call(tinh, 'GET', `/api/directory/imports/${written.id}/errors?format=csv`);
  expect(new TextDecoder().decode(await errors.arrayBuffer())).toContain(`${secret(2)} sai`);

  // The same search finds what does lie open.
  await checked(tinh, 'agencies', 'Mã định danh,Tên\nH99.98,Trạm Quan trắc Công khai');
  expect(await liesOpen('Trạm Quan trắc Công khai')).toBe(true);
});

test('two rows of one sign-in name are told apart though it is sealed', async () => {
  const one = await checked(
    tinh,
    'people',
    'Họ và tên,Tên đăng nhập,Mã cơ quan,Chức vụ\nA B,trung.ten,H99.51,X\nC D,Trung.Ten,H99.51,X',
  );
  expect(await errorsOf(tinh, one.id)).toEqual([[3, 'signInName import.twice']]);
});
