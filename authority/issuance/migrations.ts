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
};
