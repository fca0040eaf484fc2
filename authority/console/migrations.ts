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
};
