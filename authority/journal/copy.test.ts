import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { copyJournal, ENTRIES_FILE, HEADS_FILE, stateOfCopy } from '@antin/adapters/journal/copy';
import { beginCopy, identityOf, MARKER_FILE } from '@antin/adapters/journal/copy-identity';
import { growJournal } from '@antin/adapters/journal/grow';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { migrations } from '../migrations.ts';
import { recordEvent } from './record.ts';
import { entriesFrom, placeWaiting } from './store.ts';

const SCHEMA = 'authority';
const pki = testPki();
const doors = {
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
};
const journal = { schema: SCHEMA, origin: 'antin.test/journal', take: placeWaiting, entriesFrom };

let database: TestDatabase;
const home = useFolder();
let folder: string;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
});
beforeEach(async () => {
  folder = join(home.path, randomUUID());
  await begin(folder);
});
afterAll(() => database.close());

const begin = (at: string, db = database.db) => beginCopy(db, journal, at, { at: new Date(pki.now), instead: true });

/** Another database that is the same journal, as one restored from a backup is. */
async function restoredDatabase(): Promise<TestDatabase> {
  const restored = await testDatabase(migrations, 'authority');
  const { journal: id, copy } = await identityOf(database.db, SCHEMA);
  await sql`update authority.journal_identity set journal = ${id}, copy = ${copy ?? null}`.execute(restored.db);
  return restored;
}

async function grown(count: number, db = database.db): Promise<void> {
  for (let index = 0; index < count; index++) await recordEvent(db, pki.now, 'test.happened', undefined, { index });
  await growJournal(db, journal, new Date(pki.now));
  await sealNewestHead(db, SCHEMA, doors, new Date(pki.now));
}

const lines = (file: string) => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);

