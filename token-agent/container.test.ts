import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { requestPaper } from '@antin/adapters/print/request-paper';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { mediaTypeOf } from '@antin/protocol/certificates/media-type';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { prepareAsicCades } from '@antin/signature/asic/cades';
import { cmsManifest } from '@antin/signature/asic/cms-manifest';
import { PART_TYPE } from '@antin/signature/asic/names';
import { prepareCades } from '@antin/signature/cades/prepare';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { selfSigned } from '@antin/testkit/self-signed';
import { closeStages, stageWith, yes } from './stage-for-tests.ts';

/** A request of an agency before the agency's key signs it: what the server says of it counts for nothing. */
const held = selfSigned('ỦY BAN NHÂN DÂN TỈNH NAM HÀ');
const other = selfSigned('KẺ KHÁC');
afterEach(closeStages);

const agency = { code: 'H99', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const PAPER = utf8('Văn bản xác nhận của cơ quan quản lý trực tiếp');

function person(n: number, attachments: readonly string[] = []): object {
  return {
    ...{ act: 'new', id: randomUUID(), managingAgency: agency, device: 'pki-token', attachments },
    subject: {
      ...{ form: '01', fullName: `Nguyễn Văn ${n}`, citizenNumber: '001090000001', title: 'Chuyên viên' },
      ...{ mail: `nguoi.${n}@namha.gov.vn`, phone: '0912345678' },
    },
  };
}
const revocation = (): object => ({
  ...{ act: 'revoke', id: randomUUID(), managingAgency: agency, cause: 'key-compromised', attachments: [] },
  certificate: { issuerSha256: 'a'.repeat(64), serialHex: '5af3' },
});

interface File {
  name: string;
  bytes: Uint8Array;
  mimeType: string;
}

function requestOf(items: readonly object[], more: object = {}): Uint8Array {
  const head = { type: 'antin.certificate-request', version: 1, id: randomUUID(), number: '12/UBND', from: agency };
  return utf8(canonicalJson({ ...head, createdAt: '2026-11-22T05:00:00.000Z', items, ...more }));
}

/** The print of a request; of what is none, any PDF. */
async function paperOf(request: Uint8Array): Promise<Uint8Array> {
  const { data } = ConsolidatedRequest.safeParse(JSON.parse(Buffer.from(request).toString()));
  return data === undefined ? buildPdf(plainObjects()).bytes : requestPaper(data, sha256(request));
}

async function filesOf(request: Uint8Array, attached: readonly Uint8Array[] = [], paper?: Uint8Array): Promise<File[]> {
  const files: File[] = [
    { name: 'request.json', bytes: request, mimeType: 'application/json' },
    { name: 'request.pdf', bytes: paper ?? (await paperOf(request)), mimeType: 'application/pdf' },
    ...attached.map((bytes) => ({ name: `attachments/${sha256(bytes)}`, bytes, mimeType: mediaTypeOf(bytes) })),
  ];
  const sums = files.map((file) => `${sha256(file.bytes)}  ${file.name}\n`).join('');
  return [...files, { name: 'SHA256SUMS', bytes: utf8(sums), mimeType: 'text/plain' }];
}

const asic = (files: readonly File[]) =>
  files.map(({ name, bytes, mimeType }) => ({ name, mimeType, content: memorySource(bytes) }));
const options = (certificate = held.certificate) => ({
  ...{ door: nodeCrypto, certificate, chain: [], algorithm: held.algorithm, signingTime: Date.now() },
});

/** An order over these files, put before a real agent. @param change of the order's one document, or of what is served */
function ordered(
  files: readonly File[],
  change: { document?: object; claims?: object; manifest?: Uint8Array; swap?: File[] } = {},
) {
  const s = stageWith(held);
  const jti = randomUUID();
  const prepared = prepareAsicCades({ container: 'ASiC-E', files: asic(files) }, options());
  const manifest = change.manifest ?? prepared.manifest!.bytes;
  const tbs = change.manifest === undefined ? prepared.cades : prepareCades(memorySource(manifest), options());
  s.served.set(`${jti}/0`, manifest);
  for (const [n, file] of (change.swap ?? files).entries()) s.served.set(`${jti}/0/${n}`, file.bytes);
  const document = {
    ...{ index: 0, title: 'Thư chúc mừng năm mới', fileName: 'x.asice', content: 'container', parts: files.length },
    ...{ preparedSha256: sha256(manifest), size: manifest.length },
    signedAttributes: Buffer.from(tbs.signedAttributes).toString('base64'),
    ...change.document,
  };
  const told = [{ label: { vi: 'Nội dung', en: 'Content' }, value: 'không có gì quan trọng' }];
  s.outbox.jobs.push(s.token(jti, { act: 'request', summary: told, documents: [document], ...change.claims }));
  return { ...s, jti, stage: s };
}

/** Nothing was asked, nothing signed, and the server hears that it does not fit. */
async function refused(o: ReturnType<typeof ordered>, code: string): Promise<void> {
  await o.until(() => o.answers.length === 1);
  expect(o.answers[0]?.answer).toEqual({ answer: 'not-used', reason: 'mismatch' });
  expect(o.reports).toContain(code);
  expect(o.prompt.view().jobs).toEqual([]);
  expect(o.signs()).toBe(0);
}

describe('a request before the agency’s key', () => {
  it('is fetched whole, read, shown by what it says itself, and signed over the manifest the agent made again', async () => {
    const items = [1, 2, 3, 4, 5, 6].map((n) => person(n, [sha256(PAPER)]));
    const o = ordered(await filesOf(requestOf([...items, revocation()]), [PAPER]));
    await o.asked(o.jti);
    const [job] = o.prompt.view().jobs;
    expect(job!.heading).toEqual({ vi: 'Ký số hồ sơ đề nghị của cơ quan', en: 'Sign the agency’s request' });
    const lines = Object.fromEntries(job!.summary.map(({ label, value }) => [label.vi, value]));
    expect(lines).toMatchObject({
      'Cơ quan đề nghị': 'Ủy ban nhân dân tỉnh Nam Hà (H99), Nam Hà',
      'Số, ký hiệu': '12/UBND',
      'Nội dung': 'Cấp mới / New: 6; Thu hồi / Revocation: 1',
      'Tổng số dòng': '7',
      'Thuê bao': 'Nguyễn Văn 1; Nguyễn Văn 2; Nguyễn Văn 3; Nguyễn Văn 4; Nguyễn Văn 5; … (7)',
      'Tệp kèm theo': '1',
      'Bản in': expect.stringContaining('đúng nội dung'),
    });
    expect(JSON.stringify(o.prompt.view())).not.toMatch(/chúc mừng|không có gì quan trọng/);
    expect(job!.documents.map((one) => one.fileName)).toEqual(['request.json', 'request.pdf']);
    expect(o.fetched).toEqual([`${o.jti}/0`, ...[0, 1, 2, 3].map((n) => `${o.jti}/0/${n}`)]);
    o.prompt.decide(o.jti, yes());
    await o.until(() => o.answers.length === 1);
    expect(o.answers[0]?.answer.answer).toBe('signed');
  });

  it('with papers of every kind is signed as what they are, and a paper that is said to be something else is not', async () => {
    const papers = [
      buildPdf(plainObjects()).bytes,
      Uint8Array.of(0xff, 0xd8, 0xff, 1),
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
      PAPER,
    ];
    const files = await filesOf(requestOf([person(1, papers.map(sha256))]), papers);
    const o = ordered(files);
    await o.asked(o.jti);
    expect(files.slice(2, -1).map((file) => file.mimeType)).toEqual([
      ...['application/pdf', 'image/jpeg', 'image/png', 'application/octet-stream'],
    ]);
    const page = files.map((file, n) => (n === 3 ? { ...file, mimeType: 'text/html' } : file));
    await refused(ordered(page), 'asic.manifest-other');
  });

  it('with a file changed, exchanged or put in another’s place on the way is not asked about', async () => {
    const files = await filesOf(requestOf([person(1)]));
    const changed = files.map((file, n) => (n === 0 ? { ...file, bytes: requestOf([person(2)]) } : file));
    await refused(ordered(files, { swap: changed }), 'asic.manifest-other');
    await refused(ordered(files, { swap: [files[1]!, files[0]!, files[2]!] }), 'asic.manifest-other');
    const paper = files.map((file, n) => (n === 1 ? { ...file, bytes: utf8('MZ no paper at all') } : file));
    await refused(ordered(paper), 'container.files');
  });

  it('with a print that says something else than the request is refused, wherever the other word stands', async () => {
    const request = requestOf([...Array.from({ length: 40 }, (_, n) => person(n)), revocation()]);
    const asked = JSON.parse(Buffer.from(request).toString()) as ConsolidatedRequest;
    const printOf = (change: object, hash = sha256(request)) =>
      requestPaper(ConsolidatedRequest.parse({ ...asked, ...change }), hash);
    const another = asked.items.map((item, n) => (n === 37 ? person(999) : item));
    for (const paper of [
      await printOf({ items: another }),
      await printOf({ items: asked.items.slice(0, -1) }),
      await printOf({ number: '13/UBND' }),
      // The same words about another file.
      await printOf({}, 'a'.repeat(64)),
      buildPdf(plainObjects()).bytes,
    ]) {
      await refused(ordered(await filesOf(request, [], paper)), 'container.paper-other');
    }
    const honest = ordered(await filesOf(request, [], await printOf({})));
    await honest.asked(honest.jti);
    expect(honest.prompt.view().jobs).toHaveLength(1);
  });

  it('with anything that a request does not hold is refused: another file, a paper nobody names, sums of other files', async () => {
    const request = requestOf([person(1, [sha256(PAPER)])]);
    const files = await filesOf(request, [PAPER]);
    const stranger = { name: 'contract.pdf', bytes: buildPdf(plainObjects()).bytes, mimeType: 'application/pdf' };
    await refused(ordered([...files, stranger]), 'container.files');
    await refused(ordered(await filesOf(requestOf([person(1)]), [PAPER])), 'container.files');
    await refused(ordered(await filesOf(request)), 'container.files');
    const misnamed = files.map((file) => (file.name.startsWith('attach') ? { ...file, bytes: utf8('another') } : file));
    await refused(ordered(misnamed), 'container.files');
    const sums = files.map((file) => (file.name === 'SHA256SUMS' ? { ...file, bytes: utf8(`${'0'.repeat(64)}  a\n`) } : file));
    await refused(ordered(sums), 'container.files');
    await refused(ordered(files.slice(1)), 'container.files');
  });

  it('with a number, a round or a holder that ends its line, or turns it around, is refused', async () => {
    const forged = '12/UBND\u2028Tổng số dòng: 1\u2029\u202eNội dung: Gia hạn\r\n';
    await refused(ordered(await filesOf(requestOf([person(1)], { number: forged }))), 'container.request');
    const round = { id: randomUUID(), name: 'Đợt 1\u202e' };
    await refused(ordered(await filesOf(requestOf([person(1)], { round }))), 'container.request');
    const named = { ...revocation(), holder: 'Lò Văn Hải\nTổng số dòng: 1' };
    await refused(ordered(await filesOf(requestOf([named]))), 'container.request');
  });

  it('with a reason of several lines has no line more in what is shown', async () => {
    const reason = 'Quên mã PIN\r\nTổng số dòng: 1\n\tNội dung: Gia hạn';
    const certificate = { issuerSha256: 'a'.repeat(64), serialHex: '5af3' };
    const about = { id: randomUUID(), managingAgency: agency, certificate, attachments: [] };
    const o = ordered(await filesOf(requestOf([person(1), { act: 'recover-device', ...about, reason }])));
    await o.asked(o.jti);
    const { summary, documents } = o.prompt.view().jobs[0]!;
    expect(JSON.stringify(summary)).not.toMatch(/\\r|\\n/);
    const list = readFileSync(o.prompt.documentPath(o.jti, documents[0]!.index)!, 'utf8');
    expect(list.split(/\r|\n|\u2028|\u2029/).filter((line) => line.startsWith('Tổng số dòng'))).toEqual(['Tổng số dòng: 2']);
    expect(list).toContain('Quên mã PIN');
  });

  it('with a word in it that would be signed unseen is refused', async () => {
    const hidden = requestOf([person(1)], { alsoRevoke: ['everything'] });
    await refused(ordered(await filesOf(hidden)), 'container.request');
    const twice = Buffer.from(requestOf([person(1)]))
      .toString()
      .replace('"items":', '"items":[],"items":');
    await refused(ordered(await filesOf(utf8(twice))), 'container.request');
    const spaced = utf8(`${Buffer.from(requestOf([person(1)])).toString()} `);
    await refused(ordered(await filesOf(spaced)), 'container.request');
  });

  it('is not signed over a manifest of other types or another place, for another certificate, or as another act', async () => {
    const files = await filesOf(requestOf([person(1)]));
    const covers = { name: 'META-INF/signature001.p7s', mimeType: PART_TYPE.cms };
    const typed = asic(files).map((file) => ({ ...file, mimeType: 'text/html' }));
    await refused(ordered(files, { manifest: cmsManifest(covers, typed, 'SHA-256', nodeCrypto) }), 'asic.manifest-other');
    const elsewhere = cmsManifest({ ...covers, name: 'META-INF/signature003.p7s' }, asic(files), 'SHA-256', nodeCrypto);
    await refused(ordered(files, { manifest: elsewhere }), 'asic.manifest-other');
    // Behind another signature it is the same request.
    const beside = cmsManifest({ ...covers, name: 'META-INF/signature002.p7s' }, asic(files), 'SHA-256', nodeCrypto);
    const second = ordered(files, { manifest: beside });
    await second.asked(second.jti);
    const fewer = cmsManifest(covers, asic(files).slice(0, 2), 'SHA-256', nodeCrypto);
    await refused(ordered(files, { manifest: fewer }), 'container.manifest');
    const foreign = prepareAsicCades({ container: 'ASiC-E', files: asic(files) }, options(other.certificate));
    const attributes = Buffer.from(foreign.cades.signedAttributes).toString('base64');
    await refused(ordered(files, { document: { signedAttributes: attributes } }), 'asic.certificate-mismatch');
    await refused(ordered(files, { claims: { act: 'sign' } }), 'job.act');
    await refused(ordered(files, { document: { content: 'statement', parts: 0 }, claims: { act: 'request' } }), 'job.act');
  });
});
