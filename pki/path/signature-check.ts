import type { CryptoDoor, SignatureAlgorithm } from '../crypto.ts';
import { signatureAlgorithmOf } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';

export type SignatureFinding = 'valid' | 'invalid' | 'unsupported' | 'weak';

export interface SignedObject {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/**
 * Verifies a certificate, CRL or OCSP response with the issuer's key.
 *
 * `weak` = made with SHA-1 where `allowSha1` is not said: a collision could have been prepared by the subject.
 */
export function checkSignature(signed: SignedObject, spki: Uint8Array, door: CryptoDoor, allowSha1: boolean): SignatureFinding {
  const algorithm = signatureAlgorithmOf(signed.signatureAlgorithm);
  if (algorithm === undefined) return 'unsupported';
  if (!allowSha1 && usesSha1(algorithm)) return 'weak';
  return door.verify({ spki, algorithm, data: signed.tbs, signature: signed.signature });
}

/**
 * May a list or answer issued at this moment be signed with SHA-1? Only under a pinned anchor, and only before the limit: neither
 * made after it, nor believed about a moment after it.
 */
export function sha1Evidence(
  leave: { readonly at: number; readonly sha1OnCaCertificates?: boolean; readonly sha1EvidenceUntil?: number | null },
  issuedAt: number,
): boolean {
  const { at, sha1OnCaCertificates, sha1EvidenceUntil: until } = leave;
  if (sha1OnCaCertificates !== true || until === undefined) return false;
  return until === null || (issuedAt < until && at < until);
}

function usesSha1(algorithm: SignatureAlgorithm): boolean {
  if (algorithm.scheme === 'ed25519') return false;
  return algorithm.digest === 'SHA-1' || (algorithm.scheme === 'rsa-pss' && algorithm.mgfDigest === 'SHA-1');
}