describe('the copy of the journal in a second place', () => {
  test('grows with the journal, entries before the heads that speak of them', async () => {
    await grown(3);
    const first = await copyJournal(database.db, journal, folder);
    await grown(4);
    expect(await copyJournal(database.db, journal, folder)).toEqual({
      status: 'copied',
      size: (first as { size: number }).size + 4,
    });
    const places = lines(ENTRIES_FILE).map((line) => (JSON.parse(line) as { leafIndex: number }).leafIndex);
    expect(places).toEqual(places.map((_, index) => index));
    expect((JSON.parse(lines(HEADS_FILE).at(-1)!) as { size: number }).size).toBe(places.length);
  });

  test('a line that a crash cut off is written again, whole and once', async () => {
    await grown(2);
    await copyJournal(database.db, journal, folder);
    const whole = readFileSync(join(folder, ENTRIES_FILE));
    writeFileSync(join(folder, ENTRIES_FILE), whole.subarray(0, whole.length - 7));
    await copyJournal(database.db, journal, folder);
    expect(readFileSync(join(folder, ENTRIES_FILE))).toEqual(whole);
  });

  test('says that the database is behind after a restore, and writes nothing', async () => {
    await grown(2);
    await copyJournal(database.db, journal, folder);
    await using restored = await restoredDatabase();
    await grown(1, restored.db);
    const before = readFileSync(join(folder, ENTRIES_FILE));
    expect(await copyJournal(restored.db, journal, folder)).toMatchObject({ status: 'behind', size: 1 });
    expect(await stateOfCopy(restored.db, journal, folder)).toMatchObject({ status: 'behind' });
    expect(readFileSync(join(folder, ENTRIES_FILE))).toEqual(before);
  });

  test('says where the two tell different stories', async () => {
    await grown(1);
    const state = (await copyJournal(database.db, journal, folder)) as { size: number };
    await using other = await restoredDatabase();
    await grown(state.size + 3, other.db);
    expect(await copyJournal(other.db, journal, folder)).toEqual({ status: 'forked', leafIndex: state.size - 1 });
  });

  test('a database that is behind shows by the heads alone, when the entries were lost', async () => {
    await grown(2);
    await copyJournal(database.db, journal, folder);
    await using restored = await restoredDatabase();
    await grown(1, restored.db);
    rmSync(join(folder, ENTRIES_FILE));
    expect(await stateOfCopy(restored.db, journal, folder)).toMatchObject({ status: 'behind' });
    // The right database writes them again.
    expect(await copyJournal(database.db, journal, folder)).toMatchObject({ status: 'copied' });
    expect(checkCopy(folder)).toMatchObject({ status: 'whole' });
    rmSync(join(folder, ENTRIES_FILE));
    await grown(lines(HEADS_FILE).length + 40, restored.db);
    expect(await stateOfCopy(restored.db, journal, folder)).toMatchObject({ status: 'forked' });
  });

  test('looking at a copy changes nothing in it', async () => {
    await grown(1);
    await copyJournal(database.db, journal, folder);
    // What another process is writing just now.
    appendFileSync(join(folder, ENTRIES_FILE), '{"leafIndex":');
    const before = readFileSync(join(folder, ENTRIES_FILE));
    await stateOfCopy(database.db, journal, folder);
    expect(readFileSync(join(folder, ENTRIES_FILE))).toEqual(before);
  });

  test('two that copy to one folder at once write every entry and head once', async () => {
    await grown(30);
    await Promise.all([1, 2, 3, 4].map(() => copyJournal(database.db, journal, folder)));
    const size = (JSON.parse(lines(HEADS_FILE).at(-1)!) as { size: number }).size;
    expect(checkCopy(folder)).toMatchObject({ status: 'whole', entries: size });
    expect(new Set(lines(HEADS_FILE)).size).toBe(lines(HEADS_FILE).length);
  });

  test('a mount point without its disk is no empty copy: nothing is written to it', async () => {
    await grown(2);
    await copyJournal(database.db, journal, folder);
    const disk = `${folder} disk`;
    renameSync(folder, disk);
    for (const there of [false, true]) {
      if (there) mkdirSync(folder);
      expect(await stateOfCopy(database.db, journal, folder)).toEqual({ status: 'missing', begun: true });
      expect(await copyJournal(database.db, journal, folder)).toEqual({ status: 'missing', begun: true });
    }
    rmSync(folder, { recursive: true });
    renameSync(disk, folder);
    expect(await copyJournal(database.db, journal, folder)).toMatchObject({ status: 'copied' });
  });

  test('the disk of another installation is foreign, and is not begun over', async () => {
    await using other = await testDatabase(migrations, 'authority');
    // Databases for tests are copies of one: what is random in a new database is not.
    await sql`update authority.journal_identity set journal = ${randomUUID()}`.execute(other.db);
    await grown(1, other.db);
    expect(await copyJournal(other.db, journal, folder)).toMatchObject({ status: 'foreign' });
    await expect(begin(folder, other.db)).rejects.toMatchObject({ code: 'journal.copy-foreign' });
  });

  test('a place that was given up does not pass for the one after it, and a new one is begun by saying so', async () => {
    await grown(1);
    await copyJournal(database.db, journal, folder);
    const next = `${folder} next`;
    await expect(beginCopy(database.db, journal, next, { at: new Date() })).rejects.toMatchObject({
      code: 'journal.copy-begun-elsewhere',
    });
    await begin(next);
    expect(await copyJournal(database.db, journal, next)).toMatchObject({ status: 'copied' });
    expect(checkCopy(next)).toMatchObject({ status: 'whole' });
    expect(await copyJournal(database.db, journal, folder)).toMatchObject({ status: 'foreign' });
  });

  test('a database from before the copy was begun is found to be behind by it', async () => {
    await grown(2);
    await copyJournal(database.db, journal, folder);
    await using restored = await restoredDatabase();
    await sql`update authority.journal_identity set copy = null`.execute(restored.db);
    await grown(1, restored.db);
    expect(await stateOfCopy(restored.db, journal, folder)).toMatchObject({ status: 'behind' });
  });

  test('to begin what has begun changes nothing, also after a crash between folder and database', async () => {
    const marker = readFileSync(join(folder, MARKER_FILE), 'utf8');
    await begin(folder);
    expect(readFileSync(join(folder, MARKER_FILE), 'utf8')).toBe(marker);
    await sql`update authority.journal_identity set copy = null`.execute(database.db);
    await begin(folder);
    expect(readFileSync(join(folder, MARKER_FILE), 'utf8')).toBe(marker);
    expect((await identityOf(database.db, SCHEMA)).copy).toBe((JSON.parse(marker) as { copy: string }).copy);
  });

  test('a disk that gives back something else is damaged, and is not written to', async () => {
    await grown(1);
    await copyJournal(database.db, journal, folder);
    appendFileSync(join(folder, ENTRIES_FILE), 'zzz\n');
    const before = readFileSync(join(folder, ENTRIES_FILE));
    await grown(1);
    await expect(copyJournal(database.db, journal, folder)).rejects.toMatchObject({ code: 'journal.copy-damaged' });
    expect(readFileSync(join(folder, ENTRIES_FILE))).toEqual(before);
  });

  test('rubbish behind the last line is no entry', async () => {
    await grown(1);
    await copyJournal(database.db, journal, folder);
    appendFileSync(join(folder, ENTRIES_FILE), '{"leafIndex":');
    expect(await stateOfCopy(database.db, journal, folder)).toMatchObject({ status: 'copied' });
    expect(
      (await sql<{ n: number }>`select count(*)::int as n from authority.journal_waiting`.execute(database.db)).rows,
    ).toEqual([{ n: 0 }]);
  });
});
