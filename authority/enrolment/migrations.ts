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
};
