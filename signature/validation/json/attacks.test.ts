import { createHash, createHmac } from 'node:crypto';
import { fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { b64url, baselineOf, payload, sha256, signedWith } from '@antin/testkit/attacks/jws';
import type { More } from '@antin/testkit/attacks/jws';
import { contextOf } from '@antin/testkit/judging/documents';
import { testPki } from '@antin/testkit/pki/test-pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentenceFor } from '../../words/sentence.ts';
import type { ValidationContext, ValidationReport } from '../types.ts';
import { UnsupportedFile, validate } from '../validate.ts';

const pki = testPki();
const MINUTE = 60_000;
const source = (bytes: Uint8Array | string) => memorySource(typeof bytes === 'string' ? utf8(bytes) : bytes);

const der = (name: string) => pki.certificate(name).raw;
const baseline = (who = 'leader') => baselineOf(pki, who);
const signedBy = (header: string | object, more: More = {}) => signedWith(pki, header, more);

const usual = contextOf(pki, pki.now + 60 * MINUTE);
const judge = (file: Uint8Array, more: Partial<ValidationContext> = {}): ValidationReport => {
  const { report } = validate(memorySource(file), { ...usual, ...more });
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/undefined|“”/);
  return report;
};
const short = (report: ValidationReport): string => {
  const [one] = report.signatures;
  return [report.verdict, one?.subIndication, report.decidedBy].filter(Boolean).join(' ');
};
const files =
  (all: Record<string, string>) =>
  (name: string): ByteSource | undefined =>
    Object.hasOwn(all, name) ? source(all[name] as string) : undefined;
const parsed = (file: Uint8Array) => JSON.parse(fromUtf8(file)) as Record<string, never> & { header?: { etsiU: string[] } };
const written = (value: unknown) => utf8(JSON.stringify(value));

describe('an honest JWS', () => {
  it.each<[string, string | object, More, string]>([
    ['with everything JAdES asks', baseline(), {}, 'JAdES B-B'],
    ['compact', baseline(), { compact: true }, 'JAdES B-B'],
    ['unencoded', { ...baseline(), b64: false, crit: ['b64'] }, { payload }, 'JAdES B-B'],
    ['with members that mean nothing here', { ...baseline(), kid: 'x', typ: 'jose+json', exp: 1 }, {}, 'JAdES B-B'],
    ['without digest of the certificate, as other JWS are', { ...baseline(), 'x5t#S256': undefined }, {}, 'JWS null'],
    ['without claimed time', { ...baseline(), iat: undefined }, {}, 'JAdES null'],
    ['with an unsigned note', baseline(), { unprotected: { note: 1 } }, 'JAdES B-B'],
  ])('passes: %s', (_, header, more, expected) => {
    const report = judge(signedBy(header, more));
    expect(short(report)).toBe('valid');
    expect(`${report.format} ${report.signatures[0]?.level}`).toBe(expected);
    expect(report.signatures[0]?.covers).toEqual([{ kind: 'payload', name: 'payload', intact: true }]);
  });

  it('tells which rules of its level do not hold', () => {
    const failures = (header: object) => judge(signedBy(header)).signatures[0]?.levelFailures.map((one) => one.code);
    const { iat, ...rest } = baseline();
    expect(failures(rest)).toEqual(['level.signing-time']);
    expect(failures({ ...rest, iat, sigT: '2026-03-02T02:00:00Z' })).toEqual(['level.signing-time']);
    expect(failures({ ...rest, sigT: '2026-03-02T02:00:00Z' })).toEqual(['level.signing-time']);
    expect(failures({ ...rest, sigT: '2025-03-02T02:00:00Z' })).toEqual([]);
    expect(
      failures({
        ...baseline(),
        'x5t#o': { digAlg: 'S512', digVal: b64url(createHash('sha512').update(der('leader')).digest()) },
      }),
    ).toEqual(['level.signing-certificate']);
    expect(failures({ ...baseline(), 'x5t#S256': undefined })).toEqual(['level.signing-certificate']);
  });

  it('that left its payload out passes with the data, and only with that', () => {
    for (const compact of [{}, { compact: true }] as const) {
      const file = signedBy(baseline(), { omit: true, ...compact });
      expect(short(judge(file, { detached: source(payload) }))).toBe('valid');
      expect(short(judge(file))).toBe('indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found');
      expect(short(judge(file, { detached: source('{}') }))).toBe('invalid SIG_CRYPTO_FAILURE integrity.signature-value');
    }
    const carried = signedBy(baseline());
    expect(short(judge(carried, { detached: source(payload) }))).toBe('valid');
    expect(short(judge(carried, { detached: source('{}') }))).toBe('invalid FORMAT_FAILURE jws.two-contents');
  });

  it('is signed by several people, each judged alone', () => {
    const one = parsed(signedBy(baseline()));
    const two = parsed(signedBy(baseline('seal'), { by: 'seal' }));
    const general = (...signatures: object[]) =>
      written({ payload: b64url(payload), signatures: signatures.map((s) => ({ ...s, payload: undefined })) });
    expect(judge(general(one, two)).signatures.map((s) => s.signer?.seal)).toEqual([false, true]);
    expect(short(judge(general(one, two)))).toBe('valid');
    const broken = judge(general(one, { ...two, signature: one['signature'] }, { protected: 'e30', signature: '' }, one));
    expect(broken.signatures.map((s) => s.indication)).toEqual(['TOTAL_PASSED', 'TOTAL_FAILED', 'TOTAL_FAILED', 'TOTAL_PASSED']);
    expect(broken.verdict).toBe('invalid');
  });
});

