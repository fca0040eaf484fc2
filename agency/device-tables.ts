import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { addContents, moveDevices } from '@antin/adapters/devices/migrations';

/**
 * The first home of the tables of devices; the last step moves them to their own schema (`adapters/devices`).
 *
 * An agent usually belongs to one person; the practice agent holds the keys of many, hence `device_person`.
 */
export const deviceTablesMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-21T19:40:00Z-devices-devices-and-jobs': {
    async up(db: Kysely<unknown>) {
      await sql`create schema if not exists agency`.execute(db);
      await sql`
        create table agency.device (
          id uuid primary key,
          public_key bytea not null unique check (octet_length(public_key) = 32),
          name text not null,
          holder text not null check (holder in ('practice', 'token')),
          created_at timestamptz not null,
          user_code text unique,
          code_expires_at timestamptz,
          paired_at timestamptz,
          last_seen_at timestamptz,
          removed_at timestamptz
        )`.execute(db);
      await sql`
        create table agency.device_person (
          device_id uuid not null references agency.device (id),
          person_id uuid not null,
          paired_at timestamptz not null,
          removed_at timestamptz,
          primary key (device_id, person_id)
        )`.execute(db);
      await sql`create index device_person_person on agency.device_person (person_id) where removed_at is null`.execute(db);
      await sql`
        create table agency.device_nonce (
          device_id uuid not null references agency.device (id),
          nonce text not null,
          seen_at timestamptz not null,
          primary key (device_id, nonce)
        )`.execute(db);
      await sql`create index device_nonce_seen on agency.device_nonce (seen_at)`.execute(db);
      await sql`
        create table agency.device_code_attempt (
          person_id uuid not null,
          at timestamptz not null
        )`.execute(db);
      await sql`create index device_code_attempt_person on agency.device_code_attempt (person_id, at)`.execute(db);
      await sql`
        create table agency.device_credential (
          device_id uuid not null references agency.device (id),
          sha256 text not null,
          certificate bytea not null,
          kind text not null check (kind in ('person', 'organisation')),
          bound_to uuid not null,
          subject text not null,
          issuer text not null,
          serial_hex text not null,
          not_before timestamptz not null,
          not_after timestamptz not null,
          announced_at timestamptz not null,
          primary key (device_id, sha256)
        )`.execute(db);
      await sql`create index device_credential_bound on agency.device_credential (kind, bound_to)`.execute(db);
      await sql`
        create table agency.signing_job (
          id uuid primary key,
          sequence bigint generated always as identity,
          act text not null check (act in ('sign', 'issue')),
          document_id uuid not null,
          credential_sha256 text not null,
          device_id uuid not null references agency.device (id),
          device_name text not null,
          person_id uuid not null,
          person_name text not null,
          position_id uuid not null,
          summary jsonb not null,
          documents jsonb not null,
          comparison_code text not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          state text not null,
          reason text,
          fetched_at timestamptz,
          cancel_requested_at timestamptz,
          closed_at timestamptz,
          answered_at timestamptz,
          answer_body bytea,
          answer_proof text,
          answer_reply text,
          check ((answered_at is null) = (answer_body is null))
        )`.execute(db);
      await sql`create index signing_job_open on agency.signing_job (device_id, expires_at) where answered_at is null`.execute(
        db,
      );
      await sql`create index signing_job_document on agency.signing_job (document_id, act, sequence)`.execute(db);
    },
  },
  '2026-11-21T22:45:00Z-devices-batches': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.signing_job_batch (
          id uuid primary key,
          act text not null check (act in ('sign', 'issue')),
          device_id uuid not null references agency.device (id),
          device_name text not null,
          credential_sha256 text not null,
          person_name text not null,
          comparison_code text not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          -- Until then its jobs are being made and no device sees them.
          released_at timestamptz
        )`.execute(db);
      await sql`
        alter table agency.signing_job
          add column batch_id uuid references agency.signing_job_batch (id),
          add column batch_ordinal integer,
          add check ((batch_id is null) = (batch_ordinal is null)),
          add unique (batch_id, batch_ordinal)`.execute(db);
    },
  },
  '2026-11-22T02:20:00Z-devices-moved': { up: moveDevices },
  '2026-11-22T05:06:00Z-devices-contents': { up: addContents },
};
