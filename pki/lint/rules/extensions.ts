import { OID } from '../../oids.ts';
import { PRECERTIFICATE_POISON, SCT_LIST, SMIME_CAPABILITIES } from '../extension-values.ts';
import type { CertificateFacts } from '../facts.ts';
import type { Rule, Severity } from '../rule.ts';

/** `critical` as the clause wants it, wherever the extension stands. */
export function criticality(
  id: string,
  severity: Severity,
  clause: string,
  oid: string,
  wanted: boolean,
): Rule<CertificateFacts> {
  return {
    id,
    severity,
    clause,
    applies: (facts) => facts.extension(oid) !== undefined,
    check: (facts) => facts.extension(oid)?.critical === wanted,
  };
}

/** Extensions that say something about a CA only. */
function onlyInCas(id: string, clause: string, oid: string): Rule<CertificateFacts> {
  return { id, severity: 'error', clause, check: (facts) => facts.ca || facts.extension(oid) === undefined };
}

/** Which extensions stand in a certificate, and whether they are critical (RFC 5280 §4.2). */
export const EXTENSION_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'rfc5280.extension-twice',
    severity: 'error',
    clause: 'RFC 5280 §4.2',
    check({ extensions = [] }) {
      const seen = new Set<string>();
      const twice = extensions.find(({ oid }) => seen.size === seen.add(oid).size);
      return twice === undefined || twice.oid;
    },
  },
  {
    id: 'rfc5280.ca-without-key-identifier',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.2',
    applies: ({ ca }) => ca,
    check: (facts) => facts.extension(OID.subjectKeyIdentifier) !== undefined,
  },
  {
    id: 'rfc5280.subject-without-key-identifier',
    severity: 'warning',
    clause: 'RFC 5280 §4.2.1.2',
    // The CA/Browser Forum recommends to leave it out of subscribers' certificates (BR 7.1.2.7.6).
    applies: ({ ca }, { kind }) => !ca && (kind.browser === undefined || kind.browser === 'none'),
    check: (facts) => facts.extension(OID.subjectKeyIdentifier) !== undefined,
  },
  {
    id: 'rfc5280.ca-without-key-usage',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.3',
    applies: ({ ca }) => ca,
    check: (facts) => facts.extension(OID.keyUsage) !== undefined,
  },
  {
    id: 'rfc5280.ca-basic-constraints-not-critical',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.9',
    applies: ({ ca }) => ca,
    check: (facts) => facts.extension(OID.basicConstraints)?.critical === true,
  },
  {
    id: 'rfc5280.path-length-without-ca',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.9',
    check: (facts) => facts.ca || facts.value(OID.basicConstraints)?.pathLength === undefined,
  },
  criticality('rfc5280.key-identifier-critical', 'error', 'RFC 5280 §4.2.1.2', OID.subjectKeyIdentifier, false),
  criticality('rfc5280.authority-key-identifier-critical', 'error', 'RFC 5280 §4.2.1.1', OID.authorityKeyIdentifier, false),
  {
    ...criticality('rfc5280.key-usage-not-critical', 'warning', 'RFC 5280 §4.2.1.3', OID.keyUsage, true),
    applies: (facts) => facts.value(OID.keyUsage) !== undefined,
  },
  criticality('rfc5280.distribution-points-critical', 'warning', 'RFC 5280 §4.2.1.13', OID.cRLDistributionPoints, false),
  {
    ...criticality('rfc5280.name-constraints-not-critical', 'error', 'RFC 5280 §4.2.1.10', OID.nameConstraints, true),
    // The CA/Browser Forum leaves it to the CA (BR 7.1.2.10.8).
    applies: (facts, { kind }) => kind.browser === undefined && facts.extension(OID.nameConstraints) !== undefined,
  },
  criticality('rfc5280.authority-info-access-critical', 'error', 'RFC 5280 §4.2.2.1', OID.authorityInfoAccess, false),
  criticality('rfc5280.subject-info-access-critical', 'error', 'RFC 5280 §4.2.2.2', OID.subjectInfoAccess, false),
  criticality('rfc5280.issuer-alt-name-critical', 'warning', 'RFC 5280 §4.2.1.7', OID.issuerAltName, false),
  criticality('rfc5280.directory-attributes-critical', 'error', 'RFC 5280 §4.2.1.8', OID.subjectDirectoryAttributes, false),
  criticality('rfc4262.smime-capabilities-critical', 'error', 'RFC 4262 §2', SMIME_CAPABILITIES, false),
  criticality('rfc6962.poison-not-critical', 'error', 'RFC 6962 §3.1', PRECERTIFICATE_POISON, true),
  {
    id: 'rfc5280.alt-name-not-critical',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.6',
    applies: ({ subject }) => subject?.rdns.length === 0,
    check: (facts) => facts.extension(OID.subjectAltName)?.critical !== false,
  },
  {
    id: 'rfc5280.alt-name-critical',
    severity: 'warning',
    clause: 'RFC 5280 §4.2.1.6',
    applies: ({ subject }) => subject !== undefined && subject.rdns.length > 0,
    check: (facts) => facts.extension(OID.subjectAltName)?.critical !== true,
  },
  onlyInCas('rfc5280.policy-mappings-without-ca', 'RFC 5280 §4.2.1.5', OID.policyMappings),
  onlyInCas('rfc5280.policy-constraints-without-ca', 'RFC 5280 §4.2.1.11', OID.policyConstraints),
  onlyInCas('rfc5280.inhibit-any-policy-without-ca', 'RFC 5280 §4.2.1.14', OID.inhibitAnyPolicy),
  {
    id: 'rfc3161.time-stamping-not-critical',
    severity: 'error',
    clause: 'RFC 3161 §2.3',
    applies: (facts) => !facts.ca && facts.value(OID.extKeyUsage)?.includes(OID.timeStamping) === true,
    check: (facts) => facts.extension(OID.extKeyUsage)?.critical === true,
  },
  {
    id: 'rfc6962.poison-and-sct-list',
    severity: 'error',
    clause: 'RFC 6962 §3.1, §3.3',
    applies: (facts) => facts.extension(SCT_LIST) !== undefined,
    check: (facts) => facts.extension(PRECERTIFICATE_POISON) === undefined,
  },
  {
    id: 'rfc6962.sct-list-empty',
    severity: 'error',
    clause: 'RFC 6962 §3.3',
    check: (facts) => facts.value(SCT_LIST) !== 0,
  },
];
