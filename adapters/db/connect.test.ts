import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '@antin/testkit/database';
import { singleClient } from './connect.ts';

test('a connection that the server ends in the middle of a transaction fails that transaction, not the process', async () => {
  await using t = await testDatabase();
  const other = singleClient(t.address);
  await other.connect();
  const cut = t.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await other.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    await sql`select 1`.execute(tx);
  });
  await expect(cut).rejects.toThrow(/terminat|not queryable|closed/i);
  await other.end();
  expect((await sql<{ one: number }>`select 1 as one`.execute(t.db)).rows).toEqual([{ one: 1 }]);
});
