import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { officeMigrations } from '../office.ts';
import type { Caller } from '../session/caller.ts';
import { csrOf, newKey, resultArchive, type TestKey } from './fake-issuer-for-tests.ts';
import { prepareRequests, type PreparedItem } from './requests.ts';
import { moveRequest } from './store.ts';

let database: TestDatabase;
let o: CertificateOffice;
let caller: Caller;
const as: Record<string, string> = {};
const from = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
  for (const name of ['cb.tinh', 'cb.so', 'cb.khac', 'binh']) as[name] = await o.signIn(name);
  const position = { id: randomUUID(), agencyId: o.agencyId('tinh'), agencyName: from.name, unitName: undefined };
  caller = {
    ...{ personId: o.personId('cb.tinh'), fullName: 'Đỗ Thị Tỉnh', signInName: 'cb.tinh' },
    position: { ...position, title: 'Chuyên viên', capacity: '', roles: ['certificate-officer'] },
  };
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

/** With a key the key is asked for; without one the issuer makes it. */
const item = (name: string, key?: TestKey): PreparedItem => ({
  item: {
    ...{ act: 'new', id: randomUUID(), managingAgency: from, attachments: [] },
    ...(key === undefined ? { device: 'pki-token' as const } : { device: 'pkcs10' as const, csr: toBase64(csrOf(key, name)) }),
    subject: {
      ...{ form: '01', fullName: name, citizenNumber: '001090000001', title: 'Chuyên viên' },
      ...{ mail: 'ai@namha.gov.vn', phone: '0912345678' },
    },
  },
  ...{ name, form: '01', agencyId: o.agencyId('so'), certificateId: null },
  spkiSha256: key === undefined ? null : createHash('sha256').update(key.spki).digest('hex'),
});
async function sent(items: readonly PreparedItem[]): Promise<string> {
  const issuers = { ...o.deps, onItem: async () => {} };
  const [id] = await inTransaction(database.db, (tx) =>
    prepareRequests(issuers, tx, caller, { from, agencyId: o.agencyId('tinh'), items, number: '7/TTr-UBND' }),
  );
  await moveRequest(database.db, id!, { state: 'sent', sentAt: o.clock() });
  return id!;
}
const bring = async (id: string, certificates: readonly { raw: Uint8Array }[]) =>
  o.bytes(
    as['cb.tinh']!,
    'PUT',
    `/api/issuer-requests/${id}/results`,
    resultArchive({ certificates: certificates.map((one) => one.raw) }),
  );
const open = async (requestId: string, settled = 'false') =>
  (await o.get(as['cb.tinh']!, `/api/issuer-unmatched?requestId=${requestId}&settled=${settled}`)).items;
const candidates = (id: string, q = '') => o.get(as['cb.tinh']!, `/api/issuer-unmatched/${id}/candidates${q}`);
const settle = (id: string, body: object, who = 'cb.tinh') => o.post(as[who]!, `/api/issuer-unmatched/${id}`, body);
const states = async (id: string) =>
  Object.fromEntries(
    (await o.get(as['cb.tinh']!, `/api/issuer-requests/${id}/items`)).items.map((one: any) => [one.name, one.state]),
  );

test('a certificate nobody can place is shown with who, what and why, and with the items it could be for', async () => {
  const asked = newKey();
  const id = await sent([item('Nguyễn Văn An'), item('Trần Thị Bê'), item('Lê Văn Cư', asked)]);
  await bring(id, [o.issuer.certify('Trần Thị Bê', newKey().spki)]);
  const [one] = await open(id);
  expect(one).toMatchObject({
    ...{ reason: 'unknown-key', commonName: 'Trần Thị Bê', requestNumber: '7/TTr-UBND', settable: true },
    issuer: expect.stringContaining('CN='),
    notAfter: expect.stringMatching(/^\d{4}-/),
  });
  expect(await o.get(as['cb.tinh']!, `/api/issuer-unmatched/${one.id}`)).toEqual(one);
  const found = await candidates(one.id);
  expect(found.items.map((each: any) => [each.name, each.key, each.sameName])).toEqual([
    ['Trần Thị Bê', 'unknown', true],
    ['Nguyễn Văn An', 'unknown', false],
    // Asked for with a key of its own: this certificate can never be theirs.
    ['Lê Văn Cư', 'other', false],
  ]);
  expect((await candidates(one.id, '?q=nguyen%20van')).items.map((each: any) => each.name)).toEqual(['Nguyễn Văn An']);
  expect((await candidates(one.id, '?q=%25')).items).toHaveLength(3);
  // Who is somebody else's officer, or none, sees nothing of it.
  for (const path of ['', '/candidates']) {
    for (const who of ['cb.so', 'cb.khac']) {
      await expect(o.get(as[who]!, `/api/issuer-unmatched/${one.id}${path}`)).rejects.toMatchObject({
        code: 'issuer.unmatched-not-found',
      });
    }
    await expect(o.get(as['binh']!, `/api/issuer-unmatched/${one.id}${path}`)).rejects.toMatchObject({
      code: 'role.certificate-officer-needed',
    });
  }
  await expect(settle(one.id, { itemId: found.items[0].itemId }, 'cb.so')).rejects.toMatchObject({
    code: 'issuer.unmatched-not-found',
  });

  const given = await settle(one.id, { itemId: found.items[0].itemId });
  expect(given).toMatchObject({ settledBy: 'Đỗ Thị Tỉnh', settledAs: 'Trần Thị Bê', settable: false });
  expect(await states(id)).toEqual({ 'Nguyễn Văn An': 'waiting', 'Trần Thị Bê': 'issued', 'Lê Văn Cư': 'waiting' });
  expect([await open(id), (await open(id, 'true')).map((each: any) => each.id)]).toEqual([[], [one.id]]);
  await expect(settle(one.id, { none: true, reason: 'Lần hai' })).rejects.toMatchObject({ code: 'issuer.unmatched-not-found' });
});

