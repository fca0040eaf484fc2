import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const exchangeMigrations: Record<string, Migration> = {
  '2026-11-21T19:50:00Z-exchange-outgoing-messages': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.exchange_sequence (
          sender_agency_id uuid not null references agency.agency (id),
          receiver_agency_id uuid not null references agency.agency (id),
          last bigint not null,
          primary key (sender_agency_id, receiver_agency_id)
        )`.execute(db);
      await sql`
        create table agency.outgoing_message (
          id uuid primary key,
          document_id uuid not null,
          sender_agency_id uuid not null references agency.agency (id),
          receiver_agency_id uuid not null references agency.agency (id),
          addressed_agency_id uuid references agency.agency (id),
          sequence bigint not null,
          -- Canonical JSON: exactly what is sent, and what the receipts' content hash covers.
          message text not null,
          content_sha256 text not null,
          state text not null check (state in ('queued', 'arrived', 'registered', 'assigned', 'done', 'refused')),
          queued_at timestamptz not null,
          arrived_at timestamptz,
          registered_at timestamptz,
          incoming_number integer,
          refusal jsonb,
          attempts integer not null default 0,
          last_error text,
          unique (document_id, receiver_agency_id),
          unique (sender_agency_id, receiver_agency_id, sequence)
        )`.execute(db);
      // The sender's evidence: every receipt as it came, with the receiver's signature.
      await sql`
        create table agency.kept_receipt (
          message_id uuid not null references agency.outgoing_message (id),
          kind text not null,
          receipt text not null,
          key_id text not null,
          signature bytea not null,
          kept_at timestamptz not null,
          primary key (message_id, kind)
        )`.execute(db);
    },
  },
};
