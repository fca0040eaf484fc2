import { describe, expect, test } from 'vitest';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { requestTables } from './request-paper.ts';
import { A4_LANDSCAPE, tablePages } from './table.ts';

/** What a request asks for stands on its paper: a leader who signs the paper signs nothing that cannot be read on it. */
const agency = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const certificate = { issuerSha256: 'a'.repeat(64), serialHex: '5af3' };
const keeper = { fullName: 'Lê Văn Cường', title: 'Văn thư', mail: 'cuong@namha.gov.vn', phone: '0912345679' };
const person = {
  ...{ form: '01', fullName: 'Nguyễn Văn An', citizenNumber: '001090000001', birthDay: '1990-02-03', title: 'Chuyên viên' },
  ...{ unit: 'Phòng Tài chính', mail: 'an@namha.gov.vn', phone: '0912345678' },
};
const organisation = {
  ...{ form: '02', name: 'SỞ NỘI VỤ', code: 'H99.05', address: 'Số 1 phố Huế', foundedBy: 'Quyết định số 1/QĐ-UBND' },
  keeper: { ...keeper, citizenNumber: '001090000002' },
};
const service = {
  ...{ form: '03', name: 'Cổng dịch vụ công', use: 'tls-server', hostNames: ['dvc.namha.gov.vn'], owner: 'Sở Thông tin', keeper },
};
const below = { code: 'H99.12', name: 'Sở Tài chính', place: 'Nam Hà' };
const item = (n: number, more: object) => ({ id: id(n), managingAgency: below, attachments: ['b'.repeat(64)], ...more });
const ITEMS: readonly Record<string, unknown>[] = [
  item(1, { act: 'new', device: 'pki-token', subject: person, validityYears: 3 }),
  item(2, { act: 'new', device: 'pki-token', subject: organisation, validityYears: 3 }),
  item(3, { act: 'new', device: 'pkcs10', csr: 'MIIB', subject: service, validityYears: 3 }),
  item(4, { act: 'renew', certificate, holder: 'Lò Văn Hải' }),
  item(5, { act: 'change', certificate, device: 'pki-token', subject: person }),
  item(6, { act: 'change', certificate, device: 'pki-token', subject: organisation }),
  item(7, { act: 'change', certificate, device: 'pkcs10', csr: 'MIIB', subject: service }),
  item(8, { act: 'revoke', certificate, holder: 'Lò Văn Hải', cause: 'retired', since: '2026-11-01' }),
  item(9, { act: 'recover-device', certificate, holder: 'Lò Văn Hải', reason: 'Quên mã PIN' }),
];

const HEAD = { number: '12/UBND', from: agency, round: { id: id(98), name: 'Đợt 2' } };
const requestOf = (items: readonly unknown[], head: object = HEAD) =>
  ConsolidatedRequest.parse({
    ...{ type: 'antin.certificate-request', version: 1, id: id(99), createdAt: '2026-11-22T05:00:00.000Z' },
    ...{ ...head, items },
  });
/** The digest is held still: what differs is what people can read. */
const paperOf = (items: readonly unknown[], head?: object) =>
  JSON.stringify(requestTables(requestOf(items, head), 'c'.repeat(64)));

/** Beside the digest nothing tells these apart for people: names of rows, octets of keys and files, who issued a certificate. */
const FOR_MACHINES = /^(id|act|csr|attachments\..*|certificate\.issuerSha256|subject\.form)$/;
const OTHER: Readonly<Record<string, unknown>> = {
  'subject.citizenNumber': '001090000009',
  'subject.keeper.citizenNumber': '001090000009',
  'subject.birthDay': '1991-05-06',
  'subject.use': 'other',
  'subject.hostNames.0': 'khac.namha.gov.vn',
  'subject.mail': 'khac@namha.gov.vn',
  'subject.keeper.mail': 'khac@namha.gov.vn',
  'subject.phone': '0999999999',
  'subject.keeper.phone': '0999999999',
  'certificate.serialHex': '0bad',
  device: 'sim-pki',
  cause: 'died',
  since: '2026-10-10',
  validityYears: 5,
};

function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]));
}
function changed(value: Record<string, unknown>, path: string): Record<string, unknown> {
  const copy = structuredClone(value);
  const keys = path.split('.');
  const last = keys.pop()!;
  const place = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  place[last] = OTHER[path] ?? 'Chữ khác';
  return copy;
}

describe('the paper of a request', () => {
  test.each(ITEMS.map((one) => [`${one['act'] as string} ${(one['subject'] as { form?: string })?.form ?? ''}`, one] as const))(
    'shows every word of an item: %s',
    (_, one) => {
      const same = paperOf([one]);
      expect(paperOf([structuredClone(one)])).toBe(same);
      const hidden = leaves(one).filter((path) => !FOR_MACHINES.test(path) && paperOf([changed(one, path)]) === same);
      expect(hidden).toEqual([]);
    },
  );

  test('shows who asks, under which number and in which round', () => {
    const same = paperOf(ITEMS);
    const hidden = leaves(HEAD).filter((path) => path !== 'round.id' && paperOf(ITEMS, changed(HEAD, path)) === same);
    expect(hidden).toEqual([]);
  });

  test('is never cut: a row longer than a page goes on on the next, with the headings again', () => {
    const hosts = Array.from(
      { length: 50 },
      (_, n) => `may-chu-so-${n}.${'rat-dai-'.repeat(7)}x.${'va-dai-hon-'.repeat(5)}x.gov.vn`,
    );
    const tables = requestTables(
      requestOf([item(3, { act: 'new', device: 'pki-token', subject: { ...service, hostNames: hosts } })]),
      'c'.repeat(64),
    );
    const pages = tablePages(tables, () => '');
    const low = pages.flatMap(({ runs }) =>
      runs.filter(({ y }) => y < A4_LANDSCAPE.margin.bottom - 1 && y !== A4_LANDSCAPE.margin.bottom / 2),
    );
    expect(low.map(({ text }) => text)).toEqual([]);
    expect(pages.length).toBeGreaterThan(2);
    const text = pages.map(({ runs }) => runs.map((run) => run.text).join('')).join('');
    expect(hosts.filter((_, n) => !text.includes(`may-chu-so-${n}.`))).toEqual([]);
    for (const { runs } of pages.slice(0, -1)) expect(runs.filter((run) => run.text === 'Tên miền')).toHaveLength(1);
  });
});
