import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { contentOf } from '../issuers/at-rest.ts';
import { batchesOf, resultArchive } from '../issuers/fake-issuer-for-tests.ts';
import { officeMigrations } from '../office.ts';

let database: TestDatabase;
let o: CertificateOffice;
const as: Record<string, string> = {};

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
  for (const name of ['cb.tinh', 'cb.so', 'cb.huyen', 'cb.xa', 'cb.xa2', 'cb.khac', 'binh']) as[name] = await o.signIn(name);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const person = (fullName: string, citizenNumber: string, more: Record<string, string> = {}) => ({
  form: '01',
  cells: {
    fullName,
    citizenNumber,
    title: 'Chuyên viên',
    mail: `so${citizenNumber.slice(-2)}@namha.gov.vn`,
    phone: '0912345678',
    ...more,
  },
});
const openRound = (year = 2026, name = `Đợt ${year}`) =>
  o.send(as['cb.tinh']!, 'POST', '/api/needs', { name, year, deadline: '2026-12-31', forms: ['01', '02', '03'], guidance: '' });
const sheetIn = async (who: string, roundId: string) => {
  const { rounds } = await o.get(as[who]!, '/api/needs');
  return rounds.find((one: any) => one.id === roundId).sheetId as string;
};
const sheet = (who: string, id: string) => o.get(as[who]!, `/api/needs-sheets/${id}`);
const add = (who: string, id: string, rows: unknown[]) => o.post(as[who]!, `/api/needs-sheets/${id}/entries`, { rows });
const submit = async (who: string, id: string, more = {}) =>
  o.post(as[who]!, `/api/needs-sheets/${id}/submit`, { version: (await sheet(who, id)).version, ...more });
const accept = async (who: string, id: string) =>
  o.post(as[who]!, `/api/needs-sheets/${id}/accept`, { version: (await sheet(who, id)).version });

