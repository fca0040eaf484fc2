import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const issuanceMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-22T0225-issuance-requests': {
    async up(db: Kysely<unknown>) {
      // The approved request a certificate answers: the reconciler gives the request back when an attempt died.
      await sql`alter table authority.certificate add column request_id text`.execute(db);
      await sql`create index certificate_by_request on authority.certificate (request_id) where request_id is not null`.execute(
        db,
      );
      // What the later linter looked at; null: not yet, or rules have changed since.
      await sql`alter table authority.certificate add column linted_by text`.execute(db);
      await sql`
        create index certificate_unlinted on authority.certificate (issued_at) where state = 'good' and linted_by is null`.execute(
        db,
      );
    },
  },
  '2026-11-22T0905-issuance-certificates-stay-what-they-were': {
    async up(db: Kysely<unknown>) {
      // What a certificate was meant to be is judged once, when its row is written (`certificate_guard`): a row of the authority's
      // own services, which needs no request, must not become one of a person afterwards, nor what the linter stopped be issued.
      // The condition stands in the trigger, so that the one change of every issued certificate calls no function. The owner of the
      // table, as whom nothing is served, is not held: it restores.
      await sql`
        create function authority.certificate_kept() returns trigger language plpgsql set search_path = pg_catalog as $$
        begin
          if pg_catalog.pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member') then
            return new;
          end if;
          raise exception 'a certificate stays what it was meant to be' using errcode = 'check_violation';
        end $$`.execute(db);
      await sql`
        create trigger certificate_kept before update on authority.certificate for each row when (
          (old.issuer_sha256, old.serial_hex, old.profile, old.profile_hash, old.request_id, old.subject, old.spki_sha256,
            old.not_before, old.not_after, old.intended_at, old.crl_shard, old.lint_certificate)
          is distinct from
          (new.issuer_sha256, new.serial_hex, new.profile, new.profile_hash, new.request_id, new.subject, new.spki_sha256,
            new.not_before, new.not_after, new.intended_at, new.crl_shard, new.lint_certificate)
          or (old.der is not null and old.der is distinct from new.der)
          or (old.state <> new.state and (old.state, new.state) not in (
            ('intended', 'signing'), ('intended', 'abandoned'), ('signing', 'good'), ('signing', 'abandoned')))
        ) execute function authority.certificate_kept()`.execute(db);
    },
  },
  '2026-11-22T0920-issuance-guards-by-column': {
    async up(db: Kysely<unknown>) {
      // The same guard, asked by the columns a statement names: the condition of a trigger is read anew by every statement, and
      // over thirteen columns that was a tenth of what an issued certificate costs the server.
      await sql`drop trigger certificate_kept on authority.certificate`.execute(db);
      await sql`
        create trigger certificate_kept before update of issuer_sha256, serial_hex, profile, profile_hash, request_id, subject,
          spki_sha256, not_before, not_after, intended_at, crl_shard, lint_certificate on authority.certificate
        for each row when (
          (old.issuer_sha256, old.serial_hex, old.profile, old.profile_hash, old.request_id, old.subject, old.spki_sha256,
            old.not_before, old.not_after, old.intended_at, old.crl_shard, old.lint_certificate)
          is distinct from
          (new.issuer_sha256, new.serial_hex, new.profile, new.profile_hash, new.request_id, new.subject, new.spki_sha256,
            new.not_before, new.not_after, new.intended_at, new.crl_shard, new.lint_certificate)
        ) execute function authority.certificate_kept()`.execute(db);
      // From `signing` every way is open but back, and `signing` has no certificate yet (a check of the table): nothing to ask.
      await sql`
        create function authority.certificate_state_kept() returns trigger language plpgsql set search_path = pg_catalog as $$
        begin
          if (old.der is null or old.der is not distinct from new.der)
            and (old.state = new.state or old.state || ' ' || new.state = any (
              array['intended signing', 'intended abandoned', 'signing good', 'signing abandoned'])) then
            return new;
          end if;
          if pg_catalog.pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member') then
            return new;
          end if;
          raise exception 'a certificate stays what it was meant to be' using errcode = 'check_violation';
        end $$`.execute(db);
      await sql`
        create trigger certificate_state_kept before update of state, der on authority.certificate
        for each row when (old.state <> 'signing' or new.state = 'intended')
        execute function authority.certificate_state_kept()`.execute(db);
    },
  },
};
