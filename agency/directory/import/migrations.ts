import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const importMigrations: Record<string, Migration> = {
  '2026-11-22T0230-directory-import': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.directory_import (
          id uuid primary key,
          kind text not null check (kind in ('agencies', 'people', 'positions')),
          agency_id uuid not null references agency.agency (id),
          file_name text not null,
          file_sha256 text not null,
          encoding text not null,
          unknown_columns text[] not null,
          state text not null check (state in ('checking', 'ready', 'applying', 'done', 'cancelled', 'failed')),
          without_wrong boolean not null default false,
          created_at timestamptz not null,
          created_by uuid not null,
          created_by_name text not null,
          done_at timestamptz
        )`.execute(db);
      // The same file again is the same import, until it was forgotten.
      await sql`create unique index directory_import_file on agency.directory_import (agency_id, kind, file_sha256)
        where state not in ('cancelled', 'failed')`.execute(db);
      await sql`
        create table agency.directory_import_row (
          import_id uuid not null references agency.directory_import (id) on delete cascade,
          line integer not null,
          cells jsonb not null,
          -- What stood in the column of citizen numbers, sealed; cells hold its last four digits.
          secret bytea,
          action text not null default 'unchecked' check (action in ('unchecked', 'create', 'change', 'same', 'wrong')),
          errors jsonb not null default '[]'::jsonb,
          -- What the row comes to; ids are given here, so that writing it twice is writing it once.
          target jsonb,
          primary key (import_id, line)
        )`.execute(db);
      await sql`create index directory_import_action on agency.directory_import_row (import_id, action, line)`.execute(db);
    },
  },
  '2026-11-22T0918-directory-import-sealed': {
    async up(db: Kysely<unknown>) {
      await sql`
        alter table agency.directory_import_row
          -- Of people: what a row says and what it comes to, sealed, in place of cells and target.
          add column sealed bytea, add column target_sealed bytea`.execute(db);
      // What lay open longer than it was needed.
      await sql`
        update agency.directory_import_row r set cells = '{}'::jsonb, target = null, secret = null from agency.directory_import i
        where i.id = r.import_id and i.kind <> 'agencies' and i.state in ('done', 'cancelled', 'failed')`.execute(db);
    },
  },
};
