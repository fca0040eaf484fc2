import { concatBytes, equalBytes } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';

/**
 * RSA signature verification (RFC 8017 §8), public operation only. Built as "recover, then compare with what we would have
 * encoded": nothing of the padding is ever parsed, so there is no lax parser to fool (Bleichenbacher 2006).
 */

/** s^e mod n as octets of the modulus length; undefined for a value of another length or not below the modulus. */
export function rsaRecover(
  key: { readonly modulus: Uint8Array; readonly exponent: bigint },
  signature: Uint8Array,
): Uint8Array | undefined {
  if (signature.length !== key.modulus.length) return undefined;
  const modulus = BigInt(`0x${toHex(key.modulus)}`);
  const value = BigInt(`0x${toHex(signature)}`);
  if (value >= modulus) return undefined;
  let result = 1n;
  let base = value;
  for (let exponent = key.exponent; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  const hex = result.toString(16).padStart(key.modulus.length * 2, '0');
  return Uint8Array.from({ length: key.modulus.length }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const DIGEST_OIDS: Readonly<Record<DigestAlgorithm, string>> = {
  'SHA-1': OID.sha1,
  'SHA-224': OID.sha224,
  'SHA-256': OID.sha256,
  'SHA-384': OID.sha384,
  'SHA-512': OID.sha512,
  'SHA3-256': OID.sha3_256,
  'SHA3-384': OID.sha3_384,
  'SHA3-512': OID.sha3_512,
};

/** EMSA-PKCS1-v1_5: 00 01 FF… 00 DigestInfo, with NULL parameters and nothing else (RFC 8017 §9.2). */
export function rsaPkcs1Matches(encoded: Uint8Array, digest: DigestAlgorithm, hash: Uint8Array): boolean {
  const info = sequence(sequence(oid(DIGEST_OIDS[digest]), nullValue()), octetString(hash));
  const padding = encoded.length - info.length - 3;
  if (padding < 8) return false;
  const expected = concatBytes(Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xff), Uint8Array.of(0), info);
  return equalBytes(encoded, expected);
}

interface PssParameters {
  readonly digest: (bytes: Uint8Array) => Uint8Array;
  readonly mgfDigest: (bytes: Uint8Array) => Uint8Array;
  readonly saltLength: number;
}

/** EMSA-PSS-VERIFY (RFC 8017 §9.1.2) with exactly the given salt length. */
export function rsaPssMatches(encoded: Uint8Array, modulus: Uint8Array, hash: Uint8Array, parameters: PssParameters): boolean {
  const emBits = modulus.length * 8 - Math.clz32(modulus[0] as number) + 24 - 1;
  const emLength = Math.ceil(emBits / 8);
  // When the modulus has 8k+1 bits the encoded message is one octet shorter than the modulus.
  const em = encoded.subarray(encoded.length - emLength);
  if (encoded.length > emLength && encoded[0] !== 0) return false;
  const { digest, mgfDigest, saltLength } = parameters;
  if (emLength < hash.length + saltLength + 2 || em[emLength - 1] !== 0xbc) return false;
  const dbLength = emLength - hash.length - 1;
  const h = em.subarray(dbLength, emLength - 1);
  const topMask = 0xff >> (8 * emLength - emBits);
  if (((em[0] as number) & ~topMask) !== 0) return false;
  const db = mgf1(h, dbLength, mgfDigest);
  for (let i = 0; i < dbLength; i++) db[i] = (db[i] as number) ^ (em[i] as number);
  db[0] = (db[0] as number) & topMask;
  const zeros = dbLength - saltLength - 1;
  for (let i = 0; i < zeros; i++) if (db[i] !== 0) return false;
  if (db[zeros] !== 1) return false;
  return equalBytes(h, digest(concatBytes(new Uint8Array(8), hash, db.subarray(zeros + 1))));
}

function mgf1(seed: Uint8Array, length: number, digest: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, counter = 0; at < length; counter++) {
    const block = digest(concatBytes(seed, Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)));
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}
