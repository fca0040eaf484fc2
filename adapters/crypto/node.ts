import { constants, createHash, createPublicKey, hash, verify } from 'node:crypto';
import type { Hash, KeyObject } from 'node:crypto';
import { equalBytes, latin1 } from '@antin/formats/bytes/bytes';
import { bitString, sequence } from '@antin/formats/der/writer';
import type { CryptoDoor, RunningDigest, SignatureAlgorithm, VerifyAnswer, VerifyInput } from '@antin/pki/crypto';
import { isEcdsaValue, orderOctets } from '@antin/pki/ecdsa-value';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { MAX_SPKI_BYTES, keyFits, parsePublicKey } from '@antin/pki/x509/public-key';
import type { PublicKey } from '@antin/pki/x509/public-key';
import { NODE_DIGEST } from './digest-names.ts';

// The contract names one module for both doors of this room.
export { nodeSecrets } from './secrets.ts';

/** The door to cryptography on servers: `node:crypto` does the arithmetic, we check every encoding before it. */
export const nodeCrypto: CryptoDoor = {
  digest(algorithm) {
    return running(createHash(NODE_DIGEST[algorithm]));
  },
  digestWhole(algorithm, data) {
    // As text and back: a Buffer of its own costs three times what the digest of a key does.
    return latin1(hash(NODE_DIGEST[algorithm], data, 'binary'));
  },
  verify(input) {
    try {
      return answer(input);
    } catch {
      // OpenSSL reports hostile values by throwing; whatever it refuses to compute with is not a valid signature.
      return 'invalid';
    }
  },
};

function running(state: Hash): RunningDigest {
  return {
    update(piece) {
      state.update(piece);
    },
    finish() {
      return new Uint8Array(state.digest());
    },
    copy() {
      return running(state.copy());
    },
  };
}

function answer({ spki, algorithm, data, signature }: VerifyInput): VerifyAnswer {
  const known = openKey(spki);
  if (known === undefined) return 'unsupported';
  const { key } = known;
  if (!keyFits(key, algorithm)) return 'invalid';
  switch (algorithm.scheme) {
    case 'rsa-pkcs1': {
      if (key.kind !== 'rsa' || signature.length !== key.modulus.length) return 'invalid';
      // A bare KeyObject means PKCS#1 v1.5 for an rsaEncryption key and DER for EC keys; an options object costs 12 µs a call.
      return verdict(verify(NODE_DIGEST[algorithm.digest], data, known.object, signature));
    }
    case 'rsa-pss': {
      if (key.kind !== 'rsa' || signature.length !== key.modulus.length) return 'invalid';
      const pss = {
        key: pssKey(known, key.der, algorithm),
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: algorithm.saltLength,
      };
      return verdict(verify(NODE_DIGEST[algorithm.digest], data, pss, signature));
    }
    case 'ecdsa': {
      if (known.order === undefined || !isEcdsaValue(signature, known.order)) return 'invalid';
      return verdict(verify(NODE_DIGEST[algorithm.digest], data, known.object, signature));
    }
    case 'ed25519':
      return signature.length === 64 ? verdict(verify(null, data, known.object, signature)) : 'invalid';
  }
}

function verdict(valid: boolean): VerifyAnswer {
  return valid ? 'valid' : 'invalid';
}

interface OpenKey {
  readonly key: PublicKey;
  /** Of the group of an EC key. */
  readonly order: Uint8Array | undefined;
  readonly object: KeyObject;
  /** The same RSA key restricted to one set of PSS parameters. */
  readonly pss: Map<string, KeyObject>;
}

/** Least recently used keys by their bytes: a judge meets the same few CAs again and again, and parsing costs more than P-256. */
const KEY_CACHE_SIZE = 256;
const openKeys = new Map<string, OpenKey | undefined>();
/** The one asked for last: an issuer verifies thousands under one key. A copy, since whoever brought the octets may change them. */
let last: { readonly spki: Uint8Array; readonly key: OpenKey | undefined } | undefined;

function openKey(spki: Uint8Array): OpenKey | undefined {
  if (last !== undefined && equalBytes(last.spki, spki)) return last.key;
  if (spki.length > MAX_SPKI_BYTES) return undefined;
  const key = openKeyOf(spki);
  last = { spki: spki.slice(), key };
  return key;
}

function openKeyOf(spki: Uint8Array): OpenKey | undefined {
  const id = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString('latin1');
  if (openKeys.has(id)) {
    const found = openKeys.get(id);
    openKeys.delete(id);
    openKeys.set(id, found);
    return found;
  }
  const opened = openFresh(spki);
  openKeys.set(id, opened);
  if (openKeys.size > KEY_CACHE_SIZE) openKeys.delete(openKeys.keys().next().value as string);
  return opened;
}

function openFresh(given: Uint8Array): OpenKey | undefined {
  // A copy: parts of the key are kept as views, and whoever brought the octets may write another key over them.
  const spki = Buffer.from(given);
  const key = parsePublicKey(spki);
  if (key === undefined) return undefined;
  try {
    const object = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return { key, order: key.kind === 'ec' ? orderOctets(key.order) : undefined, object, pss: new Map() };
  } catch {
    return undefined;
  }
}

/**
 * `crypto.verify` has no option for the MGF digest and silently takes the message digest. An id-RSASSA-PSS key carries its
 * parameters with it, so the RSA key is wrapped once per parameter set; OpenSSL then enforces all three. Where both digests are
 * one, a plain key does the same, also for SHA-3, which OpenSSL does not know in the parameters of a key.
 */
function pssKey(
  known: OpenKey,
  rsaPublicKey: Uint8Array,
  algorithm: Extract<SignatureAlgorithm, { scheme: 'rsa-pss' }>,
): KeyObject {
  if (algorithm.mgfDigest === algorithm.digest && known.key.kind === 'rsa' && known.key.use === 'any') return known.object;
  const id = `${algorithm.digest} ${algorithm.mgfDigest} ${algorithm.saltLength}`;
  let object = known.pss.get(id);
  if (object === undefined) {
    const spki = sequence(signatureAlgorithmIdentifier(algorithm), bitString(rsaPublicKey));
    object = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    // The salt length comes from the signer's file: bound what a hostile one can make us keep.
    if (known.pss.size < 8) known.pss.set(id, object);
  }
  return object;
}
