import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@antin/adapters/db/migrate';

/** Statements of officers on their way to a device and back. Short-lived: what counts is kept with the act it is about. */
export const statementsMigrations: Migrations = {
  '2026-11-22T0230-statements-orders': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.statement_order (
          id uuid primary key,
          officer_id uuid not null references authority.officer (id),
          job_id uuid not null unique,
          -- [{ statement: canonical text, toBeSigned: CAdES as JSON }], in the order of the job's documents
          prepared jsonb not null,
          -- base64 CMS in the same order, once the device has signed
          signatures jsonb,
          created_at timestamptz not null
        )`.execute(db);
    },
  },
  '2026-11-22T0350-statements-forgetting': {
    async up(db: Kysely<unknown>) {
      await sql`create index statement_order_created on authority.statement_order (created_at)`.execute(db);
    },
  },
};
