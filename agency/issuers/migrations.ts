import { sql, type Kysely } from 'kysely';
import { addContents } from '@antin/adapters/devices/migrations';
import type { Migration } from 'kysely/migration';

export const issuersMigrations: Record<string, Migration> = {
  '2026-11-22T0200-issuers-requests': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.issuer_request (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          connector text not null,
          state text not null check (state in ('prepared', 'sending', 'to-carry', 'sent', 'finished', 'refused', 'withdrawn')),
          number text,
          round_id uuid,
          -- Canonical JSON (RFC 8785), the octets that are signed and hashed.
          content text not null,
          sha256 text not null,
          sealed_by text,
          container_sha256 text,
          media_type text,
          created_at timestamptz not null,
          created_by text not null,
          sent_at timestamptz,
          -- The highest batch of answers up to which none is missing.
          last_sequence integer not null default 0,
          last_error text
        )`.execute(db);
      await sql`create index issuer_request_agency on agency.issuer_request (agency_id, created_at desc, id desc)`.execute(db);
      await sql`
        create table agency.issuer_item (
          id uuid primary key,
          request_id uuid not null references agency.issuer_request (id),
          ordinal integer not null,
          act text not null,
          state text not null,
          sequence integer not null default 0,
          name text not null,
          form text,
          agency_id uuid not null references agency.agency (id),
          agency_name text not null,
          -- SHA-256 of the SubjectPublicKeyInfo, where the key is known before the answer.
          spki_sha256 text,
          certificate_id uuid,
          certificate_sha256 text,
          text text,
          changed_at timestamptz,
          unique (request_id, ordinal)
        )`.execute(db);
      await sql`create index issuer_item_key on agency.issuer_item (spki_sha256) where spki_sha256 is not null`.execute(db);
      await sql`create unique index issuer_item_certificate on agency.issuer_item (certificate_sha256)
        where certificate_sha256 is not null`.execute(db);
      await sql`
        create table agency.issuer_batch (
          request_id uuid not null references agency.issuer_request (id),
          sequence integer not null,
          sha256 text not null,
          content text not null,
          at timestamptz not null,
          primary key (request_id, sequence)
        )`.execute(db);
      await sql`
        create table agency.issuer_question (
          id uuid primary key,
          request_id uuid not null references agency.issuer_request (id),
          item_id uuid not null references agency.issuer_item (id),
          agency_id uuid not null references agency.agency (id),
          text text not null,
          asked_at timestamptz not null,
          answer text,
          answered_at timestamptz,
          answered_by text,
          delivered_at timestamptz
        )`.execute(db);
      await sql`create index issuer_question_open on agency.issuer_question (agency_id) where answered_at is null`.execute(db);
      await sql`
        create table agency.issuer_unmatched (
          id uuid primary key,
          request_id uuid not null references agency.issuer_request (id),
          agency_id uuid not null references agency.agency (id),
          item_id uuid,
          reason text not null,
          content_sha256 text not null,
          der bytea,
          chain bytea[] not null default '{}',
          device_serial text,
          file_name text,
          subject text,
          serial_hex text,
          detail text,
          at timestamptz not null,
          settled_at timestamptz,
          settled_by text,
          settled_as text,
          unique (request_id, reason, content_sha256)
        )`.execute(db);
      await sql`create index issuer_unmatched_open on agency.issuer_unmatched (agency_id, at, id) where settled_at is null`.execute(
        db,
      );
    },
  },
  '2026-11-22T0512-issuers-sealed-at-rest': {
    async up(db: Kysely<unknown>) {
      // Older rows lie open until the job has sealed them (at-rest.ts): a migration has no key.
      await sql`alter table agency.issuer_request alter column content drop not null, add column content_sealed bytea,
        add constraint issuer_request_content check (num_nonnulls(content, content_sealed) = 1)`.execute(db);
      await sql`
        create table agency.sealed_file (
          -- Of the content, by which rows name it.
          sha256 text primary key,
          -- Of the sealed octets: its name in the store.
          stored_sha256 text not null,
          size integer not null,
          at timestamptz not null
        )`.execute(db);
    },
  },
  '2026-11-22T0520-issuers-attachments': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.issuer_attachment (
          request_id uuid not null references agency.issuer_request (id),
          sha256 text not null,
          primary key (request_id, sha256)
        )`.execute(db);
      await sql`create index issuer_attachment_content on agency.issuer_attachment (sha256)`.execute(db);
    },
  },
  '2026-11-22T0525-issuers-signed-by-organisation': {
    async up(db: Kysely<unknown>) {
      await addContents(db);
      await sql`
        create table agency.issuer_signing (
          id uuid primary key,
          sequence bigint generated always as identity,
          request_id uuid not null references agency.issuer_request (id),
          job_id uuid not null unique,
          state text not null check (state in ('waiting', 'value-received', 'done', 'ended')),
          reason text,
          credential_sha256 text not null,
          signer text not null,
          -- Of request.pdf, sealed: a print of tomorrow would be another file.
          paper_sha256 text not null,
          sums text not null,
          to_be_signed jsonb not null,
          value bytea,
          started_at timestamptz not null
        )`.execute(db);
      await sql`create index issuer_signing_request on agency.issuer_signing (request_id, sequence)`.execute(db);
    },
  },
  '2026-11-22T0840-issuers-leader-signs-and-withdrawn-is-shredded': {
    async up(db: Kysely<unknown>) {
      // A leader's signature is a container of its own until the organisation signs the same files behind it.
      await sql`alter table agency.issuer_signing
        add column role text not null default 'organisation' check (role in ('leader', 'organisation')),
        add column container_sha256 text, add column done_at timestamptz`.execute(db);
      await sql`create unique index issuer_signing_leader on agency.issuer_signing (request_id)
        where role = 'leader' and state = 'done'`.execute(db);
      await sql`alter table agency.issuer_request add column withdrawn_at timestamptz, add column shredded_at timestamptz,
        drop constraint issuer_request_content, add constraint issuer_request_content
          check (num_nonnulls(content, content_sealed) = case when shredded_at is null then 1 else 0 end)`.execute(db);
      await sql`update agency.issuer_request set withdrawn_at = now() where state = 'withdrawn'`.execute(db);
      await sql`create index issuer_request_withdrawn on agency.issuer_request (withdrawn_at)
        where state = 'withdrawn' and shredded_at is null`.execute(db);
    },
  },
};
