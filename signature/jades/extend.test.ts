import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { parseTimeStampToken } from '@antin/pki/tsp/token';
import { timeStampsOf } from '@antin/testkit/archive-imprint/jades';
import { opensslTsVerify } from '@antin/testkit/archive-imprint/openssl-ts';
import { smallJwsCheck } from '@antin/testkit/json/small-checker';
import { opensslVersion } from '@antin/testkit/openssl';
import { evidenceSource, timeStampSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { JadesInput } from './content.ts';
import { extendJades } from './extend.ts';
import type { ExtendJadesOptions } from './extend.ts';
import { readJws } from './jws.ts';
import { readJades } from './read-signed.ts';
import { signJades } from './sign.ts';
import type { SignJadesOptions } from './sign.ts';

const pki = testPki();
const MINUTE = 60_000;
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const payload = utf8('{"biên nhận":"H29.12-260302-0001"}');
const FILES: Record<string, Uint8Array> = { 'phụ lục.pdf': new Uint8Array((3 << 18) + 10).fill(7), 'thư/b.txt': utf8('một') };
const attached: JadesInput = { packaging: 'attached', payload, mimeType: 'application/json' };
const detached: JadesInput = {
  packaging: 'detached',
  files: Object.entries(FILES).map(([name, bytes]) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' })),
};
const content = {
  file: (uri: string) => {
    const bytes = FILES[decodeURIComponent(uri)];
    return bytes === undefined ? undefined : memorySource(bytes);
  },
};

function world(more: Partial<ExtendJadesOptions> = {}) {
  let time = pki.now;
  return (level: ExtendJadesOptions['level']): ExtendJadesOptions => ({
    door,
    level,
    anchors: pki.anchors,
    at: time + 10 * MINUTE,
    timeStamp: timeStampSource(pki, () => (time += MINUTE)),
    evidenceFor: evidenceSource(pki, () => time),
    content,
    ...more,
  });
}

const signed = (input: JadesInput, more: Partial<SignJadesOptions> = {}, who = 'leader') =>
  signJades(input, pki.signingKey(who), { door, signingTime: pki.now, serialization: 'flattened', ...more });
const read = (document: Uint8Array) => {
  const jws = readJws(document);
  return jws.signatures.map((one) => readJades(jws, one, door));
};
const properties = (document: Uint8Array) => read(document).map((one) => one.etsiU.items.map((item) => item.name));

/** Nothing that was there has moved or changed. */
function isInsertion(before: string, after: string): boolean {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  return after.length > before.length && after.endsWith(before.slice(same));
}

/** The independent calculator agrees with every token, and openssl with both. */
function requireImprints(document: Uint8Array, expected: readonly string[], index = 0): void {
  const stamps = timeStampsOf(document, { index, files: FILES });
  expect(stamps.map((one) => one.kind)).toEqual(expected);
  for (const { token, imprint } of stamps) {
    const { digest, hash } = parseTimeStampToken(token).info.messageImprint;
    expect(imprint(digest ?? '')).toBe(toHex(hash));
    if (opensslVersion === undefined) continue;
    const answer = opensslTsVerify(pki, token, imprint(digest ?? ''));
    expect(answer.ok, answer.text).toBe(true);
  }
}

describe('a JSON signature raised to a level', () => {
  it.each([
    ['attached', attached, {}],
    ['attached, unencoded', attached, { encodePayload: false }],
    ['detached', detached, {}],
    ['detached, unencoded', detached, { encodePayload: false }],
    ['general', attached, { serialization: 'general' }],
  ] as const)('%s: from B-B to B-T, B-LT, B-LTA, and renewed', async (_, input, more) => {
    const to = world();
    const b = await signed(input, more);
    const t = await extendJades(b, to('B-T'));
    expect(properties(t)).toEqual([['sigTst']]);
    const lt = await extendJades(t, to('B-LT'));
    expect(properties(lt)).toEqual([['sigTst', 'xVals', 'rVals']]);
    expect(await extendJades(lt, to('B-LT'))).toEqual(lt);
    const lta = await extendJades(lt, to('B-LTA'));
    expect(properties(lta)).toEqual([['sigTst', 'xVals', 'rVals', 'arcTst']]);
    const again = await extendJades(lta, to('B-LTA'));
    expect(properties(again)[0]?.at(-1)).toBe('arcTst');
    requireImprints(again, ['signature', 'archive', 'archive']);
    expect(smallJwsCheck(again, { files: FILES })).toEqual([]);
    for (const [before, after] of [
      [b, t],
      [t, lt],
      [lt, lta],
      [lta, again],
    ] as const) {
      expect(isInsertion(fromUtf8(before), fromUtf8(after))).toBe(true);
    }
  });

  it('that was made with a time-stamp keeps it', async () => {
    const timeStamp = timeStampSource(pki, () => pki.now + MINUTE);
    const document = await signed(attached, { timeStamp, stampDigest: 'SHA-512' });
    expect(await extendJades(document, world()('B-T'))).toEqual(document);
    const lta = await extendJades(document, world({ digest: 'SHA-384' })('B-LTA'));
    requireImprints(lta, ['signature', 'archive']);
  });

  it('one of several, all at once', async () => {
    const general = { serialization: 'general' } as const;
    const first = await extendJades(await signed(attached, general), world()('B-LTA'));
    const both = await signed(attached, { ...general, into: first }, 'leaderRsa');
    expect(properties(both).map((one) => one.length)).toEqual([4, 0]);
    const lta = await extendJades(both, world({ at: pki.now + 60 * MINUTE })('B-LTA'));
    requireImprints(lta, ['signature', 'archive', 'archive'], 0);
    requireImprints(lta, ['signature', 'archive'], 1);
    for (const index of [0, 1]) expect(smallJwsCheck(lta, { index })).toEqual([]);
  });

  it("another's white space and unsigned members stay where they are", async () => {
    const parsed = JSON.parse(fromUtf8(await signed(attached))) as Record<string, unknown>;
    for (const header of [undefined, {}, { kid: 'ă' }, { etsiU: [] }, { kid: 1, etsiU: [] }]) {
      const document = utf8(`\n${JSON.stringify({ ...parsed, header, other: [{ protected: 'x' }] }, null, 2)}\n`);
      const lta = await extendJades(document, world()('B-LTA'));
      expect(properties(lta)).toEqual([['sigTst', 'xVals', 'rVals', 'arcTst']]);
      requireImprints(lta, ['signature', 'archive']);
      const back = JSON.parse(fromUtf8(lta)) as { header: { etsiU?: unknown } };
      expect({ ...back, header: { ...back.header, etsiU: undefined } }).toMatchObject({ ...parsed, other: [{ protected: 'x' }] });
    }
  });

  it('with elements in the clear goes on in the clear, up to B-LT', async () => {
    const parsed = JSON.parse(fromUtf8(await signed(attached))) as Record<string, unknown>;
    const document = utf8(JSON.stringify({ ...parsed, header: { etsiU: [{ sigPSt: { sigPolDoc: 'AA' } }] } }));
    const lt = await extendJades(document, world()('B-LT'));
    expect(read(lt)[0]?.etsiU.form).toBe('clear');
    expect(properties(lt)).toEqual([['sigPSt', 'sigTst', 'xVals', 'rVals']]);
    const timeStamp = () => Promise.reject(new Error('asked'));
    await expect(extendJades(document, world({ timeStamp })('B-LTA'))).rejects.toThrow(code('jades.clear-etsi-u'));
  });
});

describe('nothing is asked of an authority', () => {
  const timeStamp = () => Promise.reject(new Error('asked'));
  const to = world({ timeStamp });

  it('for a compact signature', async () => {
    const compact = await signed(attached, { serialization: 'compact' });
    await expect(extendJades(compact, to('B-T'))).rejects.toThrow(code('jades.no-unsigned-header'));
  });

  it('for a broken one, beside a whole one too', async () => {
    const document = fromUtf8(await signed(attached, { encodePayload: false }));
    await expect(extendJades(utf8(document.replace('H29', 'H30')), to('B-T'))).rejects.toThrow(code('extend.signature-broken'));
    const file = () => memorySource(utf8('khác'));
    await expect(extendJades(await signed(detached), { ...to('B-T'), content: { file } })).rejects.toThrow(
      code('extend.signature-broken'),
    );
  });

  it('for an archive time-stamp over files that are not there', async () => {
    const document = await signed(detached);
    await expect(extendJades(document, { ...to('B-LTA'), content: {} })).rejects.toThrow(code('jades.content-needed'));
    expect(properties(await extendJades(document, world({ content: {} })('B-T')))).toEqual([['sigTst']]);
  });

  it('after the certificate ended, or for the wrong thing', async () => {
    await expect(extendJades(await signed(attached, {}, 'expired'), to('B-T'))).rejects.toThrow(code('extend.expired'));
    const wrong = () => Promise.resolve(pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32) }, pki.now));
    await expect(extendJades(await signed(attached), world({ timeStamp: wrong })('B-T'))).rejects.toThrow(
      code('signature.time-stamp-mismatch'),
    );
    await expect(extendJades(await signed(attached), world({ digest: 'SHA-1' })('B-T'))).rejects.toThrow(
      code('signature.algorithm-not-allowed'),
    );
    await expect(extendJades(await signed(attached, {}, 'revoked'), world()('B-LT'))).rejects.toThrow(code('extend.revoked'));
  });
});

