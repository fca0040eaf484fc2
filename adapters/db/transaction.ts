import type { Kysely, Transaction } from 'kysely';
import { inDoubt, isStaleName, withoutNames } from './prepared.ts';

/** A transaction: the only thing in scope where state, journal entry and outbox row are written together. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows are typed where they are read, by `sql<Row>`
export type Tx = Transaction<any>;

/** For reading: the pool, or the transaction one is in. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Db = Kysely<any>;

/**
 * Runs `work` in one transaction. Two that wait for each other's rows end with one of them thrown out by PostgreSQL: that
 * one did nothing and is simply done again. So is one that met a prepared statement of before a migration; one whose data were
 * refused under the types of a prepared statement is done once more without any, and what is refused then is refused.
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const once = () => db.transaction().execute(work);
  let forget: (() => void) | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (forget === undefined) return await once();
      const done = await withoutNames(once);
      forget();
      return done;
    } catch (fault) {
      if (attempt < 5 && forget === undefined && (forget = inDoubt(fault)) !== undefined) continue;
      const code = (fault as { code?: unknown }).code;
      if (attempt === 5 || (code !== DEADLOCK && code !== SERIALIZATION && isStaleName(fault) === undefined)) throw fault;
    }
  }
}

const DEADLOCK = '40P01';
const SERIALIZATION = '40001';

/** Row of a query that must have one. */
export function only<T>(rows: readonly T[], what: string): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new TypeError(`${what}: ${rows.length} rows where one was expected`);
  return row;
}
