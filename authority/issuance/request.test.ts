import { describe, expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { TAG } from '@antin/formats/der/tags';
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  printableString,
  retag,
  sequence,
  setOf,
  tlv,
  unsignedInteger,
  utf8String,
} from '@antin/formats/der/writer';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { encodeAttribute } from '@antin/pki/cms/attribute';
import { OID } from '@antin/pki/oids';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { basicConstraints, extKeyUsage, keyUsage, ski, subjectAltName } from '@antin/pki/x509/build';
import { buildName } from '@antin/pki/x509/name';
import { buildCertificationRequest, buildCertificationRequestInfo } from '@antin/pki/x509/request';
import { keyOf } from './rules.ts';

const ECDSA: SignatureAlgorithm = { scheme: 'ecdsa', digest: 'SHA-256' };
const RSA: SignatureAlgorithm = { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
const subject = buildName([['CN', 'Ai cũng được']]);
const keys = new Map<KeyKind, ReturnType<typeof nodeSecrets.generateKeyPair>>();
const keyOfKind = (kind: KeyKind) => {
  let key = keys.get(kind);
  if (key === undefined) keys.set(kind, (key = nodeSecrets.generateKeyPair(kind)));
  return key;
};
const p256 = keyOfKind('p-256');
const other = nodeSecrets.generateKeyPair('p-256');

interface Shape {
  readonly key?: { readonly pkcs8: Uint8Array; readonly spki: Uint8Array };
  readonly spki?: Uint8Array;
  readonly algorithm?: SignatureAlgorithm;
  /** What the request says it was signed with. */
  readonly says?: Uint8Array;
  readonly info?: Uint8Array;
  readonly signature?: Uint8Array;
}

function request(shape: Shape = {}): Uint8Array {
  const { key = p256, algorithm = ECDSA } = shape;
  const info = shape.info ?? buildCertificationRequestInfo({ subject, spki: shape.spki ?? key.spki });
  const signature = shape.signature ?? nodeSecrets.sign(key.pkcs8, algorithm, info);
  return buildCertificationRequest(info, shape.says ?? signatureAlgorithmIdentifier(algorithm), signature);
}

/** CertificationRequestInfo from raw members: version, subject, key, attributes. */
const infoOf = (...parts: readonly Uint8Array[]) => sequence(...parts);
const attributes = (...list: readonly Uint8Array[]) => retag(setOf(...list), 0xa0);
const answer = (csr: Uint8Array): string => {
  const said = keyOf({ csr });
  return said.status === 'key' ? 'key' : `${said.code}${said.detail === undefined ? '' : ` ${said.detail}`}`;
};

/** An RSA key that nobody holds, over a modulus chosen by the test. */
function rsaSpki(modulus: Uint8Array, exponent: Uint8Array | number = 65_537): Uint8Array {
  const e = typeof exponent === 'number' ? integer(exponent) : unsignedInteger(exponent);
  return sequence(sequence(oid(OID.rsaEncryption), Uint8Array.of(5, 0)), bitString(sequence(unsignedInteger(modulus), e)));
}

function randomModulus(bits: number): Uint8Array {
  const octets = nodeSecrets.random(bits / 8);
  octets[0] = (octets[0] as number) | 0x80;
  octets[octets.length - 1] = (octets[octets.length - 1] as number) | 1;
  return octets;
}

const product = (modulus: Uint8Array, factor: number) => {
  const n = BigInt(`0x${Buffer.from(modulus).toString('hex')}`) * BigInt(factor);
  return new Uint8Array(Buffer.from(n.toString(16).padStart(514, '0'), 'hex'));
};

describe('a good request', () => {
  test.each<[KeyKind, SignatureAlgorithm]>([
    ['p-256', ECDSA],
    ['p-384', { scheme: 'ecdsa', digest: 'SHA-384' }],
    ['p-521', { scheme: 'ecdsa', digest: 'SHA-512' }],
    ['rsa-2048', RSA],
    ['rsa-3072', { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 }],
  ])('of %s gives its key', (kind, algorithm) => {
    expect(answer(request({ key: keyOfKind(kind), algorithm }))).toBe('key');
  });

  test('may wish for any extension and say any name: its key is all that is taken', () => {
    const extensions = [
      basicConstraints(true),
      keyUsage('keyCertSign', 'cRLSign'),
      extKeyUsage(OID.anyExtendedKeyUsage),
      subjectAltName({ kind: 'dns', value: 'chinhphu.vn' }),
      ski(new Uint8Array(20)),
    ];
    const info = buildCertificationRequestInfo({ subject, spki: p256.spki, extensions });
    expect(keyOf({ csr: request({ info }) })).toEqual({ status: 'key', spki: p256.spki });
    const named = infoOf(
      integer(0),
      buildName([
        ['C', 'VN'],
        ['O', 'Chính phủ'],
        ['CN', 'Thủ tướng'],
      ]),
      p256.spki,
      attributes(),
    );
    expect(answer(request({ info: named }))).toBe('key');
  });

  test('may carry a challenge password and attributes nobody knows', () => {
    const info = infoOf(
      integer(0),
      subject,
      p256.spki,
      attributes(encodeAttribute(OID.challengePassword, utf8String('x')), encodeAttribute('2.999.1', integer(1))),
    );
    expect(answer(request({ info }))).toBe('key');
  });
});

describe('a hostile request', () => {
  const good = request();
  const wish = encodeAttribute(OID.extensionRequest, sequence(ski(new Uint8Array(20))));
  const indefinite = concatBytes(Uint8Array.of(0x30, 0x80), good.subarray(4), Uint8Array.of(0, 0));
  const touched = good.slice();
  touched[touched.length - 1] = (touched[touched.length - 1] as number) ^ 1;
  const weakModulus = randomModulus(1024);

  test.each<[what: string, csr: Uint8Array, expected: string]>([
    [
      'signed by another key',
      request({ signature: nodeSecrets.sign(other.pkcs8, ECDSA, new Uint8Array(5)) }),
      'issuance.proof-of-possession invalid',
    ],
    ['of a stolen public key', request({ key: other, spki: p256.spki }), 'issuance.proof-of-possession invalid'],
    ['with one bit of the signature turned', touched, 'issuance.proof-of-possession invalid'],
    ['with an empty signature', request({ signature: new Uint8Array() }), 'issuance.proof-of-possession invalid'],
    ['with r and s as bare octets', request({ signature: new Uint8Array(64).fill(1) }), 'issuance.proof-of-possession invalid'],
    ['signed with SHA-1', request({ algorithm: { scheme: 'ecdsa', digest: 'SHA-1' } }), 'issuance.proof-of-possession SHA-1'],
    [
      'signed with SHA-224',
      request({ algorithm: { scheme: 'ecdsa', digest: 'SHA-224' } }),
      'issuance.proof-of-possession SHA-224',
    ],
    [
      'signed with PSS over SHA-1 masks',
      request({
        key: keyOfKind('rsa-2048'),
        says: signatureAlgorithmIdentifier({ scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-1', saltLength: 32 }),
        algorithm: RSA,
      }),
      'issuance.proof-of-possession SHA-1',
    ],
    [
      'signed with MD5',
      request({ says: sequence(oid(OID.md5WithRsaEncryption), Uint8Array.of(5, 0)) }),
      'issuance.proof-of-possession algorithm',
    ],
    ['signed with nothing', request({ says: sequence(oid('1.3.6.1.5.5.7.6.2')) }), 'issuance.proof-of-possession algorithm'],
    ['that says RSA and is ECDSA', request({ says: signatureAlgorithmIdentifier(RSA) }), 'issuance.proof-of-possession invalid'],
    ['for RSA of 1024 bits', request({ spki: rsaSpki(weakModulus) }), 'issuance.key-weak RSA 1024'],
    ['for RSA of 8192 bits', request({ spki: rsaSpki(randomModulus(8192)) }), 'issuance.key-weak RSA 8192'],
    ['for the exponent 3', request({ spki: rsaSpki(randomModulus(2048), 3) }), 'issuance.key-weak exponent'],
    ['for the exponent 1', request({ spki: rsaSpki(randomModulus(2048), 1) }), 'issuance.key-unsupported'],
    ['for an even exponent', request({ spki: rsaSpki(randomModulus(2048), 65_538) }), 'issuance.key-unsupported'],
    ['for an endless exponent', request({ spki: rsaSpki(randomModulus(2048), randomModulus(512)) }), 'issuance.key-unsupported'],
    [
      'for a modulus with a small factor',
      request({ spki: rsaSpki(product(randomModulus(2040), 997)) }),
      'issuance.key-weak rsa-small-factor',
    ],
    ['for an even modulus', request({ spki: rsaSpki(product(randomModulus(2040), 2)) }), 'issuance.key-unsupported'],
    ['for Ed25519', request({ key: keyOfKind('ed25519'), algorithm: { scheme: 'ed25519' } }), 'issuance.key-unsupported ed25519'],
    [
      'for a curve given by its parameters',
      request({ spki: sequence(sequence(oid(OID.idEcPublicKey), sequence(integer(1))), bitString(new Uint8Array(65).fill(4))) }),
      'issuance.key-unsupported',
    ],
    [
      'for a weak curve',
      request({ spki: sequence(sequence(oid(OID.idEcPublicKey), oid('1.3.132.0.33')), bitString(new Uint8Array(57).fill(4))) }),
      'issuance.key-unsupported',
    ],
    [
      'for a point off the curve',
      request({
        spki: sequence(
          sequence(oid(OID.idEcPublicKey), oid(OID.secp256r1)),
          bitString(Uint8Array.of(4, ...new Uint8Array(64).fill(7))),
        ),
      }),
      'issuance.key-damaged point',
    ],
    [
      'for the point at infinity',
      request({ spki: sequence(sequence(oid(OID.idEcPublicKey), oid(OID.secp256r1)), bitString(Uint8Array.of(0))) }),
      'issuance.key-unsupported',
    ],
    [
      'for a compressed point',
      request({
        spki: sequence(
          sequence(oid(OID.idEcPublicKey), oid(OID.secp256r1)),
          bitString(Uint8Array.of(2 + ((p256.spki.at(-1) as number) & 1), ...p256.spki.subarray(-64, -32))),
        ),
      }),
      'issuance.key-damaged point',
    ],
    ['in BER with an indefinite length', indefinite, 'issuance.key-damaged der.indefinite-length'],
    ['with octets behind it', concatBytes(good, Uint8Array.of(0)), 'issuance.key-damaged der.trailing-bytes'],
    ['cut short', good.subarray(0, good.length - 1), 'issuance.key-damaged der.truncated'],
    ['that is empty', new Uint8Array(), 'issuance.key-damaged der.truncated'],
    ['that is text', new TextEncoder().encode('-----BEGIN CERTIFICATE REQUEST-----'), 'issuance.key-damaged der.truncated'],
    ['beyond all size', new Uint8Array(20_000), 'issuance.key-damaged too-large'],
    [
      'of a version that does not exist',
      request({ info: infoOf(integer(1), subject, p256.spki, attributes()) }),
      'issuance.key-damaged x509.request',
    ],
    [
      'with a fifth member',
      request({ info: infoOf(integer(0), subject, p256.spki, attributes(), integer(1)) }),
      'issuance.key-damaged x509.request',
    ],
    ['without a key', request({ info: infoOf(integer(0), subject) }), 'issuance.key-damaged x509.request'],
    [
      'with the wish for extensions twice',
      request({ info: infoOf(integer(0), subject, p256.spki, attributes(wish, wish)) }),
      'issuance.key-damaged x509.request',
    ],
    [
      'with two values in one wish',
      request({
        info: infoOf(
          integer(0),
          subject,
          p256.spki,
          attributes(encodeAttribute(OID.extensionRequest, sequence(ski(new Uint8Array(20))), sequence(ski(new Uint8Array(21))))),
        ),
      }),
      'issuance.key-damaged x509.request',
    ],
    [
      'with one extension twice in its wish',
      request({
        info: buildCertificationRequestInfo({
          subject,
          spki: p256.spki,
          extensions: [ski(new Uint8Array(20)), ski(new Uint8Array(20))],
        }),
      }),
      'issuance.key-damaged x509.duplicate-extension',
    ],
    [
      'with a wish that is no list',
      request({
        info: infoOf(integer(0), subject, p256.spki, attributes(encodeAttribute(OID.extensionRequest, printableString('x')))),
      }),
      'issuance.key-damaged der.unexpected-tag',
    ],
    [
      'with FALSE as 01',
      request({
        info: infoOf(
          integer(0),
          subject,
          p256.spki,
          attributes(
            encodeAttribute(
              OID.extensionRequest,
              sequence(sequence(oid('2.999.1'), tlv(TAG.BOOLEAN, Uint8Array.of(1)), octetString(boolean(true)))),
            ),
          ),
        ),
      }),
      'issuance.key-damaged der.boolean',
    ],
    [
      'with two hundred levels of nesting',
      request({ info: infoOf(integer(0), subject, p256.spki, attributes(encodeAttribute(OID.extensionRequest, nested(200)))) }),
      'issuance.key-damaged x509.extensions',
    ],
    [
      'with unused bits in its key',
      request({
        info: infoOf(
          integer(0),
          subject,
          sequence(
            sequence(oid(OID.idEcPublicKey), oid(OID.secp256r1)),
            tlv(TAG.BIT_STRING, Uint8Array.of(3), p256.spki.subarray(-65)),
          ),
          attributes(),
        ),
      }),
      'issuance.key-unsupported',
    ],
  ])('%s is refused', (_, csr, expected) => {
    expect(answer(csr)).toBe(expected);
  });

  test('changed in any octet is refused or damaged, and never taken', () => {
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ 0x40;
      expect(answer(bad), `octet ${at}`).not.toBe('key');
    }
  });

  test('nothing and both are no key', () => {
    expect(keyOf({})).toMatchObject({ code: 'issuance.key-missing' });
    expect(keyOf({ csr: good, spki: p256.spki })).toMatchObject({ code: 'issuance.key-missing' });
  });
});

function nested(levels: number): Uint8Array {
  let out = sequence(integer(1));
  for (let i = 0; i < levels; i++) out = sequence(out);
  return out;
}
