import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { testDatabase } from '@antin/testkit/database';
import { connect, type AnyDatabase, type DatabaseAddress } from './connect.ts';
import type { Migrations } from './migrate.ts';
import { startPostgres } from './postgres/server.ts';
import { inTransaction, type Db } from './transaction.ts';

vi.setConfig({ testTimeout: 180_000 });

const book: Migrations = {
  '2026-01-01T0000-book': {
    up: (db) => sql`create table book (id int primary key, title text not null, pages int not null)`.execute(db).then(() => {}),
  },
};

const add = (db: Db, id: number, title = `book ${id}`) =>
  sql`insert into book (id, title, pages) values (${id}, ${title}, ${id * 10})`.execute(db);
const pagesOf = async (db: Db, id: number) =>
  (await sql<{ pages: unknown }>`select pages from book where id = ${id}`.execute(db)).rows[0]?.pages;
/** What the one connection of a pool keeps. */
const prepared = async (db: AnyDatabase) =>
  (await sql<{ statement: string; name: string }>`select statement, name from pg_prepared_statements`.execute(db)).rows;

async function withOne<T>(address: DatabaseAddress, work: (db: AnyDatabase) => Promise<T>, maxConnections = 1): Promise<T> {
  const db = connect(address, { maxConnections });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

test('what is met again is prepared once and answers the same; what is met once or takes no value is not', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    await add(db, 1);
    expect(await prepared(db)).toEqual([]);
    for (let id = 2; id < 20; id++) await add(db, id);
    for (let id = 1; id < 20; id++) expect(await pagesOf(db, id)).toBe(id * 10);
    for (let i = 0; i < 3; i++) await sql`select count(*) from book`.execute(db);
    const kept = (await prepared(db)).map(({ statement }) => statement);
    expect(kept.sort()).toEqual([
      'insert into book (id, title, pages) values ($1, $2, $3)',
      'select pages from book where id = $1',
    ]);
  });
});

test('a refused value spoils neither the statement nor the transaction around others', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    for (let id = 1; id < 4; id++) await add(db, id);
    await expect(add(db, 3)).rejects.toMatchObject({ code: '23505' });
    await expect(inTransaction(db, (tx) => add(tx, 3))).rejects.toMatchObject({ code: '23505' });
    await inTransaction(db, (tx) => add(tx, 4));
    expect(await pagesOf(db, 4)).toBe(40);
  });
});

test('a migration that changes a column while connections live is not noticed, alone and in a transaction', async () => {
  await using t = await testDatabase(book);
  await withOne(
    t.address,
    async (db) => {
      for (let id = 1; id < 9; id++) await add(db, id);
      const onAllThree = () =>
        Promise.all(
          [1, 2, 3].map((id) =>
            inTransaction(db, async (tx) => {
              await sql`select pg_sleep(0.05)`.execute(tx);
              return [await pagesOf(tx, id), await pagesOf(tx, id)];
            }),
          ),
        );
      await onAllThree();
      await onAllThree();
      await sql`alter table book alter column pages type text using 'p. ' || pages`.execute(t.db);
      expect(await onAllThree()).toEqual([1, 2, 3].map((id) => [`p. ${id * 10}`, `p. ${id * 10}`]));
      await sql`alter table book alter column pages type int using substr(pages, 4)::int`.execute(t.db);
      expect(await onAllThree()).toEqual([1, 2, 3].map((id) => [id * 10, id * 10]));
    },
    3,
  );
  await withOne(t.address, async (db) => {
    for (let i = 0; i < 3; i++) expect(await pagesOf(db, 1)).toBe(10);
    await sql`alter table book alter column pages type text`.execute(t.db);
    expect(await pagesOf(db, 1)).toBe('10');
  });
});

const BIG = 5_000_000_000;
/** How often the one connection did what it keeps under a name. */
const doneByName = async (db: AnyDatabase, start: string) =>
  (
    await sql<{ n: number }>`
      select (generic_plans + custom_plans)::int as n from pg_prepared_statements
      where statement like ${sql.lit(`${start}%`)}`.execute(db)
  ).rows[0]?.n;
