import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const officersMigrations: Record<string, Migration> = {
  '2026-11-22T0200-officers': {
    async up(db: Kysely<unknown>) {
      // Nobody is removed: acts keep the names of those who did them.
      await sql`
        create table authority.officer (
          id uuid primary key,
          sign_in_name text not null unique,
          full_name text not null,
          password_hash text,
          must_change_password boolean not null default true,
          active boolean not null default true,
          certificate bytea,
          certificate_sha256 text unique,
          created_at timestamptz not null,
          check ((certificate is null) = (certificate_sha256 is null))
        )`.execute(db);
      await sql`
        create table authority.officer_role (
          id bigint generated always as identity primary key,
          officer_id uuid not null references authority.officer (id),
          role text not null check (role in ('registration', 'approval', 'issuance', 'revocation', 'audit', 'operation')),
          valid_from date not null,
          valid_to date,
          check (valid_to is null or valid_to >= valid_from)
        )`.execute(db);
      await sql`create index officer_role_officer on authority.officer_role (officer_id)`.execute(db);
      // Who audits must not have done what is audited. Pairs are data: an issuer may add its own.
      await sql`
        create table authority.incompatible_role (
          role text not null,
          with_role text not null,
          primary key (role, with_role),
          check (role < with_role)
        )`.execute(db);
      await sql`
        insert into authority.incompatible_role (role, with_role) values
          ('approval', 'audit'), ('audit', 'issuance'), ('audit', 'operation'), ('audit', 'registration'),
          ('audit', 'revocation')`.execute(db);
      await sql`
        create table authority.officer_session (
          -- SHA-256 of the cookie's value: a copy of the table signs nobody in.
          token_hash text primary key,
          officer_id uuid not null references authority.officer (id),
          created_at timestamptz not null,
          last_seen_at timestamptz not null,
          expires_at timestamptz not null
        )`.execute(db);
      await sql`create index officer_session_officer on authority.officer_session (officer_id)`.execute(db);
      await sql`create index officer_session_expires on authority.officer_session (expires_at)`.execute(db);
      await sql`
        create table authority.officer_attempt (
          id bigint generated always as identity primary key,
          sign_in_name text not null,
          address text not null,
          at timestamptz not null
        )`.execute(db);
      await sql`create index officer_attempt_name on authority.officer_attempt (sign_in_name, at)`.execute(db);
      await sql`create index officer_attempt_address on authority.officer_attempt (address, at)`.execute(db);
      // Proposed by one, confirmed by another. A first password is here only as its hash.
      await sql`
        create table authority.officer_change (
          id uuid primary key,
          state text not null check (state in ('proposed', 'confirmed', 'rejected')),
          kind text not null,
          change jsonb not null,
          secret_hash text,
          proposed_by uuid not null references authority.officer (id),
          proposed_at timestamptz not null,
          decided_by uuid references authority.officer (id),
          decided_at timestamptz,
          reason text,
          check ((state = 'proposed') = (decided_by is null)),
          check (state <> 'confirmed' or decided_by <> proposed_by)
        )`.execute(db);
      await sql`create index officer_change_open on authority.officer_change (proposed_at) where state = 'proposed'`.execute(db);
      await sql`create index officer_change_newest on authority.officer_change (proposed_at desc)`.execute(db);
      // Agencies that may send requests, each with the certificate of the organisation that signs them.
      await sql`
        create table authority.sender (
          code text primary key,
          name text not null,
          active boolean not null,
          token_sha256 text unique,
          token_is_enough boolean not null default false,
          certificate bytea,
          certificate_sha256 text unique,
          issuer_name_sha256 text,
          serial_hex text,
          unique (issuer_name_sha256, serial_hex),
          check ((certificate is null) = (serial_hex is null))
        )`.execute(db);
    },
  },
  '2026-11-22T0900-officers-token-for-agencies-below': {
    async up(db: Kysely<unknown>) {
      await sql`alter table authority.sender add column token_for_under boolean not null default false`.execute(db);
    },
  },
};
