import type { CryptoDoor, SignatureAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { SignatureFault } from '../fault.ts';

/**
 * The value is verified with the certificate before it is embedded: a wrong key, a wrong card or a damaged transport never
 * reaches a document.
 *
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`
 */
export function requireValue(
  tbs: { readonly algorithm: SignatureAlgorithm; readonly signedAttributes: Uint8Array },
  certificate: Certificate,
  signatureValue: Uint8Array,
  door: CryptoDoor,
): void {
  const answer = door.verify({
    spki: certificate.spki,
    algorithm: tbs.algorithm,
    data: tbs.signedAttributes,
    signature: signatureValue,
  });
  if (answer === 'unsupported') {
    throw new SignatureFault('signature.unsupported-algorithm', 'the value cannot be checked, so it is not embedded');
  }
  if (answer === 'invalid') {
    throw new SignatureFault(
      'signature.value-mismatch',
      'the value was not made by the key of this certificate over this document',
    );
  }
}
