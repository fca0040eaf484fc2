import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '@antin/testkit/database';
import { connect } from './connect.ts';
import { migrate, type Migrations } from './migrate.ts';

const first: Migrations = {
  '2026-01-01T0000-book': {
    up: (db) => sql`create table book (id int primary key, day date, big bigint)`.execute(db).then(() => {}),
  },
};

test('steps run once, sets do not know each other, an earlier step may arrive late', async () => {
  await using t = await testDatabase();
  expect(await migrate(t.db, first, 'one')).toEqual(['2026-01-01T0000-book']);
  expect(await migrate(t.db, first, 'one')).toEqual([]);
  const other: Migrations = {
    '2026-01-02T0000-page': { up: (db) => sql`create table page (id int)`.execute(db).then(() => {}) },
  };
  expect(await migrate(t.db, other, 'two')).toEqual(['2026-01-02T0000-page']);
  const late: Migrations = {
    ...first,
    '2025-12-31T0000-late': { up: (db) => sql`create table late (id int)`.execute(db).then(() => {}) },
  };
  expect(await migrate(t.db, late, 'one')).toEqual(['2025-12-31T0000-late']);
});

test('a step that fails leaves nothing behind and is named', async () => {
  await using t = await testDatabase();
  const broken: Migrations = {
    '2026-01-03T0000-broken': {
      async up(db) {
        await sql`create table half (id int)`.execute(db);
        await sql`select 1/0`.execute(db);
      },
    },
  };
  await expect(migrate(t.db, broken)).rejects.toMatchObject({ code: 'db.migration-failed', message: /2026-01-03T0000-broken/ });
  const half = await sql<{ there: string | null }>`select to_regclass('half')::text as there`.execute(t.db);
  expect(half.rows[0]?.there).toBeNull();
});

test('five processes that start at once migrate once', async () => {
  await using t = await testDatabase();
  const pools = Array.from({ length: 5 }, () => connect(t.address));
  const done = await Promise.all(pools.map((db) => migrate(db, first, 'race')));
  await Promise.all(pools.map((db) => db.destroy()));
  expect(done.flat()).toEqual(['2026-01-01T0000-book']);
});

test('a day stays a day and a safe bigint is a number, an unsafe one text', async () => {
  await using t = await testDatabase(first);
  await sql`insert into book values (1, '2025-07-01', 42), (2, null, 9007199254740993)`.execute(t.db);
  const rows = await sql`select day, big from book order by id`.execute(t.db);
  expect(rows.rows).toEqual([
    { day: '2025-07-01', big: 42 },
    { day: null, big: '9007199254740993' },
  ]);
});
