import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { writeZip } from '@antin/formats/zip/writer';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { signAsicCades } from '@antin/signature/asic/sign';
import { signCades } from '@antin/signature/cades/sign';
import { ASICE, ConsoleForTests, PAPER, personItem, requestOf, sha256Of } from '../console-for-tests.ts';
import type { HeldKey } from '../console-for-tests.ts';

let t: ConsoleForTests;
let stranger: HeldKey;
beforeAll(async () => {
  t = await ConsoleForTests.open();
  stranger = await t.certified('CƠ QUAN KHÁC', 'organisation');
});
afterAll(() => t.close());

const now = () => new Date(t.authority.now);
const request = (more: object = {}) => requestOf([personItem()], now(), more);
const bring = async (file: Uint8Array) => t.post('registrar', '/submissions/file', file);
const attached = async (text: string, key = t.sender.key) => {
  const cms = await signCades(memorySource(utf8(text)), key, {
    ...{ door: nodeCrypto, signingTime: t.authority.now, packaging: 'attached' as const },
  });
  return cms.read(0, cms.size);
};
const rows = async (table: string) =>
  (await sql<{ count: number }>`select count(*)::int as count from ${sql.table(`authority.${table}`)}`.execute(t.db)).rows[0]!
    .count;

describe('what is signed by its sender', () => {
  test('comes in once, however often it is sent, by whatever way, signed anew or not', async () => {
    const one = request();
    const file = await t.packed(one, [PAPER]);
    const first = await t.asSender('POST', '/submissions', file, ASICE);
    expect(first).toMatchObject({ status: 'accepted', items: 1, missingAttachments: [], requestId: one.id });
    const before = await rows('request_item');
    const again = await Promise.all([
      t.asSender('POST', '/submissions', file, ASICE),
      t.asSender('POST', '/submissions', await t.packed(one, [PAPER]), ASICE),
      bring(file),
      bring(await attached(canonicalJson(one))),
    ]);
    expect(new Set(again.map((receipt) => receipt.submissionId))).toEqual(new Set([first.submissionId]));
    expect(await rows('request_item')).toBe(before);
    expect(await t.asSender('GET', `/submissions/${one.id}`)).toMatchObject({ submissionId: first.submissionId });
  });

  test('sent by two at once it is one', async () => {
    const file = await t.packed(request(), [PAPER]);
    const receipts = await Promise.all([1, 2, 3].map(() => t.asSender('POST', '/submissions', file, ASICE)));
    expect(new Set(receipts.map((one) => one.submissionId)).size).toBe(1);
  });

  test('as CMS with the request inside it is as good', async () => {
    const receipt = await bring(await attached(canonicalJson(request())));
    expect(receipt).toMatchObject({ status: 'accepted', items: 1 });
    expect(receipt.missingAttachments).toHaveLength(1);
    const raw = await t.send(await t.cookie('auditor'), 'GET', `/submissions/${receipt.submissionId}/file`);
    expect((await raw.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  test('who carried it to the desk does not approve it', async () => {
    const { submissionId } = await t.post('both', '/submissions/file', await t.packed(request(), [PAPER]));
    const [row] = (await t.get('auditor', `/requests?submission=${submissionId}`)).items;
    const shown = await t.proposed(row.id);
    expect(await t.approve('both', row.id, shown)).toBe('request.own-approval');
    expect(await t.approve('approver', row.id, shown)).toBe('approved');
  });
});

describe('what cannot be taken in as it is stands apart and is kept', () => {
  const text = () => canonicalJson(request());
  const zipped = (name: string, content: string) => {
    const zip = writeZip([{ name, content: memorySource(utf8(content)) }], t.authority.now);
    return zip.read(0, zip.size);
  };
  const flipped = (file: Uint8Array, needle: string) => {
    const copy = new Uint8Array(file);
    const at = Buffer.from(copy).indexOf(needle);
    copy[at + 1]! ^= 1;
    return copy;
  };
  const cases: readonly (readonly [string, string, () => Promise<Uint8Array> | Uint8Array])[] = [
    ['noise', 'submission.not-a-request', () => utf8('không phải yêu cầu')],
    ['a torn archive', 'submission.unreadable', () => utf8('PK\u0003\u0004 xxxx')],
    ['an unsigned request', 'submission.unsigned', () => utf8(text())],
    ['an unsigned container', 'submission.unsigned', () => zipped('request.json', text())],
    ['a container without a request', 'submission.not-a-request', () => zipped('yeu-cau.json', text())],
    ['a signature by a stranger', 'submission.signer-not-bound', async () => attached(text(), stranger.key)],
    ['a container signed by a stranger', 'submission.signer-not-bound', async () => t.packed(request(), [], stranger.key)],
    ['a changed letter', 'submission.signature-not-valid', async () => flipped(await attached(text()), 'Nguy')],
    [
      'a sender nobody knows',
      'submission.sender-unknown',
      async () => t.packed(request({ from: { code: 'H99', name: 'Không rõ', place: 'x' } })),
    ],
    ['members in another order', 'submission.not-canonical', async () => attached(JSON.stringify(request()))],
    [
      'a member twice',
      'submission.not-canonical',
      async () => attached(text().replace('"version":1', '"version":1,"version":1')),
    ],
    [
      'an item twice',
      'submission.item-twice',
      async () => {
        const item = personItem();
        return attached(canonicalJson(requestOf([item, item], now())));
      },
    ],
    [
      'a signature over something beside the request',
      'submission.request-not-covered',
      async () => {
        const other = { name: 'khac.txt', content: memorySource(utf8('khác')), mimeType: 'text/plain' };
        const options = { door: nodeCrypto, signingTime: t.authority.now, level: 'B-B' as const };
        const signed = await signAsicCades({ container: 'ASiC-E', files: [other] }, t.sender.key, options);
        const { openZip } = await import('@antin/formats/zip/reader');
        const { updateZip } = await import('@antin/formats/zip/writer');
        const { nodeInflateRaw } = await import('@antin/adapters/inflate/raw');
        const slipped = { name: 'request.json', content: memorySource(utf8(text())) };
        const zip = updateZip(openZip(signed, { inflateRaw: nodeInflateRaw }), [slipped], t.authority.now);
        return zip.read(0, zip.size);
      },
    ],
  ];
  for (const [name, code, make] of cases) {
    test(name, async () => {
      const file = await make();
      const items = await rows('request_item');
      const receipt = await bring(file);
      expect([receipt.status, receipt.code]).toEqual(['quarantined', code]);
      expect(receipt.words.vi.length).toBeGreaterThan(5);
      expect(await rows('request_item')).toBe(items);
      // The same file again is the same row.
      expect((await bring(file)).submissionId).toBe(receipt.submissionId);
      const raw = await t.send(await t.cookie('registrar'), 'GET', `/submissions/${receipt.submissionId}/file`);
      expect(Buffer.from(await raw.arrayBuffer()).equals(Buffer.from(file))).toBe(true);
    });
  }

  test('an id that was used for another content', async () => {
    const one = request();
    await t.asSender('POST', '/submissions', await t.packed(one, [PAPER]), ASICE);
    const other = await t.packed({ ...one, items: [personItem()] }, [PAPER]);
    expect(await t.asSender('POST', '/submissions', other, ASICE)).toMatchObject({
      status: 'quarantined',
      code: 'submission.id-reused',
    });
  });

  test('a certificate that was revoked signs nothing any more', async () => {
    const gone = await t.certified('SỞ ĐÃ GIẢI THỂ', 'organisation');
    await t.register('H60', gone, randomBytes(32).toString('base64url'));
    t.authority.now += 1000;
    await t.authority.service.revoke(gone.certificate.serialHex, 'cessationOfOperation');
    t.authority.now += 60_000;
    const file = await t.packed(request({ from: { code: 'H60', name: 'Sở', place: 'x' } }), [], gone.key);
    expect(await bring(file)).toMatchObject({ status: 'quarantined', code: 'submission.signature-not-valid' });
  });

  test('is judged again when its sender has been registered, and left aside with a reason otherwise', async () => {
    const held = await t.certified('TỈNH MỚI', 'organisation');
    const from = { code: 'H77', name: 'Tỉnh mới', place: 'x' };
    const item = personItem({ managingAgency: { code: 'H77.01', name: 'Sở', place: 'x' } });
    const file = await t.packed(requestOf([item], now(), { from }), [PAPER], held.key);
    const apart = await bring(file);
    expect(apart.code).toBe('submission.sender-unknown');
    await t.register('H77', held, randomBytes(32).toString('base64url'));
    expect(await t.post('registrar', `/submissions/${apart.submissionId}/retry`)).toMatchObject({
      submissionId: apart.submissionId,
      status: 'accepted',
    });
    await expect(t.post('registrar', `/submissions/${apart.submissionId}/retry`)).rejects.toMatchObject({
      code: 'submission.not-quarantined',
    });
    const noise = await bring(utf8(randomUUID()));
    const left = await t.post('registrar', `/submissions/${noise.submissionId}/dismissal`, { reason: 'gửi nhầm' });
    expect(left.status).toBe('dismissed');
    const listed = await t.get('auditor', '/submissions?status=dismissed');
    expect(listed.items.map((one: any) => one.id)).toContain(noise.submissionId);
  });
});

describe('an agency’s system', () => {
  test('needs its token, sees only its own requests, and speaks for nobody else', async () => {
    const one = request();
    await t.asSender('POST', '/submissions', await t.packed(one, [PAPER]), ASICE);
    const other = randomBytes(32).toString('base64url');
    const held = await t.certified('TỈNH KHÁC', 'organisation');
    await t.register('H78', held, other);
    for (const token of ['', 'x'.repeat(43)]) {
      await expect(t.asSender('GET', `/submissions/${one.id}`, undefined, undefined, token)).rejects.toMatchObject({
        code: 'sender.token-needed',
      });
    }
    await expect(t.asSender('GET', `/submissions/${one.id}`, undefined, undefined, other)).rejects.toMatchObject({
      code: 'http.not-found',
    });
    // Signed by its true sender, brought by another: not this caller's to bring.
    const brought = await t.asSender('POST', '/submissions', await t.packed(request(), [PAPER]), ASICE, other);
    expect(brought.code).toBe('submission.sender-other');
  });

  test('speaks with one token for the agencies below it, where two officers said so; each asks under its own certificate', async () => {
    const [token, plain] = [1, 2].map(() => randomBytes(32).toString('base64url')) as [string, string];
    const [ministry, office, other] = [
      await t.certified('BỘ', 'organisation'),
      await t.certified('CỤC', 'organisation'),
      await t.certified('BỘ KHÁC', 'organisation'),
    ];
    await t.register('G90', ministry, token, false, true);
    await t.register('G90.04', office, plain);
    await t.register('G91', other, randomBytes(32).toString('base64url'));
    const paper = utf8('%PDF-1.7 gửi trước bằng mã của bộ');
    const sha256 = sha256Of(paper);
    await t.asSender('PUT', `/attachments/${sha256}`, paper, 'application/pdf', token);
    const ask = (code: string, more: object = {}) => {
      const from = { code, name: 'Cơ quan', place: 'x' };
      return requestOf([personItem({ managingAgency: from, attachments: [sha256] })], now(), { from, ...more });
    };
    const one = ask('G90.04');
    const receipt = await t.asSender('POST', '/submissions', await t.packed(one, [], office.key), ASICE, token);
    expect(receipt).toMatchObject({ status: 'accepted', missingAttachments: [] });
    // Whoever of the two asks afterwards finds it.
    for (const by of [token, plain])
      expect(await t.asSender('GET', `/submissions/${one.id}`, undefined, undefined, by)).toMatchObject({
        submissionId: receipt.submissionId,
      });
    const [row] = (await t.get('registrar', `/requests?submission=${receipt.submissionId}`)).items;
    const { withdrawn } = await t.asSender(
      'POST',
      `/submissions/${one.id}/withdrawal`,
      { itemIds: [one.items[0]!.id], reason: 'nhầm' },
      undefined,
      token,
    );
    expect(withdrawn).toEqual([one.items[0]!.id]);
    expect((await t.get('auditor', `/requests/${row.id}`)).acts.at(-1)).toMatchObject({ bySender: 'G90.04' });
    const code = async (request: ReturnType<typeof ask>, key: HeldKey, by: string) =>
      (await t.asSender('POST', '/submissions', await t.packed(request, [], key.key), ASICE, by)).code;
    // The ministry's seal is not its office's, another ministry is not below it, and the office speaks for nobody else.
    expect(await code(ask('G90.04'), ministry, token)).toBe('submission.signer-not-bound');
    expect(await code(ask('G91'), other, token)).toBe('submission.sender-other');
    expect(await code(ask('G90'), ministry, plain)).toBe('submission.sender-other');
    expect(await code(ask('G90.05'), office, token)).toBe('submission.sender-unknown');
    const own = ask('G90');
    await t.asSender('POST', '/submissions', await t.packed(own, [], ministry.key), ASICE, token);
    await expect(t.asSender('GET', `/submissions/${own.id}`, undefined, undefined, plain)).rejects.toMatchObject({
      code: 'http.not-found',
    });
  });

  test('may send without a signature only where that was agreed to', async () => {
    const token = randomBytes(32).toString('base64url');
    const held = await t.certified('TỈNH THỬ', 'organisation');
    await t.register('H79', held, token, true);
    const item = personItem({ managingAgency: { code: 'H79', name: 'Tỉnh thử', place: 'x' } });
    const text = canonicalJson(requestOf([item], now(), { from: { code: 'H79', name: 'Tỉnh thử', place: 'x' } }));
    const plain = await t.asSender('POST', '/submissions', utf8(text), 'application/json', token);
    expect(plain.status).toBe('accepted');
    const [row] = (await t.get('auditor', `/requests?submission=${plain.submissionId}`)).items;
    const { checks } = await t.get('auditor', `/requests/${row.id}`);
    // Nobody has confirmed who that person is.
    expect(checks.find((one: any) => one.code === 'check.identity-evidence').outcome).toBe('blocks');
    const own = await t.asSender('POST', '/submissions', utf8(canonicalJson(request())), 'application/json');
    expect(own.code).toBe('submission.unsigned');
    await expect(t.asSender('POST', '/submissions', utf8(text), 'text/plain', token)).rejects.toMatchObject({
      code: 'http.unsupported-type',
    });
  });
});

test('a round of thousands is taken in at once, and checked to its end', async () => {
  const items = Array.from({ length: 260 }, () => personItem());
  const receipt = await t.asSender('POST', '/submissions', await t.packed(requestOf(items, now()), [PAPER]), ASICE);
  expect(receipt).toMatchObject({ status: 'accepted', items: 260 });
  const unchecked = async () =>
    (
      await sql<{ count: number }>`
        select count(*)::int as count from authority.request_item
        where submission_id = ${receipt.submissionId} and shown_sha256 is null`.execute(t.db)
    ).rows[0]!.count;
  expect(await unchecked()).toBe(60);
  await t.desk.everyMinute();
  expect(await unchecked()).toBe(0);
}, 60_000);
