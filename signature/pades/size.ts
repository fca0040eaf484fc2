import type { SignatureAlgorithm } from '@antin/pki/crypto';
import type { Certificate } from '@antin/pki/x509/certificate';
import { parsePublicKey } from '@antin/pki/x509/public-key';

/** Largest time-stamp token expected: tokens of public authorities with their chain take 3-7 kB. */
export const DEFAULT_TOKEN_BYTES = 10_240;

/** Version numbers, OIDs, lengths, algorithm identifiers and digests of a SignedData with one signer, generously. */
const FRAME = 1024;

/**
 * Room for the CMS by computation, never by a trial signature: certificates, attributes, value, names twice, token.
 *
 * @returns bytes before hexadecimal
 */
export function reservedSize(input: {
  readonly certificate: Certificate;
  readonly chain: readonly Uint8Array[];
  readonly algorithm: SignatureAlgorithm;
  readonly tokenBytes: number;
}): number {
  const certificates = input.chain.reduce((sum, raw) => sum + raw.length, input.certificate.raw.length);
  // Once in the signer's identifier, once in signing-certificate-v2.
  const issuerAndSerial = 2 * (input.certificate.issuer.raw.length + input.certificate.serialNumber.length);
  const token = input.tokenBytes === 0 ? 0 : input.tokenBytes + 64;
  return FRAME + certificates + issuerAndSerial + valueSize(input.certificate, input.algorithm) + token;
}

const rsaSizes = new WeakMap<Certificate, number>();

function valueSize(certificate: Certificate, algorithm: SignatureAlgorithm): number {
  if (algorithm.scheme === 'ed25519') return 64;
  // DER of two integers of P-521 at most.
  if (algorithm.scheme === 'ecdsa') return 144;
  let size = rsaSizes.get(certificate);
  if (size === undefined) {
    const key = parsePublicKey(certificate.spki);
    size = key?.kind === 'rsa' ? key.modulus.length : 2048;
    rsaSizes.set(certificate, size);
  }
  return size;
}
