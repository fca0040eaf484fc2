import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import type { CryptoDoor, DigestAlgorithm, RunningDigest, VerifyAnswer, VerifyInput } from '@antin/pki/crypto';
import { ecdsaRawFromDer, readEcdsaValue } from '@antin/pki/ecdsa-value';
import { keyFits, parsePublicKey } from '@antin/pki/x509/public-key';
import type { PublicKey } from '@antin/pki/x509/public-key';
import { rsaPkcs1Matches, rsaPssMatches, rsaRecover } from './rsa.ts';

/**
 * The door to cryptography in a browser: the noble libraries and a small RSA verification. Public values only, so nothing
 * here needs constant time. Brainpool curves are `unsupported`.
 */
export const nobleCrypto: CryptoDoor = {
  digest(algorithm) {
    return running(HASHES[algorithm].create());
  },
  verify(input) {
    const key = parsePublicKey(input.spki);
    if (key === undefined) return 'unsupported';
    if (!keyFits(key, input.algorithm)) return 'invalid';
    try {
      return answer(key, input);
    } catch {
      // A point off the curve or a value the library refuses: not a valid signature.
      return 'invalid';
    }
  },
};

interface NobleHash {
  update(piece: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): NobleHash;
}

function running(hash: NobleHash): RunningDigest {
  return {
    update(piece) {
      hash.update(piece);
    },
    finish() {
      return hash.digest();
    },
    copy() {
      return running(hash.clone());
    },
  };
}

const HASHES = {
  'SHA-1': sha1,
  'SHA-224': sha224,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
  'SHA3-256': sha3_256,
  'SHA3-384': sha3_384,
  'SHA3-512': sha3_512,
} as const satisfies Record<DigestAlgorithm, unknown>;

const CURVES = {
  'P-256': { curve: p256, size: 32 },
  'P-384': { curve: p384, size: 48 },
  'P-521': { curve: p521, size: 66 },
} as const;

function answer(key: PublicKey, { algorithm, data, signature }: VerifyInput): VerifyAnswer {
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
    case 'rsa-pss': {
      const encoded = key.kind === 'rsa' ? rsaRecover(key, signature) : undefined;
      if (encoded === undefined || key.kind !== 'rsa') return 'invalid';
      const hash = HASHES[algorithm.digest](data);
      if (algorithm.scheme === 'rsa-pkcs1') return verdict(rsaPkcs1Matches(encoded, algorithm.digest, hash));
      const digest = (bytes: Uint8Array) => HASHES[algorithm.digest](bytes);
      const mgfDigest = (bytes: Uint8Array) => HASHES[algorithm.mgfDigest](bytes);
      return verdict(rsaPssMatches(encoded, key.modulus, hash, { digest, mgfDigest, saltLength: algorithm.saltLength }));
    }
    case 'ecdsa': {
      if (key.kind !== 'ec') return 'invalid';
      const known = key.curve in CURVES ? CURVES[key.curve as keyof typeof CURVES] : undefined;
      if (known === undefined) return 'unsupported';
      if (readEcdsaValue(signature, key.order) === undefined) return 'invalid';
      const value = ecdsaRawFromDer(signature, known.size);
      const hash = HASHES[algorithm.digest](data);
      return verdict(known.curve.verify(value, hash, key.point, { prehash: false, lowS: false, format: 'compact' }));
    }
    case 'ed25519': {
      if (key.kind !== 'ed25519' || signature.length !== 64) return 'invalid';
      return verdict(ed25519.verify(signature, data, key.key, { zip215: false }));
    }
  }
}

function verdict(valid: boolean): VerifyAnswer {
  return valid ? 'valid' : 'invalid';
}
