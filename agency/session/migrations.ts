import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const sessionMigrations: Record<string, Migration> = {
  '2026-11-21T19:40:00Z-session-sessions': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.session (
          -- SHA-256 of the cookie's value: a copy of the table signs nobody in.
          token_hash text primary key,
          person_id uuid not null references agency.person (id),
          position_id uuid not null references agency.position (id),
          created_at timestamptz not null,
          last_seen_at timestamptz not null,
          expires_at timestamptz not null
        )`.execute(db);
      await sql`create index session_expires on agency.session (expires_at)`.execute(db);
      await sql`
        create table agency.sign_in_attempt (
          id bigint generated always as identity primary key,
          sign_in_name text not null,
          address text not null,
          at timestamptz not null
        )`.execute(db);
      await sql`create index sign_in_attempt_name on agency.sign_in_attempt (sign_in_name, at)`.execute(db);
      await sql`create index sign_in_attempt_address on agency.sign_in_attempt (address, at)`.execute(db);
    },
  },
};
