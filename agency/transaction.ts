import type { Kysely, Transaction } from 'kysely';

/** A transaction: the only thing in scope where state, journal entry and outbox row are written together. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows are typed where they are read, by `sql<Row>`
export type Tx = Transaction<any>;

/** For reading: the pool, or the transaction one is in. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Db = Kysely<any>;

/** The present instant; tests turn it by hand. */
export type Clock = () => Date;

/** Row of a query that must have one. */
export function only<T>(rows: readonly T[], what: string): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new TypeError(`${what}: ${rows.length} rows where one was expected`);
  return row;
}
