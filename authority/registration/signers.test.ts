import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { requestPaper } from '@antin/adapters/print/request-paper';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { canonicalJson } from '@antin/protocol/canonical-json';
import type { ConsolidatedRequest } from '@antin/protocol/certificates/request';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import { openAsic } from '@antin/signature/asic/container';
import { extendAsicCades } from '@antin/signature/asic/extend-cades';
import { signAsicCades } from '@antin/signature/asic/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import { person } from '../authority-for-tests.ts';
import { ASICE, ConsoleForTests, personItem, requestOf, sha256Of, type HeldKey } from '../console-for-tests.ts';

/** Who signed a request, when, and what else lies in its container: each attack with the honest request beside it. */
let t: ConsoleForTests;
let seal: HeldKey;
let leader: HeldKey;
const from = { code: 'H61', name: 'Ủy ban nhân dân tỉnh Nam Hà', place: 'Nam Hà' };
const AGENCY = 'Ủy ban nhân dân tỉnh Nam Hà';

type Parts = Parameters<ConsoleForTests['authority']['issued']>[0] & { subject: object };

async function certified(subject: Partial<Parts['subject']>, profile: 'person' | 'organisation' = 'person'): Promise<HeldKey> {
  const { pkcs8, mail, ...request } = person();
  const asked = { ...request, profile, subject: subject as Parts['subject'] };
  const { certificate } = await t.authority.issued(profile === 'person' ? { ...asked, mail: mail! } : asked);
  const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
  const sign = (data: Uint8Array) => Promise.resolve(nodeSecrets.sign(pkcs8, algorithm, data));
  return { certificate, key: { certificate, chain: t.authority.service.chain(), algorithm, sign } };
}

beforeAll(async () => {
  t = await ConsoleForTests.open();
  seal = await certified(
    { commonName: AGENCY.toUpperCase(), organization: AGENCY.toUpperCase(), locality: 'Nam Hà' },
    'organisation',
  );
  leader = await certified({ commonName: 'Trần Văn Cường', organization: AGENCY, title: 'Chủ tịch', locality: 'Nam Hà' });
  await t.register('H61', seal, 'h61'.repeat(12));
});
afterAll(() => t.close());

const request = (more: Partial<ConsolidatedRequest> = {}, items = 1) =>
  requestOf(
    Array.from({ length: items }, () => personItem({ managingAgency: from, attachments: [] })),
    new Date(t.authority.now),
    { from, ...more },
  );
const bring = (file: Uint8Array) => t.post('registrar', '/submissions/file', file);

interface Packed {
  readonly paper?: Uint8Array;
}

/** One signature after the other over the files of a request. */
async function signedBy(one: ConsolidatedRequest, keys: readonly (readonly [SigningKey, number?])[], more: Packed = {}) {
  const files = [
    { name: 'request.json', content: memorySource(utf8(canonicalJson(one))), mimeType: 'application/json' },
    ...(more.paper === undefined
      ? []
      : [{ name: 'request.pdf', content: memorySource(more.paper), mimeType: 'application/pdf' }]),
  ];
  let bytes: Uint8Array | undefined;
  for (const [key, minutes = 0] of keys) {
    const input =
      bytes === undefined
        ? ({ container: 'ASiC-E', files } as const)
        : { existing: openAsic(memorySource(bytes), { inflateRaw: nodeInflateRaw }) };
    const signed = await signAsicCades(input, key, {
      ...{ door: nodeCrypto, signingTime: t.authority.now + minutes * 60_000, level: 'B-B' as const },
    });
    bytes = signed.read(0, signed.size);
  }
  return bytes!;
}
const limit = (name: string, value: number) => t.limited(name, value);

