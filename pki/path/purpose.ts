import { OID } from '../oids.ts';
import type { Certificate } from '../x509/certificate.ts';

/** What the key of the leaf was used for. */
export type PathPurpose = 'signer' | 'time-stamp' | 'ocsp' | 'crl' | 'any';

/**
 * Purposes under which people sign documents. A certificate without extKeyUsage is unrestricted; one made for servers,
 * code, time-stamps or OCSP only is not a signer's (RFC 5280 §4.2.1.12). The last two are Microsoft and Adobe document signing.
 */
const SIGNER_PURPOSES: ReadonlySet<string> = new Set([
  OID.anyExtendedKeyUsage,
  OID.emailProtection,
  OID.clientAuth,
  OID.documentSigning,
  '1.3.6.1.4.1.311.10.3.12',
  '1.2.840.113583.1.1.5',
]);

export function checkPurpose(leaf: Certificate, purpose: PathPurpose): ('path.key-usage' | 'path.extended-key-usage')[] {
  const problems: ('path.key-usage' | 'path.extended-key-usage')[] = [];
  const { keyUsage, extKeyUsage } = leaf;
  const may = (...bits: ('digitalSignature' | 'nonRepudiation' | 'cRLSign')[]) =>
    keyUsage === undefined || bits.some((bit) => keyUsage.has(bit));
  switch (purpose) {
    case 'signer':
      if (!may('digitalSignature', 'nonRepudiation')) problems.push('path.key-usage');
      if (extKeyUsage !== undefined && !extKeyUsage.some((one) => SIGNER_PURPOSES.has(one)))
        problems.push('path.extended-key-usage');
      break;
    case 'time-stamp': {
      if (!may('digitalSignature', 'nonRepudiation')) problems.push('path.key-usage');
      // RFC 3161 §2.3: timeStamping alone and critical, so that no other use of the key can be passed off as a time.
      const critical = leaf.extensions.get(OID.extKeyUsage)?.critical === true;
      if (!critical || extKeyUsage?.length !== 1 || extKeyUsage[0] !== OID.timeStamping) problems.push('path.extended-key-usage');
      break;
    }
    case 'ocsp':
      if (!may('digitalSignature', 'nonRepudiation')) problems.push('path.key-usage');
      // RFC 6960 §4.2.2.2: anyExtendedKeyUsage does not make a responder.
      if (extKeyUsage?.includes(OID.ocspSigning) !== true) problems.push('path.extended-key-usage');
      break;
    case 'crl':
      if (!may('cRLSign')) problems.push('path.key-usage');
      break;
    case 'any':
      break;
  }
  return problems;
}

/**
 * A CA whose extKeyUsage leaves out what the leaf is for cannot pass it on. RFC 5280 leaves this open; every deployed verifier
 * of signed documents reads it so, and a CA made for web servers alone must not make signers. Responders and list signers
 * stand directly below the CA they speak for, whose purposes say nothing about them.
 */
export function mayIssueFor(ca: Certificate, purpose: PathPurpose): boolean {
  const { extKeyUsage } = ca;
  if (extKeyUsage === undefined || extKeyUsage.includes(OID.anyExtendedKeyUsage)) return true;
  if (purpose === 'signer') return extKeyUsage.some((one) => SIGNER_PURPOSES.has(one));
  return purpose !== 'time-stamp' || extKeyUsage.includes(OID.timeStamping);
}
