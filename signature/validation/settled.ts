import type { SignatureFacts } from './facts.ts';
import type { Level } from './policy.ts';
import type { Conclusion } from './process.ts';
import type { Finding } from './types.ts';

export interface LevelFacts {
  /** Level of the baseline profile that is reached, computed from rules and never from what the file claims. */
  readonly level: Level | null;
  readonly levelFailures: readonly Finding[];
}

/** One signature with everything that was found and concluded about it: what the longer reports are made of. */
export interface Settled {
  readonly facts: SignatureFacts;
  readonly conclusion: Conclusion;
  readonly level: LevelFacts;
}
