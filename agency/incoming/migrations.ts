import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const incomingMigrations: Record<string, Migration> = {
  '2026-11-21T19:51:00Z-incoming-documents': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.incoming (
          id uuid primary key,
          message_id uuid not null unique,
          sender_agency_id uuid not null references agency.agency (id),
          receiver_agency_id uuid not null references agency.agency (id),
          sequence bigint not null,
          message text not null,
          content_sha256 text not null,
          state text not null check (state in ('arrived', 'registered', 'assigned', 'done', 'refused')),
          arrived_at timestamptz not null,
          verification jsonb,
          verdict text,
          incoming_number integer,
          assignee_position_id uuid references agency.position (id),
          assignment jsonb,
          due_date date,
          refusal jsonb,
          version integer not null default 1,
          search text not null,
          unique (sender_agency_id, receiver_agency_id, sequence)
        )`.execute(db);
      await sql`create index incoming_receiver on agency.incoming (receiver_agency_id, state, arrived_at desc)`.execute(db);
      await sql`create index incoming_assignee on agency.incoming (assignee_position_id) where assignee_position_id is not null`.execute(
        db,
      );
      await sql`
        create table agency.incoming_file (
          id uuid primary key,
          incoming_id uuid not null references agency.incoming (id),
          ordinal integer not null,
          role text not null check (role in ('main', 'annex')),
          name text not null,
          media_type text not null,
          size bigint not null,
          sha256 text not null,
          unique (incoming_id, ordinal)
        )`.execute(db);
      // What this side has said, so that the same message again gets the same receipt.
      await sql`
        create table agency.issued_receipt (
          message_id uuid not null references agency.incoming (message_id),
          kind text not null,
          receipt text not null,
          key_id text not null,
          signature bytea not null,
          primary key (message_id, kind)
        )`.execute(db);
    },
  },
};
