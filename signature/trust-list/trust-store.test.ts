import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { certificatePolicies } from '@antin/pki/x509/build';
import { HOUR, judged, letter, sign } from '@antin/testkit/judging/documents';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { VIETNAM_POLICY } from '../validation/policy.ts';
import type { ValidationPolicy } from '../validation/policy.ts';
import type { Evidence } from '../validation/types.ts';
import { practiceAnchors, readTrustStore } from './trust-store.ts';

const { issuing, leader, root } = DEFAULT_PKI.entities;
const sha1Leaf = { ...leader!, sha1: true };
const pki = testPki({
  ...DEFAULT_PKI,
  entities: {
    ...DEFAULT_PKI.entities,
    /** The first generation: CA certificates and status data signed with SHA-1, newer leaves with SHA-256. */
    g1: { ...root!, subject: [['CN', 'Gốc thế hệ 1']], sha1: true, sha1Status: true },
    g1Sub: { ...issuing!, issuer: 'g1', subject: [['CN', 'CA thế hệ 1']], sha1: true, sha1Status: true },
    g1Leader: { ...leader!, issuer: 'g1Sub' },
    g1OldLeader: { ...sha1Leaf, issuer: 'g1Sub' },
    /** The same shape under a root that nobody pinned with leave. */
    other: { ...root!, subject: [['CN', 'Gốc khác']], sha1Status: true },
    otherSub: { ...issuing!, issuer: 'other', subject: [['CN', 'CA khác']], sha1Status: true },
    otherLeader: { ...leader!, issuer: 'otherSub' },
    practiceRoot: { ...root!, subject: [['CN', 'Thực hành']], moreExtensions: [certificatePolicies([PRACTICE_POLICY])] },
  },
});
const at = pki.now + 2 * HOUR;
const pinOf = (name: string): string => toHex(digestOf(nodeCrypto, 'SHA-256', pki.certificate(name).raw));
const row = (name: string, more: object = {}) => ({
  certificate: toBase64(pki.certificate(name).raw),
  purposes: ['signer', 'time-stamp'],
  ...more,
});
const store = (...anchors: object[]) =>
  readTrustStore(utf8(JSON.stringify({ format: 'antin-trust-store-1', anchors })), { door: nodeCrypto }).anchors;
const g1 = () => store(row('g1', { sha256: pinOf('g1'), sha1OnCaCertificates: true }));

describe('a trust store', () => {
  it('says whom, for what, from when to when; and that is what counts', async () => {
    const dates = { validFrom: '2026-01-01T00:00:00Z', validUntil: '2026-03-02T03:00:00Z' };
    const [anchor] = store(row('root', { ...dates, label: 'Gốc', purposes: ['signer'], locations: ['http://ca.example.vn'] }));
    expect(anchor).toMatchObject({
      label: 'Gốc',
      purposes: ['signer'],
      practice: false,
      notBefore: Date.parse(dates.validFrom),
      notAfter: Date.parse(dates.validUntil),
      locations: ['http://ca.example.vn'],
    });
    const file = await sign(letter(), { pki, by: 'leader', stampedAt: pki.now });
    const verdict = (trust: ReturnType<typeof store>, when: number) =>
      judged(file, pki, when, { trust, tsaTrust: pki.anchors }).signatures[0]?.errors[0]?.code ?? 'valid';
    // The time-stamp proves a moment at which the anchor still vouched.
    expect(verdict([anchor!], at)).toBe('valid');
    expect(verdict(store(row('root', { validUntil: '2026-03-02T01:00:00Z' })), at)).toBe('trust.anchor-ended');
    expect(verdict(store(row('root', { validFrom: '2026-03-02T03:00:00Z' })), at)).toBe('trust.anchor-not-yet');
    expect(verdict(store(row('root', { purposes: ['time-stamp'] })), at)).toBe('trust.chain-found');
  });

  it('takes certificates from files beside it, and from nowhere else', () => {
    const read = (file: string) =>
      readTrustStore(utf8(JSON.stringify({ format: 'antin-trust-store-1', anchors: [{ file, purposes: ['signer'] }] })), {
        door: nodeCrypto,
        file: (name) => (name === 'root.crt' ? pki.certificate('root').raw : undefined),
      });
    expect(read('root.crt').anchors).toHaveLength(1);
    expect(() => read('../root.crt')).toThrow(expect.objectContaining({ code: 'trust-store.value' }));
    expect(() => read('..')).toThrow(expect.objectContaining({ code: 'trust-store.value' }));
    expect(() => read('none.crt')).toThrow(expect.objectContaining({ code: 'trust-store.no-certificate' }));
  });

  it.each<[string, object, string]>([
    ['a pin that is another certificate', row('root', { sha256: '00'.repeat(32) }), 'trust-store.pin-mismatch'],
    ['leave for SHA-1 without a pin', row('root', { sha1OnCaCertificates: true }), 'trust-store.sha1-unpinned'],
    ['a key with a slip of the pen', row('root', { validTill: '2026-01-01T00:00:00Z' }), 'trust-store.unknown-key'],
    ['a purpose nobody knows', row('root', { purposes: ['everything'] }), 'trust-store.value'],
    ['no purpose', row('root', { purposes: [] }), 'trust-store.value'],
    ['a date in no zone', row('root', { validUntil: '2026-01-01' }), 'trust-store.value'],
    [
      'dates the wrong way round',
      row('root', { validFrom: '2027-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' }),
      'trust-store.value',
    ],
    ['an address with a path', row('root', { locations: ['http://a.vn/x'] }), 'trust-store.value'],
    ['no certificate', { purposes: ['signer'] }, 'trust-store.value'],
  ])('refuses %s', (_name, anchor, code) => {
    expect(() => store(anchor)).toThrow(expect.objectContaining({ code }));
  });

  it('tells practice anchors, by what it says and by what the certificate says of itself', () => {
    const anchors = store(row('root'), row('g1', { practice: true }), row('practiceRoot', { practice: false }));
    expect(practiceAnchors(anchors).map((one) => one.certificate)).toEqual([
      pki.certificate('g1'),
      pki.certificate('practiceRoot'),
    ]);
  });
});

