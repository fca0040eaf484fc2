import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import { readTable } from '@antin/adapters/tables/read';
import { memorySource } from '@antin/formats/bytes/source';
import { writeZip } from '@antin/formats/zip/writer';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { officeMigrations } from '../office.ts';
import { bindCertificate } from '../directory/load.ts';
import { FakeIssuer, newKey } from '../issuers/fake-issuer-for-tests.ts';
import { registerLines, type RegisterLines } from './lines-for-tests.ts';
import { certificateOffice, type CertificateOffice } from './office-for-tests.ts';
import { raiseReminders, scheduleReminders } from './reminders.ts';
import { holdingById } from './store.ts';

let database: TestDatabase;
let o: CertificateOffice;
let r: RegisterLines;
let officer: string;
let above: string;
const DAY = 86_400_000;

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
  officer = await o.signIn('cb.so');
  above = await o.signIn('cb.tinh');
  r = registerLines(o, officer);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

const put: RegisterLines['put'] = (...given) => r.put(...given);
const view: RegisterLines['view'] = (...given) => r.view(...given);
const ask: RegisterLines['ask'] = (...given) => r.ask(...given);
const settle: RegisterLines['settle'] = (...given) => r.settle(...given);

describe('what is asked of the issuer', () => {
  test('a renewal keeps key and device, replaces the old certificate and counts', async () => {
    const one = await put('Lê Thị Bình', { person: 'binh', state: 'active', years: 1, device: 'TK-010' });
    await expect(
      o.post(officer, `/api/certificates/${one.id}/acts`, { version: 99, ask: { act: 'renew' } }),
    ).rejects.toMatchObject({ code: 'certificate.changed-meanwhile' });
    const asked = await ask(one.id, { act: 'renew' });
    expect(asked).toMatchObject({ pending: 'renew', acts: [{ act: 'renew', state: 'prepared' }] });
    await expect(ask(one.id, { act: 'renew' })).rejects.toMatchObject({ code: 'certificate.act-pending' });
    const request = await settle((item, issuer) => {
      issuer.names.set(item.id, 'Lê Thị Bình');
      return issuer.outcome(item, () => one.key.spki);
    });
    expect(request.state).toBe('finished');
    const old = await view(officer, one.id);
    expect(old).toMatchObject({ state: 'replaced', acts: [{ state: 'done' }] });
    const fresh = await view(officer, old.replacedBy);
    expect(fresh).toMatchObject({
      state: 'active',
      renewals: 1,
      replaces: one.id,
      device: { serial: 'TK-010', state: 'with-subscriber' },
    });
    await expect(ask(fresh.id, { act: 'renew' })).rejects.toMatchObject({ code: 'certificate.renewed-already' });
  });

  test('a renewal too late is refused, with the days of the law in force', async () => {
    const one = await put('Lê Thị Bình', { state: 'active', years: 1, from: new Date(o.clock().getTime() - 310 * DAY) });
    await expect(ask(one.id, { act: 'renew' })).rejects.toMatchObject({ code: 'certificate.renewal-too-late' });
    await sql`insert into agency.certificate_limit values ('renewal-days-left', '2026-01-01', 30, 'Quy chế tỉnh', 'Province')`.execute(
      database.db,
    );
    expect((await o.get(officer, '/api/certificates/limits')).limits).toContainEqual({
      key: 'renewal-days-left',
      value: 30,
      from: '2026-01-01',
      source: { vi: 'Quy chế tỉnh', en: 'Province' },
    });
    await ask(one.id, { act: 'renew' });
    await sql`delete from agency.certificate_limit`.execute(database.db);
    const [act] = (await view(officer, one.id)).acts;
    expect((await o.send(officer, 'DELETE', `/api/certificate-acts/${act.id}`)).pending).toBeUndefined();
    await expect(o.send(officer, 'DELETE', `/api/certificate-acts/${act.id}`)).rejects.toMatchObject({
      code: 'certificate.act-sent',
    });
  });

  test('a revocation has a legal cause that fits, a form to print, and sends the device back within five working days', async () => {
    const one = await put('Trần Văn Tám', { state: 'active', device: 'TK-020' });
    await expect(ask(one.id, { act: 'revoke', cause: 'organisation-merged' })).rejects.toMatchObject({
      code: 'certificate.cause-does-not-fit',
    });
    await ask(one.id, { act: 'renew' });
    const asked = await ask(one.id, { act: 'revoke', cause: 'retired' });
    expect(asked.acts.map((act: any) => [act.act, act.state])).toEqual([
      ['renew', 'withdrawn'],
      ['revoke', 'prepared'],
    ]);
    const form = await o.bytes(officer, 'GET', `/api/certificate-acts/${asked.acts[1].id}/form`);
    expect(Buffer.from(form.subarray(0, 5)).toString()).toBe('%PDF-');
    await settle();
    const ended = await view(officer, one.id);
    // Monday 2 March 2026: the day itself is not counted.
    expect(ended).toMatchObject({
      state: 'revoked',
      endCause: 'retired',
      device: { state: 'to-return', returnBy: '2026-03-09' },
    });
    expect(ended.acts[1]).toMatchObject({ state: 'done', dueOn: '2026-03-05' });
    expect((await o.get(officer, '/api/certificates/tasks')).tasks).toContainEqual({
      kind: 'return-device',
      count: 1,
      dueOn: '2026-03-09',
    });
    const { device } = ended;
    const back = await o.post(officer, `/api/key-devices/${device.id}/reports`, { version: device.version, report: 'returned' });
    expect(back).toMatchObject({ state: 'returned', withWhom: 'Sở Tài chính' });
    await expect(
      o.post(officer, `/api/key-devices/${device.id}/reports`, { version: back.version, report: 'locked' }),
    ).rejects.toMatchObject({ code: 'certificate.device-not-now' });
    await expect(ask(one.id, { act: 'revoke', cause: 'retired' })).rejects.toMatchObject({ code: 'certificate.not-in-force' });
  });

  test('every legal cause can be asked for the form it fits, and prints', async () => {
    for (const [form, cause] of [
      ['01', 'died'],
      ['01', 'post-changed'],
      ['02', 'organisation-split'],
      ['03', 'device-stopped'],
      ['02', 'requested-by-prosecution'],
    ] as const) {
      const one = await put(`Thuê bao ${cause}`, { form, state: 'active' });
      const asked = await ask(one.id, { act: 'revoke', cause, since: '2026-02-01', reason: 'Theo quyết định' });
      await o.bytes(officer, 'GET', `/api/certificate-acts/${asked.acts[0].id}/form`);
    }
    expect((await settle()).states).toEqual({ revoked: 5 });
  });

  test('a lost device prepares the revocation of what is on it; a locked one is recovered by the issuer', async () => {
    const lost = await put('Người làm mất', { state: 'active', device: 'TK-030' });
    const locked = await put('Người quên PIN', { state: 'active', device: 'TK-031' });
    const device = async (id: string) => (await view(officer, id)).device;
    const report = async (id: string, what: string) => {
      const { id: deviceId, version: seen } = await device(id);
      return o.post(officer, `/api/key-devices/${deviceId}/reports`, {
        version: seen,
        report: what,
        note: 'Báo cáo của thuê bao',
      });
    };
    await report(lost.id, 'lost');
    expect((await view(officer, lost.id)).acts).toMatchObject([{ act: 'revoke', cause: 'device-lost', state: 'prepared' }]);
    await report(locked.id, 'locked');
    await ask(locked.id, { act: 'recover-device', reason: 'Nhập sai PIN' });
    await settle();
    expect(await view(officer, lost.id)).toMatchObject({ state: 'revoked', device: { state: 'lost' } });
    expect(await view(officer, locked.id)).toMatchObject({ state: 'active', device: { state: 'with-subscriber' } });
    // What became of the device belongs to the story of what lies on it.
    const story = (await view(officer, locked.id)).history.map((line: any) => line.event);
    expect(story).toEqual(expect.arrayContaining(['DeviceLocked', 'DeviceRecoveryAsked', 'DeviceRecovered']));
  });

  test('many are asked at once, each decided by itself; a refusal of the issuer gives the line back', async () => {
    const ones = await Promise.all(
      Array.from({ length: 4 }, (_, i) => put(`Người thứ ${i}`, { state: i === 3 ? 'issued' : 'active' })),
    );
    const stranger = await put('Xã Bình An', { agency: 'khac', state: 'active' });
    const said = await o.post(officer, '/api/certificates/bulk', {
      ids: [...ones.map((one) => one.id), stranger.id],
      ask: { act: 'renew' },
    });
    expect(said.asked).toHaveLength(3);
    expect(said.refused).toEqual(
      expect.arrayContaining([
        { certificateId: ones[3]!.id, code: 'certificate.not-in-force' },
        { certificateId: stranger.id, code: 'certificate.not-found' },
      ]),
    );
    await settle((item) => ({
      itemId: item.id,
      status: 'refused',
      code: 'request.not-complete',
      text: 'Thiếu hồ sơ',
      at: o.clock().toISOString(),
    }));
    expect(await view(officer, ones[0]!.id)).toMatchObject({
      state: 'active',
      acts: [{ state: 'refused', answer: 'Thiếu hồ sơ' }],
    });
    expect((await view(officer, ones[0]!.id)).pending).toBeUndefined();
    await ask(ones[0]!.id, { act: 'renew' });
  });
});

