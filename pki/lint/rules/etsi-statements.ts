import { OID } from '../../oids.ts';
import { QC_TYPES, QCS } from '../../x509/qc-statements.ts';
import { quoted } from '../complaints.ts';
import type { CertificateFacts } from '../facts.ts';
import { COUNTRIES, CURRENCIES, CURRENCY_NUMBERS, LANGUAGES } from '../iso-codes.ts';
import type { QcValue } from '../qc-values.ts';
import type { Answer, Kind, Rule, Severity } from '../rule.ts';
import { criticality } from './extensions.ts';

const statements = (facts: CertificateFacts) => facts.value(OID.qcStatements);
const has = (facts: CertificateFacts, id: string) => statements(facts)?.some((one) => one.id === id) === true;

/** A rule about the contents of every statement of one kind. */
function about<K extends QcValue['kind']>(
  id: string,
  severity: Severity,
  clause: string,
  kind: K,
  holds: (value: Extract<QcValue, { kind: K }>) => Answer,
): Rule<CertificateFacts> {
  return {
    id,
    severity,
    clause,
    applies: (facts) => statements(facts) !== undefined,
    check(facts) {
      for (const { value } of statements(facts) ?? []) {
        if (value.kind !== kind) continue;
        const answer = holds(value as Extract<QcValue, { kind: K }>);
        if (answer !== true) return answer;
      }
      return true;
    },
  };
}

/** Which statements a kind of certificate must and must not carry (EN 319 412-5 table 2). */
function allowance(id: string, statement: string, wanted: boolean, applies: (kind: Kind) => boolean): Rule<CertificateFacts> {
  return {
    id,
    severity: 'error',
    clause: 'EN 319 412-5 QCS-5-01, table 2',
    applies: (facts, { kind }) => statements(facts) !== undefined && applies(kind),
    check: (facts) => has(facts, statement) === wanted,
  };
}

const eu = ({ qualified }: Kind) => qualified === 'eu';
const other = ({ qualified, web }: Kind) => qualified === 'other' && web === true;

function expectedType({ web, commitment }: Kind): string | undefined {
  if (web === true) return QC_TYPES.web;
  return commitment === true ? QC_TYPES.esign : undefined;
}

/** QCStatements (EN 319 412-5 §4, §5). */
export const ETSI_STATEMENT_RULES: readonly Rule<CertificateFacts>[] = [
  criticality('en319412-5.statements-critical', 'error', 'EN 319 412-5 QCS-4.1-02', OID.qcStatements, false),
  allowance('en319412-5.compliance-missing', QCS.compliance, true, (kind) => eu(kind) || other(kind)),
  allowance('en319412-5.legislation-present', QCS.legislation, false, eu),
  allowance('en319412-5.legislation-missing', QCS.legislation, true, other),
  allowance('en319412-5.sscd-missing', QCS.sscd, true, (kind) => eu(kind) && kind.qscd === true),
  allowance('en319412-5.sscd-present', QCS.sscd, false, (kind) => eu(kind) && kind.web === true),
  allowance('en319412-5.type-missing', QCS.type, true, (kind) => eu(kind) && expectedType(kind) !== undefined),
  {
    id: 'en319412-5.type-mismatch',
    severity: 'error',
    clause: 'EN 319 412-5 GEN-4.2.3',
    applies: (facts, { kind }) => statements(facts) !== undefined && expectedType(kind) !== undefined,
    check(facts, { kind }) {
      const wrong = statements(facts)?.find(({ value }) => value.kind === 'type' && value.type !== expectedType(kind));
      return wrong === undefined || (wrong.value.kind === 'type' && wrong.value.type);
    },
  },
  about(
    'en319412-5.legislation-empty',
    'error',
    'EN 319 412-5 GEN-4.2.4',
    'legislation',
    ({ countries }) => countries.length > 0,
  ),
  about('en319412-5.legislation-country', 'error', 'EN 319 412-5 GEN-4.2.4', 'legislation', ({ countries }) => {
    const wrong = countries.find((code) => !COUNTRIES.has(code));
    return wrong === undefined || quoted(wrong);
  }),
  about('en319412-5.limit-amount-negative', 'error', 'EN 319 412-5 §4.3.2', 'limit', ({ value }) => value.amount >= 0n),
  about('en319412-5.limit-exponent-negative', 'error', 'EN 319 412-5 §4.3.2', 'limit', ({ value }) => value.exponent >= 0n),
  about(
    'en319412-5.limit-currency-numeric',
    'warning',
    'EN 319 412-5 QCS-4.3.2-02',
    'limit',
    ({ value }) => typeof value.currency === 'string',
  ),
  about('en319412-5.limit-currency', 'error', 'EN 319 412-5 QCS-4.3.2-01', 'limit', ({ value: { currency } }) =>
    typeof currency === 'string' ? CURRENCIES.has(currency) : CURRENCY_NUMBERS.has(Number(currency)),
  ),
  about('en319412-5.retention-not-positive', 'error', 'EN 319 412-5 §4.3.3', 'retention', ({ years }) => years > 0n),
  about('en319412-5.pds-language', 'error', 'EN 319 412-5 §4.3.4', 'pds', ({ locations }) =>
    locations.every(({ language }) => LANGUAGES.has(language.toLowerCase())),
  ),
  about('en319412-5.pds-scheme', 'error', 'EN 319 412-5 §4.3.4', 'pds', ({ locations }) =>
    locations.every(({ url }) => /^https:/i.test(url)),
  ),
];
