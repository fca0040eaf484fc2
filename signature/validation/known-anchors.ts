import { toHex } from '@antin/formats/bytes/text-encodings';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import { isPractice } from '@antin/pki/path/practice';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * Root of the first generation for official duty (VGCA G1, 2010–2030), by SHA-256: its CA certificates were signed with
 * SHA-1 and stay believable because they are pinned. Leaves and documents get no such leave.
 */
const SHA1_CA_ROOTS: ReadonlySet<string> = new Set(['f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90']);

/** A certificate the caller trusts, with the properties that are known of well-known roots. */
export function anchorOf(certificate: Certificate, purposes: TrustAnchor['purposes'], door: CryptoDoor): TrustAnchor {
  const sha256 = toHex(digestOf(door, 'SHA-256', certificate.raw));
  return {
    certificate,
    purposes,
    ...(SHA1_CA_ROOTS.has(sha256) ? { sha1OnCaCertificates: true } : {}),
    ...(isPractice(certificate) ? { practice: true } : {}),
  };
}
