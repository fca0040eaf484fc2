import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginCopy, identityOf } from '@antin/adapters/journal/copy-identity';
import { ENTRIES_FILE } from '@antin/adapters/journal/copy';
import { growJournal } from '@antin/adapters/journal/grow';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { sealedHead } from '@antin/adapters/journal/head-store';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { migrations } from '../migrations.ts';
import { authorityJournal } from './kept.ts';
import { recordEvent, recordEvents } from './record.ts';

const pki = testPki();
const home = useFolder();
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});
const log = { error: () => {} };
const common = { ...authorityJournal, clock: () => pki.now, origin: 'antin.test/authority', log };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
});
afterAll(() => database.close());

let now = pki.now;
const clock = () => now;
const HOUR = 3_600_000;
/** A place of its own for this test, begun. */
async function begun(db = database.db): Promise<string> {
  const copyFolder = join(home.path, randomUUID());
  const { schema, note } = authorityJournal;
  await beginCopy(db, { schema, note, origin: common.origin }, copyFolder, { at: new Date(pki.now), instead: true });
  return copyFolder;
}

/** A database that is the same journal, of an earlier day. */
async function setBack(): Promise<TestDatabase> {
  const older = await testDatabase(migrations, 'authority');
  const { journal, copy } = await identityOf(database.db, 'authority');
  await sql`update authority.journal_identity set journal = ${journal}, copy = ${copy ?? null}`.execute(older.db);
  return older;
}

