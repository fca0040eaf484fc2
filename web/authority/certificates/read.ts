import { bytesToHex } from '@noble/hashes/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { parseOcspResponse, type CertStatus } from '@antin/pki/ocsp/response';
import { encodePem } from '@antin/pki/pem';
import { signatureAlgorithmOf } from '@antin/pki/x509/algorithm';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import { nameText } from '@antin/pki/x509/name';
import { keyKind } from '../key-kind.ts';

/** What the answer of OCSP says, and for how long it may be used. */
export interface OcspSaid {
  readonly status: CertStatus;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/** Read from the answer itself, in the browser; undefined when there is none or it says nothing. */
export function ocspSaid(base64: string | undefined): OcspSaid | undefined {
  if (base64 === undefined) return undefined;
  try {
    const single = parseOcspResponse(fromBase64(base64)).basic?.responses[0];
    if (single === undefined) return undefined;
    return { status: single.status, thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate };
  } catch {
    return undefined;
  }
}

/** A field for an engineer: a label's key and the exact text. */
export type Technical = readonly [key: string, value: string];

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytesToHex(bytes));

export function technicalOf(certificate: Certificate): Technical[] {
  const algorithm = signatureAlgorithmOf(certificate.signatureAlgorithm);
  const rows: Technical[] = [
    ['cert.serial', certificate.serialHex],
    ['cert.sha256', bytesToHex(sha256(certificate.raw))],
    ['cert.dn', nameText(certificate.subject)],
    ['cert.issuer-dn', nameText(certificate.issuer)],
    ['cert.key', keyKind(certificate.spki)],
    ['cert.spki', bytesToHex(sha256(certificate.spki))],
    ['cert.skid', hex(certificate.subjectKeyIdentifier)],
    ['cert.akid', hex(certificate.authorityKeyIdentifier?.keyIdentifier)],
    [
      'cert.algorithm',
      algorithm === undefined ? '' : [algorithm.scheme, 'digest' in algorithm ? algorithm.digest : ''].join(' '),
    ],
    ['cert.policies', (certificate.certificatePolicies ?? []).map((one) => one.policy).join(', ')],
    ['cert.crl', certificate.crlDistributionPoints.flatMap((one) => one.urls).join(' ')],
    ['cert.ocsp', certificate.authorityInfoAccess.ocsp.join(' ')],
    ['cert.aia', certificate.authorityInfoAccess.caIssuers.join(' ')],
  ];
  return rows.filter(([, value]) => value.trim() !== '');
}

/** Attributes of the subject as they stand, most general last, then mail addresses and host names. */
export function subjectOf(certificate: Certificate): Technical[] {
  const attributes = [...certificate.subject.rdns].reverse().flat();
  const alternative = certificate.subjectAltName ?? [];
  const mails = alternative.flatMap((one) => (one.kind === 'rfc822' ? [one.value] : []));
  const hosts = alternative.flatMap((one) => (one.kind === 'dns' ? [one.value] : []));
  return [
    ...attributes.map(({ type, value }) => [`dn.${type}`, value] as const),
    ...(mails.length === 0 ? [] : [['dn.mail', mails.join(', ')] as const]),
    ...(hosts.length === 0 ? [] : [['dn.host', hosts.join(', ')] as const]),
  ];
}

export const certificateOf = (base64: string): Certificate => parseCertificate(fromBase64(base64));
export const pemOf = (certificate: Certificate): string => encodePem('CERTIFICATE', certificate.raw);

const DAY = 86_400_000;

/** Days of a span, and how many of them are left. */
export function daysOf(certificate: Pick<Certificate, 'notBefore' | 'notAfter'>, now: number) {
  const days = Math.round((certificate.notAfter - certificate.notBefore) / DAY);
  const left = Math.ceil((certificate.notAfter - now) / DAY);
  return { days, left: Math.min(left, days) };
}