describe('existing certificates', () => {
  test('are taken in file by file: bound by issuer and serial number, unassigned, known, or wrong', async () => {
    const bound = o.issuer.certify('Nguyễn Văn An', newKey().spki);
    await inTransaction(database.db, (tx) =>
      bindCertificate(tx, { der: bound.raw, owner: { personId: o.personId('an') } }, o.clock()),
    );
    const loose = o.issuer.certify('Nguyễn Văn An', newKey().spki);
    const foreign = new FakeIssuer(o.clock).certify('Nguyễn Văn An', newKey().spki);
    const files = {
      'a.cer': bound.raw,
      'b.crt': loose.raw,
      'c.cer': foreign.raw,
      'd.cer': new TextEncoder().encode('no'),
      'ca.cer': o.issuer.authority.raw,
      'e.der': bound.raw,
    };
    const zip = writeZip(
      Object.entries(files).map(([name, bytes]) => ({ name, content: memorySource(bytes) })),
      o.clock().getTime(),
    );
    const answer = JSON.parse(
      Buffer.from(await o.bytes(officer, 'PUT', '/api/certificates/import', zip.read(0, zip.size))).toString(),
    );
    expect(answer.rows.map((row: any) => [row.name, row.outcome, row.code]).sort()).toEqual([
      ['a.cer', 'bound', undefined],
      ['b.crt', 'unassigned', undefined],
      ['c.cer', 'error', 'certificate.import-foreign'],
      ['ca.cer', 'error', 'certificate.import-authority'],
      ['d.cer', 'error', 'certificate.import-not-a-certificate'],
      ['e.der', 'known', undefined],
    ]);
    const unassigned = answer.rows.find((row: any) => row.outcome === 'unassigned').certificateId;
    // The name on it says Nguyễn Văn An; whose it is says a person, who sees all that bear the name.
    const owners = await o.get(officer, `/api/certificates/${unassigned}/owners`);
    expect([owners.name, owners.candidates.map((one: any) => one.personId)]).toEqual(['Nguyễn Văn An', [o.personId('an')]]);
    const before = await view(officer, unassigned);
    expect([before.ownerUnknown, before.offered.find((one: any) => one.act === 'hand-over')]).toEqual([
      true,
      { act: 'hand-over', allowed: false, why: 'certificate.owner-first' },
    ]);
    await expect(
      o.post(officer, `/api/certificates/${unassigned}/hand-over`, {
        ...{ version: before.version, deviceSerial: 'T-1', receiverId: o.personId('an') },
      }),
    ).rejects.toMatchObject({ code: 'certificate.owner-first' });
    const counted = async () =>
      Object.fromEntries((await o.get(officer, '/api/certificates/tasks')).tasks.map((one: any) => [one.kind, one.count]));
    const listed = async (owner: string) => {
      const { items } = await o.get(officer, `/api/certificates?state=issued&owner=${owner}`);
      return items.map((one: any) => one.id);
    };
    // Nothing to hand over before it is known to whom: two counts, and each leads to a list of just so many.
    const [toHandOver, nobodys] = [await listed('known'), await listed('unknown')];
    expect(nobodys).toContain(unassigned);
    expect(toHandOver).not.toContain(unassigned);
    const counts = await counted();
    expect([counts['hand-over'] ?? 0, counts['choose-owner'] ?? 0]).toEqual([toHandOver.length, nobodys.length]);
    await expect(
      o.post(officer, `/api/certificates/${unassigned}/owner`, { personId: o.personId('cuong') }),
    ).rejects.toMatchObject({ code: 'certificate.owner-unknown' });
    expect(await o.post(officer, `/api/certificates/${unassigned}/owner`, { personId: o.personId('binh') })).toMatchObject({
      state: 'active',
    });
    expect((await view(officer, unassigned)).ownerUnknown).toBeUndefined();
    await expect(
      o.post(officer, `/api/certificates/${unassigned}/owner`, { personId: o.personId('binh') }),
    ).rejects.toMatchObject({ code: 'certificate.owner-known' });

    // The wrong one was chosen: put right with what the page showed, kept in the history, and the binding goes along.
    const wrong = await view(officer, unassigned);
    expect([wrong.owner, wrong.offered.some((one: any) => one.act === 'change-owner')]).toEqual(['Lê Thị Bình', true]);
    const change = async (body: object) => {
      const answer = await o.call(officer, 'PUT', `/api/certificates/${unassigned}/owner`, body);
      return (await answer.json()) as any;
    };
    const bindings = () =>
      sql<{ person: string | null; agency: string | null }>`select person_id as person, agency_id as agency
        from agency.bound_certificate where serial_hex = ${loose.serialHex}`.execute(database.db);
    const right = { version: wrong.version, owner: { personId: o.personId('an') } };
    expect((await change({ ...right, version: wrong.version - 1 })).code).toBe('certificate.changed-meanwhile');
    expect((await change({ ...right, owner: { personId: o.personId('binh') } })).code).toBe('certificate.owner-same');
    expect((await change({ ...right, owner: { personId: o.personId('cuong') } })).code).toBe('certificate.owner-unknown');
    const righted = await change(right);
    expect([righted.state, righted.owner, righted.version > wrong.version]).toEqual(['active', 'Nguyễn Văn An', true]);
    expect(righted.history.at(-1)).toMatchObject({
      event: 'CertificateOwnerChanged',
      detail: { from: 'Lê Thị Bình', to: 'Nguyễn Văn An' },
    });
    expect((await bindings()).rows).toEqual([{ person: o.personId('an'), agency: null }]);
    const toAgency = await change({ version: righted.version, owner: { agencyId: o.agencyId('so') } });
    expect([toAgency.form, toAgency.owner]).toEqual(['02', 'Sở Tài chính']);
    expect((await bindings()).rows).toEqual([{ person: null, agency: o.agencyId('so') }]);
    const again = await change({ version: toAgency.version, owner: { personId: o.personId('an') } });
    // Whose the directory itself said it is, is not said otherwise here.
    const ofDirectory = answer.rows.find((row: any) => row.outcome === 'bound').certificateId;
    const kept = await view(officer, ofDirectory);
    const grab = { version: kept.version, owner: { personId: o.personId('binh') } };
    const refused = await o.call(officer, 'PUT', `/api/certificates/${ofDirectory}/owner`, grab);
    expect([kept.owner, ((await refused.json()) as any).code]).toEqual([undefined, 'certificate.owner-settled']);
    // Its file brings no subject: a change of a person begins with the directory; of an organisation nobody knows enough here.
    expect(kept.subject).toBeUndefined();
    expect(kept.suggested).toMatchObject({ fullName: 'Nguyễn Văn An', title: expect.any(String) });
    const changing = (of: any) => of.offered.find((one: any) => one.act === 'change');
    expect(changing(kept)).toEqual({ act: 'change', allowed: true });
    expect(changing(toAgency)).toEqual({ act: 'change', allowed: false, why: 'certificate.subject-unknown' });
    // Something was asked for it since: whose it is stands on paper.
    const asked = await ask(unassigned, { act: 'revoke', cause: 'retired' });
    expect(asked.offered.some((one: any) => one.act === 'change-owner')).toBe(false);
    expect((await change({ version: asked.version, owner: { personId: o.personId('binh') } })).code).toBe(
      'certificate.owner-settled',
    );
    expect(again.form).toBe('01');
    expect(parseCertificate(bound.raw).serialHex).toBe(
      (await holdingById(database.db, answer.rows.find((row: any) => row.outcome === 'bound').certificateId))!.serialHex,
    );
  });
});

