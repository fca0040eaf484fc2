import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { officeDay } from '@antin/adapters/clock/days';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { certificateSide, certificateSideMigrations } from '../certificate-side.ts';
import { receiptKeyOf } from '../exchange/receipt-key.ts';
import { filesConnector } from '../issuers/files-connector.ts';
import { installationSealer } from '../issuers/seal.ts';
import { contentOf } from '../issuers/at-rest.ts';
import { platformKeyOf } from '@antin/adapters/devices/platform-key';
import { citizenNumbers } from '../directory/citizen-number.ts';
import { bindCertificate } from '../directory/load.ts';
import { testProvince } from '../directory/province-for-tests.ts';
import { receiverOf } from '../directory/rules.ts';
import { withSuccessors } from '../directory/successors.ts';
import type { LoadedDirectory } from '../directory/types.ts';
import { loadDirectory } from '../load-directory.ts';
import { loadPastDocument } from '../load-past-document.ts';
import { officeMigrations } from '../office.ts';
import { testOffice, type TestOffice } from '../office-for-tests.ts';
import { ordinaryBooks } from '../registers/books.ts';
import { generateKeyPairSync } from 'node:crypto';
import { takeEffect, type ReorganisationDoors } from './execute.ts';
import { reorganisationMigrations } from './migrations.ts';
import { reorganisationApp } from './routes.ts';
import { itemsOf } from './store.ts';

const pki = testPki();
let database: TestDatabase;
let o: TestOffice;
let doors: ReorganisationDoors;
let loaded: LoadedDirectory;
let tinh: string, xa: string;

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations, ...reorganisationMigrations }, 'agency');
  const platform = platformKeyOf(generateKeyPairSync('ed25519').privateKey);
  o = await testOffice(database.db, pki, { deps: { platformKey: platform } });
  const ways = new Map([['files', filesConnector()]]);
  const side = certificateSide({
    ...{ db: database.db, clock: o.clock, files: o.files, vault: citizenNumbers(platform), calendar: () => workingCalendar() },
    ...{ trusted: () => false, authorities: () => [], judgePdf: () => Promise.reject(new Error('no judge here')) },
    ...{ connectors: ways, defaultConnector: 'files', sealer: installationSealer(receiptKeyOf(platform)) },
  });
  doors = {
    ...{ db: database.db, clock: o.clock, numbers: citizenNumbers(platform) },
    chainOf: async () => pki.chain('leader').map((one) => one.raw),
    requestBatch: side.requestBatch,
  };
  o.app.route('/', reorganisationApp(doors));
  const books = [ordinaryBooks(Number(dayIn(0).slice(0, 4)))];
  const seed = {
    agencies: testProvince.agencies.map((one) => (one.key === 'xa' ? { ...one, books } : one)),
    people: testProvince.people.map((one) => (one.signInName === 'qt.so' ? { ...one } : one)),
  };
  loaded = await database.db.transaction().execute(async (tx) => {
    const all = await loadDirectory(tx, seed);
    await bindCertificate(tx, { der: pki.certificate('seal').raw, owner: { agencyId: all.agencies.get('xa')! } }, o.clock());
    await bindCertificate(tx, { der: pki.certificate('leader').raw, owner: { personId: all.people.get('ct.xa')! } }, o.clock());
    return all;
  });
  [tinh, xa] = [await o.signIn('qt.tinh'), await o.signIn('ct.xa')];
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const idOf = (key: string) => loaded.agencies.get(key)!;
const dayIn = (days: number) => officeDay(new Date(o.clock().getTime() + days * 86_400_000));
const grounds = { number: '202/NQ-HĐND', date: '2026-06-01' };
const draft = (name: string, plan: object, days: number, moves: object[] = []) => ({
  ...{ name, plan, moves, effectiveOn: dayIn(days), grounds },
});
const act = (id: string, what: string) => o.post(tinh, `/api/reorganisations/${id}/${what}`, {});
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code?: string }) => fault.code,
  );
/** The clock goes to the day, and the worker does what was decided for it. */
async function theDayComes(id: string, day: string): Promise<void> {
  o.clock.set(`${day}T03:00:00Z`);
  await takeEffect(doors, id);
  // Sessions have ended by then.
  tinh = await o.signIn('qt.tinh');
}
const itemsIn = async (id: string) =>
  (await itemsOf(database.db, id)).map((item) => ({
    ...{ act: item.act, holder: item.holder, missing: item.missing },
    item: item.itemSealed === null ? undefined : JSON.parse(doors.numbers.open(item.itemSealed)),
  }));

