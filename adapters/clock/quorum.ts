import type { TimeSample } from './sntp.ts';

export interface QuorumRule {
  /** How many servers must agree; more than half of those asked when left out. */
  readonly quorum?: number;
  /** Furthest our clock may be from the true one, uncertainty included, in milliseconds. */
  readonly maxDriftMs: number;
}

export type ClockJudgement =
  | { readonly trusted: true; readonly offsetMs: number; readonly agreeing: number }
  | { readonly trusted: false; readonly reason: string; readonly agreeing: number };

/**
 * Whether enough servers say that our clock is right. A single server could lie or fail; a majority of those that were
 * *asked*, not of those that answered, must agree: silence is not consent.
 *
 * @param samples one a server asked, undefined for those that did not tell
 */
export function judgeClock(samples: readonly (TimeSample | undefined)[], rule: QuorumRule): ClockJudgement {
  const needed = rule.quorum ?? Math.floor(samples.length / 2) + 1;
  const agreeing = samples.filter((one) => one !== undefined && furthest(one) <= rule.maxDriftMs) as TimeSample[];
  const answered = samples.filter((one) => one !== undefined).length;
  if (agreeing.length >= needed && needed > 0) {
    const offsets = agreeing.map((one) => one.offsetMs).sort((a, b) => a - b);
    return { trusted: true, offsetMs: offsets[offsets.length >> 1] as number, agreeing: agreeing.length };
  }
  const reason =
    answered < needed
      ? `${answered} of ${samples.length} time servers answered, ${needed} must agree`
      : `${agreeing.length} of ${samples.length} time servers agree with this clock within ${rule.maxDriftMs} ms, ${needed} must`;
  return { trusted: false, reason, agreeing: agreeing.length };
}

/** Our distance from the true time in the worst case that the answer allows. */
function furthest({ offsetMs, delayMs, dispersionMs }: TimeSample): number {
  return Math.abs(offsetMs) + delayMs / 2 + dispersionMs;
}
