import type { BothLanguages } from '@antin/protocol/basics';

/** One row of the catalogue: code → status and words. Features export theirs as `<feature>Problems`. */
export interface ProblemRow {
  readonly status: number;
  readonly title: BothLanguages;
  /** What the reader can do now. */
  readonly remedy?: BothLanguages;
}

export type ProblemRows = Readonly<Record<string, ProblemRow>>;
