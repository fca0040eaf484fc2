import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const signingMigrations: Record<string, Migration> = {
  '2026-11-21T19:55:00Z-signing-attempts': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.signing_attempt (
          id uuid primary key,
          sequence bigint generated always as identity,
          document_id uuid not null references agency.document (id),
          act text not null check (act in ('sign', 'issue')),
          entry_id uuid references agency.register_entry (id),
          person_id uuid not null references agency.person (id),
          position_id uuid not null references agency.position (id),
          credential_sha256 text not null,
          job_id uuid not null unique,
          -- waiting: a device was asked. value-received: it answered, the rest is ours to finish.
          state text not null check (state in ('waiting', 'value-received', 'done', 'not-used', 'unknown', 'failed', 'abandoned')),
          reason text,
          revocation text not null check (revocation in ('good', 'not-checked')),
          signer_name text not null,
          signer_title text,
          place jsonb,
          started_at timestamptz not null,
          time_stamped_at timestamptz,
          check ((act = 'issue') = (entry_id is not null))
        )`.execute(db);
      await sql`create index signing_attempt_document on agency.signing_attempt (document_id, sequence desc)`.execute(db);
      await sql`
        create table agency.signing_file (
          attempt_id uuid not null references agency.signing_attempt (id),
          ordinal integer not null,
          file_id uuid not null,
          base_sha256 text not null,
          prepared_sha256 text not null,
          to_be_signed jsonb not null,
          value bytea,
          time_stamp_token bytea,
          result_sha256 text,
          result_size bigint,
          primary key (attempt_id, ordinal)
        )`.execute(db);
      // One attempt at a time may hold values that wait to be embedded.
      await sql`create unique index signing_attempt_one_received on agency.signing_attempt (document_id) where state = 'value-received'`.execute(
        db,
      );
    },
  },
  '2026-11-21T22:46:00Z-signing-batches': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.signing_batch (
          id uuid primary key references agency.signing_job_batch (id),
          person_id uuid not null references agency.person (id),
          position_id uuid not null references agency.position (id),
          stopped_at timestamptz
        )`.execute(db);
      await sql`
        create table agency.signing_batch_item (
          batch_id uuid not null references agency.signing_batch (id),
          ordinal integer not null,
          document_id uuid not null,
          version integer not null,
          place jsonb not null,
          job_id uuid,
          reason text,
          primary key (batch_id, ordinal),
          unique (batch_id, document_id)
        )`.execute(db);
    },
  },
};
