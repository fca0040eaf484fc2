import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { officeDay } from '@antin/adapters/clock/days';
import { verifyPassword } from '@antin/adapters/password/argon2';
import { waitingJobs } from '@antin/adapters/db/outbox';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { loadDirectory } from '../load-directory.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';
import { namesOn } from './agency-store.ts';
import { TAKE_EFFECT_QUEUE } from './changes.ts';
import { testProvince } from './province-for-tests.ts';
import type { LoadedDirectory } from './types.ts';
import { takeEffect } from './upkeep.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let loaded: LoadedDirectory;
const as: Record<string, string> = {};
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  const verify = async (hash: string, password: string) =>
    hash.startsWith('plain:') ? hash === `plain:${password}` : verifyPassword(hash, password);
  o = await testOffice(database.db, pki, { deps: { passwords: { verify } } });
  loaded = await database.db.transaction().execute((tx) => loadDirectory(tx, testProvince));
  for (const name of ['qt.tw', 'qt.tinh', 'qt.so', 'gd.so']) as[name] = await o.signIn(name);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const idOf = (key: string) => loaded.agencies.get(key)!;
const today = () => officeDay(o.clock());
const dayIn = (days: number) => officeDay(new Date(o.clock().getTime() + days * 86_400_000));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code?: string }) => fault.code,
  );
const grounds = { number: '12/QĐ-UBND', date: '2026-01-01' };
const commune = (parent: string, code: string, name: string, from: string) => ({
  ...{ parentId: idOf(parent), code, name, shortName: 'UBND', levelName: 'Cấp xã', place: 'Nam Hà', notation: 'UBND' },
  effectiveFrom: from,
});

