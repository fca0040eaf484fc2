import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { migrate } from '@antin/adapters/db/migrate';
import { agencyMigrations } from '@antin/agency/service';
import { migrations } from '@antin/authority/migrations';
import { testDatabase } from '@antin/testkit/database';

describe('the tables of devices', () => {
  test('are one set, whichever of authority and agency comes first', async () => {
    for (const sets of [
      [
        ['authority', migrations],
        ['agency', agencyMigrations],
      ],
      [
        ['agency', agencyMigrations],
        ['authority', migrations],
      ],
    ] as const) {
      await using fresh = await testDatabase();
      for (const [name, set] of sets) await migrate(fresh.db, set, name);
      const { rows } = await sql<{ schema: string; refers: string }>`
        select n.nspname as schema, r.confrelid::regclass::text as refers
        from pg_class c join pg_namespace n on n.oid = c.relnamespace,
          pg_constraint r where r.conname like 'signing_batch_id_fkey%' and c.relname = 'signing_job'`.execute(fresh.db);
      expect(rows).toEqual([{ schema: 'devices', refers: 'devices.signing_job_batch' }]);
    }
  });
});
