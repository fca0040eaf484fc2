import { describe, expect, test } from 'vitest';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { requestList } from './request-words.ts';

/** What a person can read before consent is all that the request asks: nothing is signed that only machines see. */
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
const item = (n: number, more: object) => ({
  ...{ id: id(n), managingAgency: { code: 'H99.12', name: 'Sở Tài chính', place: 'Nam Hà' } },
  ...{ attachments: ['b'.repeat(64)], ...more },
});
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
const listOf = (one: unknown) =>
  requestList(
    ConsolidatedRequest.parse({
      ...{ type: 'antin.certificate-request', version: 1, id: id(99), number: '12/UBND', from: agency },
      ...{ createdAt: '2026-11-22T05:00:00.000Z', items: [one] },
    }),
    [],
  );

/** Another value of the same kind, where any words would not do. */
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
  'certificate.issuerSha256': 'd'.repeat(64),
  'attachments.0': 'e'.repeat(64),
  csr: 'MIIC',
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

describe('the list of a request', () => {
  test.each(ITEMS.map((one) => [`${one['act'] as string} ${(one['subject'] as { form?: string })?.form ?? ''}`, one] as const))(
    'says every word of an item: %s',
    (_, one) => {
      const same = listOf(one);
      expect(listOf(structuredClone(one))).toBe(same);
      const unsaid = leaves(one).filter((path) => !/^(id|act|subject\.form)$/.test(path) && listOf(changed(one, path)) === same);
      expect(unsaid).toEqual([]);
    },
  );
});
