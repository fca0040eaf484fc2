import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { SigningKey } from '@antin/signature/making/signer';
import { smallJwsCheck } from '@antin/testkit/json/small-checker';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { digestOfContent } from './content.ts';
import type { JadesInput } from './content.ts';
import { embedJades, jadesTimeStampImprint } from './embed.ts';
import { readJws } from './jws.ts';
import type { JwsSignature } from './jws.ts';
import { prepareJades } from './prepare.ts';
import { readJades } from './read-signed.ts';
import { signJades } from './sign.ts';
import type { SignJadesOptions } from './sign.ts';
import { jadesFromJson, jadesToJson } from './to-be-signed.ts';
import { checkJades } from './verify.ts';

const person = DEFAULT_PKI.entities['leader'] as (typeof DEFAULT_PKI.entities)[string];
const entities = {
  ...DEFAULT_PKI.entities,
  p384: { ...person, key: 'p-384' },
  p521: { ...person, key: 'p-521' },
  ed: { ...person, key: 'ed25519' },
} as const;
const pki = testPki({ ...DEFAULT_PKI, entities });
const leader = pki.signingKey('leader');
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

const form = utf8('{"họ tên":"Nguyễn Văn An","số":[1,2.50]}\n');
const attached: JadesInput = { packaging: 'attached', payload: form, mimeType: 'application/json' };
const FILES = { 'phụ lục 1.pdf': utf8('%PDF-1.7 phụ lục'), 'thư/a+b.txt': utf8('một') };
const detached: JadesInput = {
  packaging: 'detached',
  files: Object.entries(FILES).map(([name, bytes]) => ({ name, content: memorySource(bytes), mimeType: 'application/pdf' })),
};
const content = {
  file: (uri: string) => memorySource((FILES as Record<string, Uint8Array>)[decodeURIComponent(uri)] as Uint8Array),
};
const options: SignJadesOptions = { door, signingTime: pki.now + 999, serialization: 'flattened' };
const headerOf = (jws: Uint8Array, i = 0) =>
  JSON.parse(Buffer.from((readJws(jws).signatures[i] as JwsSignature).protectedText, 'base64url').toString()) as Record<
    string,
    unknown
  >;
const prepared = (input: JadesInput, more: Partial<SignJadesOptions> = {}, key: SigningKey = leader) =>
  prepareJades(input, {
    ...options,
    ...more,
    certificate: key.certificate,
    chain: key.chain.map((c) => c.raw),
    algorithm: key.algorithm,
  });

/** By our engine. */
function holds(document: Uint8Array, index = 0): boolean {
  const jws = readJws(document);
  const { signature, certificate } = readJades(jws, jws.signatures[index] as JwsSignature, door);
  return checkJades(jws, signature, certificate, { door, content }).holds;
}

/** By both engines. */
function requireBoth(document: Uint8Array, index = 0): void {
  expect(smallJwsCheck(document, { index, files: FILES })).toEqual([]);
  expect(holds(document, index)).toBe(true);
}

