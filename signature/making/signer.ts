import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';

/** A key that signs, wherever it lives: software, token, remote service. The engine never holds it. */
export interface SigningKey {
  readonly certificate: Certificate;
  /** Issuer first; without the signing certificate itself, with or without the root. */
  readonly chain: readonly Certificate[];
  readonly algorithm: SignatureAlgorithm;
  /** @param data the DER SET of signed attributes; the holder of the key hashes it. @returns the value as `VerifyInput.signature` */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** The digest CMS names beside a signature algorithm: its own, SHA-512 for Ed25519 (RFC 8419 §3.1). */
export function cmsDigestOf(algorithm: SignatureAlgorithm): DigestAlgorithm {
  return algorithm.scheme === 'ed25519' ? 'SHA-512' : algorithm.digest;
}
