import type { AuthorityHere } from './authority.ts';

/** What services of one process share beside the database. Filled while they are made, read after `prepare`. */
export interface Wires {
  /** The clock of the authority while documents of the past are seeded; undefined = now. */
  past?: Date | undefined;
  authority?: AuthorityHere;
}
