import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { memorySource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import { PAPER_LIMITS } from '@antin/protocol/office/needs-papers';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { pdfText, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { paintPng } from '@antin/testkit/pdf/pictures';
import { testPki } from '@antin/testkit/pki/test-pki';
import { certificateSideMigrations } from '../certificate-side.ts';
import { certificateOffice, type CertificateOffice } from '../certificates/office-for-tests.ts';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';
import { partsOf, type PreparedItem } from '../issuers/requests.ts';
import { officeMigrations } from '../office.ts';
import { paperType } from './paper-type.ts';

let database: TestDatabase;
let o: CertificateOffice;
const as: Record<string, string> = {};

beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  o = await certificateOffice(database.db, testPki());
  for (const name of ['cb.tinh', 'cb.so', 'cb.xa', 'cb.khac', 'binh']) as[name] = await o.signIn(name);
});
afterAll(async () => {
  await o?.close();
  await database?.close();
});

let painted = 0;
/** A picture nobody else has. */
const png = (): Uint8Array => paintPng(8, 8, () => [(painted += 1) % 250, 20, 30, 255]);
const pdf = (words: string): Uint8Array => buildPdf(plainObjects([`/Words(${words})`])).bytes;
const segment = (marker: number, ...body: number[]) => [0xff, marker, 0, body.length + 2, ...body];
const jpeg = (...tail: number[]): Uint8Array =>
  Uint8Array.of(
    ...[
      0xff,
      0xd8,
      ...segment(0xe0, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0),
      ...segment(0xc0, 8, 0, 9, 0, 7, 1, 1, 17, 0),
    ],
    ...[...segment(0xda, 1, 1, 0, 0, 63, 0), 1, 2, 3, ...tail],
  );
const whole = jpeg(0xff, 0xd9);

describe('what a paper is, by its content', () => {
  const active = buildPdf({ ...plainObjects(['']), 1: '<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(1)>>>>' }).bytes;
  test.each<[string, Uint8Array, string]>([
    ['a PDF', pdf('Quyet dinh'), 'application/pdf'],
    ['a PNG', png(), 'image/png'],
    ['a JPEG', whole, 'image/jpeg'],
    ['a JPEG with what a camera adds behind it', jpeg(0xff, 0xd9, 0, 0, 0, 1, 2), 'image/jpeg'],
    ['nothing', new Uint8Array(), 'needs.paper-empty'],
    ['a program', Uint8Array.of(0x4d, 0x5a, 0x90, 0), 'needs.paper-type'],
    ['a page that runs in a browser', Buffer.from('<svg onload="x()">'), 'needs.paper-type'],
    ['a PDF that is cut off', pdf('x').subarray(0, 90), 'needs.paper-damaged'],
    ['a PDF that runs a script', active, 'needs.paper-active'],
    ['a PNG that is cut off', png().subarray(0, 60), 'needs.paper-damaged'],
    ['a PNG whose size was changed', png().map((byte, at) => (at === 19 ? 9 : byte)), 'needs.paper-damaged'],
    ['a JPEG that is cut off', jpeg(), 'needs.paper-damaged'],
    ['a JPEG that is only its head', whole.subarray(0, 12), 'needs.paper-damaged'],
    ['a JPEG without a size', Uint8Array.of(0xff, 0xd8, ...segment(0xda, 1), 0xff, 0xd9), 'needs.paper-damaged'],
  ])('%s', (_what, bytes, wanted) => {
    const said = paperType(bytes, nodeInflate);
    expect(said.ok ? said.value : said.code).toBe(wanted);
  });
  test.skipIf(!tools.qpdf)('a PDF with a password', () => {
    const closed = qpdfRewrite(pdf('x'), '--encrypt', 'a', 'b', '256', '--');
    expect(paperType(closed, nodeInflate)).toMatchObject({ code: 'needs.paper-encrypted' });
  });
});

