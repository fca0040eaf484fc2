import type { CryptoDoor } from '../crypto.ts';

/** From bad to interesting; what blocks is for the caller to say (`blocks`). */
export type Severity = 'fatal' | 'error' | 'warning' | 'notice' | 'info';

export interface Finding {
  /** `document.reason`, stable, never re-used. */
  readonly rule: string;
  readonly severity: Severity;
  /** Where the rule stands. */
  readonly clause: string;
  /** What was found; text from the certificate is quoted and cut. */
  readonly detail?: string;
}

/** True = as the clause wants it; otherwise broken, with or without words about what was found. */
export type Answer = boolean | string;

/** One entry of a table of rules. `applies` left out = always. */
export interface Rule<Facts> {
  readonly id: string;
  readonly severity: Severity;
  readonly clause: string;
  applies?(facts: Facts, scope: Scope): boolean;
  check(facts: Facts, scope: Scope): Answer;
}

/** What kind of certificate is claimed, and the door for the few rules that compute something. */
export interface Scope {
  readonly kind: Kind;
  readonly door: CryptoDoor;
  /** What is known beside the certificate, for tables that ask for it. */
  readonly moment?: Moment;
}

/** Of one issuance: when it is, and notAfter of the certificate that is renewed. Milliseconds since 1970. */
export interface Moment {
  readonly now: number;
  readonly renewsUntil?: number | undefined;
}

/** The kinds ETSI tells apart; PKIX alone is `{}`. */
export interface Kind {
  /** Whose certificate: EN 319 412-2 or -3. */
  readonly person?: 'natural' | 'legal';
  /** Web site authentication (EN 319 412-4). */
  readonly web?: boolean;
  /**
   * Under the rules of the CA/Browser Forum, whose demands on names and extensions stand for ETSI's and for some of PKIX:
   * how a subscriber was checked, or `none` for CAs and their services.
   */
  readonly browser?: 'dv' | 'iv' | 'ov' | 'ev' | 'none';
  readonly qualified?: 'eu' | 'other';
  /** The key lives in a qualified device and the certificate says so. */
  readonly qscd?: boolean;
  /** For signing documents: the key usage must be one of commitment (EN 319 412-2 NAT-4.3.2-2). */
  readonly commitment?: boolean;
  /** Payment service providers (TS 119 495). */
  readonly psd2?: boolean;
}

/** Runs a table; order of findings is the order of the table. */
export function runRules<Facts>(rules: readonly Rule<Facts>[], facts: Facts, scope: Scope): Finding[] {
  const found: Finding[] = [];
  for (const rule of rules) {
    const finding = runRule(rule, facts, scope);
    if (finding !== undefined) found.push(finding);
  }
  return found;
}

/** What one rule finds. Rules are pure: the same facts and scope give the same finding. */
export function runRule<Facts>(rule: Rule<Facts>, facts: Facts, scope: Scope): Finding | undefined {
  if (rule.applies?.(facts, scope) === false) return undefined;
  const answer = rule.check(facts, scope);
  if (answer === true) return undefined;
  const { id, severity, clause } = rule;
  return answer === false ? { rule: id, severity, clause } : { rule: id, severity, clause, detail: answer };
}

const BLOCKING: ReadonlySet<Severity> = new Set(['fatal', 'error']);

/** Whether a finding forbids signing. */
export function blocks(finding: Finding): boolean {
  return BLOCKING.has(finding.severity);
}