test('needs rise from commune to district to province, become one request, and its answers fill the register', async () => {
  const round = await openRound();
  expect(round.progress.agencies).toBe(5);
  expect(round).toMatchObject({ state: 'open', sheetState: 'stating' });
  const [xa, xa2, huyen, so, tinh] = await Promise.all(
    ['cb.xa', 'cb.xa2', 'cb.huyen', 'cb.so', 'cb.tinh'].map((who) => sheetIn(who, round.id)),
  );
  const { items } = await add('cb.xa', xa!, [
    person('Trần Văn Cường', '001090000001', { title: 'Chủ tịch' }),
    {
      form: '02',
      cells: {
        ...{ name: 'ỦY BAN NHÂN DÂN XÃ BÌNH AN', code: 'h99.20.01', address: 'Bình An', foundedBy: 'QĐ 1' },
        ...{ keeperName: 'Hoàng Thị Xã', keeperTitle: 'Văn thư', keeperCitizenNumber: '001190000002' },
        ...{ keeperMail: 'xa@namha.gov.vn', keeperPhone: '0912345679' },
      },
    },
  ]);
  expect(items.map((one: any) => one.errors.filter((error: any) => error.weight === 'error'))).toEqual([[], []]);
  expect((await o.get(as['cb.xa']!, '/api/certificates/tasks')).tasks).toEqual([
    { kind: 'state-needs', count: 1, dueOn: '2026-12-31' },
  ]);
  await expect(submit('cb.huyen', huyen!)).rejects.toMatchObject({ code: 'needs.sheets-outstanding' });
  await submit('cb.xa', xa!);
  await submit('cb.xa2', xa2!);
  expect((await o.get(as['cb.huyen']!, '/api/certificates/tasks')).tasks).toContainEqual({ kind: 'review-needs', count: 2 });
  await expect(accept('cb.tinh', xa!)).rejects.toMatchObject({ code: 'needs.not-yours-to-review' });
  await accept('cb.huyen', xa!);
  await accept('cb.huyen', xa2!);
  await submit('cb.huyen', huyen!);
  await add('cb.so', so!, [
    {
      form: '03',
      cells: {
        name: 'Cổng dịch vụ công',
        use: 'Máy chủ TLS',
        hostNames: 'dvc.namha.gov.vn',
        owner: 'Sở Tài chính',
        keeperName: 'Lê Thị Bình',
        keeperTitle: 'Chuyên viên',
        keeperMail: 'binh@namha.gov.vn',
        keeperPhone: '0912345670',
      },
    },
  ]);
  await submit('cb.so', so!);
  await accept('cb.tinh', huyen!);
  await accept('cb.tinh', so!);
  await submit('cb.tinh', tinh!);
  expect((await o.get(as['cb.tinh']!, `/api/needs/${round.id}`)).progress).toMatchObject({
    agencies: 5,
    accepted: 5,
    entries: 3,
    withErrors: 0,
  });
  const shown = await o.get(as['cb.tinh']!, `/api/needs/${round.id}/synthesis`);
  expect(shown.totals.map((one: any) => [one.form, one.entries, one.added])).toEqual([
    ['01', 1, 1],
    ['02', 1, 1],
    ['03', 1, 1],
  ]);

  const version = async () => (await o.get(as['cb.tinh']!, `/api/needs/${round.id}`)).version;
  await expect(o.post(as['cb.tinh']!, `/api/needs/${round.id}/request`, { version: await version() })).rejects.toMatchObject({
    code: 'needs.round-not-closed',
  });
  await o.send(as['cb.tinh']!, 'PATCH', `/api/needs/${round.id}`, { version: await version(), state: 'closed' });
  const { requests } = await o.post(as['cb.tinh']!, `/api/needs/${round.id}/request`, {
    version: await version(),
    number: '12/TTr-UBND',
  });
  expect(requests).toHaveLength(1);
  const [request] = requests;
  expect(request).toMatchObject({ state: 'prepared', items: 3, number: '12/TTr-UBND' });
  expect((await o.get(as['cb.xa']!, '/api/certificates?state=requested')).items.map((one: any) => one.name)).toEqual([
    'Trần Văn Cường',
    'ỦY BAN NHÂN DÂN XÃ BÌNH AN',
  ]);
  // Taken apart before it left, it can be made again.
  await o.send(as['cb.tinh']!, 'DELETE', `/api/issuer-requests/${request.id}`);
  expect((await o.get(as['cb.xa']!, '/api/certificates?state=requested')).items).toEqual([]);
  const [again] = (await o.post(as['cb.tinh']!, `/api/needs/${round.id}/request`, { version: await version() })).requests;

  const pdf = await o.bytes(as['cb.tinh']!, 'GET', `/api/issuer-requests/${again.id}/print`);
  expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
  await o.post(as['cb.tinh']!, `/api/issuer-requests/${again.id}/send`, { byInstallation: true });
  const archive = await o.bytes(as['cb.tinh']!, 'GET', `/api/issuer-requests/${again.id}/archive`);
  expect(await o.bytes(as['cb.tinh']!, 'GET', `/api/issuer-requests/${again.id}/archive`)).toEqual(archive);
  expect((await o.post(as['cb.tinh']!, `/api/issuer-requests/${again.id}/send`, { byInstallation: true })).state).toBe('sent');
  await expect(o.get(as['cb.so']!, `/api/issuer-requests/${again.id}`)).rejects.toMatchObject({
    code: 'issuer.request-not-found',
  });

  const content = ConsolidatedRequest.parse(JSON.parse(await contentOf(o.deps.vault, database.db, again.id)));
  expect(content.items.map((item) => item.managingAgency.code)).toEqual(['H99.01', 'H99.20.01', 'H99.20.01']);
  const asked = content.items[1]!;
  const questionId = '77777777-7777-4777-8777-777777777777';
  const at = o.clock().toISOString();
  const [first, second] = batchesOf(
    again.id,
    [
      [{ itemId: asked.id, status: 'question', questionId, text: 'Bổ sung quyết định bổ nhiệm', at }],
      content.items.map((item) => o.issuer.outcome(item)),
    ],
    o.clock(),
  );
  const bring = (archives: Parameters<typeof resultArchive>[0]) =>
    o.bytes(as['cb.tinh']!, 'PUT', `/api/issuer-requests/${again.id}/results`, resultArchive(archives));
  await bring({ results: [first!] });
  expect((await o.get(as['cb.xa']!, '/api/certificates/tasks')).tasks).toContainEqual(
    expect.objectContaining({ kind: 'question', count: 1 }),
  );
  await expect(o.post(as['cb.so']!, `/api/issuer-questions/${questionId}`, { text: 'x' })).rejects.toMatchObject({
    code: 'issuer.question-not-found',
  });
  expect((await o.post(as['cb.xa']!, `/api/issuer-questions/${questionId}`, { text: 'Gửi kèm bản chụp' })).answer).toBe(
    'Gửi kèm bản chụp',
  );
  await bring({ results: [second!] });
  expect((await o.get(as['cb.tinh']!, `/api/issuer-requests/${again.id}`)).state).toBe('finished');
  const issued = (await o.get(as['cb.xa']!, '/api/certificates?state=issued')).items;
  expect(issued.map((one: any) => [one.name, one.form, typeof one.deviceSerial])).toEqual([
    ['Trần Văn Cường', '01', 'string'],
    ['ỦY BAN NHÂN DÂN XÃ BÌNH AN', '02', 'string'],
  ]);
  const view = await o.get(as['cb.xa']!, `/api/certificates/${issued[0].id}`);
  expect(view.subject).toMatchObject({ form: '01', citizenNumber: '001090000001' });
  expect(view.history.map((one: any) => one.event)).toEqual(['CertificateRequested', 'IssuerAsked', 'CertificateIssued']);
});

