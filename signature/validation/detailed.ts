import { CHECKS } from './checks.ts';
import type { Check } from './checks.ts';
import { checkContext } from './process.ts';
import type { TimeStampConclusion } from './process.ts';
import type { SignatureFacts, TimeStampFacts } from './facts.ts';
import { valueOf } from './facts.ts';
import { constraintOf } from './constraints.ts';
import type { ConstraintLevel, Level, ValidationPolicy } from './policy.ts';
import type { Settled } from './settled.ts';
import type { Finding, Indication, SubIndication } from './types.ts';

export interface CheckReport {
  readonly id: string;
  readonly clause: string;
  /** `not-applicable`: there is nothing of the kind in this signature. */
  readonly status: 'passed' | 'failed' | 'warned' | 'informed' | 'ignored' | 'not-applicable';
  readonly findings: readonly Finding[];
}

export interface TimeStampDetail {
  readonly kind: TimeStampFacts['kind'];
  /** ISO 8601; null when it cannot be read. */
  readonly genTime: string | null;
  readonly tsa: string | null;
  /** The moment for which the token had to stand. */
  readonly controlTime: string;
  readonly indication: TimeStampConclusion['indication'];
  readonly subIndication: SubIndication | null;
  readonly errors: readonly Finding[];
}

export interface SignatureDetail {
  readonly id: string;
  readonly format: SignatureFacts['format'];
  readonly indication: Indication;
  readonly subIndication: SubIndication | null;
  readonly decidedBy: string | null;
  readonly bestSignatureTime: string;
  readonly bestSignatureTimeFrom: 'time-stamp' | 'validation-time';
  /** The signature is no older than this, by a time-stamp of its content. */
  readonly notBefore: string | null;
  readonly checks: readonly CheckReport[];
  readonly timeStamps: readonly TimeStampDetail[];
  readonly level: Level | null;
  readonly levelFailures: readonly Finding[];
}

/** The detailed report: every check with its clause and what it found, for each signature. Pure. */
export function detail({ facts, conclusion, level }: Settled, policy: ValidationPolicy, at: number): SignatureDetail {
  const context = checkContext(facts, conclusion.timeStamps, policy, at);
  return {
    id: facts.id,
    format: facts.format,
    indication: conclusion.indication,
    subIndication: conclusion.subIndication,
    decidedBy: conclusion.decided?.finding.code ?? null,
    bestSignatureTime: iso(context.best.time),
    bestSignatureTimeFrom: context.best.proven ? 'time-stamp' : 'validation-time',
    notBefore: context.notBefore === null ? null : iso(context.notBefore),
    checks: CHECKS.map((check): CheckReport => {
      const misses = check.fails(facts, context);
      const findings = misses.map(({ code = check.id, clause = check.clause, message }) => ({ code, clause, message }));
      if (findings.length === 0) {
        return { id: check.id, clause: check.clause, status: applies(check, facts) ? 'passed' : 'not-applicable', findings };
      }
      const levels = findings.map((one) => constraintOf(check, one.code, policy));
      return { id: check.id, clause: check.clause, status: worst(levels), findings };
    }),
    timeStamps: facts.timeStamps.map((stamp, i) => timeStampDetail(stamp, conclusion.timeStamps[i])),
    level: level.level,
    levelFailures: level.levelFailures,
  };
}

const STATUS: Readonly<Record<ConstraintLevel, CheckReport['status']>> = {
  fail: 'failed',
  warn: 'warned',
  inform: 'informed',
  ignore: 'ignored',
};
const ORDER: readonly ConstraintLevel[] = ['fail', 'warn', 'inform', 'ignore'];

function worst(levels: readonly ConstraintLevel[]): CheckReport['status'] {
  return STATUS[ORDER.find((one) => levels.includes(one)) ?? 'fail'];
}

/** A check that found nothing held something only where there was something to hold. */
function applies(check: Check, facts: SignatureFacts): boolean {
  const [area] = check.id.split('.');
  if (area === 'pdf') return facts.pdf !== null;
  if (area === 'cms') return facts.cms !== null;
  if (area === 'time-stamp') return facts.timeStamps.length > 0;
  if (area === 'trust') return facts.trust !== null || facts.trustAtPoe !== null;
  if (area === 'integrity' || area === 'signer' || area === 'algorithm') return valueOf(facts) !== null;
  return true;
}

function timeStampDetail(stamp: TimeStampFacts, conclusion: TimeStampConclusion | undefined): TimeStampDetail {
  return {
    kind: stamp.kind,
    genTime: stamp.genTime === null ? null : iso(stamp.genTime),
    tsa: stamp.tsa?.subject ?? null,
    controlTime: iso(stamp.controlTime),
    indication: conclusion?.indication ?? 'INDETERMINATE',
    subIndication: conclusion?.subIndication ?? null,
    errors: conclusion?.errors ?? [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
