import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type AnyDatabase, type DatabaseAddress } from '@antin/adapters/db/connect';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { markServing } from '@antin/adapters/journal/serving';
import { AuthorityForTests, person } from '@antin/authority/authority-for-tests';
import { authorityJournal } from '@antin/authority/journal/kept';
import { backupOf, type Backup } from '@antin/authority/journal/restore/backup-for-tests';
import { migrations } from '@antin/authority/migrations';
import { encodePem } from '@antin/pki/pem';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { evidenceSource } from '@antin/testkit/pki/evidence-source';
import { testPki } from '@antin/testkit/pki/test-pki';
import { databaseUrl, runForTests } from '../run-for-tests.ts';
import { run } from '../journal.ts';

const pki = testPki();
const home = useFolder();
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
  evidence: { anchors: pki.anchors, evidenceFor: evidenceSource(pki, () => pki.now) },
});
const antin = fileURLToPath(new URL('../../antin.mjs', import.meta.url));

let database: TestDatabase;
let kept: Backup;
let argv: string[];
const backups: Backup[] = [];

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  const t = new AuthorityForTests(database.db);
  const place = join(home.path, 'second place');
  const keeper = await journalKeeper({
    ...{ ...authorityJournal, db: database.db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    clock: () => t.now,
    copyFolder: join(place, 'authority'),
  });
  await t.open();
  const older = await t.issued(person('Trước Sao Lưu'));
  await keeper.run();
  kept = await backupOf(database.address);
  await t.issued(person('Sau Sao Lưu'));
  await t.service.revoke(older.serialHex, 'keyCompromise');
  await t.service.runJobs();
  await keeper.run();
  await t.service.stop();
  t.close();
  const root = home.put('root.pem', encodePem('CERTIFICATE', pki.certificate('root').raw));
  const signer = home.put('journal.pem', encodePem('CERTIFICATE', pki.certificate('seal').raw));
  argv = ['restore', '--copy', place, '--trust', root, '--signer', signer, '--at', new Date(pki.now).toISOString()];
}, 120_000);
afterAll(async () => {
  for (const one of backups) await one[Symbol.asyncDispose]();
  await kept[Symbol.asyncDispose]();
  await database.close();
});

async function setBack(): Promise<Backup> {
  const one = await backupOf(kept.address);
  backups.push(one);
  return one;
}
const restore = (address: DatabaseAddress, ...more: string[]) =>
  runForTests(run, [...argv, ...more], { DATABASE_URL: databaseUrl(address) });

/** Everything a restore touches, so that half of one would show. */
async function shape(db: AnyDatabase): Promise<Readonly<Record<string, number>>> {
  const count = async (table: string) =>
    (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(`authority.${table}`)}`.execute(db)).rows[0]!.n;
  const names = ['journal_entry', 'journal_place', 'journal_node', 'journal_head', 'journal_restored', 'certificate', 'revocation', 'crl_due', 'officer_session'] as const; // prettier-ignore
  const numbers = await sql<{ n: number }>`select coalesce(sum(number), 0)::bigint as n from authority.crl_list`.execute(db);
  const disabled = await sql`
    select 1 from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'authority'::regnamespace and not tgisinternal and tgenabled <> 'O'`.execute(db);
  const counted = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await count(name)] as const)));
  return { ...counted, numbers: numbers.rows[0]!.n, disabled: disabled.rows.length };
}

/** A restore in a process of its own, standing still where it needs a row of this table, and killed there. */
async function killedAt(address: DatabaseAddress, table: string): Promise<void> {
  const watching = connect(address, { maxConnections: 2 });
  try {
    await watching.transaction().execute(async (held) => {
      await sql`lock table ${sql.table(`authority.${table}`)} in share row exclusive mode`.execute(held);
      const child = spawn(process.execPath, [antin, 'journal', ...argv], {
        env: { ...process.env, DATABASE_URL: databaseUrl(address) },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      const waits = async () =>
        (
          await sql`
            select 1 from pg_locks l where not granted and relation = ${`authority.${table}`}::regclass
              and database = (select oid from pg_database where datname = current_database())`.execute(watching)
        ).rows.length > 0;
      while (!(await waits())) {
        if (child.exitCode !== null) throw new Error(`the restore ended with ${child.exitCode}`);
        await sleep(20);
      }
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
    });
    // The server notices that nobody is there any more when it wants to go on.
    while (
      (
        await sql`
          select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            and state <> 'idle'`.execute(watching)
      ).rows.length > 0
    )
      await sleep(20);
  } finally {
    await watching.destroy();
  }
}

describe('a restore that is disturbed', () => {
  test.each(['journal_head', 'revocation', 'crl_list', 'officer', 'journal_restored'])(
    'killed (kill -9) where it writes %s, it has done nothing, and the next one does everything once',
    async (table) => {
      const day = await setBack();
      const before = await shape(day.db);
      await killedAt(day.address, table);
      expect(await shape(day.db)).toEqual(before);
      const done = await restore(day.address);
      expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: '' });
      const after = await shape(day.db);
      expect(after).toMatchObject({ disabled: 0, journal_restored: 1, certificate: before['certificate']! + 1, revocation: 1 });
      expect(await restore(day.address)).toMatchObject({ code: 65, err: expect.stringContaining('journal.nothing-to-restore') });
      expect(await shape(day.db)).toEqual(after);
    },
  );

  test('two at once: one does it, the other finds nothing to do', async () => {
    const day = await setBack();
    const both = await Promise.all([restore(day.address), restore(day.address)]);
    expect(both.map((one) => one.code).sort()).toEqual([0, 65]);
    expect(both.find((one) => one.code === 65)!.err).toContain('journal.nothing-to-restore');
    expect(await shape(day.db)).toMatchObject({ journal_restored: 1, revocation: 1 });
  });

  test('the list for a person is not lost with whoever was to print it', async () => {
    const day = await setBack();
    const env = { DATABASE_URL: databaseUrl(day.address) };
    expect(await runForTests(run, ['restored'], env)).toMatchObject({
      code: 65,
      err: expect.stringContaining('journal.never-restored'),
    });
    expect((await restore(day.address, '--dry-run')).code).toBe(0);
    expect((await runForTests(run, ['restored'], env)).code).toBe(65);
    const printed = await restore(day.address);
    const again = await runForTests(run, ['restored'], env);
    expect(again).toEqual({ code: 0, out: printed.out, err: '' });
    expect(again.out).toContain('antin officers found TỆP');
    expect((await runForTests(run, ['restored', '--lang', 'en'], env)).out).toContain('[ ] The database has no officers yet');
  });

  test('while a server works on the database it is refused, and a server that starts meanwhile waits', async () => {
    const day = await setBack();
    const before = await shape(day.db);
    const serving = await markServing(day.address, 'authority');
    expect(await restore(day.address)).toMatchObject({ code: 69, out: '', err: expect.stringContaining('journal.in-use') });
    expect(await shape(day.db)).toEqual(before);
    await serving.close();

    const steps: string[] = [];
    const starting = await day.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('serving the journal of authority', 0))`.execute(tx);
      const begun = markServing(day.address, 'authority').then((one) => (steps.push('serving'), one));
      const waits = () => sql`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(tx);
      while ((await waits()).rows.length === 0) await sleep(20);
      steps.push('restored');
      return { begun };
    });
    const late = await starting.begun;
    expect(steps).toEqual(['restored', 'serving']);
    await late.close();
    expect((await restore(day.address)).code).toBe(0);
  });
});
