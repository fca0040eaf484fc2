import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const databaseRolesMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-22T1000-database-roles-jobs-of-the-issuer': {
    async up(db: Kysely<unknown>) {
      // One table for all jobs, and an office of the same database lays down and hurries its own: a list that is never built or a
      // notice of what never happened would hide or pretend a revocation. The condition stands in the trigger, so that other
      // parts call no function of ours; after the row, so that a row is not locked once more for it; by columns, so that a worker
      // who claims a job is not asked at all. Whether the role exists is asked each time: a server may get it later. The owner,
      // who may be a member to `set role`, is not held: it restores.
      await sql`
        create function authority.job_of_issuer_kept() returns trigger language plpgsql set search_path = pg_catalog as $$
        begin
          if pg_catalog.pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member') then
            return null;
          end if;
          raise exception 'a job of the issuer is no part of an office' using errcode = 'check_violation';
        end $$`.execute(db);
      await sql`
        create trigger job_of_issuer_kept after insert or update of queue, run_at, dead_at on public.job
        for each row when (
          pg_catalog.starts_with(new.queue, 'authority.')
          and pg_catalog.pg_has_role(current_user, pg_catalog.to_regrole('antin_office')::oid, 'member')
        ) execute function authority.job_of_issuer_kept()`.execute(db);
    },
  },
};