test('nobody reads the number of an identity card in the database', async () => {
  const { rows } = await sql<{ text: string }>`
    select string_agg(t::text, ' ') as text from (select to_jsonb(e) - 'identity' as t from agency.needs_entry e
      union all select to_jsonb(h) from agency.holding h union all select to_jsonb(c) from agency.needs_change c) all_rows`.execute(
    database.db,
  );
  expect(rows[0]!.text.length).toBeGreaterThan(1000);
  expect(rows[0]!.text).not.toContain('001090000001');
  expect(rows[0]!.text).not.toContain('0912345678');
});

test('each cell says what is wrong with it, and a sheet with errors is not submitted', async () => {
  const round = await openRound(2027, 'Đợt lỗi');
  const id = await sheetIn('cb.so', round.id);
  const { items } = await add('cb.so', id, [
    {
      form: '01',
      cells: {
        fullName: '',
        citizenNumber: '12345',
        birthDay: '31/02/1990',
        title: 'x\u202Ey',
        mail: 'khong phai',
        phone: 'abc',
        device: 'USB',
      },
    },
    person('Nguyễn Văn An', '001090000009', { mail: 'an@so' }),
    person('Lê Thị Bình', '001090000010'),
    person('Lê Thị Bình Hai', '001090000010'),
    {
      form: '03',
      cells: {
        name: 'Hệ thống',
        use: 'Không rõ',
        hostNames: 'a_b',
        owner: 'Sở',
        keeperName: 'A',
        keeperTitle: 'B',
        keeperMail: 'a@b.vn',
        keeperPhone: '0912345678',
      },
    },
    { form: '01', cells: { renewSerial: '00:AB:CD' } },
  ]);
  const codes = (i: number) =>
    items[i].errors
      .filter((one: any) => one.weight === 'error')
      .map((one: any) => `${one.column} ${one.code}`)
      .sort();
  expect(codes(0)).toEqual([
    'birthDay needs.cell-day',
    'citizenNumber needs.cell-citizen-number',
    'device needs.cell-choice',
    'fullName needs.cell-missing',
    'mail needs.cell-mail',
    'phone needs.cell-phone',
    'title needs.cell-characters',
  ]);
  expect(codes(1)).toEqual(['mail needs.cell-mail']);
  expect(codes(2)).toEqual([]);
  expect(codes(3)).toEqual(['fullName needs.duplicate-here']);
  expect(codes(4)).toEqual(['hostNames needs.cell-host-name', 'use needs.cell-choice']);
  expect(codes(5)).toEqual(['renewSerial needs.renewal-not-found']);
  await expect(submit('cb.so', id)).rejects.toMatchObject({ code: 'needs.rows-with-errors' });
  expect((await o.get(as['cb.so']!, `/api/needs-sheets/${id}/entries?only=errors`)).items).toHaveLength(5);

  // Undo goes back step by step: the row removed, the row changed, then all rows added at once.
  const [, , good] = items;
  const changed = await o.put(as['cb.so']!, `/api/needs-entries/${good.id}`, {
    ...person('Lê Thị Bình', '001090000010', { title: 'Trưởng phòng' }),
    version: good.version,
  });
  expect(changed.cells.title).toBe('Trưởng phòng');
  await expect(
    o.put(as['cb.so']!, `/api/needs-entries/${good.id}`, { ...person('X', '1'), version: good.version }),
  ).rejects.toMatchObject({ code: 'needs.changed-meanwhile' });
  await o.send(as['cb.so']!, 'DELETE', `/api/needs-entries/${items[0].id}`);
  const rows = async () => (await o.get(as['cb.so']!, `/api/needs-sheets/${id}/entries`)).items;
  expect(await rows()).toHaveLength(5);
  const undo = () => o.post(as['cb.so']!, `/api/needs-sheets/${id}/undo`, {});
  await undo();
  expect((await rows())[0]).toMatchObject({ id: items[0].id, cells: { citizenNumber: '12345' } });
  await undo();
  expect((await rows())[2].cells.title).toBe('Chuyên viên');
  expect((await undo()).canUndo).toBe(false);
  expect(await rows()).toEqual([]);
  await expect(undo()).rejects.toMatchObject({ code: 'needs.nothing-to-undo' });
});