const newCommune = {
  ...{ key: 'moi', code: 'H99.80', name: 'Ủy ban nhân dân phường Bình An', shortName: 'UBND', level: 3, levelName: 'Phường' },
  ...{ place: 'Nam Hà', notation: 'UBND' },
};

test('a plan lists everything it touches, is decided as it was seen, and can be taken back until its day', async () => {
  const plan = {
    kind: 'merge',
    agencyIds: [idOf('xa'), idOf('xa2')],
    into: { opens: { ...newCommune, parentId: idOf('tinh') } },
  };
  const one = await o.post(tinh, '/api/reorganisations', draft('Sắp xếp xã Bình An', plan, 30));
  expect([one.state, one.effects]).toEqual(['draft', undefined]);
  expect(await codeOf(act(one.id, 'schedule'))).toBe('reorganisation.wrong-state');
  const { effects } = await act(one.id, 'check');
  expect(effects.agencies.map((agency: any) => [agency.name, agency.act])).toEqual([
    ['Ủy ban nhân dân xã Bình An', 'closes'],
    ['Ủy ban nhân dân xã Bình Lộc', 'closes'],
    ['Ủy ban nhân dân phường Bình An', 'opens'],
  ]);
  expect(effects.positions.map((post: any) => [post.fullName, post.to, post.toTitle])).toEqual([
    ['Vũ Thị Lộc', 'Ủy ban nhân dân phường Bình An', 'Chuyên viên'],
    ['Hoàng Văn Xã', 'Ủy ban nhân dân phường Bình An', 'Chủ tịch'],
  ]);
  expect(effects.series.map((series: any) => [series.agencyName, series.act])).toEqual([
    ['Ủy ban nhân dân xã Bình An', 'closes'],
    ['Ủy ban nhân dân phường Bình An', 'opens'],
  ]);
  expect(effects.certificates.map((one_: any) => [one_.holder, one_.cause, one_.reissue, one_.missing])).toEqual([
    ['Ủy ban nhân dân xã Bình An', 'organisation-merged', true, []],
    ['Hoàng Văn Xã', 'post-changed', true, ['citizenNumber', 'mail', 'phone']],
  ]);
  expect(effects.problems.every((problem: any) => !problem.stops)).toBe(true);

  // Somebody leaves in between: what was seen is no longer what would be done.
  const post = loaded.positions.get('cv.xa2')!;
  const leaving = await o.post(tinh, `/api/directory/positions/${post}/ending`, { validTo: dayIn(10) });
  expect(await codeOf(act(one.id, 'schedule'))).toBe('reorganisation.changed-since-check');
  await o.post(tinh, `/api/directory/changes/${leaving.changeId}/undo`, {});
  expect((await act(one.id, 'schedule')).state).toBe('scheduled');
  expect(
    await codeOf(o.call(tinh, 'PUT', `/api/reorganisations/${one.id}`, draft('x', plan, 30)).then(async (r) => r.json())),
  ).toBe('done');
  expect((await act(one.id, 'cancel')).state).toBe('cancelled');
  await theDayComes(one.id, dayIn(0));
  expect((await o.get(tinh, `/api/reorganisations/${one.id}`)).state).toBe('cancelled');
  expect((await o.get(tinh, `/api/directory/agencies/${idOf('xa')}`)).validTo).toBeNull();
});

test('only administrators plan, only within their reach, and what cannot be is said', async () => {
  expect(await codeOf(o.post(xa, '/api/reorganisations', draft('x', { kind: 'change-posts' }, 5)))).toBe(
    'role.administrator-needed',
  );
  const rename = (agencyId: string, more = {}) => ({ kind: 'rename', agencyId, name: 'Tên mới', ...more });
  const stops = async (plan: object, moves: object[] = []) => {
    const one = await o.post(tinh, '/api/reorganisations', draft('x', plan, 5, moves));
    const { effects } = await act(one.id, 'check');
    if (effects.problems.some((problem: any) => problem.stops))
      expect(await codeOf(act(one.id, 'schedule'))).toBe('reorganisation.stopped');
    return effects.problems.filter((problem: any) => problem.stops).map((problem: any) => problem.code);
  };
  expect(await stops(rename(idOf('tinh2')))).toEqual(['directory.not-yours']);
  expect(await stops(rename(idOf('tinh')))).toEqual(['directory.own-name']);
  expect(await stops(rename(idOf('xa'), { code: 'H99.01' }))).toEqual(['directory.code-taken']);
  expect(await stops({ kind: 'dissolve', agencyId: idOf('so'), successorIds: [idOf('tinh')] })).toEqual([
    'directory.has-children',
  ]);
  expect(await stops({ kind: 'dissolve', agencyId: idOf('xa'), successorIds: [idOf('xa')] })).toContain(
    'directory.successor-unknown',
  );
  expect(await stops({ kind: 'change-posts' }, [{ positionId: loaded.positions.get('qt.tw')!, cause: 'retired' }])).toEqual([
    'directory.not-yours',
  ]);
  expect(await codeOf(o.post(tinh, '/api/reorganisations', draft('x', rename(idOf('xa')), 0)))).toBe('directory.past');
});