describe('before anything is renewed', () => {
  const broken = async (change: (etsiU: string[]) => void) => {
    const lta = JSON.parse(fromUtf8(await extendJades(await signed(attached), world()('B-LTA')))) as {
      header: { etsiU: string[] };
    };
    change(lta.header.etsiU);
    return utf8(JSON.stringify(lta));
  };
  const timeStamp = () => Promise.reject(new Error('asked'));

  it.each<[string, (etsiU: string[]) => void]>([
    ['an element is taken away', (etsiU) => etsiU.splice(1, 1)],
    [
      'an element is put before the archive time-stamp',
      (etsiU) => etsiU.splice(1, 0, Buffer.from('{"sigPSt":{}}').toString('base64url')),
    ],
    ['two elements change places', (etsiU) => etsiU.splice(1, 2, etsiU[2] as string, etsiU[1] as string)],
    [
      'an element is written again',
      (etsiU) =>
        etsiU.splice(1, 1, Buffer.from(`${Buffer.from(etsiU[1] as string, 'base64url').toString()} `).toString('base64url')),
    ],
    [
      "the signature time-stamp is another signature's",
      (etsiU) => {
        const other = pki.timeStampToken({ digest: 'SHA-256', hash: new Uint8Array(32).fill(1) }, pki.now);
        etsiU[0] = Buffer.from(
          JSON.stringify({ sigTst: { tstTokens: [{ val: Buffer.from(other).toString('base64') }] } }),
        ).toString('base64url');
        etsiU.splice(3);
      },
    ],
  ])('%s: seen by the calculator, refused by us', async (_, change) => {
    const document = await broken(change);
    const wrong = timeStampsOf(document).filter(({ token, imprint }) => {
      const { digest, hash } = parseTimeStampToken(token).info.messageImprint;
      return imprint(digest ?? '') !== toHex(hash);
    });
    expect(wrong).toHaveLength(1);
    await expect(extendJades(document, world({ timeStamp })('B-LTA'))).rejects.toThrow(code('extend.signature-broken'));
  });

  it('an element behind the archive time-stamp harms nothing', async () => {
    const document = await broken((etsiU) => etsiU.push(Buffer.from('{"sigPSt":{}}').toString('base64url')));
    requireImprints(await extendJades(document, world({ at: pki.now + 60 * MINUTE })('B-LTA')), [
      'signature',
      'archive',
      'archive',
    ]);
  });
});
