import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import { DAY, HOUR, contextOf, judged, letter, sign } from '@antin/testkit/judging/documents';
import { memorySource } from '@antin/formats/bytes/source';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { VIETNAM_POLICY } from './policy.ts';
import type { ValidationContext, ValidationReport } from './types.ts';
import { UnsupportedFile, validate } from './validate.ts';
import { judgeWithSources } from './with-sources.ts';

const pki = testPki();
const at = pki.now + 2 * HOUR;
const short = (report: ValidationReport): string => {
  const one = report.signatures[0];
  return `${report.verdict} ${one?.indication} ${one?.subIndication ?? ''}`.trim();
};

describe('who signed', () => {
  it.each(['leader', 'leaderRsa', 'seal'])('%s passes at B-B', async (by) => {
    const report = judged(await sign(letter(), { pki, by }), pki);
    expect(short(report)).toBe('valid TOTAL_PASSED');
    expect(report.signatures[0]).toMatchObject({
      format: 'PAdES',
      level: 'B-B',
      levelFailures: [],
      intact: true,
      cryptoValid: true,
    });
    expect(report.signatures[0]?.signer?.seal).toBe(by === 'seal');
  });

  it('RSASSA-PSS passes', async () => {
    const key = pki.signingKey('leaderRsa', 'rsa-pss');
    const { signPades } = await import('../pades/sign.ts');
    const { nodeInflate } = await import('@antin/adapters/inflate/node');
    const { concatBytes } = await import('@antin/formats/bytes/bytes');
    const file = letter();
    const appended = await signPades(memorySource(file), key, {
      inflate: nodeInflate,
      door: nodeCrypto,
      signingTime: pki.now,
      level: 'B-B',
    });
    expect(short(judged(concatBytes(file, appended), pki))).toBe('valid TOTAL_PASSED');
  });

  it('an unknown issuer is indeterminate, also one that bears the name of a trusted root', async () => {
    const report = judged(await sign(letter(), { pki, by: 'unknownIssuer' }), pki);
    expect(short(report)).toBe('indeterminate INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
    expect(report.signatures[0]?.intact).toBe(true);
  });

  it('a certificate made for servers is not accepted for signing', async () => {
    const report = judged(await sign(letter(), { pki, by: 'wrongEku' }), pki);
    expect(short(report)).toBe('indeterminate INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  });

  it('a certificate whose own signature is wrong has no chain', async () => {
    const report = judged(await sign(letter(), { pki, by: 'brokenSignature' }), pki);
    expect(short(report)).toBe('indeterminate INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  });

  it('an anchor kept for time-stamps alone vouches for no signer', async () => {
    const trust = pki.anchors.map((one) => ({ ...one, purposes: ['time-stamp'] as const }));
    expect(judged(await sign(letter(), { pki, by: 'leader' }), pki, at, { trust }).verdict).toBe('indeterminate');
  });
});

describe('revocation', () => {
  it('a status that cannot be had is indeterminate with a warning, never valid', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    const report = judged(file, pki, at, { evidence: { certificates: [], crls: [], ocsps: [] } });
    expect(short(report)).toBe('indeterminate INDETERMINATE TRY_LATER');
    expect(report.signatures[0]?.warnings.map((one) => one.code)).toContain('trust.revocation-known');
    expect(report.needs.length).toBeGreaterThan(0);
  });

  it('a stale list is no status', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    const evidence = pki.evidence(at - 30 * DAY);
    expect(judged(file, pki, at, { evidence }).signatures[0]?.subIndication).toBe('TRY_LATER');
  });

  it('OCSP alone is enough for the leaf', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    const evidence = { certificates: [], crls: [pki.crlAt(at, 'root')], ocsps: [pki.ocspAt('leader', at)] };
    expect(short(judged(file, pki, at, { evidence }))).toBe('valid TOTAL_PASSED');
  });

  it('revoked without proof of existence says so and when', async () => {
    const report = judged(await sign(letter(), { pki, by: 'revoked' }), pki);
    expect(short(report)).toBe('indeterminate INDETERMINATE REVOKED_NO_POE');
    expect(report.signatures[0]?.decidedAt).toBe('2026-02-01T00:00:00.000Z');
  });

  it('back-dating does not help: the claimed time is no proof', async () => {
    const report = judged(await sign(letter(), { pki, by: 'revoked', when: Date.parse('2026-01-10T00:00:00Z') }), pki);
    expect(report.signatures[0]?.subIndication).toBe('REVOKED_NO_POE');
  });

  it('a time-stamp after the revocation does not help, one before does', async () => {
    const late = await sign(letter(), { pki, by: 'revoked', stampedAt: Date.parse('2026-02-02T00:00:00Z') });
    expect(judged(late, pki).signatures[0]?.subIndication).toBe('REVOKED_NO_POE');
    const early = await sign(letter(), { pki, by: 'revoked', stampedAt: Date.parse('2026-01-20T00:00:00Z') });
    const report = judged(early, pki);
    expect(short(report)).toBe('valid TOTAL_PASSED');
    expect(report.signatures[0]).toMatchObject({
      bestSignatureTime: '2026-01-20T00:00:00.000Z',
      bestSignatureTimeFrom: 'time-stamp',
    });
  });
});

describe('validity', () => {
  it('expired without a time-stamp says so and when', async () => {
    const report = judged(await sign(letter(), { pki, by: 'expired' }), pki);
    expect(short(report)).toBe('indeterminate INDETERMINATE OUT_OF_BOUNDS_NO_POE');
    expect(report.signatures[0]?.decidedAt).toBe('2026-01-01T00:00:00.000Z');
  });

  it('expired later, time-stamped before, with the status of that time at hand: passes', async () => {
    const stamped = Date.parse('2025-12-20T00:00:00Z');
    const file = await sign(letter(), { pki, by: 'expired', stampedAt: stamped });
    const evidence = pki.evidence(stamped + HOUR);
    const now = pki.evidence(at);
    const all = { certificates: [], crls: [...evidence.crls, ...now.crls], ocsps: [...evidence.ocsps, ...now.ocsps] };
    expect(short(judged(file, pki, at, { evidence: all }))).toBe('valid TOTAL_PASSED');
  });

  it('time-stamped after expiry: the time-stamp proves that it was too late', async () => {
    const file = await sign(letter(), { pki, by: 'expired', stampedAt: Date.parse('2026-01-10T00:00:00Z') });
    expect(judged(file, pki).signatures[0]?.subIndication).toBe('OUT_OF_BOUNDS_NO_POE');
  });

  it('not yet valid is indeterminate, and failed when a time-stamp proves it', async () => {
    expect(judged(await sign(letter(), { pki, by: 'notYetValid' }), pki).signatures[0]?.subIndication).toBe(
      'OUT_OF_BOUNDS_NO_POE',
    );
    const proven = judged(await sign(letter(), { pki, by: 'notYetValid', stampedAt: pki.now }), pki);
    expect(short(proven)).toBe('invalid TOTAL_FAILED NOT_YET_VALID');
  });
});

describe('time-stamps', () => {
  it('of an unknown authority prove nothing and are a warning', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now, tsa: 'foreignTsa' });
    const report = judged(file, pki);
    expect(report.verdict).toBe('valid');
    expect(report.signatures[0]).toMatchObject({ bestSignatureTimeFrom: 'validation-time' });
    expect(report.signatures[0]?.timestamps[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    });
    expect(report.signatures[0]?.warnings.map((one) => one.code)).toContain('time-stamp.chain');
  });

  it('made by a certificate that is no TSA prove nothing', async () => {
    const file = await sign(letter(), { pki, by: 'revoked', stampedAt: Date.parse('2026-01-20T00:00:00Z'), tsa: 'leader' });
    const report = judged(file, pki);
    expect(report.signatures[0]?.subIndication).toBe('REVOKED_NO_POE');
    expect(report.signatures[0]?.timestamps[0]?.subIndication).toBe('CHAIN_CONSTRAINTS_FAILURE');
  });

  it('later than the moment of judging prove nothing', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: at + DAY });
    const report = judged(file, pki, at);
    expect(report.signatures[0]?.timestamps[0]?.subIndication).toBe('TIMESTAMP_ORDER_FAILURE');
  });

  it('of an authority trusted only through tsaTrust count', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now, tsa: 'foreignTsa' });
    const foreign = pki.certificate('foreignRoot');
    const tsaTrust = [{ certificate: foreign, purposes: ['time-stamp'] as const }];
    const evidence = pki.evidence(at);
    const crls = [...evidence.crls, pki.crlAt(at, 'foreignRoot')];
    const report = judged(file, pki, at, { tsaTrust, evidence: { ...evidence, crls } });
    expect(report.signatures[0]?.bestSignatureTimeFrom).toBe('time-stamp');
  });
});

