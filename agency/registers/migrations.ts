import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const registersMigrations: Record<string, Migration> = {
  '2026-11-21T19:50:00Z-registers-books': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.register (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          direction text not null check (direction in ('outgoing', 'incoming')),
          name text not null,
          year integer not null,
          -- Incoming books number their entries themselves; outgoing ones take the numbers of their series.
          last_number integer not null default 0,
          closed_on date,
          unique (agency_id, direction, year)
        )`.execute(db);
      await sql`
        create table agency.number_series (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          register_id uuid not null references agency.register (id),
          key text not null,
          name text not null,
          year integer not null,
          type_codes text[],
          last_number integer not null default 0 check (last_number >= 0),
          unique (agency_id, key, year)
        )`.execute(db);
      await sql`
        create table agency.register_entry (
          id uuid primary key,
          register_id uuid not null references agency.register (id),
          agency_id uuid not null references agency.agency (id),
          series_id uuid references agency.number_series (id),
          year integer not null,
          number integer not null check (number >= 1),
          state text not null check (state in ('reserved', 'issued', 'voided', 'released', 'registered')),
          void_reason text,
          number_and_notation text not null,
          date date not null,
          arrived_on date,
          type_name text not null,
          subject text not null,
          signer_name text,
          issuer_name text,
          addressees text[] not null default '{}',
          unit text,
          note text,
          file_sha256 text,
          annexes jsonb not null default '[]'::jsonb,
          document_id uuid,
          incoming_id uuid unique,
          reserved_at timestamptz,
          entered_at timestamptz not null,
          search text not null,
          check ((state = 'voided') = (void_reason is not null)),
          check ((series_id is null) = (arrived_on is not null))
        )`.execute(db);
      // What makes a doubled number impossible, whatever the code above does.
      await sql`create unique index register_entry_series_number on agency.register_entry (series_id, number)
        where series_id is not null and state <> 'released'`.execute(db);
      await sql`create unique index register_entry_notation on agency.register_entry (agency_id, year, number_and_notation)
        where series_id is not null and state <> 'released'`.execute(db);
      await sql`create unique index register_entry_incoming_number on agency.register_entry (register_id, number)
        where series_id is null`.execute(db);
      await sql`create unique index register_entry_one_a_document on agency.register_entry (document_id)
        where document_id is not null and state in ('reserved', 'issued')`.execute(db);
      await sql`create index register_entry_book on agency.register_entry (register_id, number desc)`.execute(db);
    },
  },
  '2026-11-21T20:15:00Z-registers-book-by-date': {
    async up(db: Kysely<unknown>) {
      await sql`create index register_entry_by_date on agency.register_entry (register_id, date desc, number desc)`.execute(db);
    },
  },
};