test('a renamed agency keeps its old name on documents of that time, and certificates are changed, not ended', async () => {
  const file = await o.files.put(new TextEncoder().encode('%PDF-1.7 cũ'));
  const before = dayIn(0);
  const { documentId } = await database.db.transaction().execute((tx) =>
    loadPastDocument(
      tx,
      {
        ...{
          agency: 'xa',
          typeCode: 'QĐ',
          subject: 'Quyết định trước khi đổi tên',
          notation: 'QĐ-UBND',
          number: 3,
          series: 'general',
        },
        ...{ date: before, drafterPosition: 'ct.xa', signerPosition: 'ct.xa', addressees: ['xa2'] },
        files: [{ role: 'main', name: 'qd.pdf', mediaType: 'application/pdf', sha256: file.sha256, size: file.size }],
      },
      loaded,
      o.clock(),
    ),
  );
  const plan = { kind: 'rename', agencyId: idOf('xa'), name: 'Ủy ban nhân dân phường Bình An', code: 'H99.81' };
  const one = await o.post(tinh, '/api/reorganisations', draft('Đổi tên', plan, 20));
  const { effects } = await act(one.id, 'check');
  expect(effects.agencies.map((agency: any) => agency.name)).toEqual([
    'Ủy ban nhân dân xã Bình An → Ủy ban nhân dân phường Bình An',
  ]);
  expect(effects.certificates.map((certificate: any) => [certificate.holder, certificate.agencyName])).toEqual([
    ['Ủy ban nhân dân xã Bình An', 'Ủy ban nhân dân xã Bình An'],
    ['Hoàng Văn Xã', 'Ủy ban nhân dân xã Bình An'],
  ]);
  await act(one.id, 'schedule');
  const day = dayIn(20);
  await takeEffect(doors, one.id);
  // A worker that is early does nothing.
  expect((await o.get(tinh, `/api/reorganisations/${one.id}`)).state).toBe('scheduled');
  await theDayComes(one.id, day);
  expect((await o.get(tinh, `/api/reorganisations/${one.id}`)).state).toBe('effective');
  const detail = await o.get(tinh, `/api/directory/agencies/${idOf('xa')}`);
  expect([detail.name, detail.code, detail.versions.map((version: any) => version.name)]).toEqual([
    'Ủy ban nhân dân phường Bình An',
    'H99.81',
    ['Ủy ban nhân dân xã Bình An', 'Ủy ban nhân dân phường Bình An'],
  ]);
  const view = await o.get(await o.signIn('ct.xa'), `/api/documents/${documentId}`);
  expect([view.agencyName, view.date]).toEqual(['Ủy ban nhân dân xã Bình An', before]);
  const items = await itemsIn(one.id);
  expect(items.map((item) => [item.act, item.holder, item.missing])).toEqual([
    ['change', 'Ủy ban nhân dân phường Bình An', ['citizenNumber', 'mail', 'phone']],
    ['change', 'Hoàng Văn Xã', ['citizenNumber', 'mail', 'phone']],
  ]);
});