describe('a hostile JWS never passes', () => {
  it.each([
    ['none', 'invalid FORMAT_FAILURE jws.algorithm-is-no-signature'],
    ['None', 'invalid FORMAT_FAILURE jws.algorithm-is-no-signature'],
    ['HS256', 'invalid FORMAT_FAILURE jws.algorithm-is-no-signature'],
    ['RS256', 'invalid SIG_CRYPTO_FAILURE integrity.signature-value'],
    ['ES384', 'invalid SIG_CRYPTO_FAILURE integrity.signature-value'],
    ['EdDSA', 'invalid SIG_CRYPTO_FAILURE integrity.signature-value'],
    ['ES256K', 'indeterminate CRYPTO_CONSTRAINTS_FAILURE algorithm.known'],
    ['__proto__', 'indeterminate CRYPTO_CONSTRAINTS_FAILURE algorithm.known'],
    ['', 'indeterminate CRYPTO_CONSTRAINTS_FAILURE algorithm.known'],
  ])('alg "%s"', (alg, expected) => {
    expect(short(judge(signedBy({ ...baseline(), alg })))).toBe(expected);
  });

  it('no value at all, or HMAC with what everybody knows', () => {
    const header = (alg: string) => b64url(JSON.stringify({ ...baseline(), alg }));
    const unsigned = utf8(`${header('none')}.${b64url(payload)}.`);
    expect(short(judge(unsigned))).toBe('invalid FORMAT_FAILURE jws.algorithm-is-no-signature');
    for (const secret of [pki.certificate('leader').spki, der('leader'), '']) {
      const input = `${header('HS256')}.${b64url(payload)}`;
      const mac = createHmac('sha256', secret).update(input).digest('base64url');
      expect(judge(utf8(`${input}.${mac}`)).verdict).toBe('invalid');
    }
  });

  it.each<[string, string | object, More, string]>([
    ['an unknown critical member', { ...baseline(), exp: 1, crit: ['exp'] }, {}, 'jws.crit-not-understood'],
    ['a critical member that is not there', { ...baseline(), crit: ['sigD'] }, {}, 'jws.malformed'],
    ['an empty list of critical members', { ...baseline(), crit: [] }, {}, 'jws.malformed'],
    ['b64 that is not critical', { ...baseline(), b64: false }, { payload }, 'jws.malformed'],
    ['alg twice', JSON.stringify(baseline()).replace('{', '{"alg":"none",'), {}, 'json.duplicate-member'],
    ['x5c twice, spelled in two ways', JSON.stringify(baseline()).replace('{', '{"x5\\u0063":[],'), {}, 'json.duplicate-member'],
    ['alg in the unsigned header too', baseline(), { unprotected: { alg: 'ES256' } }, 'jws.malformed'],
    ['x5c in the unsigned header too', baseline(), { unprotected: { x5c: [] } }, 'jws.malformed'],
    ['crit in the unsigned header', baseline(), { unprotected: { crit: ['b64'] } }, 'jws.malformed'],
    ['padding in the payload', baseline(), { payload: 'YQ==' }, 'base64.damaged'],
    ['a second writing of the same octets', baseline(), { payload: 'YR' }, 'base64.damaged'],
  ])('%s', (_, header, more, code) => {
    const report = judge(signedBy(header, more), more.payload === undefined ? {} : { detached: source('a') });
    expect(short(report)).toBe(`invalid FORMAT_FAILURE ${code}`);
  });

  it('members twice around the signature, or two forms in one', () => {
    const text = fromUtf8(signedBy(baseline()));
    expect(short(judge(utf8(text.replace('{', '{"payload":"e30",'))))).toBe('invalid FORMAT_FAILURE json.duplicate-member');
    expect(short(judge(utf8(text.replace('{', '{"signatures":[],'))))).toBe('invalid FORMAT_FAILURE jws.malformed');
    expect(short(judge(utf8(`${text}{}`)))).toBe('invalid FORMAT_FAILURE json.damaged');
    expect(short(judge(utf8(`\ufeff${text}`)))).toBe('invalid FORMAT_FAILURE jws.malformed');
  });

  it('who signed: another certificate of the same key, nobody, or only a name', () => {
    const other = Buffer.from(der('seal')).toString('base64');
    const { x5c, ...rest } = baseline();
    expect(short(judge(signedBy({ ...baseline(), x5c: [other] })))).toBe('invalid SIG_CRYPTO_FAILURE integrity.signature-value');
    // The certificate is at hand from elsewhere: bound by its digest, though the file does not carry it.
    const { evidence } = usual;
    const known = { ...evidence, certificates: [...evidence.certificates, der('leader')] };
    const outside = judge(signedBy(rest), { evidence: known });
    expect(short(outside)).toBe('valid');
    expect(outside.signatures[0]?.levelFailures.map((one) => one.code)).toEqual(['level.certificate-included']);
    const without = { ...evidence, certificates: [] };
    expect(short(judge(signedBy(rest), { evidence: without }))).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.found');
    expect(short(judge(signedBy({ alg: 'ES256', kid: 'leader' }), { evidence: without }))).toMatch(
      /NO_SIGNING_CERTIFICATE_FOUND/,
    );
    // The digest of another certificate.
    const wrong = judge(signedBy({ ...baseline(), x5c, 'x5t#S256': sha256(der('seal')) }), { evidence: without });
    expect(short(wrong)).toBe('indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound');
    for (const member of ['x5t#S256', 'x5t#o', 'sigX5ts']) {
      expect(judge(signedBy({ ...baseline(), 'x5t#S256': undefined, [member]: 7 })).verdict, member).toBe('indeterminate');
    }
    // A certificate nobody signed for is no binding, and the key itself none at all.
    const { x5c: list, 'x5t#S256': digest, ...bare } = baseline();
    expect(digest).toBeDefined();
    expect(short(judge(signedBy(bare, { unprotected: { x5c: list } })))).toBe('valid');
    expect(short(judge(signedBy({ ...bare, sigT: '2026-03-02T02:00:00Z' }, { unprotected: { x5c: list } })))).toBe(
      'indeterminate NO_SIGNING_CERTIFICATE_FOUND signer.bound',
    );
    const followed = judge(signedBy({ ...baseline(), jku: 'http://169.254.169.254/', x5u: 'file:///etc/passwd', jwk: {} }));
    expect(short(followed)).toBe('valid');
    expect(followed.signatures[0]?.warnings.filter((one) => one.code === 'jws.key-not-followed')).toHaveLength(3);
  });

  it('a changed payload, header or value', () => {
    const honest = parsed(signedBy(baseline()));
    const changed = (more: object) => judge(written({ ...honest, ...more }));
    const payloads = changed({ payload: b64url('{"quyết định":2}') });
    expect(short(payloads)).toBe('invalid SIG_CRYPTO_FAILURE integrity.signature-value');
    expect(payloads.signatures[0]).toMatchObject({ intact: false, covers: [{ kind: 'payload', intact: false }] });
    expect(changed({ protected: b64url(JSON.stringify({ ...baseline(), iat: 1 })) }).verdict).toBe('invalid');
    expect(changed({ signature: b64url(new Uint8Array(64)) }).verdict).toBe('invalid');
    expect(changed({ signature: b64url(new Uint8Array(65)) }).verdict).toBe('invalid');
    expect(changed({ signature: '' }).verdict).toBe('invalid');
  });
});

