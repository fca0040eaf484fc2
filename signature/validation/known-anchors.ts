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

const VGCA = ['http://ca.gov.vn', 'http://pub.ca.gov.vn', 'http://ocsp.ca.gov.vn'];
/** Where known roots and the authorities below them publish, by SHA-256 of the root: VGCA G1 and G2, the national root. */
const LOCATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90', VGCA],
  ['f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8', VGCA],
  ['bac8bf609ab420a8ee1780d74f4de5c7f7184959d2a7375b0a75e4c29f0908e7', ['https://rootca.gov.vn', 'http://public.rootca.gov.vn']],
]);

/** Origins that the trusted authorities publish at: what a file names there may be asked for. */
export function locationsOf(anchors: readonly TrustAnchor[]): string[] {
  return [...new Set(anchors.flatMap((one) => one.locations ?? []))];
}

/** A certificate the caller trusts, with the properties that are known of well-known roots. */
export function anchorOf(certificate: Certificate, purposes: TrustAnchor['purposes'], door: CryptoDoor): TrustAnchor {
  const sha256 = toHex(digestOf(door, 'SHA-256', certificate.raw));
  const locations = LOCATIONS.get(sha256);
  return {
    certificate,
    purposes,
    ...(SHA1_CA_ROOTS.has(sha256) ? { sha1OnCaCertificates: true } : {}),
    ...(locations === undefined ? {} : { locations }),
    ...(isPractice(certificate) ? { practice: true } : {}),
  };
}
