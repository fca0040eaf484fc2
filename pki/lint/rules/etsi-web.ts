import { OID } from '../../oids.ts';
import type { CertificateFacts } from '../facts.ts';
import { textsOf } from '../name-facts.ts';
import { quoted } from '../complaints.ts';
import type { Kind, Rule } from '../rule.ts';
import { criticality } from './extensions.ts';

/** Web sites outside browsers' rules (NCP-w). */
const general = (facts: CertificateFacts, { kind }: { kind: Kind }) =>
  kind.web === true && kind.browser === undefined && facts.extensions !== undefined;
const qualifiedForBrowsers = (_: CertificateFacts, { kind }: { kind: Kind }) =>
  kind.qualified !== undefined && kind.browser !== undefined && kind.browser !== 'dv';

function strayCommonName(facts: CertificateFacts): true | string {
  const there = facts.extension(OID.subjectAltName) !== undefined;
  const names = facts.value(OID.subjectAltName);
  if (there && names === undefined) return true;
  const stray = textsOf(facts.subject, OID.commonName).find(
    (text) => !(names ?? []).some((name) => name.kind === 'dns' && name.value === text),
  );
  return stray === undefined || quoted(stray);
}

/** Certificates of web sites (EN 319 412-4 §4.1). */
export const ETSI_WEB_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'en319412-4.common-name',
    severity: 'error',
    clause: 'EN 319 412-4 WEB-4.1.3-4',
    applies: (facts, scope) => scope.kind.web === true && scope.kind.browser === undefined && facts.subject !== undefined,
    check: strayCommonName,
  },
  {
    id: 'en319412-4.qualified-common-name',
    severity: 'error',
    clause: 'EN 319 412-4 WEB-4.1.4-2',
    applies: qualifiedForBrowsers,
    check: strayCommonName,
  },
  {
    id: 'en319412-4.extended-key-usage-missing',
    severity: 'error',
    clause: 'EN 319 412-4 WEB-4.1.3-4',
    applies: general,
    check: (facts) => facts.extension(OID.extKeyUsage) !== undefined,
  },
  {
    ...criticality('en319412-4.extended-key-usage-critical', 'error', 'EN 319 412-4 WEB-4.1.3-4', OID.extKeyUsage, false),
    applies: (facts, scope) => general(facts, scope) && facts.extension(OID.extKeyUsage) !== undefined,
  },
  {
    id: 'en319412-4.alt-name-missing',
    severity: 'error',
    clause: 'EN 319 412-4 WEB-4.1.3-4',
    applies: general,
    check: (facts) => facts.extension(OID.subjectAltName) !== undefined,
  },
];