describe('a leader signs before the organisation', () => {
  test('and both are shown by name, to whoever decides and in the list', async () => {
    const receipt = await bring(await signedBy(request(), [[leader.key, -5], [seal.key]]));
    expect(receipt).toMatchObject({ status: 'accepted', items: 1 });
    const [row] = (await t.get('registrar', `/requests?submission=${receipt.submissionId}`)).items;
    const { shown } = await t.get('registrar', `/requests/${row.id}`);
    expect(shown.submission).toMatchObject({
      authenticatedBy: 'signature',
      signer: { serialHex: seal.certificate.serialHex },
      leader: {
        ...{ name: 'Trần Văn Cường', title: 'Chủ tịch', serialHex: leader.certificate.serialHex },
        signedAt: new Date(t.authority.now - 300_000).toISOString(),
      },
    });
    const listed = (await t.get('auditor', '/submissions')).items.find((one: any) => one.id === receipt.submissionId);
    expect(listed.leader).toBe('Trần Văn Cường, Chủ tịch');
  });

  test('who is its head by certificate: not another body’s, not a second seal, not a third signer, not after it, not over less', async () => {
    const code = async (file: Uint8Array) => (await bring(file)).code;
    const stranger = await certified({
      commonName: 'Trần Văn Cường',
      organization: 'Ủy ban nhân dân tỉnh Bắc Sơn',
      locality: 'x',
    });
    const second = await certified({ commonName: AGENCY.toUpperCase(), organization: AGENCY, locality: 'x' }, 'organisation');
    expect(await code(await signedBy(request(), [[stranger.key], [seal.key]]))).toBe('submission.leader-of-other');
    expect(await code(await signedBy(request(), [[second.key], [seal.key]]))).toBe('submission.leader-not-person');
    expect(await code(await signedBy(request(), [[leader.key], [leader.key], [seal.key]]))).toBe('submission.signers-too-many');
    expect(await code(await signedBy(request(), [[seal.key], [leader.key, 3]]))).toBe('submission.signed-in-wrong-order');
    // Alone the leader does not speak for the organisation.
    expect(await code(await signedBy(request(), [[leader.key]]))).toBe('submission.signer-not-bound');
    // A unit of the body above both is named as one.
    const unit = await certified({
      commonName: 'Lê An',
      organization: AGENCY,
      organizationalUnit: 'Sở Tài chính',
      locality: 'x',
    });
    const office = await certified(
      { commonName: 'SỞ TÀI CHÍNH', organization: AGENCY.toUpperCase(), locality: 'x' },
      'organisation',
    );
    await t.register('H62', office, 'h62'.repeat(12));
    const theirs = { code: 'H62', name: 'Sở Tài chính', place: 'x' };
    const items = [personItem({ managingAgency: theirs, attachments: [] })];
    expect((await bring(await signedBy(request({ from: theirs, items }), [[unit.key], [office.key]]))).status).toBe('accepted');
    expect(await code(await signedBy(request({ from: theirs }), [[leader.key], [office.key]]))).toBe(
      'submission.leader-of-other',
    );
  });

  test('with a certificate that was revoked meanwhile it is kept apart and says whose signature does not hold', async () => {
    const gone = await certified({ commonName: 'Đỗ Đã Nghỉ', organization: AGENCY, locality: 'x' });
    const honest = await signedBy(request(), [[gone.key], [seal.key]]);
    expect((await bring(honest)).status).toBe('accepted');
    const late = await signedBy(request(), [[gone.key], [seal.key]]);
    t.authority.now += 1000;
    await t.authority.service.revoke(gone.certificate.serialHex, 'cessationOfOperation');
    t.authority.now += 60_000;
    expect(await bring(late)).toMatchObject({ status: 'quarantined', code: 'submission.leader-signature-not-valid' });
  });

  test('is required from the day on which that is configured, and not before', async () => {
    await limit('leader-signature', 2);
    expect((await bring(await signedBy(request(), [[seal.key]]))).code).toBe('submission.leader-missing');
    expect((await bring(await signedBy(request(), [[leader.key], [seal.key]]))).status).toBe('accepted');
    await limit('leader-signature', 1);
    expect((await bring(await signedBy(request(), [[seal.key]]))).status).toBe('accepted');
  });
});

describe('the print beside a request', () => {
  test('says what the request says, or the whole is kept apart', async () => {
    const one = request({}, 30);
    const other = request({}, 30);
    const sha256 = sha256Of(utf8(canonicalJson(one)));
    const forged = await requestPaper({ ...other, createdAt: one.createdAt }, sha256);
    expect(await bring(await signedBy(one, [[seal.key]], { paper: forged }))).toMatchObject({ code: 'submission.paper-differs' });
    const swapped = await requestPaper(other, sha256Of(utf8(canonicalJson(other))));
    expect(await bring(await signedBy(one, [[seal.key]], { paper: swapped }))).toMatchObject({
      code: 'submission.paper-differs',
    });
    expect((await bring(await signedBy(one, [[seal.key]], { paper: utf8('%PDF-1.7') }))).code).toBe('submission.paper-differs');
    const honest = await signedBy(one, [[seal.key]], { paper: await requestPaper(one, sha256) });
    expect((await bring(honest)).status).toBe('accepted');
  });
});