describe('the keeper of the journal', () => {
  test('places, seals and copies what happened since, and rests when nothing did', async () => {
    const { db } = database;
    const copyFolder = join(home.path, randomUUID());
    // Nothing was ever signed: the copy begins with the journal.
    const keeper = await journalKeeper({ ...common, db, seal, copyFolder });
    expect(keeper.closed()).toBeUndefined();
    await recordEvent(db, pki.now, 'test.happened', undefined, {});
    await keeper.run();
    await keeper.run();
    expect(checkCopy(copyFolder)).toMatchObject({ status: 'whole', entries: 2, heads: 1 });
    expect(keeper.isWhole()).toBe(true);
  });

  test('without a key the heads wait, and everything goes on', async () => {
    await using own = await testDatabase(migrations, 'authority');
    const { db } = own;
    await recordEvent(db, pki.now, 'test.happened', undefined, {});
    const keeper = await journalKeeper({ ...common, db, seal: async () => undefined });
    await keeper.run();
    expect(await sealedHead(db, 'authority')).toBeUndefined();
    expect(keeper.closed()).toBeUndefined();
    const later = await journalKeeper({ ...common, db, seal });
    await later.run();
    expect((await sealedHead(db, 'authority'))!.size).toBe(1);
  });

  test('keeps the name of its log when the installation moves to another address', async () => {
    const copyFolder = await begun();
    const first = await journalKeeper({ ...common, db: database.db, seal, copyFolder });
    await recordEvent(database.db, pki.now, 'test.happened', undefined, {});
    await first.run();
    const moved = await journalKeeper({ ...common, origin: 'elsewhere.test/authority', db: database.db, seal, copyFolder });
    await recordEvent(database.db, pki.now, 'test.happened', undefined, {});
    await moved.run();
    expect(moved.origin).toBe(common.origin);
    expect(checkCopy(copyFolder)).toMatchObject({ status: 'whole' });
  });

  test('after a restore from an older backup it is not whole, from the first moment on', async () => {
    const copyFolder = await begun();
    await using older = await setBack();
    const keeper = await journalKeeper({ ...common, db: database.db, seal, copyFolder });
    await keeper.run();
    const restored = await journalKeeper({ ...common, db: older.db, seal, copyFolder });
    expect(restored.isWhole()).toBe(false);
    await recordEvent(older.db, pki.now, 'test.happened', undefined, { after: 'the restore' });
    await restored.run();
    expect(restored.isWhole()).toBe(false);
    // Nothing of the second story was signed.
    expect(await sealedHead(older.db, 'authority')).toBeUndefined();
  });

  test('a journal that is older than its copy begins one only when a person says so', async () => {
    await using own = await setBack();
    await sql`update authority.journal_identity set copy = null`.execute(own.db);
    await recordEvent(own.db, pki.now, 'test.happened', undefined, {});
    await (await journalKeeper({ ...common, db: own.db, seal })).run();
    const copyFolder = join(home.path, randomUUID());
    const keeper = await journalKeeper({ ...common, db: own.db, seal, copyFolder });
    expect(keeper.closed()).toMatchObject({ code: 'journal.copy-missing' });
    const { schema } = authorityJournal;
    await beginCopy(own.db, { schema, origin: common.origin }, copyFolder, { at: new Date(pki.now) });
    await keeper.run();
    expect(keeper.closed()).toBeUndefined();
  });

  test('a start without the second place is closed at once and signs nothing: nothing tells whether it was set back', async () => {
    const copyFolder = await begun();
    await (await journalKeeper({ ...common, db: database.db, seal, copyFolder })).run();
    renameSync(copyFolder, `${copyFolder} away`);
    await using older = await setBack();
    await recordEvent(older.db, pki.now, 'test.happened', undefined, {});
    for (const place of [copyFolder, undefined]) {
      const keeper = await journalKeeper({ ...common, db: older.db, seal, copyFolder: place });
      await keeper.run();
      expect(keeper.closed()).toMatchObject({ code: 'journal.copy-missing' });
      expect(await sealedHead(older.db, 'authority')).toBeUndefined();
    }
    // The disk is back: now it is known.
    renameSync(`${copyFolder} away`, copyFolder);
    const keeper = await journalKeeper({ ...common, db: older.db, seal, copyFolder });
    expect(keeper.closed()).toMatchObject({ code: 'journal.set-back' });
  });

  test('a place that vanishes under a running process stops issuing after its time, and opens by itself when it is back', async () => {
    const copyFolder = await begun();
    const keeper = await journalKeeper({ ...common, clock, db: database.db, seal, copyFolder, copyGraceMs: 4 * HOUR });
    await keeper.run();
    renameSync(copyFolder, `${copyFolder} away`);
    mkdirSync(copyFolder);
    now += HOUR;
    await recordEvent(database.db, now, 'test.happened', undefined, { while: 'away' });
    await keeper.run();
    expect(keeper.isWhole()).toBe(false);
    expect(keeper.copy()).toMatchObject({ status: 'missing', code: 'journal.copy-missing' });
    expect(keeper.closed()).toBeUndefined();
    now += 3 * HOUR;
    await keeper.run();
    expect(keeper.closed()).toMatchObject({ code: 'journal.copy-missing' });
    rmSync(copyFolder, { recursive: true });
    renameSync(`${copyFolder} away`, copyFolder);
    await keeper.run();
    expect(keeper.closed()).toBeUndefined();
    expect(keeper.copy()).toMatchObject({ status: 'copied' });
    expect(checkCopy(copyFolder)).toMatchObject({ status: 'whole' });
  });

  test('a file of the copy that cannot be written is said, and heals', async () => {
    const copyFolder = await begun();
    const keeper = await journalKeeper({ ...common, clock, db: database.db, seal, copyFolder });
    await keeper.run();
    const file = join(copyFolder, ENTRIES_FILE);
    renameSync(file, `${file} away`);
    mkdirSync(file);
    await keeper.run();
    expect(keeper.copy()).toMatchObject({ status: 'failing', code: 'journal.copy-failing' });
    rmSync(file, { recursive: true });
    renameSync(`${file} away`, file);
    await keeper.run();
    expect(keeper.copy()).toMatchObject({ status: 'copied' });
  });

  test.each(['full', 'killed'] as const)(
    'a disk that is full in the middle of a line leaves half of it, which the next copy writes anew (%s)',
    async (how) => {
      const copyFolder = await begun();
      const keeper = await journalKeeper({ ...common, clock, db: database.db, seal, copyFolder });
      await keeper.run();
      const rows = Array.from({ length: 60 }, (_, index) => ({
        kind: 'test.happened',
        serialHex: undefined,
        detail: { index, how },
      }));
      await recordEvents(database.db, now, rows);
      // Signed by the one process, copied by the other.
      await growJournal(database.db, common, new Date(now));
      await sealNewestHead(database.db, 'authority', await seal(), new Date(now));
      const file = join(copyFolder, ENTRIES_FILE);
      const blocks = Math.ceil(statSync(file).size / 1024) + 2;
      const script = join(import.meta.dirname, 'copy-for-tests.ts');
      const limited = ['-c', `ulimit -f ${blocks}; exec "$@"`, 'bash', process.execPath, script];
      const child = spawnSync('bash', [...limited, JSON.stringify(database.address), copyFolder, how, String(now)], {
        encoding: 'utf8',
        // What Node would keep of its own when it ends meets the same limit.
        env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
      });
      if (how === 'full') {
        expect([child.status, child.signal], child.stderr).toEqual([0, null]);
        // It compared well and could not be written: said, and not yet a reason to stop.
        expect(JSON.parse(child.stdout)).toMatchObject({
          copy: { status: 'failing', code: 'journal.copy-failing' },
          closed: null,
        });
      } else expect(child.signal).toBe('SIGKILL');
      const half = readFileSync(file, 'utf8');
      expect(half.endsWith('\n')).toBe(false);
      expect(statSync(file).size).toBe(blocks * 1024);
      await keeper.run();
      expect(keeper.copy()).toMatchObject({ status: 'copied' });
      expect(checkCopy(copyFolder)).toMatchObject({ status: 'whole' });
    },
  );
});
