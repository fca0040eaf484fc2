import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromUtf8 } from '@antin/formats/bytes/bytes';
import { readTable } from '@antin/adapters/tables/read';
import { ConsoleForTests, personItem } from '../console-for-tests.ts';
import type { Who } from '../console-for-tests.ts';
import { requestLines } from './export-lines.ts';

let t: ConsoleForTests;
beforeAll(async () => {
  t = await ConsoleForTests.open();
});
afterAll(() => t.close());

async function table(who: Who, path: string, cookie = '') {
  const response = await t.send(`${await t.cookie(who)}${cookie}`, 'GET', `/exports/${path}`);
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
}
const linesOf = (bytes: Uint8Array) =>
  fromUtf8(bytes)
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split('\r\n');

describe('tables that leave the console', () => {
  test('hold every row of the list across pages, once, with the filters of the list', async () => {
    await t.submitted(Array.from({ length: 20 }, () => personItem()));
    const { response, bytes } = await table('auditor', 'requests?format=csv');
    expect(response.headers.get('content-disposition')).toMatch(/yeu-cau-\d{4}-\d\d-\d\d\.csv/);
    const lines = linesOf(bytes);
    expect(lines).toHaveLength(21);
    const inPages: (readonly string[])[] = [];
    const reader = { officerId: await t.officerId('auditor'), today: '2026-01-01', soon: '2026-01-02' };
    for await (const row of requestLines(t.db, {}, reader, 'vi', 7).rows()) inPages.push(row);
    expect(inPages.map(([id]) => id)).toEqual(lines.slice(1).map((line) => line.slice(0, 36)));
    expect(new Set(inPages.map(([id]) => id)).size).toBe(20);
    expect(lines[0]).toContain('Thuê bao');
    expect(linesOf((await table('auditor', 'requests?state=refused')).bytes)).toHaveLength(1);
    const english = await table('auditor', 'requests?format=csv', '; antin-lang=en');
    expect(linesOf(english.bytes)[0]).toContain('Subscriber');
  });

  test('a name that a spreadsheet would run is only a name', async () => {
    const subject = { form: '01', fullName: '=HYPERLINK("http://x")', citizenNumber: '079085011111', title: 'Chuyên viên' };
    await t.submitted([personItem({ subject: { ...subject, mail: 'a@vidu.gov.vn', phone: '0912345678' } })]).catch(() => []);
    const { bytes } = await table('auditor', 'requests');
    expect(linesOf(bytes).some((line) => /(^|,)"?=/.test(line))).toBe(false);
  });

  test('a workbook says the same as the CSV', async () => {
    await t.authority.service.status.everyMinute();
    const csv = linesOf((await table('auditor', 'certificates?profile=organisation')).bytes);
    const { bytes } = await table('auditor', 'certificates?profile=organisation&format=xlsx');
    const { rows } = readTable(bytes);
    expect(rows).toHaveLength(csv.length);
    expect(rows[1]?.cells[1]).toBe('VĂN PHÒNG UBND TỈNH');
  });

  test('revocations come with cause and officer', async () => {
    const held = await t.certified('Người Bị Thu Hồi');
    await t.authority.service.status.everyMinute();
    const { items } = await t.get('auditor', `/certificates?q=${held.certificate.serialHex}`);
    const statement = {
      ...{ type: 'antin.revocation', certificate: items[0].certificate, cause: 'retired', reason: 'Quyết định nghỉ hưu 12/QĐ' },
      ...{ officerId: await t.officerId('revoker'), at: new Date(t.authority.now).toISOString() },
    };
    await t.post('revoker', '/certificates/revocation', { statement });
    const lines = linesOf((await table('revoker', 'revocations')).bytes);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('Nghỉ hưu');
    const month = new Date(t.authority.now).toISOString().slice(0, 7);
    expect(linesOf((await table('revoker', 'revocations?to=2020-01')).bytes)).toHaveLength(1);
    expect(linesOf((await table('revoker', `revocations?from=${month}`)).bytes)).toHaveLength(2);
  });

  test('the journal says who took what, before it left', async () => {
    const { items } = await t.get('auditor', '/journal?kind=console.exported');
    expect(items.length).toBeGreaterThan(4);
    expect(items[0]).toMatchObject({ detail: { table: 'thu-hoi', format: 'csv' } });
  });
});

describe('the report of a month', () => {
  test('counts from the records: received and open by unit, revoked by cause', async () => {
    const month = new Date(t.authority.now + 7 * 3_600_000).toISOString().slice(0, 7);
    const report = await t.get('approver', `/reports/monthly?month=${month}`);
    expect(report.units.find((unit: { code: string }) => unit.code === 'H53.11')).toMatchObject({ name: 'Sở Tài chính' });
    expect(report.total.received).toBeGreaterThanOrEqual(20);
    expect(report.total.open).toBe(report.total.received);
    expect(report.causes).toEqual([{ cause: 'retired', count: 1 }]);
    expect(report.limitDays).toBe(3);
    // Certificates of no request stand apart, and the sum has them.
    expect(report.units[0].code).toBe('');
    expect(report.units[0].issued).toBe(report.total.issued);
  });

  test('a month without anything is empty; one that is none is refused', async () => {
    expect(await t.get('operator', '/reports/monthly?month=2019-02')).toMatchObject({ units: [], causes: [] });
    await expect(t.get('operator', '/reports/monthly?month=2026-13')).rejects.toMatchObject({ code: 'http.invalid-query' });
  });
});
