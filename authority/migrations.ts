import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { caMigrations } from './ca/migrations.ts';
import { officersMigrations } from './officers/migrations.ts';
import { registrationMigrations } from './registration/migrations.ts';
import { registeredIssuanceMigrations } from './registration/registered-issuance.ts';
import { issuanceMigrations } from './issuance/migrations.ts';
import { devicesMigrations } from '@antin/adapters/devices/migrations';
import { journalMigrations } from './journal/migrations.ts';
import { acmeMigrations } from './acme/migrations.ts';
import { consoleMigrations } from './console/migrations.ts';
import { databaseRolesMigrations } from './database-roles/migrations.ts';
import { enrolmentMigrations } from './enrolment/migrations.ts';
import { statementsMigrations } from './statements/migrations.ts';
import { publicationMigrations } from './publication/migrations.ts';
import { statusMigrations } from './status/migrations.ts';

/** Tables of the authority, in a schema of their own. Forward only. */
export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-21T1950-authority': {
    async up(db: Kysely<unknown>) {
      await sql`create schema authority`.execute(db);
      // One row a serial, written before anything is signed. `intended` → `signing` → `good`, or `abandoned` by the
      // reconciler after a crash. What is not `good` was never proven issued.
      await sql`
        create table authority.certificate (
          issuer_sha256 text not null,
          serial_hex text not null,
          state text not null check (state in ('intended', 'signing', 'good', 'abandoned')),
          profile text not null,
          profile_hash text not null,
          subject text not null,
          spki_sha256 text not null,
          not_before timestamptz not null,
          not_after timestamptz not null,
          lint_certificate bytea,
          der bytea,
          intended_at timestamptz not null,
          issued_at timestamptz,
          primary key (issuer_sha256, serial_hex),
          check ((state = 'good') = (der is not null))
        )`.execute(db);
      await sql`create index certificate_by_key on authority.certificate (spki_sha256)`.execute(db);
      await sql`create index certificate_unfinished on authority.certificate (state) where state in ('intended', 'signing')`.execute(
        db,
      );
      await sql`
        create table authority.revocation (
          issuer_sha256 text not null,
          serial_hex text not null,
          revoked_at timestamptz not null,
          reason smallint not null,
          entry bytea not null,
          recorded_at timestamptz not null,
          primary key (issuer_sha256, serial_hex),
          foreign key (issuer_sha256, serial_hex) references authority.certificate
        )`.execute(db);
      await sql`
        create table authority.crl (
          issuer_sha256 text not null,
          number bigint not null,
          this_update timestamptz not null,
          next_update timestamptz not null,
          entries integer not null,
          der bytea not null,
          primary key (issuer_sha256, number)
        )`.execute(db);
      await sql`
        create table authority.time_stamp (
          serial_hex text primary key,
          gen_time timestamptz not null,
          digest text not null,
          imprint bytea not null
        )`.execute(db);
      await sql`create index time_stamp_by_time on authority.time_stamp (gen_time)`.execute(db);
      await sql`
        create table authority.event (
          id bigint generated always as identity primary key,
          at timestamptz not null,
          kind text not null,
          serial_hex text,
          detail jsonb not null
        )`.execute(db);
      // What happened stays as it was written.
      await sql`
        create function authority.event_is_append_only() returns trigger language plpgsql as $$
        begin raise exception 'authority.event is append-only'; end $$`.execute(db);
      await sql`
        create trigger event_append_only before update or delete on authority.event
        for each row execute function authority.event_is_append_only()`.execute(db);
    },
  },
  ...statusMigrations,
  ...publicationMigrations,
  ...journalMigrations,
  ...devicesMigrations,
  ...statementsMigrations,
  ...enrolmentMigrations,
  ...acmeMigrations,
  ...issuanceMigrations,
  ...officersMigrations,
  ...registrationMigrations,
  ...caMigrations,
  ...registeredIssuanceMigrations,
  ...consoleMigrations,
  ...databaseRolesMigrations,
};
