import { OID } from '../../oids.ts';
import type { KeyUsageBit } from '../../x509/extensions.ts';
import type { AccessDescription } from '../extension-values.ts';
import type { CertificateFacts } from '../facts.ts';
import type { Kind, Rule } from '../rule.ts';
import { criticality } from './extensions.ts';

type Scoped = { readonly kind: Kind };
/** ETSI's own profile of extensions; certificates for browsers follow that of the CA/Browser Forum. */
const own = (_: CertificateFacts, { kind }: Scoped) => kind.browser === undefined;
const present = (facts: CertificateFacts, { kind }: Scoped) => kind.browser === undefined && facts.extensions !== undefined;

const HTTP = /^https?:\/\//i;
const located = (found: readonly AccessDescription[] | undefined, method: string) =>
  found?.filter((one) => one.method === method) ?? [];
const byHttp = (found: readonly AccessDescription[]) =>
  found.some(({ location }) => location.kind === 'uri' && HTTP.test(location.value));
const access = (facts: CertificateFacts) => facts.value(OID.authorityInfoAccess);
const without = (facts: CertificateFacts, oid: string) => facts.extension(oid) === undefined;

function notCritical(id: string, clause: string, oid: string, severity: 'error' | 'warning' = 'error'): Rule<CertificateFacts> {
  return {
    ...criticality(id, severity, clause, oid, false),
    applies: (facts, scope) => own(facts, scope) && !without(facts, oid),
  };
}

function must(
  id: string,
  clause: string,
  oid: string,
  applies: Rule<CertificateFacts>['applies'] = present,
): Rule<CertificateFacts> {
  return { id, severity: 'error', clause, ...(applies === undefined ? {} : { applies }), check: (facts) => !without(facts, oid) };
}

function mustNot(id: string, clause: string, oid: string): Rule<CertificateFacts> {
  return { id, severity: 'error', clause, applies: own, check: (facts) => without(facts, oid) };
}

/** Table 1 of EN 319 412-2: which bits together, and whether one of keyAgreement and keyEncipherment stands beside them. */
type Setting = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

function settingOf(usage: ReadonlySet<KeyUsageBit>): Setting | undefined {
  const enciphers = (['keyAgreement', 'keyEncipherment'] as const).filter((bit) => usage.has(bit)).length;
  const signs = usage.has('digitalSignature');
  const commits = usage.has('nonRepudiation');
  if (usage.size !== enciphers + Number(signs) + Number(commits) || enciphers > 1) return undefined;
  if (enciphers === 1) return commits ? (signs ? 'F' : undefined) : signs ? 'D' : 'E';
  if (commits) return signs ? 'B' : 'A';
  return signs ? 'C' : undefined;
}

const usage = (facts: CertificateFacts) => facts.value(OID.keyUsage);
const commits = (setting: Setting | undefined) => setting === 'A' || setting === 'B' || setting === 'F';

