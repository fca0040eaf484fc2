import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject, RSAPSSKeyPairKeyObjectOptions } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { integer, sequence, tlv } from '@antin/formats/der/writer';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';

/** What every CryptoDoor must do, run by each implementation beside its code. Signatures come straight from `node:crypto`. */
export function cryptoContract(name: string, door: CryptoDoor): void {
  describe(`the crypto door of ${name}`, () => {
    const data = new TextEncoder().encode('Cộng hòa xã hội chủ nghĩa Việt Nam');

    it.each(Object.entries(NAMES))('digests %s in pieces as openssl does', (algorithm, nodeName) => {
      const running = door.digest(algorithm as DigestAlgorithm);
      running.update(data.subarray(0, 5));
      running.update(data.subarray(5));
      expect(Buffer.from(running.finish())).toEqual(createHash(nodeName).update(data).digest());
    });

    it.each(SCHEMES)('accepts $title, and refuses it with any part changed', ({ algorithm, make }) => {
      const { spki, signature } = make(data);
      expect(door.verify({ spki, algorithm, data, signature })).toBe('valid');
      expect(door.verify({ spki, algorithm, data: flip(data, 3), signature })).toBe('invalid');
      expect(door.verify({ spki, algorithm, data, signature: flip(signature, signature.length - 2) })).toBe('invalid');
      expect(door.verify({ spki, algorithm, data, signature: concatBytes(signature, Uint8Array.of(0)) })).toBe('invalid');
      expect(door.verify({ spki, algorithm, data, signature: signature.subarray(1) })).toBe('invalid');
      expect(door.verify({ spki, algorithm, data, signature: new Uint8Array(0) })).toBe('invalid');
      const other = make(data);
      expect(door.verify({ spki: other.spki, algorithm, data, signature })).toBe('invalid');
    });

    it('refuses a PSS value under another salt length, digest or MGF digest than the parameters say', () => {
      const { spki, signature } = PSS.make(data);
      const said = PSS.algorithm as Extract<SignatureAlgorithm, { scheme: 'rsa-pss' }>;
      for (const wrong of [{ saltLength: 20 }, { saltLength: 0 }, { digest: 'SHA-384' }, { mgfDigest: 'SHA-1' }] as const) {
        expect(door.verify({ spki, algorithm: { ...said, ...wrong }, data, signature })).toBe('invalid');
      }
      // -1 and -2 mean "as long as the digest" and "whatever is there" to OpenSSL.
      for (const saltLength of [-1, -2, 0.5, 2 ** 40]) {
        expect(door.verify({ spki, algorithm: { ...said, saltLength }, data, signature })).toBe('invalid');
      }
      expect(door.verify({ spki, algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-256' }, data, signature })).toBe('invalid');
    });

    it('refuses ECDSA values that are not DER or out of range', () => {
      const { spki } = P256.make(data);
      const one = integer(1);
      const refuse = (signature: Uint8Array) =>
        expect(door.verify({ spki, algorithm: P256.algorithm, data, signature })).toBe('invalid');
      refuse(sequence(integer(0), integer(0)));
      refuse(sequence(one, integer(0)));
      refuse(sequence(integer(-1), one));
      refuse(sequence(integer(P256_ORDER), one));
      refuse(sequence(one, one, one));
      refuse(sequence(tlv(0x02, Uint8Array.of(0, 1)), one));
      refuse(Uint8Array.of(0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0));
    });

    it('a key of another kind than the algorithm is invalid, a key of an unknown kind unsupported', () => {
      const { signature } = P256.make(data);
      const { spki } = PSS.make(data);
      expect(door.verify({ spki, algorithm: P256.algorithm, data, signature })).toBe('invalid');
      const x25519 = exported(generateKeyPairSync('x25519').publicKey);
      expect(door.verify({ spki: x25519, algorithm: P256.algorithm, data, signature })).toBe('unsupported');
      for (const junk of [new Uint8Array(0), Uint8Array.of(0x30, 0), new Uint8Array(300).fill(0x30), new Uint8Array(1 << 20)]) {
        expect(door.verify({ spki: junk, algorithm: P256.algorithm, data, signature })).toBe('unsupported');
      }
    });

    it('does not trust a key that brings its own curve (CVE-2020-0601)', () => {
      const key = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
      const spki = exported(key.publicKey);
      const signature = new Uint8Array(sign('sha256', data, key.privateKey));
      expect(door.verify({ spki, algorithm: P256.algorithm, data, signature })).toBe('unsupported');
    });
  });
}

const NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
};

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

interface Scheme {
  readonly title: string;
  readonly algorithm: SignatureAlgorithm;
  readonly make: (data: Uint8Array) => { spki: Uint8Array; signature: Uint8Array };
}

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

function made(pair: Pair, value: Buffer): { spki: Uint8Array; signature: Uint8Array } {
  return { spki: exported(pair.publicKey), signature: new Uint8Array(value) };
}

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

const PKCS1: Scheme = {
  title: 'RSA PKCS#1 v1.5 with SHA-256',
  algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-256' },
  make(data) {
    const pair = rsa();
    return made(pair, sign('sha256', data, pair.privateKey));
  },
};
const PSS: Scheme = {
  title: 'RSA-PSS with SHA-256 and salt 32',
  algorithm: { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 },
  make(data) {
    const pair = rsa();
    const key = { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return made(pair, sign('sha256', data, key));
  },
};
/** A modulus of 8k+1 bits makes the encoded message one octet shorter than the modulus. */
const ODD_PSS: Scheme = {
  title: 'RSA-PSS with a 2049-bit key bound to its parameters',
  algorithm: { scheme: 'rsa-pss', digest: 'SHA-384', mgfDigest: 'SHA-256', saltLength: 20 },
  make(data) {
    const options = { modulusLength: 2049, hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha256', saltLength: 20 };
    // @types/node believes saltLength is text; Node demands a number.
    const pair = generateKeyPairSync('rsa-pss', options as unknown as RSAPSSKeyPairKeyObjectOptions);
    return made(pair, sign('sha384', data, { key: pair.privateKey, saltLength: 20 }));
  },
};
function ecdsa(namedCurve: string, digest: DigestAlgorithm): Scheme {
  return {
    title: `ECDSA ${namedCurve} with ${digest}`,
    algorithm: { scheme: 'ecdsa', digest },
    make(data) {
      const pair = generateKeyPairSync('ec', { namedCurve });
      return made(pair, sign(NAMES[digest], data, pair.privateKey));
    },
  };
}
const P256 = ecdsa('P-256', 'SHA-256');
const ED25519: Scheme = {
  title: 'Ed25519',
  algorithm: { scheme: 'ed25519' },
  make(data) {
    const pair = generateKeyPairSync('ed25519');
    return made(pair, sign(null, data, pair.privateKey));
  },
};
const SCHEMES: readonly Scheme[] = [
  PKCS1,
  PSS,
  ODD_PSS,
  P256,
  ecdsa('P-384', 'SHA-384'),
  ecdsa('P-521', 'SHA-512'),
  ecdsa('P-256', 'SHA3-512'),
  ED25519,
];

function exported(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice();
  out[at] = (out[at] as number) ^ 1;
  return out;
}
