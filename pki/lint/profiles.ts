import type { CertificateFacts } from './facts.ts';
import type { Kind, Rule } from './rule.ts';
import { ETSI_EXTENSION_RULES } from './rules/etsi-extensions.ts';
import { ETSI_IDENTIFIER_RULES } from './rules/etsi-identifiers.ts';
import { ETSI_NAME_RULES } from './rules/etsi-names.ts';
import { ETSI_POLICY_RULES } from './rules/etsi-policies.ts';
import { ETSI_STATEMENT_RULES } from './rules/etsi-statements.ts';
import { ETSI_WEB_RULES } from './rules/etsi-web.ts';
import { EXTENSION_RULES } from './rules/extensions.ts';
import { FIELD_RULES } from './rules/fields.ts';
import { GENERAL_NAME_RULES, INTERNAL_NAME_RULE } from './rules/general-names.ts';
import { KEY_RULES } from './rules/keys.ts';
import { OWN_RULES } from './rules/own.ts';
import { PAYMENT_RULES } from './rules/payment.ts';
import { POLICY_RULES } from './rules/policies.ts';
import { STRENGTH_RULES } from './rules/strength.ts';
import { SYNTAX_RULES } from './syntax-rules.ts';

export interface LintProfile {
  readonly kind: Kind;
  readonly rules: readonly (readonly Rule<CertificateFacts>[])[];
}

const PKIX = [SYNTAX_RULES, FIELD_RULES, EXTENSION_RULES, KEY_RULES, GENERAL_NAME_RULES, POLICY_RULES];
const STATEMENTS = [ETSI_STATEMENT_RULES, ETSI_POLICY_RULES, ETSI_IDENTIFIER_RULES, PAYMENT_RULES];
const ETSI = [
  ...PKIX,
  ETSI_NAME_RULES,
  ETSI_EXTENSION_RULES,
  ...STATEMENTS,
  ETSI_WEB_RULES,
  [INTERNAL_NAME_RULE],
  STRENGTH_RULES,
];
/** Where the rules of browsers stand for ETSI's own, internal names are theirs to judge. */
const ETSI_FOR_BROWSERS = ETSI.filter((table) => table[0] !== INTERNAL_NAME_RULE);

const etsi = (kind: Kind): LintProfile => ({ kind, rules: kind.browser === undefined ? ETSI : ETSI_FOR_BROWSERS });

/** RFC 5280 and what belongs to it. */
export const LINT_PKIX: LintProfile = { kind: {}, rules: PKIX };
/** EN 319 412-2: natural persons. */
const LINT_NATURAL_PERSON = etsi({ person: 'natural' });
/** EN 319 412-3: legal persons. */
const LINT_LEGAL_PERSON = etsi({ person: 'legal' });
/** Qualified for signing under another law than the EU's, as citizens' certificates of Decree 23/2025 are. */
export const LINT_QUALIFIED_PERSON = etsi({ person: 'natural', qualified: 'other', commitment: true });
/** EN 319 412-5 alone, beside PKIX. */
const LINT_STATEMENTS: LintProfile = { kind: {}, rules: [...PKIX, ...STATEMENTS] };

/** Kinds of EN 319 411-1 and -2, by the names of their policies. */
export const LINT_KINDS = {
  'ncp-natural': LINT_NATURAL_PERSON,
  'ncp-legal': LINT_LEGAL_PERSON,
  'qcp-n-qscd': etsi({ person: 'natural', qualified: 'eu', qscd: true, commitment: true }),
  'qncp-w-gen-natural': etsi({ person: 'natural', web: true, qualified: 'eu' }),
  'qncp-w-gen-legal': etsi({ person: 'legal', web: true, qualified: 'eu' }),
  'qncp-w-iv': etsi({ person: 'natural', web: true, browser: 'iv', qualified: 'eu' }),
  'qncp-w-ov': etsi({ person: 'legal', web: true, browser: 'ov', qualified: 'eu' }),
  evcp: etsi({ person: 'legal', web: true, browser: 'ev' }),
  'qevcp-w': etsi({ person: 'legal', web: true, browser: 'ev', qualified: 'eu' }),
  'qevcp-w-other': etsi({ person: 'legal', web: true, browser: 'ev', qualified: 'other' }),
  browser: { kind: { browser: 'dv', web: true }, rules: PKIX },
  'browser-ca': { kind: { browser: 'none' }, rules: PKIX },
  'qevcp-w-psd2': etsi({ person: 'legal', web: true, browser: 'ev', qualified: 'eu', psd2: true }),
} as const satisfies Readonly<Record<string, LintProfile>>;

/** What this platform issues must keep the standards and its own rules. */
export const LINT_OWN: LintProfile = { kind: {}, rules: [...PKIX, OWN_RULES] };
export const LINT_OWN_QUALIFIED: LintProfile = { kind: LINT_QUALIFIED_PERSON.kind, rules: [...ETSI, OWN_RULES] };

/** By the names people ask for them; lists have one table of their own (`lintCrl`). */
export const LINT_PROFILES = {
  pkix: LINT_PKIX,
  'natural-person': LINT_NATURAL_PERSON,
  'legal-person': LINT_LEGAL_PERSON,
  'qc-statements': LINT_STATEMENTS,
  'qualified-person': LINT_QUALIFIED_PERSON,
  own: LINT_OWN,
  'own-qualified': LINT_OWN_QUALIFIED,
} as const satisfies Readonly<Record<string, LintProfile>>;
