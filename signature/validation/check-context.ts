import type { TrustFacts } from './facts.ts';
import type { ValidationPolicy } from './policy.ts';

/** best-signature-time of EN 319 102-1 §5.5: proven by a valid time-stamp, else the moment of judging. */
export interface BestTime {
  readonly time: number;
  readonly proven: boolean;
}

export interface CheckContext {
  readonly policy: ValidationPolicy;
  /** The moment of judging. */
  readonly at: number;
  readonly best: BestTime;
  /** The signature is no older than this: a valid time-stamp of its content proves it; null without one. */
  readonly notBefore: number | null;
  /** Trust at the best signature time. */
  readonly trust: TrustFacts | null;
}