describe('a JSON signature', () => {
  const ascii: JadesInput = { packaging: 'attached', payload: utf8('so=12/2026, ngay 2-3') };
  it.each([
    ['compact', attached, true],
    ['compact', detached, true],
    ['compact', ascii, false],
    ['compact', detached, false],
    ['flattened', attached, true],
    ['flattened', attached, false],
    ['flattened', detached, true],
    ['flattened', detached, false],
    ['general', attached, true],
    ['general', attached, false],
    ['general', detached, true],
  ] as const)('%s, %o, base64url payload %s, holds for both engines', async (serialization, input, encodePayload) => {
    const jws = await signJades(input, leader, { ...options, serialization, encodePayload });
    requireBoth(jws);
    const { crit, b64, sigD } = headerOf(jws);
    const expected = [...(encodePayload ? [] : ['b64']), ...(input.packaging === 'detached' ? ['sigD'] : [])];
    expect(crit).toEqual(expected.length > 0 ? expected : undefined);
    expect(b64).toBe(encodePayload ? undefined : false);
    expect(sigD !== undefined).toBe(input.packaging === 'detached');
  });

  it.each([
    ['RS256', 'leaderRsa', { scheme: 'rsa-pkcs1', digest: 'SHA-256' }],
    ['RS384', 'leaderRsa', { scheme: 'rsa-pkcs1', digest: 'SHA-384' }],
    ['RS512', 'leaderRsa', { scheme: 'rsa-pkcs1', digest: 'SHA-512' }],
    ['PS256', 'leaderRsa', { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 }],
    ['PS384', 'leaderRsa', { scheme: 'rsa-pss', digest: 'SHA-384', mgfDigest: 'SHA-384', saltLength: 48 }],
    ['PS512', 'leaderRsa', { scheme: 'rsa-pss', digest: 'SHA-512', mgfDigest: 'SHA-512', saltLength: 64 }],
    ['ES256', 'leader', { scheme: 'ecdsa', digest: 'SHA-256' }],
    ['ES384', 'p384', { scheme: 'ecdsa', digest: 'SHA-384' }],
    ['ES512', 'p521', { scheme: 'ecdsa', digest: 'SHA-512' }],
    ['EdDSA', 'ed', { scheme: 'ed25519' }],
  ] as const)('by %s', async (name, who, algorithm) => {
    const entity = pki.entity(who);
    const key = {
      ...pki.signingKey(who),
      algorithm,
      sign: (data: Uint8Array) => Promise.resolve(entity.signNow(data, algorithm)),
    };
    const jws = await signJades(attached, key, { ...options, serialization: 'compact' });
    expect(headerOf(jws)['alg']).toBe(name);
    requireBoth(jws);
  });

  it('is a baseline signature: iat in seconds without sigT, one certificate digest, the chain, a type', async () => {
    const header = headerOf(await signJades(attached, leader, options));
    expect(Object.keys(header)).toEqual(['alg', 'cty', 'x5t#S256', 'x5c', 'iat']);
    expect(header['iat']).toBe(pki.now / 1000);
    expect(header['cty']).toBe('json');
    expect(header['x5c']).toEqual([leader.certificate, ...leader.chain].map((one) => Buffer.from(one.raw).toString('base64')));
    const other = await signJades(attached, leader, { ...options, certificateDigest: 'SHA-512' });
    expect(Object.keys(headerOf(other))).toEqual(['alg', 'cty', 'x5t#o', 'x5c', 'iat']);
    requireBoth(other);
    expect(headerOf(await signJades(detached, leader, options))['cty']).toBeUndefined();
  });

  it('of several people over one payload, each joining the others', async () => {
    const general = { ...options, serialization: 'general' } as const;
    let jws = await signJades(attached, leader, general);
    for (const who of ['seal', 'ed']) {
      const joined = await signJades(attached, pki.signingKey(who), { ...general, into: jws });
      const kept = fromUtf8(jws).slice(0, -2);
      expect(fromUtf8(joined).startsWith(kept)).toBe(true);
      jws = joined;
    }
    for (const i of [0, 1, 2]) requireBoth(jws, i);
    const over = (payload: Uint8Array, more = {}) =>
      signJades({ packaging: 'attached', payload }, leader, { ...general, ...more, into: jws });
    await expect(over(utf8('{}'))).rejects.toThrow(code('jades.input-changed'));
    await expect(over(form, { encodePayload: false })).rejects.toThrow(code('jades.input-changed'));
    await expect(over(form, { serialization: 'flattened' })).rejects.toThrow(code('jades.not-general'));
    await expect(signJades(detached, leader, { ...general, into: jws })).rejects.toThrow(code('jades.input-changed'));
  });

  it('stands in the form it was prepared for only', async () => {
    const unencoded = (text: string | Uint8Array, serialization: 'compact' | 'flattened') => () =>
      prepared(
        { packaging: 'attached', payload: typeof text === 'string' ? utf8(text) : text },
        { serialization, encodePayload: false },
      );
    for (const text of ['a.b', 'một', 'a\nb']) expect(unencoded(text, 'compact'), text).toThrow(code('jades.payload'));
    expect(unencoded('a.b một\n', 'flattened')).not.toThrow();
    expect(unencoded(Uint8Array.of(0xff), 'flattened')).toThrow(code('jades.payload'));
    const timeStamp = () => Promise.reject(new Error('asked'));
    await expect(signJades(attached, leader, { ...options, serialization: 'compact', timeStamp })).rejects.toThrow(
      code('jades.no-unsigned-header'),
    );
    expect(() => prepared({ packaging: 'detached', files: [] })).toThrow(code('jades.nothing-to-sign'));
    expect(() => prepared({ packaging: 'attached', payload: new Uint8Array(0) })).toThrow(code('jades.nothing-to-sign'));
    const file = { name: 'a', content: memorySource(form), mimeType: 'text/plain' };
    expect(() => prepared({ packaging: 'detached', files: [file, file] })).toThrow(code('jades.file-name'));
  });

  it('is not made with what JWS has no name for', () => {
    const make = (key: SigningKey, algorithm: SigningKey['algorithm']) => () => prepared(attached, {}, { ...key, algorithm });
    expect(make(leader, { scheme: 'ecdsa', digest: 'SHA-1' })).toThrow(code('signature.algorithm-not-allowed'));
    expect(make(leader, { scheme: 'ecdsa', digest: 'SHA-384' })).toThrow(code('signature.algorithm-not-allowed'));
    expect(make(leader, { scheme: 'ecdsa', digest: 'SHA3-256' })).toThrow(code('signature.algorithm-not-allowed'));
    const odd = { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 20 } as const;
    expect(make(pki.signingKey('leaderRsa'), odd)).toThrow(code('signature.algorithm-not-allowed'));
  });
});