describe('sigD', () => {
  const all = { 'một.txt': '1', 'hai.txt': '2' };
  const byHash = {
    mId: 'http://uri.etsi.org/19182/ObjectIdByURIHash',
    pars: Object.keys(all).map(encodeURIComponent),
    hashM: 'S256',
    hashV: Object.values(all).map((text) => sha256(b64url(text))),
  };
  const file = (sigD: object, more: object = {}, content = '') =>
    signedBy(
      { ...baseline(), ...more, sigD, crit: [...('b64' in more ? ['b64'] : []), 'sigD'] },
      { payload: content, omit: true },
    );
  const given = (texts: Record<string, string>) => ({ detachedByName: files(texts) });

  it('by digest: every file is there and as it was', () => {
    expect(short(judge(file(byHash), given(all)))).toBe('valid');
    const report = (texts: Record<string, string>) => judge(file(byHash), given(texts));
    expect(short(report({ ...all, 'hai.txt': '3' }))).toBe('invalid HASH_FAILURE integrity.digest');
    expect(short(report({ 'một.txt': '2', 'hai.txt': '1' }))).toBe('invalid HASH_FAILURE integrity.digest');
    const missing = report({ 'một.txt': '1' });
    expect(short(missing)).toBe('indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found');
    expect(missing.signatures[0]?.covers).toEqual([
      { kind: 'file', name: 'một.txt', intact: true },
      { kind: 'file', name: 'hai.txt', intact: null },
    ]);
    expect(short(judge(file({ ...byHash, hashV: byHash.hashV.slice(1) }), given(all)))).toMatch(/^invalid FORMAT_FAILURE/);
    expect(short(judge(file({ ...byHash, pars: [], hashV: [] }), given(all)))).toMatch(/^invalid FORMAT_FAILURE/);
    // The one thing that is named is the one thing that is given, whatever it is called here.
    const single = { ...byHash, pars: ['%C4%91%C6%A1n'], hashV: [sha256(b64url('1'))] };
    expect(short(judge(file(single), { detached: source('1') }))).toBe('valid');
    expect(judge(file(single), { detached: source('2') }).verdict).toBe('invalid');
  });

  it('by name: one object passes; several could trade text over their border', () => {
    const byName = { mId: 'http://uri.etsi.org/19182/ObjectIdByURI', pars: ['a'] };
    const content = b64url('abc');
    expect(short(judge(file(byName, {}, content), given({ a: 'abc' })))).toBe('valid');
    expect(judge(file(byName, {}, content), given({ a: 'abd' })).verdict).toBe('invalid');
    expect(short(judge(file(byName, {}, content)))).toBe('indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found');
    const two = file({ ...byName, pars: ['a', 'b'] }, { b64: false }, '100.000');
    for (const texts of [
      { a: '100', b: '.000' },
      { a: '100.0', b: '00' },
    ]) {
      expect(short(judge(two, given(texts)))).toBe('indeterminate SIG_CONSTRAINTS_FAILURE jws.objects-not-separated');
    }
    expect(judge(two, given({ a: '100', b: '.001' })).verdict).toBe('invalid');
  });

  it('of an HTTP message: lines by name, its body by the digest line', () => {
    const body = '{"so":1}';
    const lines = {
      '(request-target)': 'post /van-ban',
      digest: `SHA-256=${createHash('sha256').update(body).digest('base64')}`,
    };
    const text = Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n');
    const http = { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: Object.keys(lines) };
    const made = file(http, { b64: false }, text);
    expect(short(judge(made, { ...given(lines), detached: source(body) }))).toBe('valid');
    expect(short(judge(made, { ...given(lines), detached: source('{"so":2}') }))).toBe('invalid HASH_FAILURE integrity.digest');
    expect(short(judge(made, given(lines)))).toBe('indeterminate SIGNED_DATA_NOT_FOUND integrity.data-found');
    expect(judge(made, { ...given({ ...lines, '(request-target)': 'get /' }), detached: source(body) }).verdict).toBe('invalid');
    expect(short(judge(file(http, {}, text), given(lines)))).toMatch(/^invalid FORMAT_FAILURE/);
  });

  it('a payload beside it, an unknown mechanism, or unmarked', () => {
    const beside = { ...parsed(file(byHash)), payload: b64url(payload) };
    expect(short(judge(written(beside), given(all)))).toBe('invalid FORMAT_FAILURE jws.malformed');
    expect(short(judge(file({ ...byHash, mId: 'http://example.com/x' }), given(all)))).toMatch(
      /^indeterminate .* jws\.mechanism$/,
    );
    const unmarked = judge(signedBy({ ...baseline(), sigD: byHash }, { payload: '', omit: true }), given(all));
    expect(unmarked.signatures[0]?.levelFailures.map((one) => one.code)).toEqual(['level.critical-members']);
  });
});

