import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const reorganisationMigrations: Record<string, Migration> = {
  '2026-11-22T0245-reorganisation': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.reorganisation (
          id uuid primary key,
          agency_id uuid not null references agency.agency (id),
          name text not null,
          plan jsonb not null,
          moves jsonb not null,
          effective_on date not null,
          grounds_number text not null,
          grounds_date date not null,
          state text not null check (state in ('draft', 'checked', 'scheduled', 'effective', 'cancelled')),
          effects jsonb,
          -- Of what the check showed: only that is decided.
          effects_sha256 text,
          -- Why it did not take effect on its day.
          failure text,
          created_at timestamptz not null,
          created_by_name text not null,
          decided_by uuid,
          decided_position uuid,
          effective_at timestamptz,
          check ((effects is null) = (effects_sha256 is null))
        )`.execute(db);
      await sql`create index reorganisation_agency on agency.reorganisation (agency_id, created_at desc)`.execute(db);
      await sql`
        create table agency.reorganisation_certificate (
          reorganisation_id uuid not null references agency.reorganisation (id),
          item_id uuid not null,
          ordinal integer not null,
          act text not null,
          -- Sealed: a request holds citizen numbers. Null when something is missing that an issuer asks for.
          item_sealed bytea,
          missing text[] not null,
          sha256 text,
          holder text not null,
          form text not null,
          -- The line of the certificate register, when it has one.
          holding_id uuid,
          request_id uuid,
          primary key (reorganisation_id, item_id)
        )`.execute(db);
    },
  },
  '2026-11-22T1000-reorganisation-item-plan': {
    async up(db: Kysely<unknown>) {
      // What an item is made of, without anything of a person but who it is: it is made again when something was completed.
      await sql`alter table agency.reorganisation_certificate add column plan jsonb`.execute(db);
    },
  },
};