test('somebody stated at another agency is told there, and a person of another agency is not stated here', async () => {
  const round = await openRound(2028, 'Đợt trùng');
  const [so, xa] = [await sheetIn('cb.so', round.id), await sheetIn('cb.xa', round.id)];
  await sql`update agency.person set mail = 'cuong@namha.gov.vn' where id = ${o.personId('cuong')}`.execute(database.db);
  const here = await add('cb.xa', xa, [
    person('Trần Văn Cường', '001090000021', { mail: 'cuong@namha.gov.vn', title: 'Phó Chủ tịch' }),
  ]);
  expect(here.items[0].errors).toEqual([{ column: 'title', code: 'needs.title-differs', weight: 'warning', detail: 'Chủ tịch' }]);
  const there = await add('cb.so', so, [person('Trần Văn Cường', '001090000021', { mail: 'cuong@namha.gov.vn' })]);
  expect(there.items[0].errors).toEqual([
    { column: 'fullName', code: 'needs.person-elsewhere', weight: 'error', detail: 'Ủy ban nhân dân xã Bình An' },
    { column: 'fullName', code: 'needs.duplicate-elsewhere', weight: 'error', detail: 'Ủy ban nhân dân xã Bình An' },
  ]);
});

test('a returned sheet says why, is stated again and may be submitted after the deadline; others may not', async () => {
  const round = await openRound(2029, 'Đợt trả lại');
  const [xa, xa2, huyen] = [
    await sheetIn('cb.xa', round.id),
    await sheetIn('cb.xa2', round.id),
    await sheetIn('cb.huyen', round.id),
  ];
  await submit('cb.xa', xa);
  await expect(add('cb.xa', xa, [person('A B', '001090000031')])).rejects.toMatchObject({ code: 'needs.sheet-submitted' });
  await o.post(as['cb.xa']!, `/api/needs-sheets/${xa}/withdraw`, {});
  await submit('cb.xa', xa);
  const back = await o.post(as['cb.huyen']!, `/api/needs-sheets/${xa}/return`, {
    version: (await sheet('cb.huyen', xa)).version,
    reason: 'Thiếu chủ tịch',
  });
  expect(back).toMatchObject({ state: 'returned', returnReason: 'Thiếu chủ tịch' });
  const before = o.clock();
  o.clock.set('2027-01-15T02:00:00Z');
  for (const name of ['cb.xa', 'cb.xa2', 'cb.huyen']) as[name] = await o.signIn(name);
  await submit('cb.xa', xa);
  await expect(submit('cb.xa2', xa2)).rejects.toMatchObject({ code: 'needs.deadline-passed' });
  await expect(submit('cb.huyen', huyen, { withoutOutstanding: 'Xã Bình Lộc không nộp' })).rejects.toMatchObject({
    code: 'needs.deadline-passed',
  });
  o.clock.set(before);
});