describe('whatever is signed', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((one) => one.isWellFormed())
    .map(utf8);
  const serialization = fc.constantFrom('compact', 'flattened', 'general');

  it('holds for both engines, and not with another byte', async () => {
    await fc.assert(
      fc.asyncProperty(serialization, fc.oneof(bytes, text), fc.nat(), async (form_, payload, at) => {
        const jws = await signJades({ packaging: 'attached', payload }, leader, { ...options, serialization: form_ });
        requireBoth(jws);
        const other = payload.slice();
        other[at % other.length] = (other[at % other.length] as number) ^ 1;
        const [from, to] = [payload, other].map((one) => Buffer.from(one).toString('base64url')) as [string, string];
        const [before, after] = form_ === 'compact' ? ['.', '.'] : ['"payload":"', '"'];
        const whole = fromUtf8(jws);
        expect(whole).toContain(`${before}${from}${after}`);
        const changed = utf8(whole.replace(`${before}${from}${after}`, () => `${before}${to}${after}`));
        expect(smallJwsCheck(changed)).toEqual(['value']);
        expect(holds(changed)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('unencoded text in JSON comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (payload) => {
        const jws = await signJades({ packaging: 'attached', payload }, leader, { ...options, encodePayload: false });
        requireBoth(jws);
        expect(readJws(jws).payloadText).toBe(fromUtf8(payload));
      }),
      { numRuns: 60 },
    );
  });

  it('files are digested as Buffer encodes them, over the borders of pieces too', () => {
    for (const size of [0, 1, 2, 3, 4, (3 << 18) - 1, 3 << 18, (3 << 18) + 1]) {
      const file = new Uint8Array(size).map((_, i) => (i * 31) & 255);
      const hash = createHash('sha256').update(Buffer.from(file).toString('base64url')).digest();
      expect(digestOfContent(door, 'SHA-256', memorySource(file), true), `${size}`).toEqual(new Uint8Array(hash));
    }
  });
});

describe('between prepare and embed', () => {
  it.each([attached, detached])('%#: the preparation may wait as JSON', async (input) => {
    const tbs = jadesFromJson(JSON.parse(JSON.stringify(jadesToJson(prepared(input)))));
    const value = await leader.sign(tbs.signingInput);
    expect(embedJades(tbs, value, { door })).toEqual(embedJades(prepared(input), value, { door }));
  });

  it('a damaged preparation, a foreign value or token is refused', async () => {
    const tbs = prepared(attached);
    const value = await leader.sign(tbs.signingInput);
    const json = jadesToJson(tbs);
    for (const member of Object.keys(json)) {
      expect(() => jadesFromJson({ ...json, [member]: 7 }), member).toThrow(code('jades.prepared-damaged'));
    }
    const foreign = await pki.signingKey('seal').sign(tbs.signingInput);
    expect(() => embedJades(tbs, foreign, { door })).toThrow(code('signature.value-mismatch'));
    const imprint = jadesTimeStampImprint(tbs, value, door);
    const token = (hash: Uint8Array) => pki.timeStampToken({ digest: 'SHA-256', hash }, pki.now);
    expect(() => embedJades(tbs, value, { door, timeStampToken: token(imprint.map((b) => b ^ 1)) })).toThrow(
      code('signature.time-stamp-mismatch'),
    );
    requireBoth(embedJades(tbs, value, { door, timeStampToken: token(imprint) }));
  });
});
