import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fold } from '@antin/adapters/db/folding';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { officeMigrations } from '../office.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
});
afterAll(() => database.close());

test('the database folds as the office does', async () => {
  const names = ['Ủy ban  nhân dân xã Mường Lống', 'ĐẮK LẮK', 'Sở Tài chính', 'Thừa Thiên-Huế', 'Nguyễn Thị Ánh'];
  for (const name of [...names, ...names.map((one) => one.normalize('NFD'))]) {
    const { rows } = await sql<{ folded: string }>`select agency.folded(${name}) as folded`.execute(database.db);
    expect(rows[0]!.folded).toBe(fold(name));
  }
});
