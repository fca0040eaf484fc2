import type { SignatureAlgorithm } from '@antin/pki/crypto';

/** The same scheme with the digest of the past. */
export function sha1Of(algorithm: SignatureAlgorithm): SignatureAlgorithm {
  return algorithm.scheme === 'ecdsa' ? { scheme: 'ecdsa', digest: 'SHA-1' } : { scheme: 'rsa-pkcs1', digest: 'SHA-1' };
}
