import type { Certificate } from '@antin/pki/x509/certificate';
import { parseCertificate } from '@antin/pki/x509/certificate';

const parsed = new WeakMap<Uint8Array, Certificate>();

/** Parses once per array: signing thousands of files with one key parses its certificate once. */
export function certificateOf(certificate: Uint8Array | Certificate): Certificate {
  if (!(certificate instanceof Uint8Array)) {
    parsed.set(certificate.raw, certificate);
    return certificate;
  }
  let known = parsed.get(certificate);
  if (!known) {
    known = parseCertificate(certificate);
    parsed.set(certificate, known);
  }
  return known;
}
