import { describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import {
  boolean,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  tlv,
  unsignedInteger,
  utf8String,
} from '@antin/formats/der/writer';
import { TAG } from '@antin/formats/der/tags';
import { OID } from '../oids.ts';
import { buildTbsCertList, crlFrom, encodeRevokedEntry } from '../crl/build.ts';
import { signatureAlgorithmIdentifier } from '../x509/algorithm.ts';
import * as build from '../x509/build.ts';
import { buildName } from '../x509/name.ts';
import { qcStatements } from '../x509/qc-statements.ts';
import { lintCertificate, lintCrl } from './lint.ts';
import { LINT_OWN, LINT_OWN_QUALIFIED, LINT_PKIX } from './profiles.ts';
import type { LintProfile } from './profiles.ts';
import { blocks } from './rule.ts';

const key = nodeSecrets.generateKeyPair('p-256');
const algorithm = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
const identifier = signatureAlgorithmIdentifier(algorithm);
const keyIdentifier = nodeSecrets.digest('SHA-1', key.spki.subarray(-65));
const serialNumber = Uint8Array.from({ length: 17 }, (_, i) => i + 1);
const DAY = 86_400_000;
const start = Date.parse('2026-03-02T00:00:00Z');

const extensions = [
  build.aki(keyIdentifier),
  build.ski(keyIdentifier),
  build.keyUsage('digitalSignature', 'nonRepudiation'),
  build.certificatePolicies(['2.999.1']),
  build.subjectAltName({ kind: 'rfc822', value: 'an@noivu.gov.vn' }),
  build.crlDistributionPoints(['http://ca.example.vn/crl/issuing.crl']),
  build.authorityInfoAccess({ ocsp: ['http://ca.example.vn/ocsp'], caIssuers: ['http://ca.example.vn/ca.crt'] }),
];
const issuer = buildName([
  ['C', 'VN'],
  ['O', 'Ấn Tín'],
  ['CN', 'CA thử'],
]);

interface Change {
  readonly serialNumber?: Uint8Array;
  readonly notAfter?: number;
  readonly subject?: Uint8Array;
  readonly spki?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
  readonly outer?: Uint8Array;
}

function certificate(change: Change = {}): Uint8Array {
  const tbs = build.buildTbsCertificate({
    serialNumber,
    signatureAlgorithm: identifier,
    issuer,
    notBefore: start,
    notAfter: start + 365 * DAY,
    subject: buildName([
      ['C', 'VN'],
      ['CN', 'Nguyễn Văn An'],
    ]),
    spki: key.spki,
    extensions,
    ...change,
  });
  return build.certificateFrom(tbs, change.outer ?? identifier, nodeSecrets.sign(key.pkcs8, algorithm, tbs));
}

const blocking = (der: Uint8Array, profile: LintProfile = LINT_OWN) =>
  lintCertificate(der, profile, nodeCrypto)
    .filter(blocks)
    .map(({ rule }) => rule);
const replaced = (type: string, value: Uint8Array) =>
  extensions.map((one) => (Buffer.from(one).includes(Buffer.from(oid(type))) ? value : one));

describe('a certificate as we make them', () => {
  test('passes', () => {
    expect(blocking(certificate())).toEqual([]);
    expect(lintCertificate(certificate(), LINT_OWN, nodeCrypto).map(({ rule }) => rule)).toEqual([
      'rfc5280.key-identifier-method-1',
    ]);
  });

  test.each<[what: string, change: Change, rules: string[]]>([
    ['a short serial', { serialNumber: Uint8Array.of(1) }, ['antin.serial-entropy']],
    [
      'two algorithms',
      { outer: signatureAlgorithmIdentifier({ ...algorithm, digest: 'SHA-384' }) },
      ['rfc5280.algorithms-differ'],
    ],
    ['an extension twice', { extensions: [...extensions, build.ski(keyIdentifier)] }, ['rfc5280.extension-twice']],
    ['no pointer at the issuer', { extensions: extensions.slice(1) }, ['rfc5280.authority-key-identifier-missing']],
    [
      'key usage that may be ignored',
      { extensions: replaced(OID.keyUsage, build.extension(OID.keyUsage, false, namedBits(0))) },
      ['antin.key-usage-not-critical'],
    ],
    [
      'a subscriber that may sign certificates',
      { extensions: replaced(OID.keyUsage, build.keyUsage('digitalSignature', 'keyCertSign', 'cRLSign')) },
      ['rfc5280.cert-sign-without-ca', 'antin.crl-sign-without-ca'],
    ],
    [
      'a trailing zero in key usage',
      { extensions: replaced(OID.keyUsage, build.extension(OID.keyUsage, true, Uint8Array.of(3, 2, 0, 0xc0))) },
      ['x690.unreadable'],
    ],
    [
      'an unknown critical extension',
      { extensions: [...extensions, build.extension('2.999.7', true, integer(1))] },
      ['antin.unknown-critical-extension'],
    ],
    [
      'a purpose for everything',
      { extensions: [...extensions, build.extKeyUsage(OID.anyExtendedKeyUsage)] },
      ['antin.any-extended-key-usage'],
    ],
    [
      'time-stamping beside another purpose',
      { extensions: [...extensions, build.extKeyUsage(OID.timeStamping, OID.emailProtection)] },
      ['rfc3161.time-stamping-not-critical', 'antin.time-stamping-not-alone'],
    ],
    [
      'a mail address that is none',
      { extensions: replaced(OID.subjectAltName, build.subjectAltName({ kind: 'rfc822', value: 'an@@noivu' })) },
      ['rfc5280.mailbox-syntax'],
    ],
    [
      'a list nobody can fetch',
      { extensions: replaced(OID.cRLDistributionPoints, build.crlDistributionPoints(['crl.crl'])) },
      ['rfc5280.uri-syntax'],
    ],
    [
      'a distribution point without anything',
      {
        extensions: replaced(OID.cRLDistributionPoints, build.extension(OID.cRLDistributionPoints, false, sequence(sequence()))),
      },
      ['rfc5280.distribution-point-empty'],
    ],
    [
      'the default FALSE written out',
      { extensions: [...extensions, build.extension(OID.basicConstraints, true, sequence(boolean(false)))] },
      ['x690.unreadable'],
    ],
    ['a name with a direction mark', { subject: buildName([['CN', 'An\u202enauq']]) }, ['antin.hidden-characters']],
    ['no common name', { subject: buildName([['C', 'VN']]) }, ['antin.subject-without-name']],
    [
      'a country of three letters',
      {
        subject: buildName([
          ['C', 'VNM'],
          ['CN', 'An'],
        ]),
      },
      ['x690.unreadable'],
    ],
    ['a name beyond X.520', { subject: buildName([['CN', 'A'.repeat(65)]]) }, ['rfc5280.attribute-too-long']],
    ['a key of 1024 bits', { spki: rsa(1024) }, ['antin.weak-key']],
    ['the exponent three', { spki: rsa(2048, 3) }, ['antin.weak-key']],
    [
      'policies that never come',
      { extensions: replaced(OID.certificatePolicies, build.extension(OID.certificatePolicies, false, sequence())) },
      ['x690.unreadable'],
    ],
  ])('with %s is stopped', (_, change, rules) => {
    const expected = change.spki === undefined ? rules : [...rules];
    const found = blocking(certificate(change));
    expect(found).toEqual(expected);
  });
});

/** An RSA key of random bits: enough for a linter. */
function rsa(bits: number, exponent = 65_537): Uint8Array {
  const modulus = nodeSecrets.random(bits / 8);
  modulus[0] = (modulus[0] as number) | 0x80;
  modulus[modulus.length - 1] = (modulus[modulus.length - 1] as number) | 1;
  const der = sequence(unsignedInteger(modulus), integer(exponent));
  return sequence(sequence(oid(OID.rsaEncryption), Uint8Array.of(5, 0)), tlv(TAG.BIT_STRING, Uint8Array.of(0), der));
}

describe('a citizen', () => {
  const subject = buildName([
    ['C', 'VN'],
    ['SN', 'Nguyễn'],
    ['GN', 'Văn An'],
    ['serialNumber', 'IDCVN-001099012345'],
    ['CN', 'Nguyễn Văn An'],
  ]);
  const statements = qcStatements({ compliance: true, legislation: ['VN'], type: 'esign', semantics: 'natural' });
  const citizen = (change: Change) =>
    certificate({
      subject,
      extensions: [...replaced(OID.keyUsage, build.keyUsage('nonRepudiation')), statements],
      ...change,
    });

  test('keeps EN 319 412-2 and -5', () => {
    const found = lintCertificate(citizen({}), LINT_OWN_QUALIFIED, nodeCrypto);
    expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  test('without a name, with a wrong country or for other uses does not', () => {
    const nameless = buildName([
      ['C', 'VN'],
      ['serialNumber', 'IDCXQ-1'],
      ['CN', 'An'],
    ]);
    expect(blocking(citizen({ subject: nameless }), LINT_OWN_QUALIFIED)).toEqual([
      'en319412-2.subject-incomplete',
      'en319412-1.natural-country',
    ]);
    expect(
      blocking(citizen({ extensions: [...extensions.slice(0, 2), build.keyUsage('digitalSignature')] }), LINT_OWN_QUALIFIED),
    ).toEqual([
      'en319412-2.policies-missing',
      'en319412-2.authority-info-access-missing',
      'en319412-2.no-status-service',
      'en319412-2.key-usage-not-committing',
    ]);
  });
});

describe('a list', () => {
  const list = (change: Partial<Parameters<typeof buildTbsCertList>[0]> = {}) => {
    const tbs = buildTbsCertList({
      signatureAlgorithm: identifier,
      issuer,
      thisUpdate: start,
      nextUpdate: start + DAY,
      crlNumber: 1,
      authorityKeyIdentifier: keyIdentifier,
      entries: [encodeRevokedEntry({ serialNumber, revokedAt: start, reason: 1 })],
      ...change,
    });
    return crlFrom(tbs, identifier, nodeSecrets.sign(key.pkcs8, algorithm, tbs));
  };
  const rules = (der: Uint8Array) => lintCrl(der, nodeCrypto).map(({ rule }) => rule);

  test('as we make them passes', () => {
    expect(rules(list())).toEqual([]);
    expect(rules(list({ distributionPointUrl: 'http://ca.example.vn/crl/issuing-3.crl' }))).toEqual([]);
  });

  test('that ends before it begins, names one serial twice or spells out unspecified does not', () => {
    const entry = encodeRevokedEntry({ serialNumber, revokedAt: start });
    const zero = sequence(unsignedInteger(serialNumber), tlv(TAG.UTC_TIME, Buffer.from('260302000000Z')), reasonZero());
    expect(rules(list({ nextUpdate: start - DAY }))).toEqual(['rfc5280.crl-validity-negative']);
    expect(rules(list({ entries: [entry, entry] }))).toEqual(['rfc5280.crl-serial-twice']);
    expect(rules(list({ entries: [zero] }))).toEqual(['rfc5280.crl-reason-unspecified']);
    expect(rules(list({ distributionPointUrl: 'localhost' }))).toEqual(['rfc5280.crl-uri-syntax']);
  });

  function reasonZero(): Uint8Array {
    return sequence(sequence(oid(OID.cRLReason), octetString(Uint8Array.of(TAG.ENUMERATED, 1, 0))));
  }
});

describe('damaged input', () => {
  const good = certificate();

  test('is a finding, never an exception: every prefix, every octet changed', () => {
    for (let length = 0; length < good.length; length++) {
      expect(blocking(good.subarray(0, length), LINT_PKIX)).toEqual(['x690.unreadable']);
    }
    for (let at = 0; at < good.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const bad = good.slice();
        bad[at] = (bad[at] as number) ^ flip;
        lintCertificate(bad, LINT_OWN_QUALIFIED, nodeCrypto);
        lintCrl(bad, nodeCrypto);
      }
    }
  });

  test('deep nesting and endless lists end at a budget', () => {
    let deep = utf8String('x');
    for (let i = 0; i < 200; i++) deep = sequence(deep);
    const statement = build.extension(OID.qcStatements, false, deep);
    expect(blocking(certificate({ extensions: [...extensions, statement] }))).toEqual(['x690.unreadable']);
    const purpose = oid(OID.clientAuth);
    const purposes = new Uint8Array(150_000 * purpose.length);
    for (let at = 0; at < purposes.length; at += purpose.length) purposes.set(purpose, at);
    const many = build.extension(OID.extKeyUsage, false, tlv(TAG.SEQUENCE, purposes));
    expect(blocking(certificate({ extensions: [...extensions, many] }))).toEqual(['x690.unreadable']);
  });
});
