import { OID } from '../../oids.ts';
import { QCS } from '../../x509/qc-statements.ts';
import { quoted } from '../complaints.ts';
import type { CertificateFacts } from '../facts.ts';
import { COUNTRIES } from '../iso-codes.ts';
import { textsOf } from '../name-facts.ts';
import type { QcValue } from '../qc-values.ts';
import type { Answer, Rule } from '../rule.ts';

type Payment = Extract<QcValue, { kind: 'psd2' }>;

const ROLES = new Map([
  ['0.4.0.19495.1.0', 'Unspecified'],
  ['0.4.0.19495.1.1', 'PSP_AS'],
  ['0.4.0.19495.1.2', 'PSP_PI'],
  ['0.4.0.19495.1.3', 'PSP_AI'],
  ['0.4.0.19495.1.4', 'PSP_IC'],
]);
const ROLE_NAMES = new Set(ROLES.values());

function about(id: string, clause: string, holds: (value: Payment) => Answer): Rule<CertificateFacts> {
  return {
    id,
    severity: 'error',
    clause,
    applies: (facts) => facts.value(OID.qcStatements)?.some(({ value }) => value.kind === 'psd2') === true,
    check(facts) {
      for (const { value } of facts.value(OID.qcStatements) ?? []) {
        const answer = value.kind === 'psd2' ? holds(value) : true;
        if (answer !== true) return answer;
      }
      return true;
    },
  };
}

/** The first role that is not right decides which rule speaks: OID, then name, then whether they belong together. */
function firstWrong({ roles }: Payment): 'oid' | 'name' | 'pair' | undefined {
  for (const { oid, name } of roles) {
    if (!ROLES.has(oid)) return 'oid';
    if (!ROLE_NAMES.has(name)) return 'name';
    if (ROLES.get(oid) !== name) return 'pair';
  }
  return undefined;
}

const parts = (ncaId: string): [country: string, id: string] | undefined => {
  const split = ncaId.split('-');
  return split.length === 2 ? (split as [string, string]) : undefined;
};

/** Payment service providers (TS 119 495 §5). */
export const PAYMENT_RULES: readonly Rule<CertificateFacts>[] = [
  about('ts119495.roles-empty', 'TS 119 495 GEN-5.2.2-1', ({ roles }) => roles.length > 0),
  about('ts119495.role-oid', 'TS 119 495 GEN-5.2.2-2', (value) => firstWrong(value) !== 'oid'),
  about('ts119495.role-name', 'TS 119 495 GEN-5.2.2-3', (value) => firstWrong(value) !== 'name'),
  about('ts119495.role-pair', 'TS 119 495 GEN-5.2.2-5', (value) => firstWrong(value) !== 'pair'),
  // oxlint-disable-next-line no-control-regex -- the ASCII range
  about('ts119495.authority-name', 'TS 119 495 GEN-5.2.3-1', ({ ncaName }) => /^[\x00-\x7f]*$/.test(ncaName) || quoted(ncaName)),
  about('ts119495.authority-form', 'TS 119 495 GEN-5.2.3-2', ({ ncaId }) => parts(ncaId) !== undefined || quoted(ncaId)),
  about('ts119495.authority-country', 'TS 119 495 GEN-5.2.3-2', ({ ncaId }) => {
    const [country] = parts(ncaId) ?? [];
    return country === undefined || COUNTRIES.has(country) || quoted(country);
  }),
  about('ts119495.authority-identifier', 'TS 119 495 GEN-5.2.3-2', ({ ncaId }) => {
    const [country, id] = parts(ncaId) ?? [];
    return country === undefined || !COUNTRIES.has(country) || /^[A-Z]{2,8}$/.test(id ?? '') || quoted(ncaId);
  }),
  {
    id: 'ts119495.statement-missing',
    severity: 'error',
    clause: 'TS 119 495 GEN-5.1.1',
    applies: (facts, { kind }) => kind.psd2 === true && facts.value(OID.qcStatements) !== undefined,
    check: (facts) => facts.value(OID.qcStatements)?.some(({ id }) => id === QCS.psd2) === true,
  },
  {
    id: 'ts119495.organisation-identifier',
    severity: 'error',
    clause: 'TS 119 495 GEN-5.2.1-3',
    applies: (_, { kind }) => kind.psd2 === true,
    check(facts) {
      const wrong = textsOf(facts.subject, OID.organizationIdentifier).find(
        (text) => !/^PSD[A-Z]{2}-[A-Z]{2,8}-.+$/su.test(text),
      );
      return wrong === undefined || quoted(wrong);
    },
  },
];
