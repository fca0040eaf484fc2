import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import type { CurveName } from '@antin/pki/x509/public-key';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { SignatureFault } from '../fault.ts';

export interface JwsAlgorithm {
  readonly algorithm: SignatureAlgorithm;
  /** RFC 7518 §3.4 ties each ECDSA name to one curve. */
  readonly curve?: CurveName;
}

function pss(digest: DigestAlgorithm): JwsAlgorithm {
  return { algorithm: { scheme: 'rsa-pss', digest, mgfDigest: digest, saltLength: DIGEST_LENGTH[digest] } };
}

/**
 * RFC 7518 §3.1 and RFC 8037. Asymmetric ones only: `none` is no signature, and with HMAC the public key of a certificate would
 * be taken for a secret.
 */
const ALGORITHMS: ReadonlyMap<string, JwsAlgorithm> = new Map([
  ['RS256', { algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-256' } }],
  ['RS384', { algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-384' } }],
  ['RS512', { algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-512' } }],
  ['PS256', pss('SHA-256')],
  ['PS384', pss('SHA-384')],
  ['PS512', pss('SHA-512')],
  ['ES256', { algorithm: { scheme: 'ecdsa', digest: 'SHA-256' }, curve: 'P-256' }],
  ['ES384', { algorithm: { scheme: 'ecdsa', digest: 'SHA-384' }, curve: 'P-384' }],
  ['ES512', { algorithm: { scheme: 'ecdsa', digest: 'SHA-512' }, curve: 'P-521' }],
  ['EdDSA', { algorithm: { scheme: 'ed25519' } }],
  // RFC 9864; read, never written before everybody reads it.
  ['Ed25519', { algorithm: { scheme: 'ed25519' } }],
]);

/** @throws {SignatureFault} `signature.algorithm-not-allowed` when JWS has no name for it or the key is of another kind */
export function jwsAlgorithmName(algorithm: SignatureAlgorithm, spki: Uint8Array): string {
  const wanted = JSON.stringify(Object.entries(algorithm).sort());
  for (const [name, one] of ALGORITHMS) {
    if (JSON.stringify(Object.entries(one.algorithm).sort()) === wanted && fitsKey(one, spki)) return name;
  }
  throw new SignatureFault('signature.algorithm-not-allowed', `JWS has no name for ${algorithm.scheme} with this key and digest`);
}

/** Undefined for any name not in the list. */
export function jwsAlgorithmNamed(name: string): JwsAlgorithm | undefined {
  return ALGORITHMS.get(name);
}

/** @throws {SignatureFault} `jades.algorithm-not-allowed` for any name not in the list, or a key of another kind */
export function jwsAlgorithmOf(name: string, spki: Uint8Array): SignatureAlgorithm {
  const found = ALGORITHMS.get(name);
  if (found === undefined) throw new SignatureFault('jades.algorithm-not-allowed', `"${name}" is not accepted`);
  if (fitsKey(found, spki)) return found.algorithm;
  throw new SignatureFault('jades.algorithm-not-allowed', `the key of the certificate is not one of "${name}"`);
}

/** RFC 7518 §3.1: is the key of the kind and curve that the name demands? */
export function fitsKey({ algorithm, curve }: JwsAlgorithm, spki: Uint8Array): boolean {
  const key = parsePublicKey(spki);
  if (key?.kind === 'ec') return key.curve === curve;
  if (key?.kind === 'ed25519') return algorithm.scheme === 'ed25519';
  return key?.kind === 'rsa' && (algorithm.scheme === 'rsa-pss' || algorithm.scheme === 'rsa-pkcs1');
}

/** TS 119 182-1 clause 5.2.2.2, after the names of RFC 7518. */
const DIGESTS: readonly (readonly [DigestAlgorithm, string])[] = [
  ['SHA-256', 'S256'],
  ['SHA-384', 'S384'],
  ['SHA-512', 'S512'],
  ['SHA3-256', 'S3-256'],
  ['SHA3-384', 'S3-384'],
  ['SHA3-512', 'S3-512'],
];

/** @throws {SignatureFault} `signature.algorithm-not-allowed` */
export function digestName(digest: DigestAlgorithm): string {
  const name = DIGESTS.find(([one]) => one === digest)?.[1];
  if (name === undefined) throw new SignatureFault('signature.algorithm-not-allowed', `JAdES has no name for ${digest}`);
  return name;
}

export function digestOfName(name: string | undefined): DigestAlgorithm | undefined {
  return DIGESTS.find(([, one]) => one === name)?.[0];
}
