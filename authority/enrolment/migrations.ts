import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@antin/adapters/db/migrate';

/** Machines that renew by themselves (EST, ACME), within what two officers approved for a device or service. */
export const enrolmentMigrations: Migrations = {
  '2026-11-22T0305-enrolment-accounts': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.enrolment_account (
          id uuid primary key,
          -- Name that the machine says: user name of EST, key identifier of ACME's external account binding.
          kid text not null unique,
          -- AES-256-GCM under the authority's own key: HMAC needs the secret itself.
          secret bytea not null,
          item_id uuid not null references authority.request_item (id),
          opened_by uuid not null references authority.officer (id),
          opened_at timestamptz not null,
          expires_at timestamptz not null,
          closed_by uuid references authority.officer (id),
          closed_at timestamptz,
          check ((closed_at is null) = (closed_by is null))
        )`.execute(db);
      await sql`create index enrolment_account_item on authority.enrolment_account (item_id)`.execute(db);
      // What an open account asks for was approved with its request; the rest of the guard stays as it was.
      await sql`
        create or replace function authority.certificate_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          registered boolean := (select registered_only from authority.issuance_setting);
          item_state text;
        begin
          if new.state = 'abandoned' then
            return null;
          end if;
          if new.request_id ~ '^enrolment/[0-9a-f-]{36}/[0-9a-f]{64}$' then
            if exists (
              select 1 from authority.enrolment_account a join authority.request_item i on i.id = a.item_id
              where a.id = split_part(new.request_id, '/', 2)::uuid and a.closed_at is null and a.expires_at > now()
                and i.approver is not null and i.form = '03' and new.profile like 'device-%'
            ) then
              return null;
            end if;
            raise exception 'no open account for this certificate' using errcode = 'check_violation';
          end if;
          if new.request_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
            select state into item_state from authority.request_item where id = new.request_id::uuid;
          end if;
          if item_state is not null and item_state <> 'issuing' then
            raise exception 'the request of this certificate is %', item_state using errcode = 'check_violation';
          end if;
          if item_state is null and registered
             and not exists (select 1 from authority.unrequested_profile where name = new.profile) then
            raise exception 'no approved request for this certificate' using errcode = 'check_violation';
          end if;
          return null;
        end $$`.execute(db);
    },
  },
  '2026-11-22T0512-enrolment-in-use': {
    async up(db: Kysely<unknown>) {
      await sql`
        alter table authority.enrolment_account
          add column last_used_at timestamptz,
          add column last_used_over text check (last_used_over in ('est', 'acme')),
          add check ((last_used_at is null) = (last_used_over is null))`.execute(db);
      await sql`create index enrolment_account_opened on authority.enrolment_account (opened_at, id)`.execute(db);
      // One row for each turn of a key: how many an account and a name may have a day is counted here.
      await sql`
        create table authority.enrolment_issue (
          request_id text primary key,
          account_id uuid not null references authority.enrolment_account (id),
          over text not null check (over in ('est', 'acme')),
          names text[] not null,
          at timestamptz not null
        )`.execute(db);
      await sql`create index enrolment_issue_account on authority.enrolment_issue (account_id, at)`.execute(db);
      await sql`create index enrolment_issue_names on authority.enrolment_issue using gin (names)`.execute(db);
      await sql`
        create index certificate_of_enrolment on authority.certificate (split_part(request_id, '/', 2))
        where request_id like 'enrolment/%'`.execute(db);
      // What an officer revoked for such a cause was the permission itself, and an account is no way around it. A machine that
      // revokes by itself gives no cause; a broken device is mended, a superseded certificate has a successor.
      await sql`
        create function authority.enrolment_withdrawn(account uuid, item uuid) returns boolean language sql stable
        security definer set search_path = pg_catalog as $$
          select exists (
            select 1 from authority.certificate c join authority.revocation r using (issuer_sha256, serial_hex)
            where c.request_id like 'enrolment/%' and split_part(c.request_id, '/', 2) = account::text
              and r.cause is not null and r.cause not in ('superseded', 'device-broken')
          ) or exists (
            select 1 from authority.certificate o join authority.certificate c using (spki_sha256)
              join authority.revocation r on r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex
            where o.request_id = item::text and r.cause is not null and r.cause not in ('superseded', 'device-broken')
          )
        $$`.execute(db);
      await sql`
        create or replace function authority.certificate_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          registered boolean := (select registered_only from authority.issuance_setting);
          item_state text;
        begin
          if new.state = 'abandoned' then
            return null;
          end if;
          if new.request_id ~ '^enrolment/[0-9a-f-]{36}/[0-9a-f]{64}$' then
            if exists (
              select 1 from authority.enrolment_account a join authority.request_item i on i.id = a.item_id
              where a.id = split_part(new.request_id, '/', 2)::uuid and a.closed_at is null and a.expires_at > now()
                and i.approver is not null and i.form = '03' and new.profile like 'device-%'
                and not authority.enrolment_withdrawn(a.id, a.item_id)
            ) then
              return null;
            end if;
            raise exception 'no open account for this certificate' using errcode = 'check_violation';
          end if;
          if new.request_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
            select state into item_state from authority.request_item where id = new.request_id::uuid;
          end if;
          if item_state is not null and item_state <> 'issuing' then
            raise exception 'the request of this certificate is %', item_state using errcode = 'check_violation';
          end if;
          if item_state is null and registered
             and not exists (select 1 from authority.unrequested_profile where name = new.profile) then
            raise exception 'no approved request for this certificate' using errcode = 'check_violation';
          end if;
          return null;
        end $$`.execute(db);
    },
  },
  '2026-11-22T0532-enrolment-by-one-clock': {
    async up(db: Kysely<unknown>) {
      // The moment of the certificate itself, not the server's clock: an authority whose clock is watched has one time.
      await sql`
        create or replace function authority.certificate_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          registered boolean := (select registered_only from authority.issuance_setting);
          item_state text;
        begin
          if new.state = 'abandoned' then
            return null;
          end if;
          if new.request_id ~ '^enrolment/[0-9a-f-]{36}/[0-9a-f]{64}$' then
            if exists (
              select 1 from authority.enrolment_account a join authority.request_item i on i.id = a.item_id
              where a.id = split_part(new.request_id, '/', 2)::uuid and a.closed_at is null and a.expires_at > new.intended_at
                and i.approver is not null and i.form = '03' and new.profile like 'device-%'
                and not authority.enrolment_withdrawn(a.id, a.item_id)
            ) then
              return null;
            end if;
            raise exception 'no open account for this certificate' using errcode = 'check_violation';
          end if;
          if new.request_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
            select state into item_state from authority.request_item where id = new.request_id::uuid;
          end if;
          if item_state is not null and item_state <> 'issuing' then
            raise exception 'the request of this certificate is %', item_state using errcode = 'check_violation';
          end if;
          if item_state is null and registered
             and not exists (select 1 from authority.unrequested_profile where name = new.profile) then
            raise exception 'no approved request for this certificate' using errcode = 'check_violation';
          end if;
          return null;
        end $$`.execute(db);
    },
  },
  '2026-11-22T0925-enrolment-candidates': {
    async up(db: Kysely<unknown>) {
      // Devices that an account may be opened for, newest approval first, among all requests of twenty years. The words of
      // `candidates` in list.ts: another way of writing them would not use it.
      await sql`
        create index request_item_candidate on authority.request_item (approved_at desc, id)
          where form = '03' and act in ('new', 'change') and state in ('approved', 'issuing', 'issued', 'handed-over')
            and approver is not null`.execute(db);
    },
  },
};
