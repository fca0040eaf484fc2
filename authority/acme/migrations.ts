import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@antin/adapters/db/migrate';

/** ACME (RFC 8555): accounts bound to approved machines, their orders, and nonces that were used. */
export const acmeMigrations: Migrations = {
  '2026-11-22T0310-acme': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.acme_account (
          id uuid primary key,
          thumbprint text not null unique,
          jwk jsonb not null,
          contact jsonb not null,
          enrolment_id uuid not null references authority.enrolment_account (id),
          created_at timestamptz not null,
          deactivated_at timestamptz
        )`.execute(db);
      await sql`
        create table authority.acme_order (
          id uuid primary key,
          account_id uuid not null references authority.acme_account (id),
          names text[] not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          certificate bytea,
          error jsonb
        )`.execute(db);
      await sql`create index acme_order_account on authority.acme_order (account_id, created_at)`.execute(db);
      await sql`create table authority.acme_used_nonce (nonce text primary key, until timestamptz not null)`.execute(db);
      await sql`create index acme_used_nonce_until on authority.acme_used_nonce (until)`.execute(db);
    },
  },
  '2026-11-22T0350-acme-forgetting': {
    async up(db: Kysely<unknown>) {
      await sql`create index acme_order_expires on authority.acme_order (expires_at)`.execute(db);
      await sql`create index acme_account_enrolment on authority.acme_account (enrolment_id)`.execute(db);
    },
  },
  '2026-11-22T0513-acme-one-key-an-order': {
    async up(db: Kysely<unknown>) {
      // Closed from this side (RFC 8555 §7.1.2 "revoked"); `deactivated_at` is the client's own act.
      await sql`alter table authority.acme_account add column revoked_at timestamptz`.execute(db);
      await sql`
        alter table authority.acme_order
          -- The key of the finalize that came first; another one finds the order taken.
          add column spki_sha256 text,
          add column claimed_at timestamptz,
          add column not_before timestamptz,
          add column not_after timestamptz,
          -- Certificate that this order is to follow, as RFC 9773 names it.
          add column replaces text,
          add check ((spki_sha256 is null) = (claimed_at is null))`.execute(db);
      await sql`
        create index acme_order_replaces on authority.acme_order (replaces) where replaces is not null`.execute(db);
    },
  },
};
