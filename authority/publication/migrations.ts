import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the public may search: a table of its own, without what must not be public. */
export const publicationMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-22T0235-publication': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.published (
          id bigint generated always as identity primary key,
          issuer_sha256 text not null,
          serial_hex text not null,
          fingerprint text not null unique,
          profile text not null,
          subject text not null,
          words tsvector not null,
          mails text[] not null,
          not_before timestamptz not null,
          not_after timestamptz not null,
          downloadable boolean not null,
          unique (issuer_sha256, serial_hex)
        )`.execute(db);
      await sql`create index published_by_serial on authority.published (serial_hex, id)`.execute(db);
      await sql`create index published_by_word on authority.published using gin (words)`.execute(db);
      await sql`create index published_by_mail on authority.published using gin (mails)`.execute(db);
      await sql`alter table authority.certificate add column unpublished boolean not null default true`.execute(db);
      await sql`
        create index certificate_unpublished on authority.certificate (issuer_sha256, serial_hex)
        where state = 'good' and unpublished`.execute(db);
    },
  },
};
