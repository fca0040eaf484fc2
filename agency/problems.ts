import { deviceProblems } from '@antin/adapters/devices/problems';
import { importProblems } from './directory/import/problems.ts';
import { directoryProblems } from './directory/problems.ts';
import { documentsProblems } from './documents/problems.ts';
import { journalProblems } from './journal/closed.ts';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { reorganisationProblems } from './reorganisation/problems.ts';
import { registersProblems } from './registers/problems.ts';
import { sessionProblems } from './session/problems.ts';
import { signingProblems } from './signing/problems.ts';

/** Every refusal of the office: stable code → status, words and remedy in both languages. */
export const officeProblems: ProblemRows = {
  ...sessionProblems,
  ...directoryProblems,
  ...importProblems,
  ...reorganisationProblems,
  ...documentsProblems,
  ...registersProblems,
  ...signingProblems,
  ...deviceProblems,
  ...journalProblems,
};