test('only certificate officers see rounds, and those of another province see nothing of this one', async () => {
  for (const name of Object.keys(as)) as[name] = await o.signIn(name);
  await expect(o.get(as['binh']!, '/api/needs')).rejects.toMatchObject({ code: 'role.certificate-officer-needed' });
  expect((await o.get(as['cb.khac']!, '/api/needs')).rounds).toEqual([]);
  const { rounds } = await o.get(as['cb.tinh']!, '/api/needs');
  await expect(o.get(as['cb.khac']!, `/api/needs/${rounds[0].id}`)).rejects.toMatchObject({ code: 'needs.round-not-found' });
  await expect(o.get(as['cb.khac']!, `/api/needs-sheets/${rounds[0].sheetId}`)).rejects.toMatchObject({
    code: 'needs.sheet-not-found',
  });
  await expect(o.get(as['cb.khac']!, `/api/needs/${rounds[0].id}/synthesis`)).rejects.toMatchObject({
    code: 'needs.round-not-found',
  });
});

test('each level sees the synthesis of what is under it and nothing beside it, found by name, code or state', async () => {
  const round = await openRound(2031);
  const sheets = { xa: await sheetIn('cb.xa', round.id), so: await sheetIn('cb.so', round.id) };
  await add('cb.xa', sheets.xa, [person('Trần Văn Cường', '001090000301'), person('Lỗi', 'x')]);
  await add('cb.so', sheets.so, [person('Lê Thị Bình', '001090000302', { mail: 'binh@so.vn' })]);
  await submit('cb.so', sheets.so);
  await accept('cb.tinh', sheets.so);
  const synthesis = (who: string, query = '') => o.get(as[who]!, `/api/needs/${round.id}/synthesis${query}`);
  const lines = async (who: string, query = '') =>
    (await synthesis(who, query)).agencies.map((one: any) => [one.depth, one.agencyCode, one.entries['01'] ?? 0, one.withErrors]);
  expect(await lines('cb.xa')).toEqual([[0, 'H99.20.01', 2, 1]]);
  expect(await lines('cb.huyen')).toEqual([
    [0, 'H99.20', 0, 0],
    [1, 'H99.20.01', 2, 1],
    [1, 'H99.20.02', 0, 0],
  ]);
  expect((await lines('cb.tinh')).map(([depth, code]: [number, string]) => `${depth} ${code}`).sort()).toEqual(
    ['0 H99', '1 H99.01', '1 H99.20', '2 H99.20.01', '2 H99.20.02'].sort(),
  );
  const counted = async (who: string) => (await synthesis(who)).totals.find((one: any) => one.form === '01').entries;
  expect(await Promise.all(['cb.tinh', 'cb.huyen', 'cb.so', 'cb.xa2'].map(counted))).toEqual([3, 2, 1, 0]);
  expect(await lines('cb.tinh', '?q=binh%20an')).toEqual([[2, 'H99.20.01', 2, 1]]);
  expect(await lines('cb.tinh', '?q=H99.01&state=accepted')).toEqual([[1, 'H99.01', 1, 0]]);
  expect(await lines('cb.so', '?q=binh%20an')).toEqual([]);
  const found = await o.get(as['cb.tinh']!, `/api/needs/${round.id}/sheets?all=true&q=binh&state=stating`);
  expect(found.items.map((one: any) => one.agencyCode).sort()).toEqual(['H99.20', 'H99.20.01', 'H99.20.02']);
  // Page by page the totals stand on the first one.
  const first = await synthesis('cb.tinh', '?size=2');
  const second = await synthesis('cb.tinh', `?size=2&after=${first.next}`);
  expect([first.totals.length, second.totals.length, second.agencies.length]).toEqual([3, 0, 2]);
  // What each may download is its own part as well.
  const csv = async (who: string) =>
    Buffer.from(await o.bytes(as[who]!, 'GET', `/api/needs/${round.id}/export?form=01&format=csv`)).toString();
  expect(await csv('cb.tinh')).toContain('001090000302');
  expect(await csv('cb.huyen')).not.toContain('001090000302');
});
