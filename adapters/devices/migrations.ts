import { sql, type Kysely } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

const TABLES = [
  'device',
  'device_person',
  'device_nonce',
  'device_code_attempt',
  'device_credential',
  'signing_job_batch',
  'signing_job',
] as const;

/**
 * Signing devices (token agents), whose keys they announced, and the jobs sent to them, in a schema of their own: one
 * installation has them once, whichever of office and authority runs in it.
 *
 * Installations older than the schema have the tables in `agency`, whose own step moves them here.
 */
export const devicesMigrations: Migrations = {
  '2026-11-22T0220-devices': {
    async up(db: Kysely<unknown>) {
      if (!(await exists(db, 'agency')) && !(await exists(db, 'devices'))) await createTables(db);
    },
  },
  '2026-11-22T0506-devices-contents': {
    async up(db: Kysely<unknown>) {
      if (await exists(db, 'devices')) await addContents(db);
    },
  },
};

/**
 * What devices fetch and nobody keeps as a file, and the acts there are now. Safe to be done again: a room that joins later
 * does it too, after its own steps about acts.
 */
export async function addContents(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table if not exists devices.signing_job_content (
      job_id uuid not null references devices.signing_job (id) on delete cascade,
      document integer not null,
      -- -1: the document itself
      part integer not null,
      bytes bytea not null,
      created_at timestamptz not null,
      primary key (job_id, document, part)
    )`.execute(db);
  await sql`create index if not exists signing_job_content_created on devices.signing_job_content (created_at)`.execute(db);
  for (const table of ['signing_job', 'signing_job_batch']) {
    const check = sql.id(`${table}_act_check`);
    await sql`
      alter table devices.${sql.id(table)} drop constraint if exists ${check},
        add constraint ${check} check (act in ('sign', 'issue', 'approve', 'hand-over', 'request'))`.execute(db);
  }
}

/** The last step of the tables' old home. */
export async function moveDevices(db: Kysely<unknown>): Promise<void> {
  if (await exists(db, 'devices')) {
    // An authority came first and made them: the office's own were never used.
    await sql`alter table agency.signing_batch drop constraint signing_batch_id_fkey`.execute(db);
    await sql`
      alter table agency.signing_batch add foreign key (id) references devices.signing_job_batch (id)`.execute(db);
    for (const table of TABLES.toReversed()) await sql`drop table agency.${sql.id(table)}`.execute(db);
    return;
  }
  await sql`create schema if not exists devices`.execute(db);
  for (const table of TABLES) await sql`alter table agency.${sql.id(table)} set schema devices`.execute(db);
  for (const table of ['signing_job', 'signing_job_batch']) {
    await sql`
      alter table devices.${sql.id(table)} drop constraint ${sql.id(`${table}_act_check`)},
        add check (act in ('sign', 'issue', 'approve'))`.execute(db);
  }
}

async function exists(db: Kysely<unknown>, schema: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass(${`${schema}.signing_job`}) is not null as there`.execute(db);
  return rows[0]?.there === true;
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists devices`.execute(db);
  await sql`
    create table devices.device (
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
    create table devices.device_person (
      device_id uuid not null references devices.device (id),
      person_id uuid not null,
      paired_at timestamptz not null,
      removed_at timestamptz,
      primary key (device_id, person_id)
    )`.execute(db);
  await sql`create index device_person_person on devices.device_person (person_id) where removed_at is null`.execute(db);
  await sql`
    create table devices.device_nonce (
      device_id uuid not null references devices.device (id),
      nonce text not null,
      seen_at timestamptz not null,
      primary key (device_id, nonce)
    )`.execute(db);
  await sql`create index device_nonce_seen on devices.device_nonce (seen_at)`.execute(db);
  await sql`create table devices.device_code_attempt (person_id uuid not null, at timestamptz not null)`.execute(db);
  await sql`create index device_code_attempt_person on devices.device_code_attempt (person_id, at)`.execute(db);
  await sql`
    create table devices.device_credential (
      device_id uuid not null references devices.device (id),
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
  await sql`create index device_credential_bound on devices.device_credential (kind, bound_to)`.execute(db);
  await sql`
    create table devices.signing_job_batch (
      id uuid primary key,
      act text not null check (act in ('sign', 'issue', 'approve')),
      device_id uuid not null references devices.device (id),
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
    create table devices.signing_job (
      id uuid primary key,
      sequence bigint generated always as identity,
      act text not null check (act in ('sign', 'issue', 'approve')),
      document_id uuid not null,
      credential_sha256 text not null,
      device_id uuid not null references devices.device (id),
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
      batch_id uuid references devices.signing_job_batch (id),
      batch_ordinal integer,
      check ((answered_at is null) = (answer_body is null)),
      check ((batch_id is null) = (batch_ordinal is null)),
      unique (batch_id, batch_ordinal)
    )`.execute(db);
  await sql`create index signing_job_open on devices.signing_job (device_id, expires_at) where answered_at is null`.execute(db);
  await sql`create index signing_job_document on devices.signing_job (document_id, act, sequence)`.execute(db);
}
