import { equalBytes } from '@antin/formats/bytes/bytes';
import { OID } from '../../oids.ts';
import { quoted } from '../complaints.ts';
import type { CertificateFacts } from '../facts.ts';
import { textsOf } from '../name-facts.ts';
import type { NameFacts } from '../name-facts.ts';
import { isDomainName } from '../names-syntax.ts';
import type { Rule } from '../rule.ts';
import type { TimeFacts } from '../time-facts.ts';

/** Fields of TBSCertificate (RFC 5280 §4.1). */
export const FIELD_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'rfc5280.version-not-3',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.1',
    check: ({ version }) => version === 3 || `version ${version ?? 'unreadable'}`,
  },
  {
    id: 'rfc5280.serial-out-of-range',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.2',
    applies: ({ serialNumber }) => serialNumber !== undefined,
    check({ serialNumber }) {
      const octets = serialNumber as Uint8Array;
      const zero = octets.length === 1 && octets[0] === 0;
      // 20 octets of content: with a sign octet in front the number itself has 19 and a bit.
      return ((octets[0] as number) < 0x80 && !zero && octets.length <= 20) || 'positive and at most 20 octets';
    },
  },
  {
    id: 'rfc5280.algorithms-differ',
    severity: 'error',
    clause: 'RFC 5280 §4.1.1.2',
    applies: ({ innerAlgorithm, outerAlgorithm }) => innerAlgorithm !== undefined && outerAlgorithm !== undefined,
    check: ({ innerAlgorithm: a, outerAlgorithm: b }) => a !== undefined && b !== undefined && equalBytes(a.raw, b.raw),
  },
  {
    id: 'rfc5280.issuer-empty',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.4',
    check: ({ issuer }) => issuer === undefined || issuer.rdns.length > 0,
  },
  {
    id: 'rfc5280.validity-negative',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.5',
    check({ notBefore: from, notAfter: to }) {
      if (from?.at === undefined || to?.at === undefined) return true;
      return from.at <= to.at || `${from.text} to ${to.text}`;
    },
  },
  {
    id: 'rfc5280.utc-time-form',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.5.1',
    check: (facts) => timesOf(facts).every(({ form, at }) => form !== 'utc' || at !== undefined) || badTime(facts),
  },
  {
    id: 'rfc5280.generalized-time-form',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.5.2',
    check: (facts) => timesOf(facts).every(({ form, at }) => form !== 'generalized' || at !== undefined) || badTime(facts),
  },
  {
    id: 'rfc5280.generalized-time-too-early',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.5',
    check: (facts) => !timesOf(facts).some(mustBeUtc),
  },
  {
    id: 'rfc5280.issuer-unique-id',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.8',
    check: ({ hasIssuerUniqueId }) => !hasIssuerUniqueId,
  },
  {
    id: 'rfc5280.subject-unique-id',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.8',
    check: ({ hasSubjectUniqueId }) => !hasSubjectUniqueId,
  },
  {
    id: 'x501.rdn-repeats-type',
    severity: 'error',
    clause: 'X.501 §9.3',
    check: ({ issuer, subject }) => distinctTypes(issuer) && distinctTypes(subject),
  },
  {
    id: 'rfc4519.domain-components',
    severity: 'error',
    clause: 'RFC 5280 §4.1.2.4, RFC 2247',
    applies: ({ subject }) => textsOf(subject, OID.domainComponent).length > 0,
    check({ subject }) {
      const name = textsOf(subject, OID.domainComponent).toReversed().join('.');
      return isDomainName(name) || quoted(name);
    },
  },
];

function distinctTypes(name: NameFacts | undefined): boolean {
  return (
    name === undefined || name.rdns.every((rdn) => rdn.length < 2 || new Set(rdn.map(({ type }) => type)).size === rdn.length)
  );
}

function timesOf({ notBefore, notAfter }: CertificateFacts): TimeFacts[] {
  return [notBefore, notAfter].filter((one) => one !== undefined);
}

function badTime(facts: CertificateFacts): string {
  return timesOf(facts)
    .filter(({ at }) => at === undefined)
    .map(({ text }) => quoted(text))
    .join(', ');
}

/** Until 2049 a moment is written as UTCTime. */
export function mustBeUtc({ form, at }: TimeFacts): boolean {
  return form === 'generalized' && at !== undefined && at >= Date.UTC(1950, 0) && at < Date.UTC(2050, 0);
}
