import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { signatureAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * What a key of the authority may be asked to sign; nothing else exists. `certificate`: TBSCertificate; `crl`: TBSCertList;
 * `ocsp`: ResponseData; `tsp`: SignedAttributes of a time-stamp token; `link`: TBSCertificate of a CA's other generation.
 */
export type SigningKind = 'certificate' | 'crl' | 'ocsp' | 'tsp' | 'link';

/**
 * A key of the authority wherever it lives: in this process (practice) or behind a signer process and a token. It is asked
 * by kind and never for bare bytes.
 */
export interface CaKey {
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly id: string;
  /** DER of SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  /**
   * The signature value over `tbs`, in the shape of `VerifyInput.signature`.
   *
   * @throws {AuthorityFault} `ca.tbs-refused` when the key is not for this; `keys.*` when it cannot be reached now
   */
  sign(kind: SigningKind, tbs: Uint8Array): Promise<Uint8Array>;
}

/** A key with the certificate it signs under. */
export interface CertifiedKey {
  readonly certificate: Certificate;
  readonly key: CaKey;
  /** DER AlgorithmIdentifier of `key.algorithm`. */
  readonly algorithmIdentifier: Uint8Array;
}

export function certifiedKey(certificate: Certificate, key: CaKey): CertifiedKey {
  return { certificate, key, algorithmIdentifier: signatureAlgorithmIdentifier(key.algorithm) };
}

export const CA_USES: readonly SigningKind[] = ['certificate', 'crl', 'link'];
