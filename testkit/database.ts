import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { connect, singleClient, type AnyDatabase, type DatabaseAddress } from '@antin/adapters/db/connect';
import { migrate, type Migrations } from '@antin/adapters/db/migrate';

export interface TestDatabase extends AsyncDisposable {
  readonly db: AnyDatabase;
  readonly address: DatabaseAddress;
  /** Closes the pool and drops the database. */
  close(): Promise<void>;
}

/**
 * A database of the test's own, with `migrations` done: a copy (≈ 50 ms) of a template made once a run.
 *
 * Use `await using t = await testDatabase(m)`, or `close()` in `afterAll`. Needs `testkit/test-run.ts` as vitest's
 * global set-up.
 */
export async function testDatabase(migrations: Migrations = {}, set = 'antin'): Promise<TestDatabase> {
  const server = await askDesk();
  // The text of the steps is part of the name: watch mode must not serve yesterday's template.
  const recipe = Object.entries(migrations).map(([name, step]) => `${name} ${String(step.up)}`);
  const template = `template_${createHash('sha256')
    .update([set, ...recipe].join('\n'))
    .digest('hex')
    .slice(0, 24)}`;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(server, async (admin) => {
    // One builder a template; the others wait here and find it ready.
    await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
    const there = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (there.rowCount === 0) {
      const building = `${template}_new`;
      await admin.query(`drop database if exists ${building} with (force)`);
      await admin.query(`create database ${building}`);
      const db = connect({ ...server, database: building }, { maxConnections: 2 });
      try {
        await migrate(db, migrations, set);
      } finally {
        await db.destroy();
      }
      await admin.query(`alter database ${building} rename to ${template}`);
    }
    await admin.query(`create database ${name} template ${template}`);
  });
  const address = { ...server, database: name };
  const db = connect(address);
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= (async () => {
      await db.destroy();
      await asAdministrator(server, (admin) => admin.query(`drop database ${name} with (force)`));
    })());
  return { db, address, close, [Symbol.asyncDispose]: close };
}

type Server = Exclude<DatabaseAddress, string>;

async function askDesk(): Promise<Server> {
  const desk = process.env['ANTIN_TEST_DESK'];
  if (desk === undefined)
    throw new Error('testDatabase needs globalSetup: testkit/test-run.ts (run the tests with the root vitest config)');
  const answer = await fetch(desk);
  if (!answer.ok) throw new Error(`no PostgreSQL for the tests: ${await answer.text()}`);
  return (await answer.json()) as Server;
}

async function asAdministrator(server: Server, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = singleClient(server);
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
