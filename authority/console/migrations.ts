import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@antin/adapters/db/migrate';

/** Indexes for what the console lists and reports; none lies on the path of issuing. */
export const consoleMigrations: Migrations = {
  '2026-11-22T0510-console-indexes': {
    async up(db: Kysely<unknown>) {
      await sql`create index published_by_expiry on authority.published (not_after, id)`.execute(db);
      await sql`create index published_by_begin on authority.published (not_before)`.execute(db);
      await sql`create index published_by_profile on authority.published (profile, id)`.execute(db);
      await sql`create index revocation_held on authority.revocation (revoked_at) where reason = 6`.execute(db);
      await sql`create index revocation_recorded on authority.revocation (recorded_at)`.execute(db);
      await sql`
        create index request_item_ended on authority.request_item (closed_at)
        where state in ('refused', 'withdrawn', 'carried-out')`.execute(db);
    },
  },
  '2026-11-22T0845-console-lists': {
    async up(db: Kysely<unknown>) {
      // As `fold` of adapters/db/folding writes it; PostgreSQL keeps it true whoever writes the name.
      const folded = (text: string) => sql`
        btrim(regexp_replace(replace(regexp_replace(normalize(lower(${sql.raw(text)}), NFD), '[\\u0300-\\u036f]', '', 'g'), 'đ', 'd'),
          '\\s+', ' ', 'g'))`;
      await sql`
        alter table authority.officer add column folded text generated always as (${folded("full_name || ' ' || sign_in_name")}) stored`.execute(
        db,
      );
      await sql`
        alter table authority.sender add column folded text generated always as (${folded("name || ' ' || code")}) stored`.execute(
        db,
      );
      await sql`create index officer_folded on authority.officer using gin (folded gin_trgm_ops)`.execute(db);
      await sql`create index sender_folded on authority.sender using gin (folded gin_trgm_ops)`.execute(db);
      await sql`create index officer_by_name on authority.officer (full_name, id)`.execute(db);
      await sql`create index sender_by_name on authority.sender (name, code)`.execute(db);
      await sql`drop index authority.officer_change_newest`.execute(db);
      await sql`create index officer_change_newest on authority.officer_change (proposed_at desc, id desc)`.execute(db);
      await sql`create index officer_change_by_state on authority.officer_change (state, proposed_at desc, id desc)`.execute(db);
    },
  },
  '2026-11-22T0846-limits-of-the-past-stay': {
    async up(db: Kysely<unknown>) {
      // The past is what the journal has seen: requests of those days were judged by these limits. Also past our program.
      await sql`
        create function authority.limit_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          seen date := (select (max(at) at time zone 'Asia/Ho_Chi_Minh')::date from authority.journal_entry);
        begin
          if tg_op = 'UPDATE' then
            raise exception 'a limit is never rewritten' using errcode = 'check_violation';
          end if;
          if old.effective_from <= coalesce(seen, current_date) then
            raise exception 'a limit that held is not taken away' using errcode = 'check_violation';
          end if;
          return old;
        end $$`.execute(db);
      await sql`
        create trigger limit_guard before update or delete on authority.registration_limit
        for each row execute function authority.limit_guard()`.execute(db);
    },
  },
  '2026-11-22T1000-limits-begin-ahead': {
    async up(db: Kysely<unknown>) {
      // A row between two of the past would rewrite it as an update does. The first row of a name is a migration's: no request
      // was judged by that name before.
      await sql`
        create or replace function authority.limit_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          seen date := (select (max(at) at time zone 'Asia/Ho_Chi_Minh')::date from authority.journal_entry);
        begin
          if tg_op = 'UPDATE' then
            raise exception 'a limit is never rewritten' using errcode = 'check_violation';
          end if;
          if tg_op = 'INSERT' then
            if new.effective_from <= coalesce(seen, current_date)
              and exists (select 1 from authority.registration_limit where name = new.name)
            then
              raise exception 'a limit begins on a day to come' using errcode = 'check_violation';
            end if;
            return new;
          end if;
          if old.effective_from <= coalesce(seen, current_date) then
            raise exception 'a limit that held is not taken away' using errcode = 'check_violation';
          end if;
          return old;
        end $$`.execute(db);
      await sql`drop trigger limit_guard on authority.registration_limit`.execute(db);
      await sql`
        create trigger limit_guard before insert or update or delete on authority.registration_limit
        for each row execute function authority.limit_guard()`.execute(db);
    },
  },
};
