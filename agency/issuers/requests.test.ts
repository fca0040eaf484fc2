import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction } from '@antin/adapters/db/transaction';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { pdfText, tools } from '@antin/testkit/pdf/outside';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { officeMigrations } from '../office.ts';
import type { Caller } from '../session/caller.ts';
import { contentOf, sealContent } from './at-rest.ts';
import { prepareRequests, printRequest, sealedRequest, sendRequest, type PreparedItem } from './requests.ts';
import { itemsOf, requestById } from './store.ts';

let database: TestDatabase;
let o: CertificateOffice;
let caller: Caller;
const from = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
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

const item = (i: number): PreparedItem => ({
  item: {
    ...{ act: 'new', id: randomUUID(), managingAgency: from, device: 'pki-token', attachments: [] },
    subject: {
      ...{
        form: '01',
        fullName: `Nguyễn Văn ${i}`,
        citizenNumber: '001090000001',
        title: 'Chuyên viên',
        unit: 'Phòng Nghiệp vụ',
      },
      ...{ mail: `nguoi.${i}@namha.gov.vn`, phone: '0912345678' },
    },
  },
  ...{ name: `Nguyễn Văn ${i}`, form: '01', agencyId: o.agencyId('tinh'), spkiSha256: null, certificateId: null },
});
const issuers = () => ({ ...o.deps, onItem: async () => {} });

test('more than a request can hold becomes several, in the order of the round and with nobody twice', async () => {
  const items = Array.from({ length: 5003 }, (_, i) => item(i));
  const ids = await inTransaction(database.db, (tx) =>
    prepareRequests(issuers(), tx, caller, { from, agencyId: o.agencyId('tinh'), items }),
  );
  expect(ids).toHaveLength(2);
  const contents = await Promise.all(
    ids.map(async (id) => ConsolidatedRequest.parse(JSON.parse(await contentOf(o.deps.vault, database.db, id)))),
  );
  expect(contents.map((one) => one.items.length)).toEqual([5000, 3]);
  expect(contents.flatMap((one) => one.items.map((asked) => asked.id))).toEqual(items.map((one) => one.item.id));
  // Printing so many goes on in a thread: what else is asked of this process is answered meanwhile.
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 5);
  const pdf = await printRequest(issuers(), (await requestById(database.db, ids[0]!))!);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(20);
  expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
  expect((await itemsOf(database.db, { requestId: ids[1]!, size: 10 })).map((one) => one.ordinal)).toEqual([5001, 5002, 5003]);
});

test('the archive holds the canonical request, its paper and checksums that fit; the paper names the data’s digest', async () => {
  const [id] = await inTransaction(database.db, (tx) =>
    prepareRequests(issuers(), tx, caller, {
      from,
      agencyId: o.agencyId('tinh'),
      number: '12/TTr-UBND',
      items: [item(1), item(2)],
    }),
  );
  await expect(sealedRequest(issuers(), id!)).rejects.toMatchObject({ code: 'issuer.not-signed' });
  await expect(sendRequest(issuers(), caller, id!)).rejects.toMatchObject({ code: 'issuer.not-signed' });
  const production = { ...issuers(), unsealed: 'refused' } as const;
  await expect(sendRequest(production, caller, id!, { byInstallation: true })).rejects.toMatchObject({
    code: 'issuer.not-signed',
  });
  await sendRequest(issuers(), caller, id!, { byInstallation: true });
  const { sealed } = await sealedRequest(issuers(), id!);
  const zip = openZip(memorySource(sealed.container), { inflateRaw: nodeInflateRaw });
  const read = (name: string) => {
    const content = zip.content(zip.entry(name)!);
    return Buffer.from(content.read(0, content.size));
  };
  expect(read('request.json').toString()).toBe(canonicalJson(JSON.parse(sealed.canonical)));
  const lines = read('SHA256SUMS').toString().trim().split('\n');
  for (const line of lines) {
    const [sha256, name] = line.split('  ') as [string, string];
    expect(createHash('sha256').update(read(name)).digest('hex'), name).toBe(sha256);
  }
  expect(lines).toHaveLength(2);
  if (!tools.pdftotext) return;
  // Long values are broken where their column ends.
  const text = pdfText(await printRequest(issuers(), (await requestById(database.db, id!))!)).replace(/\s+/g, '');
  for (const words of ['Mẫu số 01', 'Nguyễn Văn 2', '12/TTr-UBND', sealed.sha256, 'THỦ TRƯỞNG CƠ QUAN']) {
    expect(text).toContain(words.replace(/\s+/g, ''));
  }
});

const about = (name: string, more: object): PreparedItem => {
  const certificate = { issuerSha256: 'a'.repeat(64), serialHex: '01' };
  const asked = {
    id: randomUUID(),
    managingAgency: from,
    certificate,
    attachments: [],
    ...more,
  } as unknown as PreparedItem['item'];
  return { ...item(0), item: asked, name };
};

test('what nobody sees does not travel: names of before the rule go as they are read, and no name keeps a certificate in force', async () => {
  const items = [
    about('Lò\u202e Văn\u200b Hải', { act: 'revoke', cause: 'key-compromised' }),
    about('Lò Vаn Hải', { act: 'revoke', cause: 'retired' }),
    about('Lò Văn Hải', { act: 'recover-device', reason: 'Quên\u2066 mã\n\tPIN' }),
  ];
  const prepare = (number: string, name: string) =>
    inTransaction(database.db, (tx) => {
      const round = { id: randomUUID(), name };
      return prepareRequests(issuers(), tx, caller, { from, agencyId: o.agencyId('tinh'), number, round, items });
    });
  const [id = ''] = await prepare('7\u200b/TTr ', 'Đợt\u202e 1');
  const made = ConsolidatedRequest.parse(JSON.parse(await contentOf(o.deps.vault, database.db, id)));
  expect(made).toMatchObject({
    ...{ number: '7/TTr', round: { name: 'Đợt 1' } },
    items: [{ holder: 'Lò Văn Hải' }, {}, { holder: 'Lò Văn Hải', reason: 'Quên mã\n\tPIN' }],
  });
  expect(made.items[1]).not.toHaveProperty('holder');
  expect((await requestById(database.db, id))!.number).toBe('7/TTr');

  // One that was made before the rule is printed and sent as it was made.
  const old = canonicalJson({ ...made, number: '7\u200b/TTr', round: { ...made.round, name: 'Đợt\u202e 1' } });
  const sha256 = createHash('sha256').update(old).digest('hex');
  await sql`
    update agency.issuer_request set sha256 = ${sha256}, content_sealed = ${Buffer.from(sealContent(o.deps.vault, id, old))}
    where id = ${id}`.execute(database.db);
  expect(ConsolidatedRequest.safeParse(JSON.parse(old)).success).toBe(false);
  await sendRequest(issuers(), caller, id, { byInstallation: true });
  expect((await sealedRequest(issuers(), id)).sealed).toMatchObject({ canonical: old, attachments: [] });
  expect((await printRequest(issuers(), (await requestById(database.db, id))!)).length).toBeGreaterThan(1000);
});
