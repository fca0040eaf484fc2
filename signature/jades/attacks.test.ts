import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { smallJwsCheck } from '@antin/testkit/json/small-checker';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { JadesContent } from './content.ts';
import { readJws } from './jws.ts';
import type { JwsSignature } from './jws.ts';
import { readJades } from './read-signed.ts';
import { signJades } from './sign.ts';
import type { SignJadesOptions } from './sign.ts';
import { checkJades } from './verify.ts';

const pki = testPki();
const leader = pki.signingKey('leader');
const entity = pki.entity('leader');
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
const options: SignJadesOptions = { door, signingTime: pki.now, serialization: 'flattened' };
const payload = utf8('{"quyết định":1}');
const attached = { packaging: 'attached', payload } as const;
const b64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');

function check(document: Uint8Array, content: JadesContent = {}) {
  const jws = readJws(document);
  const { signature, certificate } = readJades(jws, jws.signatures[0] as JwsSignature, door);
  return checkJades(jws, signature, certificate, { door, content });
}

const der = entity.certificate.raw;
const baseline = {
  alg: 'ES256',
  'x5t#S256': b64url(digest(der)),
  x5c: [Buffer.from(der).toString('base64')],
  iat: Math.floor(pki.now / 1000),
};

function digest(bytes: Uint8Array): Uint8Array {
  const running = door.digest('SHA-256');
  running.update(bytes);
  return running.finish();
}

/** A signature with any protected header, really signed by the leader: only the header is hostile. */
function signedBy(
  header: string | object,
  more: { unprotected?: object; payload?: string; input?: Uint8Array } = {},
): Uint8Array {
  const protectedText = b64url(typeof header === 'string' ? header : JSON.stringify(header));
  const text = more.payload ?? b64url(payload);
  const value = rawOf(entity.signNow(more.input ?? utf8(`${protectedText}.${text}`)));
  const { unprotected } = more;
  return utf8(JSON.stringify({ payload: text, protected: protectedText, header: unprotected, signature: b64url(value) }));
}

/** r‖s by hand. */
function rawOf(signature: Uint8Array): Uint8Array {
  const r = signature.subarray(4, 4 + (signature[3] as number));
  const s = signature.subarray(6 + r.length);
  return Buffer.concat(
    [r, s]
      .map((one) => Buffer.from(one).toString('hex').replace(/^00/, '').padStart(64, '0'))
      .map((hex) => Buffer.from(hex, 'hex')),
  );
}