describe('a signed request that comes again or late', () => {
  test('is refused when it was signed more working days ago than the limit of the day, and taken on its last day', async () => {
    await limit('request-age-working-days', 2);
    const file = await signedBy(request(), [[seal.key]]);
    const taken = await signedBy(request(), [[seal.key]]);
    const first = await bring(taken);
    expect(first.status).toBe('accepted');
    const ahead = await signedBy(request(), [[seal.key, 60]]);
    expect((await bring(ahead)).code).toBe('submission.signed-in-future');
    // Two working days, whatever weekend lies between, are at most four days.
    await t.later(5);
    const late = await bring(file);
    expect(late).toMatchObject({ status: 'quarantined', code: 'submission.too-old' });
    // What was taken in then is the same still.
    expect((await bring(taken)).submissionId).toBe(first.submissionId);
    await limit('request-age-working-days', 10);
    expect(await t.post('registrar', `/submissions/${late.submissionId}/retry`)).toMatchObject({ status: 'accepted' });
  });

  test('is not made young again by a time-stamp that whoever found it adds: that is under no signature', async () => {
    await limit('request-age-working-days', 2);
    const stamped = async (file: Uint8Array) => {
      const whole = openAsic(memorySource(file), { inflateRaw: nodeInflateRaw });
      const made = await extendAsicCades(whole, {
        ...{ door: nodeCrypto, inflateRaw: nodeInflateRaw, level: 'B-T' as const, anchors: [], at: t.authority.now },
        evidenceFor: async () => ({ certificates: [], crls: [], ocsps: [] }),
        timeStamp: async ({ digest, hash }) => {
          const response = await t.authority.service.timeStamp(buildTimeStampRequest({ digest, hash, certReq: true }));
          return parseTimeStampResponse(response).token!;
        },
      });
      return made.read(0, made.size);
    };
    const old = await signedBy(request(), [[seal.key]]);
    await t.later(5);
    expect((await bring(await stamped(old))).code).toBe('submission.too-old');
    // Stamped when it was signed, as an agency does.
    expect((await bring(await stamped(await signedBy(request(), [[seal.key]])))).status).toBe('accepted');
    await limit('request-age-working-days', 10);
  });

  test('is not kept young by a stranger who brings it in time: another’s token only parks it', async () => {
    await limit('request-age-working-days', 2);
    const file = await signedBy(request(), [[seal.key]]);
    const waiting = await signedBy(
      request({ items: [personItem({ managingAgency: from, attachments: ['b'.repeat(64) as never] })] }),
      [[leader.key, 5], [seal.key]],
    );
    const parked = await t.asSender('POST', '/submissions', file, ASICE);
    expect(parked).toMatchObject({ status: 'quarantined', code: 'submission.sender-other' });
    const own = await t.asSender('POST', '/submissions', waiting, ASICE, 'h61'.repeat(12));
    expect(own).toMatchObject({ status: 'quarantined', code: 'submission.signed-in-wrong-order' });
    await t.later(5);
    const again = await t.post('registrar', `/submissions/${parked.submissionId}/retry`);
    expect(again.code).toBe('submission.too-old');
    expect((await t.post('registrar', `/submissions/${parked.submissionId}/retry`)).code).toBe('submission.too-old');
    // Its sender's own, that waited for an officer, is as old as it was when it came.
    expect((await t.post('registrar', `/submissions/${own.submissionId}/retry`)).code).toBe('submission.signed-in-wrong-order');
    await limit('request-age-working-days', 10);
  });

  test('under another id, number or sender it is recognised by what it asks, until that was given up', async () => {
    const one = request();
    const first = await bring(await signedBy(one, [[seal.key]]));
    const renamed = { ...one, id: randomUUID(), number: '99/UBND' };
    expect((await bring(await signedBy(renamed, [[seal.key]]))).code).toBe('submission.items-asked-before');
    const more = { ...renamed, id: randomUUID(), items: [...request().items, ...one.items] };
    expect((await bring(await signedBy(more, [[seal.key]]))).code).toBe('submission.items-asked-before');
    const asOther = { ...renamed, from: { code: 'H53', name: 'x', place: 'x' } };
    expect((await bring(await signedBy(asOther, [[t.sender.key]]))).code).toBe('submission.items-asked-before');
    const both = await Promise.all(
      [1, 2].map(async () => bring(await signedBy({ ...request({ items: request().items }), id: randomUUID() }, [[seal.key]]))),
    );
    expect(both.map((receipt) => receipt.status)).toEqual(['accepted', 'accepted']);
    const shared = request().items;
    const raced = await Promise.all(
      [1, 2].map(async () =>
        t.asSender('POST', '/submissions', await signedBy(request({ items: shared }), [[seal.key]]), ASICE, 'h61'.repeat(12)),
      ),
    );
    expect(raced.map((receipt) => receipt.status).sort()).toEqual(['accepted', 'quarantined']);
    const [row] = (await t.get('registrar', `/requests?submission=${first.submissionId}`)).items;
    await t.post('registrar', `/requests/${row.id}/withdrawal`, { reason: 'gửi lại' });
    expect((await bring(await signedBy({ ...renamed, id: randomUUID() }, [[seal.key]]))).status).toBe('accepted');
  });
});