const cells = (n: number) => ({
  ...{ fullName: `Người ${n}`, citizenNumber: String(1_090_000_000 + n).padStart(12, '0'), title: 'Chuyên viên' },
  ...{ mail: `nguoi${n}@namha.gov.vn`, phone: '0912345678' },
});
async function sheetOf(who: string, rows: number) {
  const owner = 'cb.tinh';
  const body = { name: 'Đợt có giấy tờ', year: 2026, deadline: '2026-12-31', forms: ['01'], guidance: '' };
  const round = await o.send(as[owner]!, 'POST', '/api/needs', body);
  const { rounds } = await o.get(as[who]!, '/api/needs');
  const sheetId: string = rounds.find((one: any) => one.id === round.id).sheetId;
  const { items } = await o.post(as[who]!, `/api/needs-sheets/${sheetId}/entries`, {
    rows: Array.from({ length: rows }, (_, n) => ({ form: '01', cells: cells(n) })),
  });
  return { roundId: round.id as string, sheetId, rows: items.map((one: any) => one.id as string) as string[] };
}
const attach = async (who: string, row: string, bytes: Uint8Array, name = 'can-cuoc.png', kind = 'identity') => {
  const headers = { 'x-file-name': encodeURIComponent(name) };
  const response = await o.call(as[who]!, 'PUT', `/api/needs-entries/${row}/papers/${kind}`, bytes, headers);
  const value = (await response.json()) as any;
  if (!response.ok) throw Object.assign(new Error(JSON.stringify(value)), { code: value.code, status: response.status });
  return value;
};
const papers = async (who: string, row: string) => (await o.get(as[who]!, `/api/needs-entries/${row}/papers`)).items as any[];
const counts = async (who: string, sheetId: string) =>
  (await o.get(as[who]!, `/api/needs-sheets/${sheetId}/entries`)).items.map((one: any) => one.attachments);
const submit = async (who: string, sheetId: string) =>
  o.post(as[who]!, `/api/needs-sheets/${sheetId}/submit`, {
    version: (await o.get(as[who]!, `/api/needs-sheets/${sheetId}`)).version,
  });
const onDisk = (): string[] =>
  readdirSync(o.folder, { recursive: true, encoding: 'utf8' }).filter((path) => /[0-9a-f]{64}$/.test(path));
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a paper is kept sealed, shown to the agency and to those above it, and to nobody else', async () => {
  const { rows, sheetId } = await sheetOf('cb.xa', 2);
  const bytes = png();
  const kept = await attach('cb.xa', rows[0]!, bytes, 'C:\\quét\\căn cước.jpg');
  // The name says JPG, the content is PNG: the content counts.
  expect(kept).toMatchObject({ kind: 'identity', name: 'căn cước.jpg', mediaType: 'image/png', sha256: sha(bytes) });
  expect(await counts('cb.xa', sheetId)).toEqual([1, 0]);
  for (const path of onDisk()) expect(readFileSync(join(o.folder, path)).includes(Buffer.from(bytes)), path).toBe(false);
  for (const who of ['cb.xa', 'cb.tinh']) {
    const answer = await o.call(as[who]!, 'GET', `/api/needs-papers/${kept.id}/content`);
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual(['image/png', 'no-store']);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  }
  for (const who of ['cb.so', 'cb.khac']) {
    for (const path of [`/api/needs-papers/${kept.id}/content`, `/api/needs-papers/${crypto.randomUUID()}/content`]) {
      await expect(o.get(as[who]!, path)).rejects.toMatchObject({ code: 'needs.paper-not-found' });
    }
    await expect(o.send(as[who]!, 'DELETE', `/api/needs-papers/${kept.id}`)).rejects.toMatchObject({
      code: 'needs.paper-not-found',
    });
    await expect(attach(who, rows[0]!, png())).rejects.toMatchObject({ code: 'needs.sheet-not-found' });
  }
  await expect(o.get(as['binh']!, `/api/needs-papers/${kept.id}/content`)).rejects.toMatchObject({
    code: 'role.certificate-officer-needed',
  });
  // Those above look, and change nothing.
  await expect(attach('cb.tinh', rows[0]!, png())).rejects.toMatchObject({ code: 'needs.not-your-sheet' });
  await expect(o.send(as['cb.tinh']!, 'DELETE', `/api/needs-papers/${kept.id}`)).rejects.toMatchObject({
    code: 'needs.not-your-sheet',
  });
});