test('the tree shows children page by page, and a search says where each stands', async () => {
  const top = await o.get(as['gd.so']!, '/api/directory/agencies?parentId=root');
  expect(top.items.map((one: any) => [one.name, one.hasChildren])).toEqual([['Bộ Nội vụ', true]]);
  const names: string[] = [];
  for (let cursor = ''; ;) {
    const page = await o.get(as['gd.so']!, `/api/directory/agencies?parentId=${idOf('tinh')}&limit=2${cursor}`);
    names.push(...page.items.map((one: any) => one.name));
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  expect(names).toEqual(['Sở Tài chính', 'Ủy ban nhân dân xã Bình An', 'Ủy ban nhân dân xã Bình Lộc']);
  const found = await o.get(as['gd.so']!, `/api/directory/agencies?q=${encodeURIComponent('xa binh l')}`);
  expect(found.items.map((one: any) => [one.name, one.above])).toEqual([
    ['Ủy ban nhân dân xã Bình Lộc', ['Bộ Nội vụ', 'Ủy ban nhân dân tỉnh Nam Hà']],
  ]);
  for (const q of ['H99.01.02', 'ngân sách', 'NGAN'])
    expect((await o.get(as['gd.so']!, `/api/directory/agencies?q=${encodeURIComponent(q)}`)).items[0]?.name).toBe(
      'Phòng Ngân sách',
    );
  expect((await o.get(as['gd.so']!, '/api/directory/agencies?q=%25')).items).toEqual([]);
  expect((await o.get(as['gd.so']!, `/api/directory/agencies?q=binh&under=${idOf('so')}`)).items).toEqual([]);
});

test('a code is known in both forms, by stored alias before conversion', async () => {
  const whose = async (code: string) => (await o.get(as['gd.so']!, `/api/directory/codes/${code}`)).agency?.name;
  expect(await whose('000.00.01.H99')).toBe('Sở Tài chính');
  expect(await whose('000.00.51.H99')).toBe('Ủy ban nhân dân xã Bình An');
  expect(await whose('H97')).toBeUndefined();
  expect((await o.get(as['gd.so']!, '/api/directory/codes/001.00.01.H99')).decision20).toBeNull();
});

test('an administrator keeps the agencies below, never above or beside', async () => {
  const open = (who: string, parent: string, code: string) =>
    codeOf(o.post(as[who]!, '/api/directory/agencies', commune(parent, code, 'Đơn vị mới', today())));
  expect(await open('qt.so', 'so', 'H99.01.90')).toBe('done');
  expect(await open('qt.so', 'tinh', 'H99.91')).toBe('directory.not-yours');
  expect(await open('qt.tinh', 'tinh2', 'H98.01')).toBe('directory.not-yours');
  expect(await open('gd.so', 'so', 'H99.01.92')).toBe('role.administrator-needed');
  const change = (who: string, agency: string, set: object) =>
    codeOf(o.post(as[who]!, `/api/directory/agencies/${idOf(agency)}/changes`, { set, effectiveFrom: today() }));
  expect(await change('qt.so', 'so', { name: 'Sở Tài chính - Kế hoạch' })).toBe('directory.own-name');
  expect(await change('qt.so', 'so', { place: 'Nam Định' })).toBe('done');
  expect(await change('qt.so', 'tinh', { place: 'Nam Định' })).toBe('directory.not-yours');
  expect(await change('qt.tinh', 'phong', { parentId: idOf('tinh2') })).toBe('directory.not-yours');
  expect(await change('qt.tinh', 'so', { parentId: idOf('phong') })).toBe('directory.below-itself');
  expect(await change('qt.tinh', 'xa', { code: 'H99.01' })).toBe('directory.code-taken');
  expect(await change('qt.tinh', 'xa', { code: '000.00.01.H99' })).toBe('directory.code-taken');
  expect(await change('qt.tinh', 'xa', { code: 'xã-1' })).toBe('directory.code-form');
  expect(await change('qt.tinh', 'xa', { level: 2 })).toBe('directory.level-not-below');
  expect(await change('qt.tinh', 'xa', {})).toBe('http.invalid-body');
});

test('a name that changes on a later day is today’s until then, and both days keep theirs', async () => {
  const xa = idOf('xa');
  const { changeId } = await o.post(as['qt.tinh']!, `/api/directory/agencies/${xa}/changes`, {
    ...{ set: { name: 'Ủy ban nhân dân phường Bình An', level: 4 }, effectiveFrom: dayIn(10), grounds },
  });
  const name = async (day: string) => (await namesOn(database.db, [xa], day)).get(xa);
  expect([await name(today()), await name(dayIn(9)), await name(dayIn(10)), await name('2019-01-01')]).toEqual([
    'Ủy ban nhân dân xã Bình An',
    'Ủy ban nhân dân xã Bình An',
    'Ủy ban nhân dân phường Bình An',
    'Ủy ban nhân dân xã Bình An',
  ]);
  const detail = await o.get(as['qt.tinh']!, `/api/directory/agencies/${xa}`);
  expect([detail.name, detail.pending, detail.versions.length, detail.acts.change]).toEqual([
    'Ủy ban nhân dân xã Bình An',
    true,
    2,
    true,
  ]);
  const then = await o.get(as['qt.tinh']!, `/api/directory/agencies?parentId=${idOf('tinh')}&day=${dayIn(10)}`);
  expect(then.items.map((one: any) => one.name)).toContain('Ủy ban nhân dân phường Bình An');
  expect((await waitingJobs(database.db, TAKE_EFFECT_QUEUE)).map((job) => job.key)).toContain(dayIn(10));

  const pending = await o.get(as['qt.tinh']!, '/api/directory/changes?pending=true');
  expect(pending.items.map((one: any) => [one.id, one.kind, one.mayUndo, one.grounds])).toEqual([
    [changeId, 'agency-changed', true, grounds],
  ]);
  // A day before a change that stands already would be hidden by it.
  const earlier = { set: { place: 'X' }, effectiveFrom: dayIn(3) };
  expect(await codeOf(o.post(as['qt.tinh']!, `/api/directory/agencies/${xa}/changes`, earlier))).toBe(
    'directory.later-change-first',
  );

  expect(await takeEffect(database.db, dayIn(9))).toBe(0);
  expect(await takeEffect(database.db, dayIn(10))).toBe(1);
  expect(await takeEffect(database.db, dayIn(10))).toBe(0);
  const { rows } = await sql<{ name: string; level: number }>`select name, level from agency.agency where id = ${xa}`.execute(
    database.db,
  );
  expect(rows).toEqual([{ name: 'Ủy ban nhân dân phường Bình An', level: 4 }]);
  // The former name is still found.
  const found = await o.get(as['qt.tinh']!, `/api/directory/agencies?q=${encodeURIComponent('xã bình an')}`);
  expect(found.items.map((one: any) => one.id)).toEqual([xa]);
});

test('a change is taken back before its day, and not after', async () => {
  const xa2 = idOf('xa2');
  const later = { set: { name: 'Tên sai' }, effectiveFrom: dayIn(5) };
  const { changeId } = await o.post(as['qt.tinh']!, `/api/directory/agencies/${xa2}/changes`, later);
  const closing = { successorIds: [idOf('xa')], effectiveFrom: dayIn(20) };
  const { changeId: closingId } = await o.post(as['qt.tinh']!, `/api/directory/agencies/${xa2}/closing`, closing);
  const undo = (id: string, who = 'qt.tinh') => codeOf(o.post(as[who]!, `/api/directory/changes/${id}/undo`, {}));
  expect(await undo(changeId)).toBe('directory.later-change-first');
  expect(await undo(closingId, 'qt.so')).toBe('directory.not-yours');
  expect(await undo(closingId)).toBe('done');
  expect(await undo(closingId)).toBe('directory.undone-already');
  expect(await undo(changeId)).toBe('done');
  const detail = await o.get(as['qt.tinh']!, `/api/directory/agencies/${xa2}`);
  expect([detail.versions.length, detail.validTo, detail.successors, detail.pending]).toEqual([1, null, [], false]);
  const now = await o.post(as['qt.tinh']!, `/api/directory/agencies/${xa2}/changes`, {
    set: { place: 'Huế' },
    effectiveFrom: today(),
  });
  expect(await undo(now.changeId)).toBe('directory.in-effect');
  const opened = await o.post(as['qt.tinh']!, '/api/directory/agencies', commune('tinh', 'H99.77', 'Xã sẽ mở', dayIn(30)));
  expect(await undo(opened.changeId)).toBe('done');
  expect(await codeOf(o.get(as['qt.tinh']!, `/api/directory/agencies/${opened.id}`))).toBe('directory.agency-unknown');
});

test('an agency with others below it does not close, and a moved one takes them along', async () => {
  const close = (key: string, successorIds: string[] = []) =>
    codeOf(o.post(as['qt.tinh']!, `/api/directory/agencies/${idOf(key)}/closing`, { successorIds, effectiveFrom: dayIn(40) }));
  expect(await close('so')).toBe('directory.has-children');
  expect(await close('phong', [idOf('phong')])).toBe('directory.successor-unknown');
  await o.post(as['qt.tw']!, `/api/directory/agencies/${idOf('so')}/changes`, {
    ...{ set: { parentId: idOf('tinh2') }, effectiveFrom: today(), grounds },
  });
  expect((await o.get(as['qt.tw']!, `/api/directory/agencies/${idOf('phong')}`)).path.map((one: any) => one.name)).toEqual([
    'Bộ Nội vụ',
    'Ủy ban nhân dân tỉnh Bắc Sơn',
    'Sở Tài chính',
  ]);
  expect(await codeOf(o.get(as['qt.tinh']!, `/api/directory/people?agencyId=${idOf('phong')}`))).toBe('directory.not-yours');
});

test('citizen numbers are found exactly, shown never, and stored sealed', async () => {
  const number = '001088012345';
  const person = {
    ...{ fullName: 'Bùi Thị Hương', signInName: 'huong.bt', mail: 'huong@namha.gov.vn', phone: '0912345678' },
    citizenNumber: number,
    position: { agencyId: idOf('xa2'), title: 'Văn thư', unit: null, roles: ['clerk'], validFrom: today() },
  };
  const { id } = await o.post(as['qt.tinh']!, '/api/directory/people', person);
  const again = { ...person, signInName: 'huong.2' };
  expect(await codeOf(o.post(as['qt.tinh']!, '/api/directory/people', again))).toBe('directory.citizen-number-taken');
  const find = async (who: string, citizenNumber: string) =>
    (await o.post(as[who]!, '/api/directory/people/by-citizen-number', { citizenNumber })).person;
  expect((await find('qt.tinh', number)).citizenLast4).toBe('2345');
  expect(await find('qt.tinh', '001088012346')).toBeNull();
  // Of another agency's people nobody learns by trying numbers.
  expect(await find('qt.so', number)).toBeNull();
  const detail = await o.get(as['qt.tinh']!, `/api/directory/people/${id}`);
  expect([JSON.stringify(detail).includes(number), detail.missing]).toEqual([false, []]);
  const { rows } = await sql<{ text: string }>`select n::text || (select string_agg(canonical, '') from agency.journal) ||
    (select string_agg(c::text, '') from agency.directory_change c) as text from agency.person n where id = ${id}`.execute(
    database.db,
  );
  expect(rows[0]!.text.includes(number)).toBe(false);
  expect(await codeOf(o.get(as['qt.so']!, `/api/directory/people/${id}`))).toBe('directory.person-unknown');
});

test('people are listed by given name, of an agency or of all below it', async () => {
  const names = async (query: string) =>
    (await o.get(as['qt.tw']!, `/api/directory/people?${query}`)).items.map((one: any) => one.fullName);
  expect(await names(`agencyId=${idOf('so')}`)).toEqual(['Nguyễn Văn An', 'Trần Thị Ánh', 'Phạm Văn Sở']);
  expect((await names('under=true')).length).toBe(8);
  expect(await names(`q=${encodeURIComponent('thị an')}`)).toEqual(['Trần Thị Ánh']);
  expect(await codeOf(o.get(as['gd.so']!, '/api/directory/people'))).toBe('role.administrator-needed');
});

test('authority is for a time and on grounds, is not handed on, and is never more than the giver has', async () => {
  const [head, deputy] = [loaded.positions.get('gd.so')!, loaded.positions.get('pgd.so')!];
  const give = (to: string, more: object) =>
    codeOf(
      o.post(as['qt.so']!, `/api/directory/positions/${to}/authorities`, {
        ...{ capacity: 'KT.', grounds, validFrom: today(), ...more },
      }),
    );
  expect(await give(deputy, { typeCodes: ['CV', 'BC'], delegatedBy: head, onBehalfOf: 'Giám đốc' })).toBe('done');
  expect(await give(deputy, { capacity: 'TUQ.', delegatedBy: head })).toBe('directory.authority-without-end');
  expect(await give(deputy, { capacity: 'TUQ.', validTo: dayIn(30) })).toBe('directory.authority-without-giver');
  expect(await give(deputy, { capacity: 'TM.' })).toBe('directory.authority-for-whom');
  expect(await give(deputy, { validFrom: '2019-01-01' })).toBe('directory.authority-beyond-post');
  expect(await give(head, { typeCodes: ['QĐ'], delegatedBy: deputy })).toBe('directory.authority-beyond-giver');
  expect(await give(deputy, { capacity: 'TUQ.', delegatedBy: head, validTo: dayIn(30) })).toBe('done');
  expect(await give(head, { typeCodes: ['CV'], delegatedBy: deputy })).toBe('directory.authority-handed-on');
  const elsewhere = loaded.positions.get('ct.xa')!;
  expect(await give(deputy, { delegatedBy: elsewhere })).toBe('directory.authority-stranger');
  expect(await give(elsewhere, {})).toBe('directory.not-yours');
  const detail = await o.get(as['qt.so']!, `/api/directory/people/${loaded.people.get('pgd.so')!}`);
  expect(detail.positions[0].authorities.map((one: any) => [one.capacity, one.typeCodes, one.delegatedBy?.title])).toEqual(
    expect.arrayContaining([
      ['KT.', ['CV', 'BC'], 'Giám đốc'],
      ['TUQ.', null, 'Giám đốc'],
    ]),
  );
});

test('a position ends on its day, a second one begins, and both can be undone before', async () => {
  const post = loaded.positions.get('cv.xa2')!;
  const end = await o.post(as['qt.tinh']!, `/api/directory/positions/${post}/ending`, { validTo: dayIn(7), grounds });
  expect(await codeOf(o.post(as['qt.tinh']!, `/api/directory/positions/${post}/ending`, { validTo: dayIn(8) }))).toBe(
    'directory.ended-already',
  );
  const next = await o.post(as['qt.tinh']!, `/api/directory/people/${loaded.people.get('cv.xa2')!}/positions`, {
    ...{ agencyId: idOf('tinh'), title: 'Chuyên viên', unit: 'Văn phòng', roles: ['drafter'], validFrom: dayIn(7) },
  });
  for (const id of [end.changeId, next.changeId]) await o.post(as['qt.tinh']!, `/api/directory/changes/${id}/undo`, {});
  const detail = await o.get(as['qt.tinh']!, `/api/directory/people/${loaded.people.get('cv.xa2')!}`);
  expect(detail.positions.map((one: any) => [one.id, one.validTo])).toEqual([[post, null]]);
});

test('a first password is drawn and shown once, and nobody becomes keeper of an account by giving it a post', async () => {
  const person = {
    ...{ fullName: 'Lý Văn Mới', signInName: 'moi.lv', position: { agencyId: idOf('xa2'), title: 'Chuyên viên', unit: null } },
  };
  const { id } = await o.post(as['qt.tinh']!, '/api/directory/people', {
    ...person,
    position: { ...person.position, roles: ['drafter', 'administrator'], validFrom: today() },
  });
  expect(await codeOf(o.signIn('moi.lv', 'x'))).toBe('session.wrong-credentials');
  const { password } = await o.post(as['qt.tinh']!, `/api/directory/people/${id}/password`, {});
  const own = await o.signIn('moi.lv', password);
  // The administrator of a commune gives the province's a post in it: that makes nobody keeper of that account.
  const above = loaded.people.get('qt.tinh')!;
  const post = { agencyId: idOf('xa2'), title: 'Cố vấn', unit: null, roles: [], validFrom: today() };
  await o.post(own, `/api/directory/people/${above}/positions`, post);
  expect((await o.get(own, `/api/directory/people/${above}`)).mayEdit).toBe(false);
  expect(await codeOf(o.post(own, `/api/directory/people/${above}/password`, {}))).toBe('directory.not-yours');
  const patch = await o.call(own, 'PATCH', `/api/directory/people/${above}`, { fullName: 'Tên khác' });
  expect([patch.status, ((await patch.json()) as { code: string }).code]).toEqual([403, 'directory.not-yours']);
  expect(await codeOf(o.post(own, `/api/directory/people/${id}/password`, {}))).toBe('directory.own-password');
  // A new one ends what was open with the old.
  const again = await o.post(as['qt.tinh']!, `/api/directory/people/${id}/password`, {});
  expect(await codeOf(o.get(own, '/api/session'))).toBe('session.needed');
  expect(await codeOf(o.signIn('moi.lv', password))).toBe('session.wrong-credentials');
  await o.signIn('moi.lv', again.password);
});
