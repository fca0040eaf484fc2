import { sql } from 'kysely';
import type { AnyDatabase } from './connect.ts';

export interface ForgetOptions {
  /** Done for longer than this, by the database's clock. */
  readonly olderThanDays: number;
  /** Rows of one statement: a table that was never cleaned must not hold everybody up. */
  readonly batch?: number;
  /** Statements of one call. */
  readonly rounds?: number;
}

/**
 * Removes jobs that were done long ago; what waits and what was given up stays. Several processes may do so at once.
 *
 * With the row its key goes: the same business fact enqueued again would be a job again. So the key guards against a double effect
 * only for these days, and every handler must find in its own rows that there is nothing left to do (docs/decisions,
 * "finished jobs are forgotten").
 *
 * @returns how many went
 */
export async function forgetDoneJobs(db: AnyDatabase, options: ForgetOptions): Promise<number> {
  const { olderThanDays, batch = 1000, rounds = 100 } = options;
  let gone = 0;
  for (let round = 0; round < rounds; round += 1) {
    const removed = await sql<{ id: number }>`
      delete from job where id in (
        select id from job
        where done_at < now() - ${olderThanDays} * interval '1 day' and dead_at is null
        order by done_at
        limit ${batch}
        for update skip locked)
      returning id`.execute(db);
    gone += removed.rows.length;
    if (removed.rows.length < batch) break;
  }
  return gone;
}