describe('algorithms', () => {
  it('a digest past its date fails, with a proven earlier time it passes', async () => {
    const policy = { ...VIETNAM_POLICY, digests: { ...VIETNAM_POLICY.digests, 'SHA-256': pki.now - DAY } };
    const plain = await sign(letter(), { pki, by: 'leader' });
    expect(judged(plain, pki, at, { policy }).signatures[0]?.subIndication).toBe('CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
    const later = { ...VIETNAM_POLICY, digests: { ...VIETNAM_POLICY.digests, 'SHA-256': at } };
    const stamped = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    // The time-stamp itself uses the digest too, so a stamp alone cannot carry the signature past the date.
    expect(judged(stamped, pki, at + HOUR, { policy: later }).verdict).toBe('indeterminate');
    expect(judged(stamped, pki, at - 1, { policy: later }).verdict).toBe('valid');
  });

  it('an RSA key that is too short is refused', async () => {
    const policy = { ...VIETNAM_POLICY, rsaBits: [{ atLeast: 3072, goodUntil: null }] };
    const report = judged(await sign(letter(), { pki, by: 'leaderRsa' }), pki, at, { policy });
    expect(report.signatures[0]?.subIndication).toBe('CRYPTO_CONSTRAINTS_FAILURE');
  });
});

describe('files that are no signed PDF', () => {
  const context: ValidationContext = contextOf(pki, at);
  it('an unsigned PDF is unsigned', () => {
    expect(judged(letter(), pki).verdict).toBe('unsigned');
  });
  it.each([
    [
      'XAdES',
      'unsigned',
      '<?xml version="1.0"?><a xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:x="http://uri.etsi.org/01903/v1.3.2#"/>',
    ],
    ['XMLDSig', 'unsigned', '<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'],
    ['JWS', 'invalid', '{"payload":"x","signatures":[]}'],
    [
      'ASiC-E',
      'invalid',
      'PK\u0003\u0004xxxxxxxxxxxxxxxxxxxxxxxxxxmimetypeapplication/vnd.etsi.asic-e+zip META-INF/signatures.xml',
    ],
    ['OOXML', 'invalid', 'PK\u0003\u0004 [Content_Types].xml _xmlsignatures/origin.sigs'],
  ])('a damaged %s is recognised as one, and %s', (format, verdict, text) => {
    const { report } = validate(memorySource(latin1(text)), context);
    expect(report).toMatchObject({ format, verdict });
  });
  it('anything else is refused', () => {
    expect(() => validate(memorySource(latin1('plain text')), context)).toThrow(UnsupportedFile);
    expect(() => validate(memorySource(latin1('')), context)).toThrow(UnsupportedFile);
  });
  it('a limit is named and never a pass', async () => {
    const file = await sign(letter(), { pki, by: 'leader' });
    const policy = { ...VIETNAM_POLICY, limits: { ...VIETNAM_POLICY.limits, cmsBytes: 100 } };
    expect(judged(file, pki, at, { policy })).toMatchObject({ verdict: 'indeterminate', decidedBy: 'limit.cms-bytes' });
  });
});

describe('asking for what is missing', () => {
  it('judges again with what was fetched, and stops when nothing comes', async () => {
    const file = memorySource(await sign(letter(), { pki, by: 'leader', stampedAt: pki.now }));
    const bare = contextOf(pki, at, { evidence: { certificates: [], crls: [], ocsps: [] } });
    const asked: string[] = [];
    const outcome = await judgeWithSources(file, bare, (needs) => {
      asked.push(...needs.map((one) => one.kind));
      return Promise.resolve(pki.evidence(at));
    });
    expect(outcome.report.verdict).toBe('valid');
    expect(asked).toContain('ocsp');
    let rounds = 0;
    const nothing = await judgeWithSources(file, bare, () => {
      rounds++;
      return Promise.resolve({ certificates: [], crls: [], ocsps: [] });
    });
    expect(nothing.report.signatures[0]?.subIndication).toBe('TRY_LATER');
    expect(rounds).toBe(1);
  });

  it('a stranger is not asked about: no need names addresses from a certificate without a chain but its issuer', async () => {
    const { needs } = validate(memorySource(await sign(letter(), { pki, by: 'unknownIssuer' })), contextOf(pki, at));
    expect(needs.every((one) => one.kind === 'certificate')).toBe(true);
  });
});

describe('a revoked issuing authority', () => {
  const broken = testPki({
    ...DEFAULT_PKI,
    entities: {
      ...DEFAULT_PKI.entities,
      issuing: {
        ...(DEFAULT_PKI.entities['issuing'] as NonNullable<unknown>),
        revoked: { at: '2026-02-15T00:00:00Z', reason: 2 },
      } as never,
    },
  });
  it('is REVOKED_CA_NO_POE', async () => {
    const report = judged(await sign(letter(), { pki: broken, by: 'leader' }), broken);
    expect(short(report)).toBe('indeterminate INDETERMINATE REVOKED_CA_NO_POE');
  });
});

describe('what a report says about itself', () => {
  it('is plain JSON and the same every time', async () => {
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const once = judged(file, pki);
    expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    expect(judged(file, pki)).toEqual(once);
    expect(fromLatin1(latin1(once.sha256))).toMatch(/^[0-9a-f]{64}$/);
  });
});
