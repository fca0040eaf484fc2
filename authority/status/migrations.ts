import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tables of status and revocation. */
export const statusMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-22T0155-status-lists': {
    async up(db: Kysely<unknown>) {
      // The shard is chosen when the certificate is made, and stands in it: see shards.ts. Null: on the full list only.
      await sql`alter table authority.certificate add column crl_shard smallint`.execute(db);
      // What a list needs of a revocation stands in its row, so that building reads one table through one index.
      await sql`
        alter table authority.revocation
          add column crl_shard smallint,
          add column expires_at timestamptz,
          add column invalid_since timestamptz,
          add column cause text,
          add column decided_by text`.execute(db);
      await sql`
        update authority.revocation r set expires_at = c.not_after from authority.certificate c
        where c.issuer_sha256 = r.issuer_sha256 and c.serial_hex = r.serial_hex`.execute(db);
      await sql`alter table authority.revocation alter column expires_at set not null`.execute(db);
      await sql`
        create index revocation_by_shard on authority.revocation (issuer_sha256, crl_shard, serial_hex)
        where crl_shard is not null`.execute(db);

      // A CA generation whose status this authority answers for; nothing of it is loaded before somebody asks.
      await sql`
        create table authority.status_issuer (
          issuer_sha256 text primary key,
          name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
          der bytea not null,
          key_sha1 bytea not null,
          key_sha256 bytea not null,
          name_sha1 bytea not null,
          name_sha256 bytea not null,
          shards smallint not null check (shards between 0 and 1024),
          expired_stay boolean not null,
          every_ms bigint not null,
          valid_ms bigint not null,
          added_at timestamptz not null,
          check (every_ms * 2 < valid_ms)
        )`.execute(db);
      await sql`create index status_issuer_by_key_sha1 on authority.status_issuer (key_sha1)`.execute(db);
      await sql`create index status_issuer_by_key_sha256 on authority.status_issuer (key_sha256)`.execute(db);

      // One row a list: what was published last, and when it is to be built again.
      await sql`
        create table authority.crl_list (
          issuer_sha256 text not null references authority.status_issuer,
          shard smallint not null,
          idp text,
          number bigint,
          this_update timestamptz,
          next_update timestamptz,
          entries integer,
          build_at timestamptz not null,
          failed text,
          primary key (issuer_sha256, shard),
          check ((shard = -1) = (idp is null))
        )`.execute(db);
      await sql`create index crl_list_by_build on authority.crl_list (build_at)`.execute(db);
      await sql`create index crl_list_by_lapse on authority.crl_list (next_update)`.execute(db);
      // Written with a revocation, taken away by the builder that saw it: no revocation waits for a builder's lock.
      await sql`
        create table authority.crl_due (
          id bigint generated always as identity primary key,
          issuer_sha256 text not null,
          shard smallint not null,
          since timestamptz not null
        )`.execute(db);
      await sql`create index crl_due_by_list on authority.crl_due (issuer_sha256, shard)`.execute(db);
      await sql`alter table authority.crl add column shard smallint not null default -1, add column idp text`.execute(db);
      await sql`alter table authority.crl drop constraint crl_pkey, add primary key (issuer_sha256, shard, number)`.execute(db);
      await sql`create index crl_by_time on authority.crl (issuer_sha256, shard, this_update)`.execute(db);
    },
  },
  '2026-11-22T0205-status-answers': {
    async up(db: Kysely<unknown>) {
      // When somebody must look, because the list was not built as its schedule says.
      await sql`alter table authority.crl_list add column alarm_at timestamptz`.execute(db);
      await sql`update authority.crl_list set alarm_at = build_at + interval '1 hour'`.execute(db);
      await sql`alter table authority.crl_list alter column alarm_at set not null`.execute(db);
      await sql`create index crl_list_by_alarm on authority.crl_list (alarm_at)`.execute(db);
      await sql`drop index authority.crl_list_by_lapse`.execute(db);
      // Pre-signed OCSP answers; a revocation deletes them in its own transaction.
      await sql`
        create table authority.ocsp_answer (
          issuer_sha256 text not null,
          serial_hex text not null,
          hash text not null check (hash in ('SHA-1', 'SHA-256')),
          der bytea not null,
          this_update timestamptz not null,
          next_update timestamptz not null,
          refresh_at timestamptz not null,
          primary key (issuer_sha256, serial_hex, hash)
        )`.execute(db);
      await sql`create index ocsp_answer_by_refresh on authority.ocsp_answer (refresh_at)`.execute(db);
      // What officers are to hear of; written by the job of a revocation.
      await sql`
        create table authority.notice (
          id bigint generated always as identity primary key,
          key text not null unique,
          at timestamptz not null,
          kind text not null,
          issuer_sha256 text not null,
          serial_hex text not null,
          detail jsonb not null
        )`.execute(db);
    },
  },
  '2026-11-22T0558-status-revoked-for': {
    async up(db: Kysely<unknown>) {
      // The request it was asked in: what a crash left between revoking and closing that request is not against it.
      await sql`alter table authority.revocation add column request_id uuid`.execute(db);
    },
  },
  '2026-11-22T0624-status-revoked-for-any': {
    async up(db: Kysely<unknown>) {
      // What a revocation was asked in may bear another kind of name than a request of the console.
      await sql`alter table authority.revocation alter column request_id type text`.execute(db);
    },
  },
};
