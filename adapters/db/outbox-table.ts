import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One row of `job`: a message that must happen because its transaction committed. */
export interface JobTable {
  id: number;
  queue: string;
  /** Unique in its queue: the same business fact enqueued twice is one job. */
  key: string;
  payload: unknown;
  run_at: Date;
  attempts: number;
  lease_token: string | null;
  lease_until: Date | null;
  last_error: string | null;
  done_at: Date | null;
  /** Given up by the handler's own word (`dead`), never by the number of attempts. */
  dead_at: Date | null;
  created_at: Date;
}

export const outboxMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-21T1930-job': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table job (
          id bigint generated always as identity primary key,
          queue text not null,
          key text not null,
          payload jsonb not null,
          run_at timestamptz not null default now(),
          attempts integer not null default 0,
          lease_token uuid,
          lease_until timestamptz,
          last_error text,
          done_at timestamptz,
          dead_at timestamptz,
          created_at timestamptz not null default now(),
          unique (queue, key)
        )`.execute(db);
      await sql`create index job_due on job (queue, run_at) where done_at is null and dead_at is null`.execute(db);
    },
  },
  '2026-11-22T0155-job-done': {
    async up(db: Kysely<unknown>) {
      await sql`create index job_done on job (done_at) where done_at is not null`.execute(db);
    },
  },
};
