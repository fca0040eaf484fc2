import { sql, type Kysely } from 'kysely';
import type { Migrations } from '../db/migrate.ts';

/**
 * Tables of the Merkle tree over a journal, in a schema of the journal's own or its room's: complete subtrees, and heads of some sizes.
 *
 * What was written stays: rows of both are only added; a head gets its signature once.
 */
export function journalTreeMigrations(schema: string): Migrations {
  return {
    '2026-11-22T0150-journal-tree': {
      async up(db: Kysely<unknown>) {
        const named = (name: string) => sql.id(schema, name);
        await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
        await sql`
          create table ${named('journal_node')} (
            level smallint not null check (level >= 0),
            index bigint not null check (index >= 0),
            hash bytea not null check (octet_length(hash) = 32),
            primary key (level, index)
          )`.execute(db);
        await sql`
          create table ${named('journal_head')} (
            size bigint primary key check (size > 0),
            root bytea not null check (octet_length(root) = 32),
            at timestamptz not null,
            checkpoint text not null,
            -- CMS (CAdES), detached, over the checkpoint's octets
            signature bytea,
            sealed_at timestamptz,
            check ((signature is null) = (sealed_at is null))
          )`.execute(db);
        await sql`create index journal_head_unsealed on ${named('journal_head')} (size) where signature is null`.execute(db);
        await sql`
          create function ${named('journal_tree_grows_only')}() returns trigger language plpgsql as $$
          begin
            if tg_op = 'UPDATE' and tg_table_name = 'journal_head' then
              if old.signature is null and (new.size, new.root, new.at, new.checkpoint) = (old.size, old.root, old.at, old.checkpoint) then
                return new;
              end if;
            end if;
            raise exception 'the tree of a journal only grows';
          end $$`.execute(db);
        for (const table of ['journal_node', 'journal_head']) {
          await sql`
            create trigger grows_only before update or delete on ${named(table)}
            for each row execute function ${named('journal_tree_grows_only')}()`.execute(db);
          await sql`
            create trigger never_emptied before truncate on ${named(table)}
            for each statement execute function ${named('journal_tree_grows_only')}()`.execute(db);
        }
      },
    },
    '2026-11-22T0520-journal-identity': {
      async up(db: Kysely<unknown>) {
        await sql`
          create table ${sql.id(schema, 'journal_identity')} (
            the_only boolean primary key default true check (the_only),
            -- Of the journal, for ever: a restored database is still the same journal, another installation never is.
            journal uuid not null default gen_random_uuid(),
            -- The place of its copy that was begun last.
            copy uuid
          )`.execute(db);
        await sql`insert into ${sql.id(schema, 'journal_identity')} default values`.execute(db);
      },
    },
    '2026-11-22T0835-journal-restored': {
      async up(db: Kysely<unknown>) {
        // What each restore left for people, as it was printed: JSON of the command.
        await sql`
          create table ${sql.id(schema, 'journal_restored')} (
            id bigint generated always as identity primary key,
            at timestamptz not null,
            answer text not null
          )`.execute(db);
      },
    },
  };
}