const addPages = (db: Db, id: number, pages: unknown) =>
  sql`insert into book (id, title, pages) values (${id}, 'so many', ${pages})`.execute(db);

test('a column that another process widened takes what it holds now, alone and in a transaction; the name is forgotten', async () => {
  for (const inside of [false, true]) {
    await using t = await testDatabase(book);
    await withOne(t.address, async (db) => {
      let runs = 0;
      const put = (id: number, pages: unknown) =>
        inside ? inTransaction(db, (tx) => ((runs += 1), addPages(tx, id, pages))) : addPages(db, id, pages);
      const where = (pages: unknown) => sql`select id from book where pages = ${pages}`.execute(db);
      for (let id = 1; id < 4; id++) await put(id, id).then(() => where(id));
      await sql`alter table book alter column pages type bigint`.execute(t.db);
      expect((await where(BIG)).rows).toEqual([]);
      await put(4, BIG);
      expect((await where(BIG)).rows).toEqual([{ id: 4 }]);
      const before = runs;
      const names = await doneByName(db, 'insert into book');
      await put(5, BIG);
      expect(runs - before).toBe(inside ? 1 : 0);
      expect(await doneByName(db, 'insert into book')).toBe(names);
      expect((await sql`select count(*)::int as n from book`.execute(t.db)).rows).toEqual([{ n: 5 }]);
    });
  }
});

test('a column that became another kind takes what it holds now, and what the new kind refuses is refused by its own error', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    for (let id = 1; id < 4; id++) await addPages(db, id, id);
    // Named, the text is no integer (22P02).
    await sql`alter table book alter column pages type text using pages::text`.execute(t.db);
    await addPages(db, 4, 'four');
    for (let id = 5; id < 8; id++) await add(db, id);
    // Named, a text where a number belongs (42804), a text against a number (42883).
    const titled = () => sql`select id from book where title = ${'7'}`.execute(db);
    for (let i = 0; i < 3; i++) await titled();
    await sql`update book set title = id`.execute(t.db);
    await sql`alter table book alter column title type int using title::int`.execute(t.db);
    expect((await titled()).rows).toEqual([{ id: 7 }]);
    await inTransaction(db, (tx) => add(tx, 8, '8'));
    await sql`alter table book alter column title type smallint`.execute(t.db);
    await expect(add(db, 9, '70000')).rejects.toMatchObject({ code: '22003' });
  });
  await using u = await testDatabase(book);
  await withOne(u.address, async (db) => {
    for (let id = 1; id < 4; id++) await addPages(db, id, id);
    await sql`alter table book alter column pages type bigint`.execute(u.db);
    await expect(addPages(db, 3, BIG)).rejects.toMatchObject({ code: '23505' });
  });
});

test('an honest error of the data stays what it is: a transaction is done twice at most, and the name holds on', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    for (let id = 1; id < 4; id++) await addPages(db, id, id);
    const bare = await addPages(t.db, 9, BIG).catch((fault: unknown) => fault as Error & { code: string });
    const error = { code: '22003', message: (bare as Error).message };
    for (let i = 0; i < 3; i++) await expect(addPages(db, 4, BIG)).rejects.toMatchObject(error);
    let runs = 0;
    for (let i = 0; i < 3; i++) {
      const wrong = inTransaction(db, (tx) => ((runs += 1), addPages(tx, 4, BIG)));
      await expect(wrong).rejects.toMatchObject(error);
    }
    expect(runs).toBe(6);
    const names = (await doneByName(db, 'insert into book'))!;
    await addPages(db, 4, 4);
    expect(await doneByName(db, 'insert into book')).toBe(names + 1);
    // Of another's transaction meanwhile nothing is done again; what work refuses by itself neither.
    runs = 0;
    const own = inTransaction(db, () => ((runs += 1), Promise.reject(Object.assign(new Error('own'), { code: '22003' }))));
    await expect(own).rejects.toThrow('own');
    expect(runs).toBe(1);
  });
});