/** Extensions of end entities (EN 319 412-2 §4.3, §4.4). */
export const ETSI_EXTENSION_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'en319412-2.no-extensions',
    severity: 'error',
    clause: 'EN 319 412-2 §4.3',
    check: ({ extensions }) => extensions !== undefined,
  },
  must('en319412-2.key-usage-missing', 'EN 319 412-2 NAT-4.3.2-1', OID.keyUsage),
  must('en319412-2.policies-missing', 'EN 319 412-2 GEN-4.3.3-2', OID.certificatePolicies),
  must('en319412-2.authority-info-access-missing', 'EN 319 412-2 GEN-4.4.1-2', OID.authorityInfoAccess),
  must(
    'en319412-2.qc-statements-missing',
    'EN 319 412-2 §5.1',
    OID.qcStatements,
    (facts, scope) => present(facts, scope) && scope.kind.qualified === 'eu',
  ),
  mustNot('en319412-2.policy-mappings', 'EN 319 412-2 GEN-4.3.4-1', OID.policyMappings),
  mustNot('en319412-2.name-constraints', 'EN 319 412-2 GEN-4.3.8-1', OID.nameConstraints),
  mustNot('en319412-2.policy-constraints', 'EN 319 412-2 GEN-4.3.9-1', OID.policyConstraints),
  mustNot('en319412-2.inhibit-any-policy', 'EN 319 412-2 GEN-4.3.12-1', OID.inhibitAnyPolicy),
  notCritical('en319412-2.policies-critical', 'EN 319 412-2 GEN-4.3.3-1', OID.certificatePolicies, 'warning'),
  notCritical('en319412-2.alt-name-critical', 'EN 319 412-2 GEN-4.3.5-1', OID.subjectAltName),
  notCritical('en319412-2.issuer-alt-name-critical', 'EN 319 412-2 GEN-4.3.6-1', OID.issuerAltName),
  notCritical('en319412-2.extended-key-usage-critical', 'EN 319 412-2 GEN-4.3.10-1', OID.extKeyUsage),
  notCritical('en319412-2.distribution-points-critical', 'EN 319 412-2 GEN-4.3.11-5', OID.cRLDistributionPoints),
  {
    id: 'en319412-2.no-status-service',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.3.11-2',
    applies: (facts, scope) => present(facts, scope) && without(facts, OID.cRLDistributionPoints),
    check: (facts) =>
      (access(facts) === undefined && !without(facts, OID.authorityInfoAccess)) || byHttp(located(access(facts), OID.idAdOcsp)),
  },
  {
    id: 'en319412-2.distribution-point-scheme',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.3.11-4',
    applies: (facts, scope) => own(facts, scope) && facts.value(OID.cRLDistributionPoints) !== undefined,
    check: (facts) =>
      facts.value(OID.cRLDistributionPoints)?.some(({ urls }) => urls.some((url) => /^(http|ldap):\/\//i.test(url))) === true,
  },
  {
    id: 'en319412-2.ca-issuers-missing',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.4.1-3',
    applies: (facts, scope) => own(facts, scope) && access(facts) !== undefined,
    check: (facts) => located(access(facts), OID.idAdCaIssuers).length > 0,
  },
  {
    id: 'en319412-2.ca-issuers-scheme',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.4.1-4',
    applies: (facts, scope) => own(facts, scope) && located(access(facts), OID.idAdCaIssuers).length > 0,
    check: (facts) => byHttp(located(access(facts), OID.idAdCaIssuers)),
  },
  {
    id: 'en319412-2.ocsp-missing',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.4.1-8',
    applies: (facts, scope) => own(facts, scope) && access(facts) !== undefined && without(facts, OID.cRLDistributionPoints),
    check: (facts) => located(access(facts), OID.idAdOcsp).length > 0,
  },
  {
    id: 'en319412-2.ocsp-scheme',
    severity: 'error',
    clause: 'EN 319 412-2 GEN-4.4.1-6',
    applies: (facts, scope) =>
      own(facts, scope) && without(facts, OID.cRLDistributionPoints) && located(access(facts), OID.idAdOcsp).length > 0,
    check: (facts) => byHttp(located(access(facts), OID.idAdOcsp)),
  },
  {
    id: 'en319412-2.key-usage-setting',
    severity: 'error',
    clause: 'EN 319 412-2 NAT-4.3.2-1',
    applies: (facts, scope) => own(facts, scope) && usage(facts) !== undefined,
    check: (facts) => settingOf(usage(facts) ?? new Set()) !== undefined,
  },
  {
    id: 'en319412-2.key-usage-not-committing',
    severity: 'error',
    clause: 'EN 319 412-2 NAT-4.3.2-2',
    applies: (facts, scope) => own(facts, scope) && scope.kind.commitment === true && usage(facts) !== undefined,
    check(facts) {
      const setting = settingOf(usage(facts) ?? new Set());
      return setting === undefined || commits(setting);
    },
  },
  {
    id: 'en319412-2.key-usage-not-preferred',
    severity: 'warning',
    clause: 'EN 319 412-2 NAT-4.3.2-3',
    applies: (facts, scope) => own(facts, scope) && scope.kind.commitment === true && usage(facts) !== undefined,
    check(facts) {
      const setting = settingOf(usage(facts) ?? new Set());
      return setting === 'A' || !commits(setting);
    },
  },
  {
    id: 'en319412-2.key-usage-mixed',
    severity: 'warning',
    clause: 'EN 319 412-2 NAT-4.3.2-1',
    applies: (facts, scope) => own(facts, scope) && scope.kind.commitment !== true && usage(facts) !== undefined,
    check: (facts) => !['B', 'D', 'F'].includes(settingOf(usage(facts) ?? new Set()) ?? ''),
  },
];
