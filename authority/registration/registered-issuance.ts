import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Db } from '@antin/adapters/db/transaction';

/** What the table of certificates itself asks of a request, whoever writes to it. */
export const registeredIssuanceMigrations: Record<string, Migration> = {
  '2026-11-22T0240-registered-issuance': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table authority.issuance_setting (
          the_only boolean primary key default true check (the_only),
          -- On: nothing is certified for a subscriber without an approved request. Off in practice, whose demo has none.
          registered_only boolean not null
        )`.execute(db);
      await sql`insert into authority.issuance_setting (registered_only) values (false)`.execute(db);
      // Certificates of the authority itself: they answer a ceremony or a job, not a request.
      await sql`create table authority.unrequested_profile (name text primary key)`.execute(db);
      await sql`
        insert into authority.unrequested_profile (name)
        values ('root'), ('issuing'), ('sub-ca'), ('link'), ('ocsp'), ('tsa')`.execute(db);
      // One certificate a request, whatever two processes think.
      await sql`
        create unique index certificate_of_request on authority.certificate (request_id)
        where request_id is not null and state in ('signing', 'good')`.execute(db);
      await sql`
        create function authority.certificate_guard() returns trigger language plpgsql
        security definer set search_path = pg_catalog as $$
        declare
          registered boolean := (select registered_only from authority.issuance_setting);
          item_state text;
        begin
          if new.state = 'abandoned' then
            return null;
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
      // At the end of the transaction: which of the two rows is written first is the program's business.
      await sql`
        create constraint trigger certificate_guard after insert on authority.certificate
        deferrable initially deferred for each row execute function authority.certificate_guard()`.execute(db);
    },
  },
  '2026-11-22T0255-revocations-stay': {
    async up(db: Kysely<unknown>) {
      // Only a suspension can be lifted, and nothing revoked becomes valid for a time it was not: also past our program.
      await sql`
        create function authority.revocation_guard() returns trigger language plpgsql as $$
        begin
          if tg_op = 'DELETE' then
            if old.reason <> 6 then
              raise exception 'a revocation is for ever' using errcode = 'check_violation';
            end if;
            return old;
          end if;
          if new.issuer_sha256 <> old.issuer_sha256 or new.serial_hex <> old.serial_hex then
            raise exception 'a revocation is of one certificate' using errcode = 'check_violation';
          end if;
          if old.reason <> 6 and (new.reason = 6 or new.revoked_at > old.revoked_at) then
            raise exception 'nothing weakens a revocation' using errcode = 'check_violation';
          end if;
          return new;
        end $$`.execute(db);
      await sql`
        create trigger revocation_guard before update or delete on authority.revocation
        for each row execute function authority.revocation_guard()`.execute(db);
    },
  },
  '2026-11-22T0310-requests-apart': {
    async up(db: Kysely<unknown>) {
      await sql`
        create index submission_apart on authority.submission (from_code, request_id) where status <> 'accepted'`.execute(db);
    },
  },
};

/** From now on only approved requests are certified; it is not turned off again by a start. */
export async function requireRegisteredIssuance(db: Db): Promise<void> {
  await sql`update authority.issuance_setting set registered_only = true where not registered_only`.execute(db);
}