test('a name that differs is taken only when it is said again, and the journal keeps both names', async () => {
  const id = await sent([item('Nguyễn Văn An'), item('Trần Thị Bê')]);
  await bring(id, [o.issuer.certify('Nguyễn Văn Ân', newKey().spki)]);
  const [one] = await open(id);
  const { items } = await candidates(one.id);
  const [itemId, other] = [items[0].itemId, items[1].itemId];
  for (const confirmedName of [undefined, '', 'Nguyễn Văn Anh', 'Trần Thị Bê']) {
    await expect(settle(one.id, { itemId, confirmedName })).rejects.toMatchObject({ code: 'issuer.name-differs' });
  }
  expect(await states(id)).toEqual({ 'Nguyễn Văn An': 'waiting', 'Trần Thị Bê': 'waiting' });
  // Two officers at once: one of them settles it.
  const both = await Promise.allSettled([
    settle(one.id, { itemId, confirmedName: 'Nguyễn Văn Ân' }),
    settle(one.id, { itemId: other, confirmedName: 'Nguyễn Văn Ân' }),
  ]);
  expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(Object.values(await states(id)).sort()).toEqual(['issued', 'waiting']);
  const { rows } = await sql<{ whole: string }>`select row_to_json(j)::text as whole from agency.journal j
    where row_to_json(j)::text like '%IssuerAnswerSettled%' and row_to_json(j)::text like ${`%${one.id}%`}`.execute(database.db);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.whole).toContain('Nguyễn Văn Ân');
});

test('what is no certificate can only be dismissed, with a reason that stays beside it', async () => {
  const id = await sent([item('Nguyễn Văn An')]);
  await o.bytes(as['cb.tinh']!, 'PUT', `/api/issuer-requests/${id}/results`, Buffer.from('MIIB không phải chứng thư'));
  const [one] = await open(id);
  expect(one).toMatchObject({ reason: 'not-a-certificate', settable: false });
  expect(await candidates(one.id)).toEqual({ items: [], more: false });
  const { items } = await o.get(as['cb.tinh']!, `/api/issuer-requests/${id}/items`);
  await expect(settle(one.id, { itemId: items[0].id, confirmedName: 'Nguyễn Văn An' })).rejects.toMatchObject({
    code: 'issuer.still-does-not-fit',
  });
  await expect(settle(one.id, { none: true, reason: 'x' })).rejects.toMatchObject({ code: 'http.invalid-body' });
  await settle(one.id, { none: true, reason: 'Tệp hỏng, đã báo nơi cấp' });
  expect(await open(id, 'true')).toMatchObject([{ settledAs: 'Tệp hỏng, đã báo nơi cấp', settledBy: 'Đỗ Thị Tỉnh' }]);
});

test('hundreds of answers and candidates come page by page', async () => {
  const id = await sent(Array.from({ length: 120 }, (_, n) => item(`Người ${String(n).padStart(3, '0')}`)));
  const spki = newKey().spki;
  await bring(
    id,
    Array.from({ length: 60 }, (_, n) => o.issuer.certify(`Người ${String(n).padStart(3, '0')}`, spki)),
  );
  const pages = [];
  for (let after = ''; ;) {
    const page = await o.get(as['cb.tinh']!, `/api/issuer-unmatched?requestId=${id}&size=25${after}`);
    pages.push(page.items);
    if (page.next === undefined) break;
    after = `&after=${page.next}`;
  }
  expect(pages.map((page) => page.length)).toEqual([25, 25, 10]);
  const found = await candidates(pages[0][7].id);
  expect([found.items.length, found.more, found.items[0].name]).toEqual([50, true, pages[0][7].commonName]);
});