describe('looking ahead', () => {
  test('what ends is taken along as a table, by month and agency, with the figures of the page', async () => {
    const { months } = await o.get(officer, '/api/certificates/forecast?months=60');
    const table = await o.bytes(officer, 'GET', '/api/certificates/forecast-table?months=60&format=csv');
    const lines = readTable(table).rows.map((row) => row.cells);
    expect(lines[0]).toEqual(['Tháng hết hạn', 'Mã định danh', 'Cơ quan', 'Số chứng thư']);
    const sum = lines.slice(1).reduce((all, cells) => all + Number(cells[3]), 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBe(months.reduce((all: number, one: any) => all + one.count, 0));
    const book = await o.bytes(officer, 'GET', '/api/certificates/forecast-table?months=60&format=xlsx');
    expect(readTable(book).rows).toHaveLength(lines.length);
  });

  test('reminders come 60, 30 and 7 days before the end, each once, and the job asks for the next day', async () => {
    const end = (days: number) => new Date(o.clock().getTime() - 365 * DAY + days * DAY + DAY / 4);
    const ids = new Map<number, string>();
    for (const days of [70, 58, 29, 5])
      ids.set(days, (await put(`Còn ${days} ngày`, { state: 'active', years: 1, from: end(days) })).id);
    await raiseReminders(database.db, o.clock());
    expect(await raiseReminders(database.db, o.clock())).toBe(0);
    const { items } = await o.get(officer, '/api/certificates/reminders');
    const mine = items.filter((one: any) => one.name.startsWith('Còn'));
    expect(mine.map((one: any) => [one.name, one.threshold, one.daysLeft])).toEqual([
      ['Còn 5 ngày', 7, 5],
      ['Còn 29 ngày', 30, 29],
      ['Còn 58 ngày', 60, 58],
    ]);
    const before = o.clock();
    o.clock.advance(25 * DAY);
    await scheduleReminders(database.db, new Date(0));
    await o.work();
    o.clock.set(before);
    const jobs = await sql<{ key: string }>`select key from job where queue = 'certificates.remind' order by id`.execute(
      database.db,
    );
    expect(jobs.rows.map((row) => row.key)).toEqual(['1970-01-01', '2026-03-28']);
    const { rows } = await sql<{
      id: string;
      reminded: number;
    }>`select id, reminded from agency.holding where name like 'Còn%' and reminded is not null order by name`.execute(
      database.db,
    );
    expect(new Map(rows.map((row) => [row.id, row.reminded]))).toEqual(
      new Map([
        [ids.get(70)!, 60],
        [ids.get(58)!, 60],
        [ids.get(29)!, 7],
        [ids.get(5)!, 7],
      ]),
    );
  });

  test('the forecast counts what ends in each month of the office, and by unit', async () => {
    const month = '2029-12';
    // 31 December, 23:30 in the office is still December; half an hour later it is not.
    for (const at of ['2029-12-31T16:30:00Z', '2029-12-31T17:30:00Z']) {
      const one = await put('Cuối năm', { state: 'active' });
      await sql`update agency.holding set not_after = ${at}::timestamptz where id = ${one.id}`.execute(database.db);
    }
    const { months } = await o.get(above, '/api/certificates/forecast?months=60');
    expect(months.find((one: any) => one.month === month).count).toBe(1);
    expect(months.find((one: any) => one.month === '2030-01').count).toBe(1);
    expect(await o.get(above, `/api/certificates/forecast/${month}`)).toEqual({
      units: [{ agencyId: o.agencyId('so'), agencyName: 'Sở Tài chính', count: 1 }],
    });
  });

  test('lists are found by folded words and serial number, go on page by page, and count as they list', async () => {
    const one = await put('Đặng Ngọc Ánh', { state: 'active' });
    expect((await o.get(officer, '/api/certificates?q=anh%20dang')).items.map((row: any) => row.id)).toEqual([one.id]);
    expect((await o.get(officer, `/api/certificates?q=${one.certificate.serialHex.slice(0, 12)}`)).items).toHaveLength(1);
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = await o.get(above, `/api/certificates?size=7${after === '' ? '' : `&after=${after}`}`);
      seen.push(...page.items.map((row: any) => row.id));
      if (page.next === undefined) break;
      after = page.next;
    }
    const { total, states } = await o.get(above, '/api/certificates/counts');
    expect([seen.length, new Set(seen).size]).toEqual([total, total]);
    expect((await o.get(above, '/api/certificates?state=expiring&size=200')).items).toHaveLength(states.expiring);
    const csv = Buffer.from(await o.bytes(above, 'GET', '/api/certificates/export')).toString();
    expect(csv.trim().split('\r\n')).toHaveLength(total + 1);
    expect(Buffer.from((await o.bytes(above, 'GET', '/api/certificates/export?format=xlsx')).subarray(0, 2)).toString()).toBe(
      'PK',
    );
    await expect(o.get(officer, '/api/certificates?after=nonsense')).rejects.toMatchObject({ code: 'http.invalid-query' });
  });
});