test('what is no paper, too much or there already is refused, and leaves nothing behind', async () => {
  const { rows, sheetId } = await sheetOf('cb.xa', 1);
  const row = rows[0]!;
  const before = onDisk().length;
  await expect(attach('cb.xa', row, Buffer.from('MZ chương trình'), 'can-cuoc.pdf')).rejects.toMatchObject({
    code: 'needs.paper-type',
  });
  await expect(attach('cb.xa', row, randomBytes(PAPER_LIMITS.bytes + 1))).rejects.toMatchObject({ status: 413 });
  await expect(attach('cb.xa', row, png(), 'x.png', 'passport')).rejects.toMatchObject({ status: 404 });
  await expect(attach('cb.xa', crypto.randomUUID(), png())).rejects.toMatchObject({ code: 'needs.entry-not-found' });
  expect(onDisk()).toHaveLength(before);
  const first = png();
  await attach('cb.xa', row, first);
  await expect(attach('cb.xa', row, first)).rejects.toMatchObject({ code: 'needs.paper-twice' });
  // Two at once for the last place: one of them gets it.
  for (let n = 1; n < PAPER_LIMITS.ofRow - 1; n += 1) await attach('cb.xa', row, png());
  const both = await Promise.allSettled([attach('cb.xa', row, png()), attach('cb.xa', row, png())]);
  expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await papers('cb.xa', row)).toHaveLength(PAPER_LIMITS.ofRow);
  await expect(attach('cb.xa', row, png())).rejects.toMatchObject({ code: 'needs.paper-too-many' });
  await sql`update agency.needs_paper set size = ${PAPER_LIMITS.bytesOfSheet}, entry_id = gen_random_uuid()
    where sheet_id = ${sheetId}`.execute(database.db);
  await expect(attach('cb.xa', row, png())).rejects.toMatchObject({ code: 'needs.paper-sheet-full' });
});

test('a paper of many rows is one file, and goes with the last of them', async () => {
  const { rows } = await sheetOf('cb.xa', 3);
  const bytes = pdf('Quyet dinh bo nhiem ba nguoi');
  const before = onDisk();
  const [one, two] = [
    await attach('cb.xa', rows[0]!, bytes, 'qd.pdf', 'appointment'),
    await attach('cb.xa', rows[1]!, bytes, 'qd.pdf'),
  ];
  expect(onDisk()).toHaveLength(before.length + 1);
  await o.send(as['cb.xa']!, 'DELETE', `/api/needs-papers/${one.id}`);
  expect(await papers('cb.xa', rows[0]!)).toEqual([]);
  expect(new Uint8Array(await (await o.call(as['cb.xa']!, 'GET', `/api/needs-papers/${two.id}/content`)).arrayBuffer())).toEqual(
    bytes,
  );
  await o.send(as['cb.xa']!, 'DELETE', `/api/needs-papers/${two.id}`);
  expect(onDisk()).toEqual(before);
  // The last one goes while a new row takes it: it is there for the new row, whoever is first.
  for (let round = 0; round < 4; round += 1) {
    const last = await attach('cb.xa', rows[0]!, bytes);
    const [, next] = await Promise.all([
      o.send(as['cb.xa']!, 'DELETE', `/api/needs-papers/${last.id}`),
      attach('cb.xa', rows[2]!, bytes),
    ]);
    const answer = await o.call(as['cb.xa']!, 'GET', `/api/needs-papers/${next.id}/content`);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    await o.send(as['cb.xa']!, 'DELETE', `/api/needs-papers/${next.id}`);
  }
});

test('papers come back with a removed row that is undone, stay after submission, and go with what is removed for good', async () => {
  const { rows, sheetId } = await sheetOf('cb.xa', 2);
  const kept = await attach('cb.xa', rows[0]!, whole);
  const gone = await attach('cb.xa', rows[1]!, png());
  await o.send(as['cb.xa']!, 'DELETE', `/api/needs-entries/${rows[0]!}`);
  await o.post(as['cb.xa']!, `/api/needs-sheets/${sheetId}/undo`, {});
  expect((await papers('cb.xa', rows[0]!)).map((one) => one.id)).toEqual([kept.id]);
  await o.send(as['cb.xa']!, 'DELETE', `/api/needs-entries/${rows[1]!}`);
  const before = onDisk().length;
  await submit('cb.xa', sheetId);
  expect(onDisk()).toHaveLength(before - 1);
  await expect(o.get(as['cb.xa']!, `/api/needs-papers/${gone.id}/content`)).rejects.toMatchObject({
    code: 'needs.paper-not-found',
  });
  await expect(o.send(as['cb.xa']!, 'DELETE', `/api/needs-papers/${kept.id}`)).rejects.toMatchObject({
    code: 'needs.sheet-submitted',
  });
  await expect(attach('cb.xa', rows[0]!, png())).rejects.toMatchObject({ code: 'needs.sheet-submitted' });
  expect(await papers('cb.xa', rows[0]!)).toHaveLength(1);
});

