import type { Certificate } from '../x509/certificate.ts';

/**
 * Policy of certificates made for trying things out (arc 2.999 is reserved for examples). A practice authority writes it
 * into every certificate it makes, its root included; an installation with real duties refuses such an anchor.
 */
export const PRACTICE_POLICY = '2.999.68.2024';

/** The TSA policy of a practice authority. */
export const PRACTICE_TSA_POLICY = '2.999.68.2024.2';

/** Whether a certificate says of itself that it is for practice only. */
export function isPractice(certificate: Certificate): boolean {
  return certificate.certificatePolicies?.some(({ policy }) => policy === PRACTICE_POLICY) === true;
}
