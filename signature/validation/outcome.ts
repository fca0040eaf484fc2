import type { Settled } from './settle.ts';
import type { Need, ValidationReport } from './types.ts';

export interface ValidationOutcome {
  readonly report: ValidationReport;
  readonly needs: readonly Need[];
  /** Facts and conclusions behind the report, one for each of its signatures that could be read: for the longer reports. */
  readonly settled: readonly Settled[];
}
