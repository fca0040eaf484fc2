import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  hash,
  pbkdf2Sync,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyKind, SecretDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import { PkiFault } from '@antin/pki/fault';
import { NODE_DIGEST } from './digest-names.ts';

/** What the holder of a secret needs, over `node:crypto`. */
export const nodeSecrets: SecretDoor = {
  digest(algorithm, data) {
    return new Uint8Array(hash(NODE_DIGEST[algorithm], data, 'buffer'));
  },
  hmac(algorithm, key, data) {
    return new Uint8Array(createHmac(NODE_DIGEST[algorithm], key).update(data).digest());
  },
  pbkdf2(algorithm, password, salt, iterations, length) {
    return new Uint8Array(pbkdf2Sync(password, salt, iterations, length, NODE_DIGEST[algorithm]));
  },
  decryptCbc(cipher, key, iv, data) {
    try {
      const running = createDecipheriv(cipher === 'des-ede3' ? 'des-ede3-cbc' : `${cipher}-cbc`, key, iv);
      return new Uint8Array(Buffer.concat([running.update(data), running.final()]));
    } catch (cause) {
      throw new PkiFault('pki.decryption-failed', 'the data do not decrypt with this key', { cause });
    }
  },
  encryptCbc(cipher, key, iv, data) {
    const running = createCipheriv(`${cipher}-cbc`, key, iv);
    return new Uint8Array(Buffer.concat([running.update(data), running.final()]));
  },
  random(length) {
    return new Uint8Array(randomBytes(length));
  },
  equalSecret(a, b) {
    return a.length === b.length && timingSafeEqual(a, b);
  },
  sign(pkcs8, algorithm, data) {
    return new Uint8Array(signWith(privateKey(pkcs8), algorithm, data));
  },
  generateKeyPair(kind) {
    const { privateKey: key, publicKey } = generate(kind);
    return {
      pkcs8: new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })),
      spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    };
  },
};

/** Parsed keys by the identity of their bytes: parsing an RSA key costs a fifth of a signature. Forgotten with the array. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>();

function privateKey(pkcs8: Uint8Array): KeyObject {
  let key = privateKeys.get(pkcs8);
  if (key === undefined) {
    try {
      key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    } catch (cause) {
      throw new PkiFault('pki.private-key', 'not a PKCS#8 private key this server can use', { cause });
    }
    privateKeys.set(pkcs8, key);
  }
  return key;
}

const KEY_TYPES: Readonly<Record<SignatureAlgorithm['scheme'], readonly string[]>> = {
  'rsa-pkcs1': ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ecdsa: ['ec'],
  ed25519: ['ed25519'],
};

function signWith(key: KeyObject, algorithm: SignatureAlgorithm, data: Uint8Array): Buffer {
  if (!KEY_TYPES[algorithm.scheme].includes(key.asymmetricKeyType ?? '')) {
    throw new PkiFault('pki.key-mismatch', `a key of type ${key.asymmetricKeyType} cannot make ${algorithm.scheme} signatures`);
  }
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
    case 'ecdsa':
      // A bare KeyObject means PKCS#1 v1.5 and DER values; the options object that says so costs two thirds of a P-256 signature.
      return sign(NODE_DIGEST[algorithm.digest], data, key);
    case 'rsa-pss':
      if (algorithm.mgfDigest !== algorithm.digest) {
        throw new PkiFault('pki.algorithm-unsupported', 'PSS with another MGF digest than the message digest is never made');
      }
      return sign(NODE_DIGEST[algorithm.digest], data, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: algorithm.saltLength,
      });
    case 'ed25519':
      return sign(null, data, key);
  }
}

function generate(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (kind) {
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) });
    case 'p-256':
    case 'p-384':
    case 'p-521':
      return generateKeyPairSync('ec', { namedCurve: kind.toUpperCase() });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
  }
}