describe('SHA-1 under a pinned first generation', () => {
  const crls = (...names: string[]): Evidence => ({
    certificates: [],
    crls: names.map((name) => pki.crlAt(pki.now, name)),
    ocsps: [],
  });
  const verdict = async (by: string, trust: ReturnType<typeof store>, evidence: Evidence, policy?: ValidationPolicy) => {
    const file = await sign(letter(), { pki, by });
    const report = judged(file, pki, at, { trust, evidence, ...(policy === undefined ? {} : { policy }) });
    return [report.verdict, report.signatures[0]?.subIndication ?? null, report.signatures[0]?.errors[0]?.code ?? null];
  };
  const VALID = ['valid', null, null];
  const until = (day: string): ValidationPolicy => ({
    ...VIETNAM_POLICY,
    sha1OnPinnedCaEvidenceUntil: Date.parse(`${day}T00:00:00Z`),
  });

  it('counts on its CA certificates and, until a date, on their lists', async () => {
    expect(await verdict('g1Leader', g1(), crls('g1', 'g1Sub'))).toEqual(VALID);
    const WEAK = ['indeterminate', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', 'trust.revocation-known'];
    expect(await verdict('g1Leader', g1(), crls('g1', 'g1Sub'), until('2026-03-01'))).toEqual(WEAK);
    expect(await verdict('g1Leader', g1(), crls('g1', 'g1Sub'), until('2026-03-03'))).toEqual(VALID);
  });

  it('counts, until the same date, on their OCSP answers', async () => {
    const evidence = { ...crls('g1'), ocsps: [pki.ocspAt('g1Leader', pki.now)] };
    expect(await verdict('g1Leader', g1(), evidence)).toEqual(VALID);
    expect((await verdict('g1Leader', g1(), evidence, until('2026-03-01')))[1]).toBe('CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
  });

  it('never counts on a leaf', async () => {
    expect(await verdict('g1OldLeader', g1(), crls('g1', 'g1Sub'))).toEqual([
      'indeterminate',
      'CRYPTO_CONSTRAINTS_FAILURE',
      'path.weak-algorithm',
    ]);
  });

  it('never counts without leave: not on the CA certificates of another root, nor on its lists', async () => {
    expect(await verdict('g1Leader', store(row('g1')), crls('g1', 'g1Sub'))).toEqual([
      'indeterminate',
      'CRYPTO_CONSTRAINTS_FAILURE',
      'path.weak-algorithm',
    ]);
    const WEAK = ['indeterminate', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', 'trust.revocation-known'];
    expect(await verdict('otherLeader', store(row('other')), crls('other', 'otherSub'))).toEqual(WEAK);
    // The leave of one root is no leave for the other.
    expect(await verdict('otherLeader', [...g1(), ...store(row('other'))], crls('other', 'otherSub'))).toEqual(WEAK);
    const answers = { ...crls(), ocsps: [pki.ocspAt('otherLeader', pki.now), pki.ocspAt('otherSub', pki.now)] };
    expect(await verdict('otherLeader', store(row('other')), answers)).toEqual(WEAK);
  });

  it('as the name of an issuer (CertID) is no constraint', async () => {
    const evidence = { ...crls('root'), ocsps: [pki.ocspAt('leader', pki.now, { certIdDigest: 'SHA-1' })] };
    expect(await verdict('leader', pki.anchors, evidence)).toEqual(VALID);
  });
});
