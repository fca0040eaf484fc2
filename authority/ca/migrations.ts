import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The CA as a series of generations. */
export const caMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-22T0215-ca-generations': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.ca (
          issuer_sha256 text primary key,
          series text not null check (series ~ '^[a-z][a-z0-9-]{0,30}$'),
          generation integer not null check (generation > 0),
          -- in addresses (/crl/NAME.crl) and in the folder of practice keys
          name text not null unique,
          der bytea not null,
          key_id text not null,
          parent_sha256 text references authority.ca,
          state text not null check (state in ('prepared', 'active', 'status-only', 'retired')),
          not_before timestamptz not null,
          not_after timestamptz not null,
          prepared_at timestamptz not null,
          activated_at timestamptz,
          superseded_at timestamptz,
          retired_at timestamptz,
          unique (series, generation),
          check (state not in ('active', 'status-only') or activated_at is not null)
        )`.execute(db);
      // Two schedulers or officers at once cannot leave two generations issuing.
      await sql`create unique index ca_active on authority.ca (series) where state = 'active'`.execute(db);
      await sql`create index ca_superseded on authority.ca (superseded_at) where state = 'status-only'`.execute(db);
      // Which series answers for a profile: exactly one.
      await sql`create table authority.ca_profile (profile text primary key, series text not null)`.execute(db);
      // RFC 4210 §4.4: what lets somebody who trusts one generation believe the other.
      await sql`
        create table authority.ca_link (
          signer_sha256 text not null references authority.ca,
          subject_sha256 text not null references authority.ca,
          kind text not null check (kind in ('new-with-old', 'old-with-new')),
          der bytea not null,
          signed_at timestamptz not null,
          primary key (signer_sha256, subject_sha256)
        )`.execute(db);
      // The last day on which anybody may ask a generation for status.
      await sql`create index certificate_by_expiry on authority.certificate (issuer_sha256, not_after)`.execute(db);
    },
  },
  '2026-11-22T0240-ca-signer-ledger': {
    async up(db: Kysely<unknown>) {
      // How far the ledger of each signer process was compared with the records.
      await sql`create table authority.signer_ledger (signer text primary key, next bigint not null)`.execute(db);
      await sql`create index ca_by_key on authority.ca (key_id)`.execute(db);
    },
  },
};
