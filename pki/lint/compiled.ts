import type { CryptoDoor } from '../crypto.ts';
import { readCertificate } from './facts.ts';
import type { CertificateFacts } from './facts.ts';
import { fittedFacts } from './fitted-facts.ts';
import { runRule, runRules } from './rule.ts';
import type { Finding, Kind, Moment, Rule, Scope } from './rule.ts';
import { PLACES, fits, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';
import type { TimeFacts } from './time-facts.ts';
import { Tracked } from './tracked.ts';

/** Rules of one kind of certificate. */
export interface LintTable {
  readonly kind: Kind;
  readonly rules: readonly Rule<CertificateFacts>[];
}

export interface Linted {
  readonly facts: CertificateFacts;
  /** In the order of tables and rules. */
  readonly findings: readonly Finding[];
}

/** A rule to run on every certificate, at its place among the findings that hold for all. */
interface Asked {
  readonly rule: Rule<CertificateFacts>;
  readonly scope: Scope;
  /** Findings of the sample before this rule that hold for all. */
  readonly before: readonly Finding[];
  /** What it said last and of which times, for a rule that asks for nothing but validity. */
  readonly ofTimes: OfTimes | undefined;
}

interface OfTimes {
  notBefore: TimeFacts | undefined;
  notAfter: TimeFacts | undefined;
  finding: Finding | undefined;
}

interface Compiled {
  readonly shape: Shape;
  readonly sample: CertificateFacts;
  readonly asked: readonly Asked[];
  readonly after: readonly Finding[];
}

/**
 * Times of two certificates with the same octets are the same objects (`fittedFacts`): a batch is asked once. Other times may lead
 * a rule another way (a demand from a day on), so that it is watched again: what then asks for more is asked every time.
 */
function sameTimes(known: OfTimes, rule: Rule<CertificateFacts>, facts: CertificateFacts, scope: Scope): Finding | undefined {
  const { notBefore, notAfter } = facts;
  if (known.notBefore === notBefore && known.notAfter === notAfter) return known.finding;
  const tracked = new Tracked(facts);
  const finding = runRule(rule, tracked.facts, tracked.scope(scope));
  if (!tracked.asked) Object.assign(known, { notBefore, notAfter, finding });
  return finding;
}

/** Templates differ by profile, shard and key; beyond these the oldest is compiled again. */
const MOST_SHAPES = 256;

/**
 * The same findings as running every table on `readCertificate(der)`, sooner for certificates of a shape met before: what
 * depends on octets outside the holes alone was found out once. A certificate that differs outside the holes by one octet, or
 * whose holes cannot be read without complaint, is read and linted whole.
 */
export function compiledLint(tables: readonly LintTable[], door: CryptoDoor) {
  const shapes = new Map<string, Compiled>();
  const places = new Int32Array(PLACES);
  /** One for each table; the moment is that of the certificate that is looked at. */
  const scopes = tables.map(({ kind }): Scope & { moment: Moment } => ({ kind, door, moment: { now: 0 } }));

  function whole(der: Uint8Array): Linted {
    const facts = readCertificate(der);
    return { facts, findings: tables.flatMap(({ rules }, i) => runRules(rules, facts, scopes[i] as Scope)) };
  }

  function compile(der: Uint8Array): Compiled | undefined {
    // A copy: whoever brought the octets may write over them, and the sample would change behind its answers.
    const facts = readCertificate(der.slice());
    if (facts.complaints.length > 0) return undefined;
    const shape = shapeOf(facts.der);
    if (shape === undefined) return undefined;
    const asked: Asked[] = [];
    let before: Finding[] = [];
    const tracked = new Tracked(facts);
    for (const [table, { rules }] of tables.entries()) {
      const watched = tracked.scope(scopes[table] as Scope);
      for (const rule of rules) {
        tracked.asked = tracked.askedTimes = false;
        const finding = runRule(rule, tracked.facts, watched);
        if (tracked.asked || tracked.askedTimes) {
          const ofTimes = tracked.asked ? undefined : { notBefore: facts.notBefore, notAfter: facts.notAfter, finding };
          asked.push({ rule, scope: scopes[table] as Scope, before, ofTimes });
          before = [];
        } else if (finding !== undefined) before.push(finding);
      }
    }
    return { shape, sample: facts, asked, after: before };
  }

  /**
   * @param name of the template: the shape it is tried against; a wrong one costs time and nothing else
   * @throws {FormatFault} when not even the frame of a certificate is there
   */
  return (der: Uint8Array, name: string, moment: Moment): Linted => {
    for (const scope of scopes) scope.moment = moment;
    const known = shapes.get(name);
    const facts = known !== undefined && fits(known.shape, der, places) ? fittedFacts(known.sample, places, der) : undefined;
    if (known !== undefined && facts !== undefined) {
      const findings: Finding[] = [];
      for (const { rule, scope, before, ofTimes } of known.asked) {
        for (const one of before) findings.push(one);
        const finding = ofTimes === undefined ? runRule(rule, facts, scope) : sameTimes(ofTimes, rule, facts, scope);
        if (finding !== undefined) findings.push(finding);
      }
      for (const one of known.after) findings.push(one);
      return { facts, findings };
    }
    // The next one of this name is compiled anew: a sample that was out of the ordinary does not stay.
    if (known !== undefined) shapes.delete(name);
    else {
      const compiled = compile(der);
      if (shapes.size >= MOST_SHAPES) shapes.delete(shapes.keys().next().value as string);
      if (compiled !== undefined) shapes.set(name, compiled);
    }
    return whole(der);
  };
}
