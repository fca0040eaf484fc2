import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { importMigrations } from './import/migrations.ts';
import { datedMigrations } from './dated-migrations.ts';

export const directoryMigrations: Record<string, Migration> = {
  '2026-11-21T19:35:00Z-directory-agencies': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.agency (
          id uuid primary key,
          code text not null unique,
          name text not null,
          short_name text not null,
          level integer not null check (level >= 1),
          level_name text not null,
          parent_id uuid references agency.agency (id),
          valid_from date not null,
          valid_to date check (valid_to > valid_from),
          place text not null,
          notation text not null,
          seal_image_sha256 text,
          search text not null
        )`.execute(db);
      await sql`
        create table agency.agency_successor (
          agency_id uuid not null references agency.agency (id),
          successor_id uuid not null references agency.agency (id) check (successor_id <> agency_id),
          ordinal integer not null,
          primary key (agency_id, successor_id)
        )`.execute(db);
      await sql`
        create table agency.agency_code_alias (
          agency_id uuid not null references agency.agency (id),
          code text not null,
          valid_from date not null,
          valid_to date,
          primary key (code, valid_from)
        )`.execute(db);
    },
  },
  '2026-11-21T19:36:00Z-directory-people': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.person (
          id uuid primary key,
          sign_in_name text not null unique check (sign_in_name = lower(sign_in_name)),
          full_name text not null,
          password_hash text,
          signature_image_sha256 text
        )`.execute(db);
      await sql`
        create table agency.position (
          id uuid primary key,
          person_id uuid not null references agency.person (id),
          agency_id uuid not null references agency.agency (id),
          title text not null,
          unit_name text,
          capacity text not null default '',
          roles text[] not null,
          valid_from date not null,
          valid_to date check (valid_to > valid_from)
        )`.execute(db);
      await sql`create index position_person on agency.position (person_id)`.execute(db);
      await sql`create index position_agency on agency.position (agency_id)`.execute(db);
      await sql`
        create table agency.bound_certificate (
          sha256 text primary key,
          issuer bytea not null,
          serial_hex text not null,
          der bytea not null,
          subject_text text not null,
          issuer_text text not null,
          not_before timestamptz not null,
          not_after timestamptz not null,
          person_id uuid references agency.person (id),
          agency_id uuid references agency.agency (id),
          bound_at timestamptz not null,
          unbound_at timestamptz,
          check ((person_id is null) <> (agency_id is null))
        )`.execute(db);
      // Two certificates of one issuer and serial number would make "whose is it" a matter of luck.
      await sql`create unique index bound_certificate_name on agency.bound_certificate (sha256(issuer), serial_hex)`.execute(db);
    },
  },
  ...datedMigrations,
  ...importMigrations,
};
