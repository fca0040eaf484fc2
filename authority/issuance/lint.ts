import { equalBytes } from '@antin/formats/bytes/bytes';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { checkSignature } from '@antin/pki/path/signature-check';
import type { Certificate } from '@antin/pki/x509/certificate';
import { attribute } from '@antin/pki/x509/name';
import { OID } from '@antin/pki/oids';
import { keyIdentifierOf } from '../ca/certificate-profiles.ts';
import type { Profile } from '../ca/certificate-profiles.ts';
import { yearsAfter } from '../ca/validity.ts';

export interface LintContext {
  readonly profile: Profile;
  readonly issuer: Certificate;
  /** The whole list the profile gives for this subject, in order. */
  readonly extensions: readonly Uint8Array[];
  readonly now: number;
  /** Public key of the throw-away lint key, or of the issuer when a finished certificate is linted. */
  readonly signedBy: Uint8Array;
}

interface Check {
  readonly id: string;
  /** Where the rule stands. */
  readonly clause: string;
  holds(certificate: Certificate, context: LintContext): boolean;
}

const DAY = 86_400_000;

/** One rule a line; a certificate that breaks any is not signed. */
const CHECKS: readonly Check[] = [
  { id: 'version-3', clause: 'RFC 5280 §4.1.2.1', holds: (c) => c.version === 3 },
  {
    id: 'serial-entropy',
    clause: 'RFC 5280 §4.1.2.2',
    holds: ({ serialNumber }) =>
      serialNumber.length === 17 && (serialNumber[0] as number) > 0 && (serialNumber[0] as number) < 0x80,
  },
  { id: 'algorithms-agree', clause: 'RFC 5280 §4.1.1.2', holds: (c) => c.algorithmsAgree },
  { id: 'regular', clause: 'RFC 5280 §4.1', holds: (c) => c.irregularities.length === 0 },
  { id: 'issuer-name', clause: 'RFC 5280 §4.1.2.4', holds: (c, { issuer }) => equalBytes(c.issuer.raw, issuer.subject.raw) },
  {
    id: 'within-issuer',
    clause: 'pki.md §8.9',
    holds: (c, { issuer }) => c.notBefore >= issuer.notBefore && c.notAfter <= issuer.notAfter,
  },
  { id: 'begins-soon', clause: 'profile', holds: (c, { now }) => c.notBefore <= now + DAY },
  {
    id: 'validity-limit',
    clause: 'Decree 68/2024 art. 9',
    holds: (c, { profile }) => c.notAfter > c.notBefore && c.notAfter <= yearsAfter(c.notBefore, profile.validityYears),
  },
  {
    id: 'subject-present',
    clause: 'RFC 5280 §4.1.2.6',
    holds: (c) => (attribute(c.subject, OID.commonName) ?? '').trim().length > 0,
  },
  { id: 'subject-country', clause: 'X.520', holds: (c) => attribute(c.subject, OID.countryName) === 'VN' },
  { id: 'single-valued-rdns', clause: 'profile', holds: (c) => c.subject.rdns.every((rdn) => rdn.length === 1) },
  {
    id: 'subject-normalised',
    clause: 'RFC 5280 §7.1',
    holds: (c) =>
      c.subject.rdns.every((rdn) => rdn.every((one) => one.value === one.value.normalize('NFC').trim() && one.value !== '')),
  },
  { id: 'not-the-issuers-key', clause: 'profile', holds: (c, { issuer }) => !equalBytes(c.publicKey, issuer.publicKey) },
  { id: 'no-unknown-critical', clause: 'RFC 5280 §4.2', holds: (c) => c.unknownCriticalExtensions.length === 0 },
  {
    id: 'extensions-of-profile',
    clause: 'pki.md §8.3',
    holds: (c, { extensions }) => {
      const found = [...c.extensions.values()];
      return found.length === extensions.length && found.every((one, i) => equalBytes(one.raw, extensions[i] as Uint8Array));
    },
  },
  { id: 'ca-flag', clause: 'RFC 5280 §4.2.1.9', holds: (c, { profile }) => (c.basicConstraints?.ca === true) === profile.ca },
  {
    id: 'key-usage-critical',
    clause: 'RFC 5280 §4.2.1.3',
    holds: (c) => c.extensions.get(OID.keyUsage)?.critical === true,
  },
  {
    id: 'ca-bits-only-for-cas',
    clause: 'RFC 5280 §4.2.1.3',
    holds: (c) =>
      c.basicConstraints?.ca === true || !(c.keyUsage?.has('keyCertSign') === true || c.keyUsage?.has('cRLSign') === true),
  },
  {
    id: 'time-stamping-alone-and-critical',
    clause: 'RFC 3161 §2.3',
    holds: (c) =>
      c.extKeyUsage?.includes(OID.timeStamping) !== true ||
      (c.extKeyUsage.length === 1 && c.extensions.get(OID.extKeyUsage)?.critical === true),
  },
  {
    id: 'key-identifiers',
    clause: 'RFC 5280 §4.2.1.1',
    holds: (c, { issuer }) =>
      c.subjectKeyIdentifier !== undefined &&
      equalBytes(c.subjectKeyIdentifier, keyIdentifierOf(c.spki)) &&
      c.authorityKeyIdentifier?.keyIdentifier !== undefined &&
      issuer.subjectKeyIdentifier !== undefined &&
      equalBytes(c.authorityKeyIdentifier.keyIdentifier, issuer.subjectKeyIdentifier),
  },
  {
    id: 'status-addresses',
    clause: 'RFC 5280 §4.2.1.13',
    holds: (c, { profile }) =>
      (profile.status === 'none') === (c.crlDistributionPoints.length === 0) &&
      (profile.status === 'crl-and-ocsp') === c.authorityInfoAccess.ocsp.length > 0 &&
      [...c.crlDistributionPoints.flatMap((point) => point.urls), ...c.authorityInfoAccess.ocsp].every((url) =>
        /^http:\/\/|^https:\/\//.test(url),
      ),
  },
  {
    id: 'signature',
    clause: 'RFC 5280 §4.1.1.3',
    holds: (c, { signedBy }) => checkSignature(c, signedBy, nodeCrypto, false) === 'valid',
  },
];

/** Ids of the rules a certificate breaks; empty = may be signed. */
export function lint(certificate: Certificate, context: LintContext): string[] {
  return CHECKS.filter((check) => !check.holds(certificate, context)).map((check) => check.id);
}