test('two communes become one on the day: posts, books, successors and one batch for the issuer', async () => {
  const person = loaded.people.get('ct.xa')!;
  const data = { citizenNumber: '001088012345', mail: 'xa@namha.gov.vn', phone: '0912345678' };
  const changed = await o.call(tinh, 'PATCH', `/api/directory/people/${person}`, data);
  expect(changed.status).toBe(200);
  const plan = {
    kind: 'merge',
    agencyIds: [idOf('xa'), idOf('xa2')],
    into: { opens: { ...newCommune, parentId: idOf('tinh') } },
  };
  const retires = { positionId: loaded.positions.get('cv.xa2')!, cause: 'retired' };
  const one = await o.post(tinh, '/api/reorganisations', draft('Nhập xã', plan, 30, [retires]));
  const { effects } = await act(one.id, 'check');
  expect(effects.positions.map((post: any) => post.to)).toEqual([null, 'Ủy ban nhân dân phường Bình An']);
  await act(one.id, 'schedule');
  await theDayComes(one.id, dayIn(30));
  await o.work();
  const done = await o.get(tinh, `/api/reorganisations/${one.id}`);
  expect(done.state).toBe('effective');

  const found = await o.get(tinh, `/api/directory/codes/H99.80`);
  const receiver = receiverOf(await withSuccessors(database.db, [idOf('xa2')]), idOf('xa2'), dayIn(0));
  expect(receiver?.id).toBe(found.agency.id);
  const moved = await o.get(tinh, `/api/directory/people/${person}`);
  expect(moved.positions.map((post: any) => [post.agencyName, post.validFrom, post.validTo, post.grounds?.number])).toEqual([
    ['Ủy ban nhân dân phường Bình An', dayIn(0), null, grounds.number],
    ['Ủy ban nhân dân phường Bình An', '2024-01-01', dayIn(0), undefined],
  ]);
  const { rows } = await sql<{ closed: string | null; agency: string }>`
    select r.closed_on as closed, a.code as agency from agency.register r join agency.agency a on a.id = r.agency_id
    where r.direction = 'outgoing' order by a.code`.execute(database.db);
  expect(rows).toEqual([
    { agency: 'H99.80', closed: null },
    { agency: 'H99.81', closed: dayIn(0) },
  ]);

  const items = await itemsIn(one.id);
  expect(items.map(({ act: what, holder, missing }) => [what, holder, missing])).toEqual([
    ['revoke', 'Ủy ban nhân dân phường Bình An', []],
    ['revoke', 'Hoàng Văn Xã', []],
    ['new', 'Hoàng Văn Xã', []],
    ['new', 'Ủy ban nhân dân phường Bình An', []],
  ]);
  const [seal, , person_, organisation] = items.map(({ item }) => item);
  expect([seal.cause, seal.certificate.serialHex, seal.certificate.issuerSha256.length]).toEqual([
    'organisation-merged',
    pki.certificate('seal').serialHex,
    64,
  ]);
  expect([person_.subject.fullName, person_.subject.title, person_.subject.citizenNumber]).toEqual([
    'Hoàng Văn Xã',
    'Chủ tịch',
    data.citizenNumber,
  ]);
  expect([organisation.subject.name, organisation.subject.code, organisation.subject.keeper.fullName]).toEqual([
    'ỦY BAN NHÂN DÂN PHƯỜNG BÌNH AN',
    'H99.80',
    'Hoàng Văn Xã',
  ]);
  // Once, however often the worker comes.
  await takeEffect(doors, one.id);
  for (let times = 0; times < 2; times++) await doors.requestBatch!(one.id);
  const { certificateRequestId } = await o.get(tinh, `/api/reorganisations/${one.id}`);
  const request = ConsolidatedRequest.parse(JSON.parse(await contentOf(doors.numbers, database.db, certificateRequestId)));
  expect([request.number, request.items.map((item) => item.act)]).toEqual([grounds.number, ['revoke', 'revoke', 'new', 'new']]);
  const lines = await sql<{ name: string; agency: string }>`
    select h.name, a.code as agency from agency.holding h join agency.agency a on a.id = h.agency_id
    where h.state = 'requested' order by h.form`.execute(database.db);
  expect(lines.rows).toEqual([
    { name: 'Hoàng Văn Xã', agency: 'H99.80' },
    { name: 'ỦY BAN NHÂN DÂN PHƯỜNG BÌNH AN', agency: 'H99.80' },
  ]);
  expect((await itemsIn(one.id)).length).toBe(4);
  // Closed agencies are signed into no more, and their people act in the new one.
  const session = await o.get(await o.signIn('ct.xa'), '/api/session');
  expect(session.positions.map((post: any) => post.agencyId)).toEqual([found.agency.id]);
});