test('a statement that asks for all columns is not prepared, and sees a new column at once', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    await add(db, 1);
    const all = () => sql`select b.* from book b where id = ${1}`.execute(db);
    const changed = () => sql`update book set pages = ${7} where id = ${1} returning *`.execute(db);
    for (let i = 0; i < 3; i++) await all().then(changed);
    await sql`alter table book add column shelf text not null default 'A'`.execute(t.db);
    expect((await all()).rows).toEqual([{ id: 1, title: 'book 1', pages: 7, shelf: 'A' }]);
    expect((await changed()).rows).toEqual([{ id: 1, title: 'book 1', pages: 7, shelf: 'A' }]);
    expect(await prepared(db)).toEqual([]);
  });
});

test('a connection keeps no more than it may, and works on when it is full', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    await add(db, 1);
    const one = (n: number) =>
      sql<{ n: number }>`select ${sql.raw(String(n))} as n from book where id = ${1}`.execute(db).then(({ rows }) => rows[0]?.n);
    for (let round = 0; round < 3; round++) for (let n = 0; n < 200; n++) expect(await one(n)).toBe(n);
    expect(await prepared(db)).toHaveLength(150);
  });
});

test('behind something that gives other sessions, or forgets names, every statement is still done exactly once', async () => {
  await using t = await testDatabase(book);
  await withOne(t.address, async (db) => {
    for (let id = 1; id < 4; id++) await add(db, id);
    await sql`deallocate all`.execute(db);
    await add(db, 4);
    // From now on without names.
    for (let id = 5; id < 8; id++) await add(db, id);
    expect(await prepared(db)).toEqual([]);
  });
  await withOne(t.address, async (db) => {
    for (let i = 0; i < 3; i++) await pagesOf(db, 1);
    await sql`deallocate all`.execute(db);
    // In a transaction the whole is done again.
    await inTransaction(db, async (tx) => {
      await add(tx, 8);
      expect(await pagesOf(tx, 8)).toBe(80);
    });
  });
  const taken = await withOne(t.address, async (db) => {
    for (let i = 0; i < 3; i++) await pagesOf(db, 1);
    return (await prepared(db))[0] as { name: string };
  });
  await withOne(t.address, async (db) => {
    // The session of somebody else who prepared the same text.
    await sql.raw(`prepare ${taken.name} as select pages from book where id = $1`).execute(db);
    for (let i = 0; i < 3; i++) expect(await pagesOf(db, 8)).toBe(80);
  });
  expect((await sql`select count(*)::int as n from book`.execute(t.db)).rows).toEqual([{ n: 8 }]);
});

test('an address may say that nothing is to be prepared', async () => {
  await using t = await testDatabase(book);
  const { socketDir, port, user, database } = t.address as Exclude<DatabaseAddress, string>;
  const url = `postgresql://${user}@/${database}?host=${encodeURIComponent(socketDir)}&port=${port}`;
  const keptBehind = (address: string) =>
    withOne(address, async (db) => {
      for (let i = 0; i < 4; i++) await pagesOf(db, 1);
      return (await prepared(db)).length;
    });
  expect(await keptBehind(url)).toBe(1);
  expect(await keptBehind(`${url}&prepared_statements=false`)).toBe(0);
});

test('when the server falls and rises again, the pool prepares anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'antin test '));
  const server = await startPostgres({ dataDir: join(folder, 'data'), careless: true });
  try {
    await withOne(server.address('postgres'), async (db) => {
      await sql`create table book (id int primary key, title text not null, pages int not null)`.execute(db);
      for (let id = 1; id < 4; id++) await add(db, id);
      expect(await prepared(db)).toHaveLength(1);
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      // One session killed this way, and the server ends all others and recovers as after a power cut.
      process.kill(rows[0]?.pid as number, 'SIGKILL');
      await vi.waitFor(async () => expect(await pagesOf(db, 3)).toBe(30), { timeout: 120_000, interval: 50 });
      for (let id = 4; id < 8; id++) await add(db, id);
      expect(await pagesOf(db, 7)).toBe(70);
      expect(await prepared(db)).toHaveLength(2);
    });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
