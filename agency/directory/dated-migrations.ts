import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What makes the directory dated, quick with 111,000 agencies, and kept by many. */
export const datedMigrations: Record<string, Migration> = {
  '2026-11-22T0200-directory-folded': {
    async up(db: Kysely<unknown>) {
      // The same folding as adapters/db/folding. Built in, immutable, no extension: a production server may have none.
      await sql`
        create function agency.folded(given text) returns text language sql immutable parallel safe as $$
          select btrim(regexp_replace(lower(translate(regexp_replace(normalize(given, nfd), '[\u0300-\u036f]', '', 'g'), 'đĐ', 'dd')),
            '\\s+', ' ', 'g')) $$`.execute(db);
      await sql`
        create function agency.words_of(folded text) returns tsvector language sql immutable parallel safe as $$
          select array_to_tsvector(array_remove(regexp_split_to_array(folded, '[^a-z0-9]+'), '')) $$`.execute(db);
    },
  },
  '2026-11-22T0201-directory-versions': {
    async up(db: Kysely<unknown>) {
      // An agency as it is or was or will be from a day on; until the next version, or its end. agency.agency holds today's.
      await sql`
        create table agency.agency_version (
          agency_id uuid not null references agency.agency (id) on delete cascade,
          valid_from date not null,
          code text not null,
          name text not null,
          short_name text not null,
          level integer not null check (level >= 1),
          level_name text not null,
          parent_id uuid references agency.agency (id) check (parent_id <> agency_id),
          place text not null,
          notation text not null,
          change_id uuid,
          primary key (agency_id, valid_from)
        )`.execute(db);
      await sql`
        insert into agency.agency_version (agency_id, valid_from, code, name, short_name, level, level_name, parent_id, place, notation)
        select id, valid_from, code, name, short_name, level, level_name, parent_id, place, notation from agency.agency`.execute(
        db,
      );
      await sql`create index agency_version_parent on agency.agency_version (parent_id, valid_from)`.execute(db);
      await sql`create index agency_version_due on agency.agency_version (valid_from)`.execute(db);
      await sql`create index agency_version_code on agency.agency_version (code)`.execute(db);
      // Whoever writes an agency writes its first version: no way around it.
      await sql`
        create function agency.agency_first_version() returns trigger language plpgsql as $$
        begin
          insert into agency.agency_version (agency_id, valid_from, code, name, short_name, level, level_name, parent_id, place, notation)
          values (new.id, new.valid_from, new.code, new.name, new.short_name, new.level, new.level_name, new.parent_id, new.place, new.notation);
          return null;
        end $$`.execute(db);
      await sql`
        create trigger agency_first_version after insert on agency.agency
        for each row execute function agency.agency_first_version()`.execute(db);
      await sql`alter table agency.agency_code_alias add column form text not null default 'other'`.execute(db);
      await sql`
        update agency.agency_code_alias set form = case when code ~ '^\\d{3}\\.\\d{2}\\.\\d{2}\\.[A-Z]\\d{2}$' then 'qcvn-102'
          when code ~ '^[A-Z]\\d{2}(\\.[0-9A-Z]{2,3})*$' then 'decision-20' else 'other' end`.execute(db);
      await sql`create index agency_code_alias_agency on agency.agency_code_alias (agency_id)`.execute(db);
      await sql`create index agency_successor_line on agency.agency_successor (successor_id)`.execute(db);
    },
  },
  '2026-11-22T0202-directory-tree': {
    async up(db: Kysely<unknown>) {
      await sql`alter table agency.agency add column number bigint generated always as identity`.execute(db);
      await sql`alter table agency.agency add column path text collate "C"`.execute(db);
      // Numbers of the ancestors and its own, each with a dot: a subtree is one range of an index.
      await sql`
        with recursive tree (id, path) as (
          select id, lpad(to_hex(number), 7, '0') || '.' from agency.agency where parent_id is null
          union all
          select a.id, tree.path || lpad(to_hex(a.number), 7, '0') || '.' from tree join agency.agency a on a.parent_id = tree.id
        ) update agency.agency a set path = tree.path from tree where tree.id = a.id`.execute(db);
      await sql`alter table agency.agency alter column path set not null`.execute(db);
      await sql`
        create function agency.agency_path() returns trigger language plpgsql as $$
        declare above text := '';
        begin
          if new.parent_id is not null then
            select path into above from agency.agency where id = new.parent_id;
          end if;
          if tg_op = 'UPDATE' and starts_with(coalesce(above, ''), old.path) then
            raise exception 'an agency cannot stand below itself' using errcode = 'check_violation', constraint = 'agency_no_circle';
          end if;
          new.path := coalesce(above, '') || lpad(to_hex(new.number), 7, '0') || '.';
          return new;
        end $$`.execute(db);
      await sql`
        create trigger agency_path before insert or update of parent_id on agency.agency
        for each row execute function agency.agency_path()`.execute(db);
      await sql`
        create function agency.agency_subtree_path() returns trigger language plpgsql as $$
        begin
          if new.path is distinct from old.path then
            update agency.agency set path = new.path || substr(path, length(old.path) + 1)
            where path > old.path and path < old.path || 'z' and id <> new.id;
          end if;
          return null;
        end $$`.execute(db);
      await sql`
        create trigger agency_subtree_path after update of parent_id on agency.agency
        for each row execute function agency.agency_subtree_path()`.execute(db);
      await sql`
        alter table agency.agency add column sort_key text collate "C" generated always as (agency.folded(name)) stored,
          add column words tsvector generated always as (agency.words_of(search)) stored`.execute(db);
      await sql`
        update agency.agency a set search = a.search || ' ' || (
          select string_agg(lower(c.code), ' ') from agency.agency_code_alias c where c.agency_id = a.id)
        where exists (select 1 from agency.agency_code_alias c where c.agency_id = a.id)`.execute(db);
      await sql`create unique index agency_path on agency.agency (path)`.execute(db);
      await sql`create index agency_children on agency.agency (parent_id, sort_key, id)`.execute(db);
      await sql`create index agency_in_order on agency.agency (level, sort_key, id)`.execute(db);
      await sql`create index agency_words on agency.agency using gin (words)`.execute(db);
    },
  },
  '2026-11-22T0203-directory-people': {
    async up(db: Kysely<unknown>) {
      await sql`
        alter table agency.person add column mail text, add column phone text, add column birth_day date,
          -- Encrypted; a keyed hash for finding it exactly; what is shown of it.
          add column citizen_sealed bytea, add column citizen_hash bytea, add column citizen_last4 text,
          add column created_at timestamptz,
          add constraint person_citizen check ((citizen_sealed is null) = (citizen_hash is null)
            and (citizen_sealed is null) = (citizen_last4 is null)),
          add column sort_key text collate "C" generated always as
            (regexp_replace(agency.folded(full_name), '^(.*) (\\S+)$', '\\2 \\1')) stored,
          add column words tsvector generated always as (agency.words_of(agency.folded(full_name || ' ' || sign_in_name))) stored`.execute(
        db,
      );
      await sql`create unique index person_citizen on agency.person (citizen_hash) where citizen_hash is not null`.execute(db);
      await sql`create index person_in_order on agency.person (sort_key, id)`.execute(db);
      await sql`create index person_words on agency.person using gin (words)`.execute(db);
      await sql`create index person_mail on agency.person (lower(mail)) where mail is not null`.execute(db);
      await sql`
        alter table agency.position add column grounds_number text, add column grounds_date date,
          add column end_grounds_number text, add column end_grounds_date date`.execute(db);
      await sql`
        create table agency.signing_authority (
          id uuid primary key,
          position_id uuid not null references agency.position (id),
          capacity text not null check (capacity in ('', 'TM.', 'Q.', 'KT.', 'TL.', 'TUQ.')),
          -- For whom: the collective of a TM., the head of a KT., TL. or TUQ.
          on_behalf_of text,
          -- Types of documents; null: all.
          type_codes text[],
          -- Field or matter, in words, as the decision has it.
          scope text,
          delegated_by uuid references agency.position (id) check (delegated_by <> position_id),
          grounds_number text not null,
          grounds_date date not null,
          valid_from date not null,
          valid_to date check (valid_to > valid_from),
          -- Sub-authorisation is for a time (Decree 30/2020 Art. 13).
          check (capacity <> 'TUQ.' or (valid_to is not null and delegated_by is not null))
        )`.execute(db);
      await sql`create index signing_authority_position on agency.signing_authority (position_id, valid_from)`.execute(db);
      await sql`create index signing_authority_delegated on agency.signing_authority (delegated_by) where delegated_by is not null`.execute(
        db,
      );
      await sql`create index bound_certificate_person on agency.bound_certificate (person_id) where person_id is not null`.execute(
        db,
      );
      await sql`create index bound_certificate_agency on agency.bound_certificate (agency_id) where agency_id is not null`.execute(
        db,
      );
    },
  },
  '2026-11-22T0204-directory-changes': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table agency.directory_change (
          id uuid primary key,
          sequence bigint generated always as identity,
          kind text not null,
          subject text not null check (subject in ('agency', 'person', 'position', 'authority')),
          subject_id uuid not null,
          -- The agency whose upkeep this is.
          agency_id uuid,
          effective_from date not null,
          before jsonb,
          after jsonb,
          grounds_number text,
          grounds_date date,
          made_at timestamptz not null,
          made_by uuid,
          made_by_name text not null,
          undone_at timestamptz,
          undone_by_name text,
          reorganisation_id uuid,
          import_id uuid
        )`.execute(db);
      await sql`create index directory_change_subject on agency.directory_change (subject_id, sequence desc)`.execute(db);
      await sql`create index directory_change_agency on agency.directory_change (agency_id, sequence desc)`.execute(db);
      await sql`create index directory_change_pending on agency.directory_change (effective_from, sequence) where undone_at is null`.execute(
        db,
      );
    },
  },
  '2026-11-22T0205-directory-name-of-the-day': {
    async up(db: Kysely<unknown>) {
      // Written when its day has come; the row of the agency is then what this version says.
      await sql`alter table agency.agency_version add column in_effect boolean not null default false`.execute(db);
      await sql`update agency.agency_version set in_effect = true where change_id is null`.execute(db);
      await sql`create index agency_version_waiting on agency.agency_version (valid_from) where change_id is not null and not in_effect`.execute(
        db,
      );
      // What a document of that day calls the agency; before its first day, its first name.
      await sql`
        create function agency.agency_name_on(agency uuid, day date) returns text language sql stable parallel safe as $$
          select coalesce(
            (select v.name from agency.agency_version v where v.agency_id = agency and v.valid_from <= day
              order by v.valid_from desc limit 1),
            (select v.name from agency.agency_version v where v.agency_id = agency order by v.valid_from limit 1)) $$`.execute(
        db,
      );
    },
  },
  '2026-11-22T0206-directory-search-at-once': {
    async up(db: Kysely<unknown>) {
      // Written seldom, searched all day: no list of pending words that every search would have to read too.
      for (const index of ['agency_words', 'person_words']) {
        await sql`alter index ${sql.raw(`agency.${index}`)} set (fastupdate = off)`.execute(db);
        await sql`select gin_clean_pending_list(${`agency.${index}`}::regclass)`.execute(db);
      }
    },
  },
};