/** The post that somebody holds now. */
const postOf = async (signInName: string): Promise<string> => {
  const { positions } = await o.get(tinh, `/api/directory/people/${loaded.people.get(signInName)}`);
  return positions.find((post: any) => post.validTo === null).id;
};
const agencyOf = async (code: string) => (await o.get(tinh, `/api/directory/codes/${code}`)).agency;
/** Planned, looked at, decided, and done on its day. */
async function carriedOut(name: string, plan: object, moves: object[] = []) {
  const one = await o.post(tinh, '/api/reorganisations', draft(name, plan, 10, moves));
  const { effects } = await act(one.id, 'check');
  await act(one.id, 'schedule');
  await theDayComes(one.id, dayIn(10));
  expect((await o.get(tinh, `/api/reorganisations/${one.id}`)).state).toBe('effective');
  return { effects, items: (await itemsIn(one.id)).map((item) => [item.act, item.holder]) };
}

test('a commune is split in two: people go where it is said, each new one asks for its first certificate', async () => {
  const old = await agencyOf('H99.80');
  const opens = ['83', '84'].map((n) => ({
    ...{ ...newCommune, key: `xa-${n}`, code: `H99.${n}`, name: `Ủy ban nhân dân xã ${n}`, parentId: idOf('tinh') },
  }));
  const moves = [{ positionId: await postOf('ct.xa'), to: { agency: 'new:xa-84', title: 'Chủ tịch' } }];
  const { effects, items } = await carriedOut('Tách xã', { kind: 'split', agencyId: old.id, opens }, moves);
  expect(effects.agencies.map((one: any) => [one.act, one.name])).toEqual([
    ['closes', 'Ủy ban nhân dân phường Bình An'],
    ['opens', 'Ủy ban nhân dân xã 83'],
    ['opens', 'Ủy ban nhân dân xã 84'],
  ]);
  expect(items).toEqual([
    ['revoke', 'Hoàng Văn Xã'],
    ['new', 'Hoàng Văn Xã'],
    ['new', 'Ủy ban nhân dân xã 83'],
    ['new', 'Ủy ban nhân dân xã 84'],
  ]);
  const after = await o.get(tinh, `/api/directory/agencies/${old.id}`);
  expect([after.validTo, after.successors.map((one: any) => one.name).sort()]).toEqual([
    dayIn(0),
    ['Ủy ban nhân dân xã 83', 'Ủy ban nhân dân xã 84'],
  ]);
  const session = await o.get(await o.signIn('ct.xa'), '/api/session');
  expect(session.positions.map((post: any) => post.agencyName)).toEqual(['Ủy ban nhân dân xã 84']);
});

test('what a new agency lacked on the day is completed by who keeps its device, and asked for in a further request', async () => {
  const [one] = (await o.get(tinh, '/api/reorganisations')).reorganisations.filter((other: any) => other.name === 'Tách xã');
  await doors.requestBatch!(one.id);
  const before = await o.get(tinh, `/api/reorganisations/${one.id}`);
  // The clerk went to one of the two; in the other one there is nobody yet.
  const waits = before.waiting.map((item: any) => [item.act, item.holder, item.agency.name, item.missing, item.ready]);
  expect(waits).toEqual([['new', 'Ủy ban nhân dân xã 83', 'Ủy ban nhân dân xã 83', ['keeper'], false]]);
  expect(before.certificateRequestIds).toEqual([before.certificateRequestId]);
  const [item] = before.waiting;
  const path = `/api/reorganisations/${one.id}`;
  const complete = (itemId: string, keeperId?: string, who = tinh) =>
    o.post(who, `${path}/items/${itemId}/completing`, keeperId === undefined ? {} : { keeperId });
  const elsewhere = loaded.people.get('ct.xa')!;
  expect(await codeOf(o.post(tinh, `${path}/further-request`, {}))).toBe('reorganisation.nothing-ready');
  // Nobody keeps the device of an agency where they have no post; and it still lacks one when only looked at again.
  expect(await codeOf(complete(item.itemId, elsewhere))).toBe('reorganisation.keeper-elsewhere');
  expect(await codeOf(complete(one.id, elsewhere))).toBe('reorganisation.item-unknown');
  expect(await codeOf(complete(item.itemId, elsewhere, await o.signIn('ct.xa')))).toBe('role.administrator-needed');
  expect((await complete(item.itemId)).waiting[0].missing).toEqual(['keeper']);
  // Somebody comes of whom the directory does not know enough: it says what, and looks again when it does.
  const post = { agencyId: item.agency.id, title: 'Công chức Văn phòng', unit: null, roles: ['clerk'], validFrom: dayIn(0) };
  const comes = { fullName: 'Vũ Thị Mới', signInName: 'vt.moi', mail: 'moi@namha.gov.vn', position: post };
  const { id: keeper } = await o.post(tinh, '/api/directory/people', { ...comes, citizenNumber: '001090012399' });
  const half = (await complete(item.itemId, keeper)).waiting[0];
  expect([half.missing, half.ready, half.person.name]).toEqual([['phone'], false, 'Vũ Thị Mới']);
  const told = await o.call(tinh, 'PATCH', `/api/directory/people/${keeper}`, { phone: '0912345679' });
  expect(told.status).toBe(200);
  const whole = (await complete(item.itemId)).waiting[0];
  expect([whole.missing, whole.ready]).toEqual([[], true]);
  expect(await codeOf(complete(item.itemId, keeper))).toBe('reorganisation.item-complete');
  // The worker that comes once more asks for nothing by itself.
  await doors.requestBatch!(one.id);
  expect((await o.get(tinh, path)).waiting.length).toBe(1);

  const after = await o.post(tinh, `${path}/further-request`, {});
  expect([after.waiting, after.certificateRequestId]).toEqual([[], before.certificateRequestId]);
  const [, further] = after.certificateRequestIds;
  const request = ConsolidatedRequest.parse(JSON.parse(await contentOf(doors.numbers, database.db, further)));
  const [asked] = request.items as any[];
  expect([request.items.length, asked.act, asked.subject.code, asked.subject.keeper]).toEqual([
    ...[1, 'new', 'H99.83'],
    expect.objectContaining({ fullName: 'Vũ Thị Mới', title: 'Công chức Văn phòng', phone: '0912345679' }),
  ]);
  expect(await codeOf(o.post(tinh, `${path}/further-request`, {}))).toBe('reorganisation.nothing-ready');
});

