import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const documentsMigrations: Record<string, Migration> = {
  '2026-11-21T19:45:00Z-documents-documents': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.upload (
          agency_id uuid not null references agency.agency (id),
          sha256 text not null,
          size bigint not null,
          media_type text not null,
          pdf jsonb,
          person_id uuid not null references agency.person (id),
          uploaded_at timestamptz not null,
          -- By agency: knowing the hash of another office's file must not open it.
          primary key (agency_id, sha256)
        )`.execute(db);
      await sql`
        create table agency.document (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          state text not null check (state in ('draft', 'awaiting-signature', 'returned', 'signed', 'awaiting-seal', 'issued')),
          type_code text not null,
          subject text not null,
          notation text not null,
          urgency text not null check (urgency in ('normal', 'urgent', 'very-urgent', 'flash')),
          drafter_position_id uuid not null references agency.position (id),
          signer_position_id uuid not null references agency.position (id),
          places jsonb,
          return_reason text,
          entry_id uuid,
          number integer,
          number_and_notation text,
          date date,
          reserved_at timestamptz,
          signed_at timestamptz,
          issued_at timestamptz,
          waiting_since timestamptz not null,
          created_at timestamptz not null,
          version integer not null,
          search text not null,
          number_search text,
          check ((state in ('awaiting-seal', 'issued')) = (number is not null)),
          check ((number is null) = (entry_id is null) and (number is null) = (date is null) and (number is null) = (number_and_notation is null)),
          check ((state = 'returned') = (return_reason is not null)),
          check ((state in ('signed', 'awaiting-seal', 'issued')) = (signed_at is not null)),
          check ((state = 'issued') = (issued_at is not null))
        )`.execute(db);
      await sql`create index document_agency on agency.document (agency_id, waiting_since desc)`.execute(db);
      await sql`create index document_to_sign on agency.document (signer_position_id) where state = 'awaiting-signature'`.execute(
        db,
      );
      await sql`
        create table agency.document_addressee (
          document_id uuid not null references agency.document (id) on delete cascade,
          agency_id uuid not null references agency.agency (id),
          ordinal integer not null,
          primary key (document_id, agency_id)
        )`.execute(db);
      await sql`
        create table agency.document_file (
          id uuid primary key,
          document_id uuid not null references agency.document (id) on delete cascade,
          role text not null check (role in ('main', 'annex')),
          ordinal integer not null,
          name text not null,
          media_type text not null,
          -- As uploaded; the ones below are this file grown by revisions (for a PDF), never rewritten.
          original_sha256 text not null,
          original_size bigint not null,
          sha256 text not null,
          size bigint not null,
          binding text not null check (binding in ('signed', 'hash')),
          unique (document_id, role, ordinal)
        )`.execute(db);
      await sql`create unique index document_file_one_main on agency.document_file (document_id) where role = 'main'`.execute(db);
    },
  },
};