test('papers travel with the request under their digest, are counted on its list, and stay while it names them', async () => {
  const body = { name: 'Đợt của Sở', year: 2026, deadline: '2026-12-31', forms: ['01'], guidance: '' };
  const round = await o.send(as['cb.so']!, 'POST', '/api/needs', body);
  const { items } = await o.post(as['cb.so']!, `/api/needs-sheets/${round.sheetId}/entries`, {
    rows: [0, 1, 2].map((n) => ({ form: '01', cells: cells(100 + n) })),
  });
  const [decision, card] = [pdf('Quyet dinh chung'), png()];
  await attach('cb.so', items[0].id, card);
  await attach('cb.so', items[0].id, decision, 'qd.pdf', 'appointment');
  await attach('cb.so', items[1].id, decision, 'qd.pdf', 'appointment');
  const version = async () => (await o.get(as['cb.so']!, `/api/needs/${round.id}`)).version;
  const turn = async (state: string) =>
    o.send(as['cb.so']!, 'PATCH', `/api/needs/${round.id}`, { version: await version(), state });
  await submit('cb.so', round.sheetId);
  await turn('closed');
  const { requests } = await o.post(as['cb.so']!, `/api/needs/${round.id}/request`, { version: await version() });
  await o.post(as['cb.so']!, `/api/issuer-requests/${requests[0].id}/send`, { byInstallation: true });
  const archive = await o.bytes(as['cb.so']!, 'GET', `/api/issuer-requests/${requests[0].id}/archive`);
  const zip = openZip(memorySource(archive), { inflateRaw: nodeInflateRaw });
  const read = (name: string) => {
    const content = zip.content(zip.entry(name)!);
    return content.read(0, content.size);
  };
  expect(read(`attachments/${sha(decision)}`)).toEqual(decision);
  expect(read(`attachments/${sha(card)}`)).toEqual(card);
  expect([decision, card, whole, archive].map(mediaTypeOf)).toEqual([
    ...['application/pdf', 'image/png', 'image/jpeg', 'application/octet-stream'],
  ]);
  const asked = JSON.parse(Buffer.from(read('request.json')).toString()).items.map((item: any) => item.attachments.sort());
  expect(asked).toEqual([[sha(card), sha(decision)].sort(), [sha(decision)], []]);
  if (tools.pdftotext) {
    const text = pdfText(read('request.pdf')).replace(/\s+/g, '');
    expect(text).toContain('Kèmtheo2tệpgiấytờđiệntử(dùngcho3lượt)');
    expect(text).toContain('Tệpkèm');
  }
  // Taken apart, the round may be changed again; the container keeps what it names.
  await o.send(as['cb.so']!, 'DELETE', `/api/issuer-requests/${requests[0].id}`);
  await turn('open');
  await o.post(as['cb.so']!, `/api/needs-sheets/${round.sheetId}/withdraw`, {});
  for (const row of items) {
    for (const one of await papers('cb.so', row.id)) await o.send(as['cb.so']!, 'DELETE', `/api/needs-papers/${one.id}`);
  }
  expect(await o.bytes(as['cb.so']!, 'GET', `/api/issuer-requests/${requests[0].id}/archive`)).toEqual(archive);
});

test('a request ends where a container is full: by items or by papers, of which a shared one counts once', () => {
  const item = (...attachments: string[]) => ({ item: { attachments } }) as unknown as PreparedItem;
  const sizes = new Map([
    ['a', 60],
    ['b', 30],
    ['c', 50],
    ['d', 500],
  ]);
  const parts = (items: PreparedItem[]) =>
    [...partsOf(items, sizes, { items: 4, bytes: 100, files: 3 })].map((part) => part.length);
  expect(parts([])).toEqual([]);
  expect(parts([item(), item(), item(), item(), item()])).toEqual([4, 1]);
  expect(parts([item('a'), item('a'), item('a', 'b'), item('c')])).toEqual([3, 1]);
  expect(parts([item('a', 'c'), item('c'), item('d'), item()])).toEqual([2, 2]);
  // More files than a device fetches could never be signed.
  expect(parts([item('e', 'f'), item('g', 'e'), item('f'), item('h')])).toEqual([3, 1]);
});
