import { equalBytes } from '@antin/formats/bytes/bytes';
import type { Certificate } from '../x509/certificate.ts';
import { directoryNames } from './distribution-point.ts';
import { sameName } from '../x509/name.ts';

/**
 * How well `issuer` fits what the child's authorityKeyIdentifier says (RFC 5280 §4.2.1.1): 0 fits · 1 nothing known ·
 * 2 contradicted. A hint for the order of the search and never a verdict: only the signature says who issued.
 */
export function namesIssuerCertificate(child: Certificate, issuer: Certificate): 0 | 1 | 2 {
  const aki = child.authorityKeyIdentifier;
  if (aki === undefined) return 1;
  const key = issuer.subjectKeyIdentifier;
  const keyFits = aki.keyIdentifier === undefined || key === undefined ? undefined : equalBytes(aki.keyIdentifier, key);
  const names = directoryNames(aki.issuer ?? []);
  const serialFits = aki.serialNumber === undefined ? undefined : equalBytes(aki.serialNumber, issuer.serialNumber);
  const nameFits = names.length === 0 ? undefined : names.some((name) => sameName(name, issuer.issuer));
  const answers = [keyFits, serialFits, nameFits];
  if (answers.includes(false)) return 2;
  return answers.includes(true) ? 0 : 1;
}
