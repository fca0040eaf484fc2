import { valueOf } from './facts.ts';
import type { SignatureFacts } from './facts.ts';
import type { Finding } from './types.ts';

const SEVEN_HOURS_MS = 7 * 3_600_000;
const TOLERANCE_MS = 30 * 60_000;

/**
 * Local time of Vietnam written as if it were UTC: the claimed time is seven hours ahead of the time-stamp. Real signers do so, in
 * every format. It is told and never corrected: the time-stamp is right, and what is claimed proves nothing.
 */
export function claimedTimeOddity(facts: SignatureFacts): readonly Finding[] {
  const stamp = facts.timeStamps.find((one) => one.kind === 'signature-time-stamp' && one.imprintMatches)?.genTime;
  const claimed = facts.pdf?.dictionaryTime ?? valueOf(facts)?.signingTime;
  if (stamp === undefined || stamp === null || claimed === undefined || claimed === null) return [];
  if (Math.abs(claimed - stamp - SEVEN_HOURS_MS) > TOLERANCE_MS) return [];
  const message = 'the claimed signing time is seven hours ahead of the time-stamp: local time written as UTC';
  return [{ code: 'time.local-as-utc', clause: 'ISO 32000-2 7.9.4', message }];
}
