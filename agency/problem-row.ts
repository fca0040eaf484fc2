/** Rows of the catalogue of problems; features export theirs as `<feature>Problems`, `problems.ts` puts them together. */
export type { ProblemRow, ProblemRows } from '@antin/adapters/http/problem';