test('a dissolved commune hands everything to the one that stays, and its people ask for new certificates', async () => {
  const [ends, stays] = [await agencyOf('H99.84'), await agencyOf('H99.83')];
  const { effects, items } = await carriedOut('Giải thể', { kind: 'dissolve', agencyId: ends.id, successorIds: [stays.id] });
  expect(effects.agencies.map((one: any) => [one.act, one.name])).toEqual([
    ['closes', 'Ủy ban nhân dân xã 84'],
    ['receives', 'Ủy ban nhân dân xã 83'],
  ]);
  expect(effects.positions.map((post: any) => [post.from, post.to])).toEqual([
    ['Ủy ban nhân dân xã 84', 'Ủy ban nhân dân xã 83'],
  ]);
  expect(items).toEqual([
    ['revoke', 'Hoàng Văn Xã'],
    ['new', 'Hoàng Văn Xã'],
  ]);
  expect((await o.get(tinh, `/api/directory/agencies/${ends.id}`)).validTo).toBe(dayIn(0));
});

test('a change of post alone ends one certificate and asks for another; retirement only ends it', async () => {
  const { effects, items } = await carriedOut('Điều động', { kind: 'change-posts' }, [
    { positionId: await postOf('ct.xa'), to: { agency: idOf('tinh'), title: 'Chánh Văn phòng' } },
  ]);
  expect(effects.agencies).toEqual([]);
  expect(items).toEqual([
    ['revoke', 'Hoàng Văn Xã'],
    ['new', 'Hoàng Văn Xã'],
  ]);
  const session = await o.get(await o.signIn('ct.xa'), '/api/session');
  expect(session.positions.map((post: any) => post.title)).toEqual(['Chánh Văn phòng']);
  const retires = [{ positionId: await postOf('ct.xa'), cause: 'retired' }];
  expect((await carriedOut('Nghỉ hưu', { kind: 'change-posts' }, retires)).items).toEqual([['revoke', 'Hoàng Văn Xã']]);
});

test('a directory that moved on stops the day: nothing is half done, and people are told', async () => {
  const plan = { kind: 'rename', agencyId: idOf('phong'), name: 'Phòng Ngân sách - Kế hoạch' };
  const one = await o.post(tinh, '/api/reorganisations', draft('Đổi tên phòng', plan, 10));
  await act(one.id, 'check');
  await act(one.id, 'schedule');
  const closing = { successorIds: [idOf('so')], effectiveFrom: dayIn(3) };
  await o.post(tinh, `/api/directory/agencies/${idOf('phong')}/closing`, closing);
  await theDayComes(one.id, dayIn(10));
  const after = await o.get(tinh, `/api/reorganisations/${one.id}`);
  expect([after.state, after.effects.problems[0].code]).toEqual(['checked', 'directory.closed-then']);
  expect((await itemsIn(one.id)).length).toBe(0);
});
