import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { AnyDatabase } from './connect.ts';
import type { JobTable } from './outbox-table.ts';

export const JOB_CHANNEL = 'antin_job';

export interface NewJob {
  readonly queue: string;
  /**
   * Idempotency: a second job of the same key in the same queue is not added while the first is kept (`forget-done.ts`). Whoever
   * enqueues does so with the business row that makes it the first, and the handler looks at that row.
   */
  readonly key: string;
  readonly payload: unknown;
  /** Not before this instant; at once when left out. */
  readonly runAt?: Date;
}

export interface ClaimedJob {
  readonly id: number;
  readonly queue: string;
  readonly key: string;
  readonly payload: unknown;
  /** Counts this attempt: 1 on the first. */
  readonly attempts: number;
  readonly leaseToken: string;
}

/**
 * Adds a job inside the caller's transaction: it exists exactly if the business row does.
 *
 * @returns false when the key was already there (the first one stands)
 */
export async function enqueue(tx: Transaction<any> | AnyDatabase, job: NewJob): Promise<boolean> {
  const added = await sql<{ id: number }>`
    insert into job (queue, key, payload, run_at)
    values (${job.queue}, ${job.key}, ${JSON.stringify(job.payload ?? null)}::jsonb, coalesce(${job.runAt ?? null}::timestamptz, now()))
    on conflict (queue, key) do nothing
    returning id`.execute(tx);
  if (added.rows.length === 0) return false;
  // Delivered by the server at commit; lost notices only cost the poll interval.
  await sql`select pg_notify(${JOB_CHANNEL}, ${job.queue})`.execute(tx);
  return true;
}

/** Makes a waiting job due now (a person pressed "send again", a partner came back). */
export async function hurry(tx: Transaction<any> | AnyDatabase, queue: string, key: string): Promise<boolean> {
  const touched = await sql`
    update job set run_at = now(), dead_at = null
    where queue = ${queue} and key = ${key} and done_at is null and lease_token is null
    returning id`.execute(tx);
  if (touched.rows.length > 0) await sql`select pg_notify(${JOB_CHANNEL}, ${queue})`.execute(tx);
  return touched.rows.length > 0;
}

/** Takes one due job of the queues, with a lease: a worker that dies gives it back when the lease ends. */
export async function claim(db: AnyDatabase, queues: readonly string[], leaseMs: number): Promise<ClaimedJob | undefined> {
  const token = randomUUID();
  const claimed = await sql<{ id: number; queue: string; key: string; payload: unknown; attempts: number }>`
    update job set attempts = attempts + 1, lease_token = ${token}::uuid, lease_until = now() + ${leaseMs} * interval '1 millisecond'
    where id = (
      select id from job
      where queue = any(${[...queues]}::text[]) and done_at is null and dead_at is null
        and run_at <= now() and (lease_until is null or lease_until < now())
      order by run_at, id
      for update skip locked
      limit 1)
    returning id, queue, key, payload, attempts`.execute(db);
  const row = claimed.rows[0];
  return row === undefined ? undefined : { ...row, leaseToken: token };
}

/**
 * Gives back what workers held who cannot be alive any more: for the start of the only process of a database, so that a power
 * cut costs no minute of waiting.
 */
export async function releaseLeases(db: AnyDatabase): Promise<void> {
  await sql`update job set lease_token = null, lease_until = null where done_at is null and lease_token is not null`.execute(db);
}

/** Prolongs a lease; false when it was lost, and then the result of the work must not be written. */
export async function renewLease(db: AnyDatabase, job: ClaimedJob, leaseMs: number): Promise<boolean> {
  const kept = await sql`
    update job set lease_until = now() + ${leaseMs} * interval '1 millisecond'
    where id = ${job.id} and lease_token = ${job.leaseToken}::uuid returning id`.execute(db);
  return kept.rows.length > 0;
}

/** How an attempt ended. `retry` has no last time: what was promised is delivered when the other side is back. */
export type Outcome =
  { status: 'done' } | { status: 'retry'; afterMs: number; reason: string } | { status: 'dead'; reason: string };

/** Writes the outcome, if the lease is still ours; may be called inside the handler's own transaction. */
export async function settle(db: Kysely<any>, job: ClaimedJob, outcome: Outcome): Promise<boolean> {
  const reason = outcome.status === 'done' ? null : outcome.reason.slice(0, 2000);
  const delay = outcome.status === 'retry' ? outcome.afterMs : 0;
  const written = await sql`
    update job set lease_token = null, lease_until = null, last_error = ${reason},
      done_at = case when ${outcome.status}::text = 'done' then now() end,
      dead_at = case when ${outcome.status}::text = 'dead' then now() end,
      run_at = case when ${outcome.status}::text = 'retry' then now() + ${delay} * interval '1 millisecond' else run_at end
    where id = ${job.id} and lease_token = ${job.leaseToken}::uuid returning id`.execute(db);
  return written.rows.length > 0;
}

/** What waits, for a page of the operator and for tests. */
export async function waitingJobs(db: AnyDatabase, queue: string): Promise<JobTable[]> {
  const rows = await sql<JobTable>`select * from job where queue = ${queue} and done_at is null order by id`.execute(db);
  return rows.rows;
}
