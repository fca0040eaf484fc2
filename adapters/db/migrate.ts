import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { AnyDatabase } from './connect.ts';
import { DatabaseFault } from './fault.ts';
import { outboxMigrations } from './outbox-table.ts';

/** Name (`2026-11-21T1930-what-it-does`) to step. Forward only: `down` is never written. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings a database to its shape: the tables of `adapters/db` first (jobs), then `migrations`.
 *
 * Several processes may start at once: kysely holds an advisory lock for the whole run, and a step that fails leaves
 * nothing behind. A set is one room's list; sets do not know each other, so a room may land alone.
 *
 * @param set name of the list, one table of done steps each: `agency`, `authority`, …
 * @throws {DatabaseFault} `db.migration-failed`
 */
export async function migrate(db: AnyDatabase, migrations: Migrations, set = 'antin'): Promise<string[]> {
  const own = await runSet(db, outboxMigrations, 'platform');
  const rest = await runSet(db, migrations, set);
  return [...own, ...rest];
}

async function runSet(db: AnyDatabase, migrations: Migrations, set: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9_]*$/.test(set)) throw new TypeError(`name of a migration set: ${set}`);
  const migrator = new Migrator({
    db: db as Kysely<unknown>,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: `migration_${set}`,
    migrationLockTableName: `migration_${set}_lock`,
    // Rooms are written in parallel: a step with an earlier stamp may arrive after a later one has run.
    allowUnorderedMigrations: true,
  });
  // Two processes creating kysely's own tables at once collide on pg_type before its lock is held.
  const { error, results } = await serialised(db, () => migrator.migrateToLatest());
  if (error !== undefined) {
    const failed = results?.find((step) => step.status === 'Error')?.migrationName;
    throw new DatabaseFault('db.migration-failed', `migration ${failed ?? `of set ${set}`}: ${String(error)}`, { cause: error });
  }
  return (results ?? []).map((step) => step.migrationName);
}

const MIGRATION_LOCK = 7_201_912_550;

async function serialised<T>(db: AnyDatabase, work: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`.execute(one);
    try {
      return await work();
    } finally {
      await sql`select pg_advisory_unlock(${MIGRATION_LOCK})`.execute(one);
    }
  });
}
