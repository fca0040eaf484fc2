import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { journalTreeMigrations } from '@antin/adapters/journal/migrations';

/** Schema of the tree over the office's journal. */
export const JOURNAL_TREE = 'agency_journal';

export const journalMigrations: Record<string, Migration> = {
  ...journalTreeMigrations(JOURNAL_TREE),
  '2026-11-21T19:30:00Z-journal-schema': {
    async up(db: Kysely<unknown>) {
      await sql`create schema if not exists agency`.execute(db);
    },
  },
  '2026-11-21T19:31:00Z-journal-entries': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.journal (
          sequence bigint primary key,
          at timestamptz not null,
          -- The text that is hashed; the columns after it are for finding entries.
          canonical text not null,
          leaf_hash text not null unique,
          event text not null,
          agency_id uuid,
          document_id uuid,
          incoming_id uuid,
          who text not null,
          position text,
          detail jsonb
        )`.execute(db);
      await sql`create index journal_document on agency.journal (document_id, sequence) where document_id is not null`.execute(
        db,
      );
      await sql`create index journal_incoming on agency.journal (incoming_id, sequence) where incoming_id is not null`.execute(
        db,
      );
      await sql`
        create table agency.journal_head (
          one boolean primary key default true check (one),
          sequence bigint not null,
          leaf_hash text not null
        )`.execute(db);
      await sql`insert into agency.journal_head (sequence, leaf_hash) values (0, repeat('0', 64))`.execute(db);
      await sql`
        create function agency.journal_is_append_only() returns trigger language plpgsql as $$
        begin raise exception 'the journal is append-only'; end $$`.execute(db);
      await sql`
        create trigger journal_append_only before update or delete or truncate on agency.journal
        for each statement execute function agency.journal_is_append_only()`.execute(db);
    },
  },
  '2026-11-22T0558-journal-reading': {
    async up(db: Kysely<unknown>) {
      // Pages of one agency, newest first; null is the installation itself.
      await sql`create index journal_agency on agency.journal (agency_id, sequence)`.execute(db);
      await sql`create index journal_agency_event on agency.journal (agency_id, event, sequence)`.execute(db);
      await sql`create index journal_agency_at on agency.journal (agency_id, at)`.execute(db);
    },
  },
};
