import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@antin/adapters/db/migrate';
import { journalTreeMigrations } from '@antin/adapters/journal/migrations';
import { entryOf } from './entry.ts';

/** The journal of the authority: what happened (`journal_entry`), what waits for a place in the tree, and the places. */
export const journalMigrations: Migrations = {
  ...journalTreeMigrations('authority'),
  '2026-11-22T0151-journal-entries': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.journal_entry (
          id bigint generated always as identity primary key,
          at timestamptz not null,
          kind text not null,
          serial_hex text,
          detail jsonb not null,
          canonical text not null,
          leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
        )`.execute(db);
      await sql`create index journal_entry_serial on authority.journal_entry (serial_hex, id) where serial_hex is not null`.execute(
        db,
      );
      await sql`create index journal_entry_kind on authority.journal_entry (kind, id)`.execute(db);
      await sql`create table authority.journal_waiting (entry bigint primary key)`.execute(db);
      await sql`
        create table authority.journal_place (
          leaf_index bigint primary key,
          entry bigint not null unique references authority.journal_entry
        )`.execute(db);
      const { rows } = await sql<{ at: Date; kind: string; serial_hex: string | null; detail: object }>`
        select at, kind, serial_hex, detail from authority.event order by id`.execute(db);
      for (const row of rows) {
        const entry = entryOf({ id: randomUUID(), at: row.at, kind: row.kind, serialHex: row.serial_hex, detail: row.detail });
        await sql`
          with e as (
            insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
            values (${row.at}, ${row.kind}, ${row.serial_hex}, ${JSON.stringify(row.detail)}::jsonb, ${entry.canonical},
              ${Buffer.from(entry.leafHash)}) returning id)
          insert into authority.journal_waiting (entry) select id from e`.execute(db);
      }
      await sql`drop table authority.event`.execute(db);
      for (const table of ['journal_entry', 'journal_place']) {
        const named = sql.id('authority', table);
        await sql`
          create trigger append_only before update or delete on ${named}
          for each row execute function authority.event_is_append_only()`.execute(db);
        await sql`
          create trigger never_emptied before truncate on ${named}
          for each statement execute function authority.event_is_append_only()`.execute(db);
      }
    },
  },
  '2026-11-22T0512-journal-reading': {
    async up(db: Kysely<unknown>) {
      // Pages newest first: by moment, then by number; filters in front. They stand in for the indexes by number alone.
      await sql`drop index authority.journal_entry_serial, authority.journal_entry_kind`.execute(db);
      await sql`create index journal_entry_at on authority.journal_entry (at, id)`.execute(db);
      await sql`create index journal_entry_kind on authority.journal_entry (kind, at, id)`.execute(db);
      await sql`
        create index journal_entry_serial on authority.journal_entry (serial_hex, at, id) where serial_hex is not null`.execute(
        db,
      );
      await sql`
        create index journal_entry_request on authority.journal_entry
          (coalesce(detail ->> 'requestItemId', detail ->> 'requestId'), at, id)
          where coalesce(detail ->> 'requestItemId', detail ->> 'requestId') is not null`.execute(db);
      await sql`
        create index journal_entry_officer on authority.journal_entry
          (coalesce(detail ->> 'by', detail ->> 'officerId'), at, id)
          where coalesce(detail ->> 'by', detail ->> 'officerId') is not null`.execute(db);
    },
  },
  '2026-11-22T0820-journal-signed-bytes': {
    async up(db: Kysely<unknown>) {
      // What a signer's ledger names when the bytes themselves were forgotten with a database; no entry of issuing is in it.
      await sql`
        create index journal_entry_tbs on authority.journal_entry ((detail ->> 'tbsSha256'))
          where kind in ('crl.published', 'ca.link-signed')`.execute(db);
      // Answers one question about the journal to a part that must not read it. Entries that no signed head held when a restore
      // put them back do not count: whoever writes into the copy could hide a use of a key behind one.
      await sql`
        create function authority.journal_names_signed(signed_kind text, signing_key text, tbs_sha256 text) returns boolean
        language sql stable security definer set search_path = pg_catalog, pg_temp as $$
          select exists (
            select 1 from authority.journal_entry e
            join authority.ca c
              on c.issuer_sha256 = e.detail ->> case e.kind when 'crl.published' then 'issuerSha256' else 'signerSha256' end
            left join authority.journal_place p on p.entry = e.id
            where e.detail ->> 'tbsSha256' = tbs_sha256 and e.kind in ('crl.published', 'ca.link-signed')
              and e.kind = case signed_kind when 'crl' then 'crl.published' when 'link' then 'ca.link-signed' end
              and c.key_id = signing_key
              and not exists (
                select 1 from authority.journal_entry r
                where r.kind = 'journal.restored' and p.leaf_index >= (r.detail ->> 'signed')::bigint
                  and p.leaf_index < (r.detail ->> 'to')::bigint))
        $$`.execute(db);
    },
  },
  '2026-11-22T1010-journal-signed-certificates': {
    async up(db: Kysely<unknown>) {
      // Certificates too, found by their serial: an index of what each would sign would be paid at every issuance.
      await sql`
        create function authority.journal_names_certificate(signing_key text, serial text, tbs_sha256 text) returns boolean
        language sql stable security definer set search_path = pg_catalog, pg_temp as $$
          select exists (
            select 1 from authority.journal_entry e
            join authority.ca c on c.issuer_sha256 = e.detail ->> 'issuerSha256'
            left join authority.journal_place p on p.entry = e.id
            where e.serial_hex = serial and e.kind = 'certificate.signing' and e.detail ->> 'tbsSha256' = tbs_sha256
              and c.key_id = signing_key
              and not exists (
                select 1 from authority.journal_entry r
                where r.kind = 'journal.restored' and p.leaf_index >= (r.detail ->> 'signed')::bigint
                  and p.leaf_index < (r.detail ->> 'to')::bigint))
        $$`.execute(db);
    },
  },
};
