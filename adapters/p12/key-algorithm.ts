import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * The algorithm a key signs with unless somebody asks for another: SHA-256, or the digest as wide as the curve.
 *
 * @returns undefined for a key type this installation does not sign with
 */
export function algorithmOfKey(certificate: Certificate): SignatureAlgorithm | undefined {
  const { oid } = certificate.publicKeyAlgorithm;
  if (oid === OID.rsaEncryption) return { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
  if (oid === OID.idRsassaPss) return { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 };
  if (oid === OID.ed25519) return { scheme: 'ed25519' };
  if (oid === OID.idEcPublicKey) return { scheme: 'ecdsa', digest: digestForPoint(certificate.publicKey.length) };
  return undefined;
}

/** What was asked for, outright or by certificate; else what the kind of key suggests. */
export function chosenAlgorithm(
  certificate: Certificate,
  asked: SignatureAlgorithm | ((certificate: Certificate) => SignatureAlgorithm | undefined) | undefined,
): SignatureAlgorithm | undefined {
  if (asked === undefined) return algorithmOfKey(certificate);
  return typeof asked === 'function' ? asked(certificate) : asked;
}

/** Uncompressed points: 65, 97 or 133 octets for P-256, P-384, P-521. */
function digestForPoint(octets: number): DigestAlgorithm {
  if (octets > 97) return 'SHA-512';
  return octets > 65 ? 'SHA-384' : 'SHA-256';
}