describe('what is no JWS', () => {
  it.each(['{}', '{"signature":"a"}', '{"payload":"x"}', 'eyes.', 'eyJhbGciOi', '[1]', '{"signatures":[{}]}'])(
    '%s is not ours',
    (text) => {
      expect(() => judge(utf8(text))).toThrow(UnsupportedFile);
    },
  );

  it('deep, long and endless ones are told by their limit', () => {
    const deep = utf8(`{"protected":"e30","signature":"","payload":"","x":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    expect(short(judge(deep))).toBe('indeterminate limit.json-too-deep');
    const many = utf8(`{"payload":"","signatures":[${Array(300).fill('{"protected":"e30","signature":""}').join()}]}`);
    expect(judge(many).verdict).toBe('invalid');
  });
});

describe('bytes', () => {
  it('one changed byte never passes as the same signature over something else', () => {
    for (const file of [signedBy(baseline()), signedBy(baseline(), { compact: true })]) {
      for (let i = 0; i < file.length; i += 5) {
        const copy = file.slice();
        copy[i] = (copy[i] as number) ^ (1 << (i % 7));
        let verdict: string;
        try {
          const report = judge(copy);
          verdict = report.verdict;
        } catch (error) {
          expect(error).toBeInstanceOf(UnsupportedFile);
          verdict = 'none';
        }
        expect(verdict, `byte ${i}`).not.toBe('valid');
      }
    }
  });

  it('any damage is told in words, never by an unknown exception', () => {
    const seeds = [
      signedBy(baseline()),
      signedBy(baseline(), { compact: true }),
      signedBy(baseline(), { unprotected: { etsiU: [b64url('{"sigTst":{"tstTokens":[{"val":"AAAA"}]}}')] } }),
    ];
    const noise = fc.record({
      seed: fc.nat(seeds.length - 1),
      edits: fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.uint8Array({ maxLength: 4 })), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(noise, ({ seed, edits }) => {
        let bytes = seeds[seed] as Uint8Array;
        for (const [place, cut, added] of edits) {
          const at = place % bytes.length;
          bytes = new Uint8Array([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + cut)]);
        }
        try {
          judge(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnsupportedFile);
        }
      }),
      { seed: 24, numRuns: 500 },
    );
  });
});
