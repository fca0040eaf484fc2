import { TAG } from '@antin/formats/der/tags';
import { OID } from '../../oids.ts';
import { QCS } from '../../x509/qc-statements.ts';
import type { UserNotice } from '../extension-values.ts';
import type { CertificateFacts } from '../facts.ts';
import type { Rule } from '../rule.ts';

const policies = (facts: CertificateFacts) => facts.value(OID.certificatePolicies) ?? [];
const notices = (facts: CertificateFacts): UserNotice[] =>
  policies(facts).flatMap(({ qualifiers = [] }) => qualifiers.flatMap(({ userNotice }) => userNotice ?? []));
const texts = (facts: CertificateFacts) => notices(facts).flatMap(({ explicitText }) => explicitText ?? []);

/** Policies, constraints and pointers (RFC 5280 §4.2.1.4, .10, .13). */
export const POLICY_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'rfc5280.policy-twice',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.4',
    check: (facts) => new Set(policies(facts).map(({ policy }) => policy)).size === policies(facts).length,
  },
  {
    id: 'rfc5280.policy-qualifier',
    severity: 'notice',
    clause: 'RFC 5280 §4.2.1.4',
    // The CA/Browser Forum has its own words about qualifiers (BR 7.1.2.7.9).
    applies: (_, { kind }) => kind.browser === undefined,
    check: (facts) => policies(facts).every(({ qualifiers = [] }) => qualifiers.length === 0),
  },
  {
    id: 'rfc5280.any-policy-qualifier',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.4',
    check: (facts) =>
      policies(facts).every(
        ({ policy, qualifiers = [] }) =>
          policy !== OID.anyPolicy || qualifiers.every(({ id }) => id === OID.idQtCps || id === OID.idQtUnotice),
      ),
  },
  {
    id: 'rfc5280.notice-reference',
    severity: 'warning',
    clause: 'RFC 5280 §4.2.1.4',
    check: (facts) => notices(facts).every(({ hasReference }) => !hasReference),
  },
  {
    id: 'rfc5280.explicit-text-form',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.4',
    check: (facts) => texts(facts).every(({ tag }) => tag === TAG.UTF8_STRING || tag === TAG.IA5_STRING),
  },
  {
    id: 'rfc6818.explicit-text-form',
    severity: 'error',
    clause: 'RFC 6818 §3',
    check: (facts) => texts(facts).every(({ tag }) => tag !== TAG.IA5_STRING),
  },
  {
    id: 'rfc5280.explicit-text-controls',
    severity: 'warning',
    clause: 'RFC 5280 §4.2.1.4',
    // oxlint-disable-next-line no-control-regex -- exactly those
    check: (facts) => texts(facts).every(({ text }) => !/[\u0000-\u001f\u007f-\u009f]/.test(text)),
  },
  {
    id: 'rfc5280.explicit-text-not-normal',
    severity: 'warning',
    clause: 'RFC 5280 §4.2.1.4',
    check: (facts) => texts(facts).every(({ text }) => text === text.normalize('NFC')),
  },
  {
    id: 'rfc5280.name-constraints-without-ca',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.10',
    check: (facts) => facts.ca || facts.value(OID.nameConstraints) === undefined,
  },
  {
    id: 'rfc5280.name-constraints-empty',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.10',
    check: (facts) => facts.value(OID.nameConstraints)?.empty !== true,
  },
  {
    id: 'rfc5280.subtree-distances',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.10',
    check(facts) {
      const found = facts.value(OID.nameConstraints);
      const trees = [...(found?.permitted ?? []), ...(found?.excluded ?? [])];
      return trees.every(({ minimum, maximum }) => minimum === 0 && maximum === undefined);
    },
  },
  {
    id: 'rfc5280.distribution-point-empty',
    severity: 'error',
    clause: 'RFC 5280 §4.2.1.13',
    check: (facts) =>
      (facts.value(OID.cRLDistributionPoints) ?? []).every(
        ({ name, cRLIssuer }) => name !== undefined || cRLIssuer !== undefined,
      ),
  },
  {
    id: 'rfc3739.statement-of-rfc-3039',
    severity: 'error',
    clause: 'RFC 3739 §3.2.6.1',
    check: (facts) => (facts.value(OID.qcStatements) ?? []).every(({ id }) => id !== QCS.syntaxV1),
  },
];
