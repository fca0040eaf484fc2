import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const needsMigrations: Record<string, Migration> = {
  '2026-11-22T0245-needs-rounds': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.needs_round (
          id uuid primary key,
          owner_id uuid not null references agency.agency (id),
          name text not null,
          year integer not null,
          deadline date not null,
          forms text[] not null,
          guidance text not null,
          state text not null,
          opened_at timestamptz not null,
          version integer not null default 1
        )`.execute(db);
      await sql`create index needs_round_owner on agency.needs_round (owner_id, opened_at)`.execute(db);
      await sql`
        create table agency.needs_sheet (
          id uuid primary key,
          round_id uuid not null references agency.needs_round (id),
          agency_id uuid not null references agency.agency (id),
          above_id uuid references agency.agency (id),
          state text not null,
          return_reason text,
          without_reason text,
          submitted_at timestamptz,
          submitted_by text,
          next_row integer not null default 1,
          version integer not null default 1,
          unique (round_id, agency_id)
        )`.execute(db);
      await sql`create index needs_sheet_agency on agency.needs_sheet (agency_id, state)`.execute(db);
      await sql`create index needs_sheet_above on agency.needs_sheet (above_id, state)`.execute(db);
      await sql`
        create table agency.needs_import (
          id uuid primary key,
          sheet_id uuid not null references agency.needs_sheet (id),
          form text not null,
          file_name text not null,
          file_sha256 text not null,
          state text not null,
          rows integer not null,
          done integer not null default 0,
          added integer not null default 0,
          with_errors integer not null default 0,
          reason text,
          started_by text not null,
          started_at timestamptz not null,
          finished_at timestamptz
        )`.execute(db);
      await sql`
        create table agency.needs_entry (
          id uuid primary key,
          sheet_id uuid not null references agency.needs_sheet (id),
          round_id uuid not null,
          agency_id uuid not null,
          row_no integer not null,
          form text not null,
          act text not null,
          device text not null,
          -- As typed, without what identifies a person: that is sealed beside it.
          cells jsonb not null,
          sealed bytea,
          name text not null,
          -- Keyed hash of who or what it is about, to find it twice in a round and again next year.
          identity bytea,
          person_id uuid,
          errors jsonb not null,
          error_count integer not null,
          warning_count integer not null,
          import_id uuid references agency.needs_import (id),
          version integer not null default 1,
          unique (sheet_id, row_no)
        )`.execute(db);
      await sql`create index needs_entry_identity on agency.needs_entry (round_id, identity) where identity is not null`.execute(
        db,
      );
      await sql`create index needs_entry_count on agency.needs_entry (round_id, sheet_id, form, error_count, warning_count)`.execute(
        db,
      );
      await sql`create index needs_entry_import on agency.needs_entry (import_id) where import_id is not null`.execute(db);
      await sql`
        create table agency.needs_import_row (
          import_id uuid not null references agency.needs_import (id),
          line integer not null,
          entry_id uuid,
          errors jsonb not null,
          primary key (import_id, line)
        )`.execute(db);
      await sql`
        create table agency.needs_change (
          number bigint generated always as identity primary key,
          sheet_id uuid not null references agency.needs_sheet (id),
          kind text not null check (kind in ('add', 'change', 'remove', 'import')),
          entry_ids uuid[] not null default '{}',
          import_id uuid,
          before jsonb,
          at timestamptz not null,
          undone_at timestamptz
        )`.execute(db);
      await sql`create index needs_change_last on agency.needs_change (sheet_id, number) where undone_at is null`.execute(db);
    },
  },
  '2026-11-22T0515-needs-import-files-go': {
    async up(db: Kysely<unknown>) {
      await sql`alter table agency.needs_import alter column file_sha256 drop not null`.execute(db);
    },
  },
  '2026-11-22T0521-needs-papers': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.needs_paper (
          id uuid primary key,
          -- No reference: a row that was removed comes back by undoing, and its papers with it.
          entry_id uuid not null,
          sheet_id uuid not null references agency.needs_sheet (id),
          kind text not null,
          name text not null,
          media_type text not null,
          size integer not null,
          sha256 text not null,
          added_at timestamptz not null,
          added_by text not null,
          unique (entry_id, sha256)
        )`.execute(db);
      await sql`create index needs_paper_sheet on agency.needs_paper (sheet_id)`.execute(db);
      await sql`create index needs_paper_content on agency.needs_paper (sha256)`.execute(db);
      // The list of a round's imports, newest first.
      await sql`create index needs_import_sheet on agency.needs_import (sheet_id, started_at desc, id desc)`.execute(db);
    },
  },
};