describe('a hostile JWS', () => {
  it('the honest twin of all that follows holds', () => {
    expect(check(signedBy(baseline)).holds).toBe(true);
    expect(smallJwsCheck(signedBy(baseline))).toEqual([]);
    expect(check(signedBy({ ...baseline, b64: false, crit: ['b64'] }, { payload: fromUtf8(payload) })).holds).toBe(true);
    expect(check(signedBy(baseline, { unprotected: { kid: 'x' } })).holds).toBe(true);
  });

  it.each(['none', 'None', 'HS256', 'HS512', 'RS256', 'PS256', 'ES384', 'EdDSA', 'ES256K', '__proto__', ''])(
    'says its algorithm is "%s"',
    (alg) => {
      const document = signedBy({ ...baseline, alg });
      expect(() => check(document)).toThrow(code('jades.algorithm-not-allowed'));
      expect(smallJwsCheck(document)).toContain(`algorithm: ${alg}`);
    },
  );

  it('is signed by HMAC with the public key for a secret, or not at all', () => {
    const protectedText = b64url(JSON.stringify({ ...baseline, alg: 'HS256' }));
    const input = `${protectedText}.${b64url(payload)}`;
    for (const secret of [entity.certificate.spki, der, Buffer.from(der).toString('base64')]) {
      const document = utf8(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`);
      expect(() => check(document)).toThrow(code('jades.algorithm-not-allowed'));
      expect(smallJwsCheck(document)).toContain('algorithm: HS256');
    }
    const unsigned = utf8(`${b64url(JSON.stringify({ ...baseline, alg: 'none' }))}.${b64url(payload)}.`);
    expect(() => check(unsigned)).toThrow(code('jades.algorithm-not-allowed'));
  });

  it.each([
    ['exp', 'jades.crit-not-understood'],
    ['http://example.com/x', 'jades.crit-not-understood'],
    ['alg', 'jades.crit-not-understood'],
    ['sigD', 'jades.malformed'],
  ])('marks %s as critical', (name, expected) => {
    const document = signedBy({ ...baseline, exp: 1, crit: [name] });
    expect(() => check(document)).toThrow(code(expected));
    expect(smallJwsCheck(document)).toEqual([`critical: ${name}`]);
  });

  it.each([[[]], ['b64'], [null], [['b64', 'b64']], [[1]], [{}]])('has a list of critical members that is %j', (crit) => {
    expect(() => check(signedBy({ ...baseline, b64: true, crit }))).toThrow(code('jades.malformed'));
  });

  it('plays with the meaning of the payload', () => {
    const text = fromUtf8(payload);
    // Not marked critical: older readers would decode what was signed as it is.
    expect(() => check(signedBy({ ...baseline, b64: false }, { payload: text }))).toThrow(code('jades.malformed'));
    expect(smallJwsCheck(signedBy({ ...baseline, b64: false }, { payload: text }))).toContain('not critical: b64');
    for (const b64 of ['false', 0, null]) {
      expect(() => check(signedBy({ ...baseline, b64, crit: ['b64'] }))).toThrow(code('jades.malformed'));
    }
    // Signed as it is, said to be encoded.
    expect(() => check(signedBy(baseline, { payload: text }))).toThrow(code('base64.damaged'));
    // A second writing of the same octets, and padding.
    for (const written of ['YR', 'YQ==', 'Y Q', 'YQ\n']) {
      expect(() => check(signedBy(baseline, { payload: written })), written).toThrow(code('base64.damaged'));
    }
    expect(check(signedBy(baseline, { payload: 'YQ' })).holds).toBe(true);
    expect(() => readJws(utf8(`${b64url(JSON.stringify({ ...baseline, b64: false, crit: ['b64'] }))}.a.b.AAAA`))).toThrow(
      code('jades.malformed'),
    );
  });

  it('says a thing twice', () => {
    const text = JSON.stringify(baseline);
    expect(() => check(signedBy(text.replace('{', '{"alg":"none",')))).toThrow(code('json.duplicate-member'));
    expect(() => check(signedBy(text.replace('{', '{"x5\\u0063":[],')))).toThrow(code('json.duplicate-member'));
    const document = fromUtf8(signedBy(baseline));
    expect(() => check(utf8(document.replace('{', '{"payload":"e30",')))).toThrow(code('json.duplicate-member'));
    expect(() => check(utf8(document.replace('{', '{"signatures":[],')))).toThrow(code('jades.malformed'));
  });

  it.each([{ alg: 'ES256' }, { x5c: [] }, { crit: ['b64'] }, { b64: false }, { iat: 1 }])(
    'adds %j without signing it',
    (unprotected) => {
      expect(() => check(signedBy(baseline, { unprotected }))).toThrow(code('jades.malformed'));
    },
  );

  it('hides who signed', () => {
    const seal = pki.certificate('seal').raw;
    const other = Buffer.from(seal).toString('base64');
    const refused = code('jades.signing-certificate');
    expect(() => check(signedBy({ ...baseline, x5c: [other] }))).toThrow(refused);
    expect(() => check(signedBy({ ...baseline, x5c: undefined }))).toThrow(refused);
    expect(() => check(signedBy({ ...baseline, 'x5t#S256': undefined }))).toThrow(refused);
    expect(() => check(signedBy({ ...baseline, 'x5t#o': { digAlg: 'S512', digVal: 'AA' } }))).toThrow(refused);
    // Digest and certificate of another: the value is not theirs.
    expect(check(signedBy({ ...baseline, x5c: [other], 'x5t#S256': b64url(digest(seal)) })).value).toBe('invalid');
  });

  it('mixes encodings of b64 in one general JWS, or of elements in etsiU', () => {
    const [one, two] = [signedBy(baseline), signedBy({ ...baseline, b64: false, crit: ['b64'] })].map(
      (document) => JSON.parse(fromUtf8(document)) as object,
    );
    const general = (...signatures: unknown[]) => utf8(JSON.stringify({ payload: b64url(payload), signatures }));
    expect(readJws(general(one, one)).signatures).toHaveLength(2);
    expect(() => readJws(general(one, two))).toThrow(code('jades.malformed'));
    expect(() => readJws(general())).toThrow(code('jades.malformed'));
    const encoded = b64url('{"sigPSt":{}}');
    const etsiU = (...items: unknown[]) => signedBy(baseline, { unprotected: { etsiU: items } });
    expect(check(etsiU(encoded, encoded)).holds).toBe(true);
    expect(check(etsiU({ sigPSt: {} })).holds).toBe(true);
    for (const items of [[encoded, { sigPSt: {} }], [b64url('{"a":1,"b":2}')], [b64url('[]')], [7], [{}]]) {
      expect(() => check(etsiU(...items))).toThrow(code('jades.malformed'));
    }
    expect(() => check(etsiU(b64url('{"sigTst":1,"sigTst":2}')))).toThrow(code('json.duplicate-member'));
  });

  it('changes, drops or swaps what sigD names', async () => {
    const files: Record<string, Uint8Array> = { 'một.txt': utf8('1'), 'hai.txt': utf8('2') };
    const named = Object.entries(files).map(([name, bytes]) => ({ name, content: memorySource(bytes), mimeType: 'text/plain' }));
    const document = await signJades({ packaging: 'detached', files: named }, leader, options);
    const with_ = (all: Record<string, Uint8Array | undefined>) => {
      const file = (uri: string) => {
        const bytes = all[decodeURIComponent(uri)];
        return bytes === undefined ? undefined : memorySource(bytes);
      };
      return check(document, { file }).files.map((one) => one.status);
    };
    expect(with_(files)).toEqual(['intact', 'intact']);
    expect(with_({ ...files, 'hai.txt': utf8('3') })).toEqual(['intact', 'changed']);
    expect(with_({ 'một.txt': files['hai.txt'], 'hai.txt': files['một.txt'] })).toEqual(['changed', 'changed']);
    expect(with_({ 'một.txt': files['một.txt'] })).toEqual(['intact', 'missing']);
    expect(check(document, {}).holds).toBe(false);
    // A payload beside it would look signed.
    const beside = utf8(fromUtf8(document).replace('{', `{"payload":"${b64url(payload)}",`));
    expect(() => check(beside)).toThrow(code('jades.malformed'));
    const sigD = { mId: 'http://uri.etsi.org/19182/ObjectIdByURIHash', pars: ['a', 'b'], hashM: 'S256', hashV: ['AA'] };
    const hostile = (more: object) => () =>
      check(signedBy({ ...baseline, sigD: { ...sigD, ...more }, crit: ['sigD'] }, { payload: '' }));
    expect(hostile({})).toThrow(code('jades.malformed'));
    expect(hostile({ hashM: 'S1', hashV: ['AA', 'AA'] })).toThrow(code('jades.malformed'));
    expect(hostile({ mId: 'http://uri.etsi.org/19182/HttpHeaders' })).toThrow(code('jades.mechanism'));
  });

  it('changes any one byte of what is signed', async () => {
    const document = await signJades(attached, leader, { ...options, serialization: 'compact' });
    for (let i = 0; i < document.length; i += 37) {
      const changed = document.slice();
      changed[i] = changed[i] === 0x41 ? 0x42 : 0x41;
      let answer: unknown;
      try {
        answer = check(changed).holds;
      } catch (error) {
        answer = (error as { code: string }).code;
      }
      expect(answer, `byte ${i}`).not.toBe(true);
      expect(answer).not.toBeUndefined();
    }
  });

  it('leaves the payload out: whoever verifies must bring it', async () => {
    const carried = JSON.parse(fromUtf8(await signJades(attached, leader, options))) as Record<string, unknown>;
    delete carried['payload'];
    const document = utf8(JSON.stringify(carried));
    expect(() => check(document)).toThrow(code('jades.content-needed'));
    expect(check(document, { payload }).holds).toBe(true);
    expect(check(document, { payload: utf8('{}') }).holds).toBe(false);
  });
});
