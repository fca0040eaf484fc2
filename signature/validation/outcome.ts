import type { Settled } from './settled.ts';
import type { Evidence, Need, ValidationReport } from './types.ts';

/** What was at hand when judging, as bytes, whatever it was good for: certificates, status answers, tokens. */
export interface Material extends Evidence {
  readonly timeStampTokens: readonly Uint8Array[];
}

export interface ValidationOutcome {
  readonly report: ValidationReport;
  readonly needs: readonly Need[];
  /** Facts and conclusions behind the report, one for each of its signatures that could be read: for the longer reports. */
  readonly settled: readonly Settled[];
  readonly material: () => Material;
}
