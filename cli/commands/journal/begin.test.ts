import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { authorityJournal } from '@antin/authority/journal/kept';
import { recordEvent } from '@antin/authority/journal/record';
import { migrations } from '@antin/authority/migrations';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { databaseUrl, runForTests } from '../run-for-tests.ts';
import { run } from '../journal.ts';

const pki = testPki();
const home = useFolder();
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});

let database: TestDatabase;
const keeperOn = (place: string) =>
  journalKeeper({
    ...{ ...authorityJournal, db: database.db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    ...{ clock: () => pki.now, copyFolder: join(place, 'authority') },
  });
const begin = (...argv: string[]) => runForTests(run, ['begin', ...argv], { DATABASE_URL: databaseUrl(database.address) });

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  await recordEvent(database.db, pki.now, 'test.happened', undefined, {});
  const keeper = await journalKeeper({
    ...{ ...authorityJournal, db: database.db, seal, origin: 'antin.test/authority', log: { error: () => {} } },
    clock: () => pki.now,
  });
  await keeper.run();
});
afterAll(() => database.close());

test('a journal that has gone on without one gets its copy by an act of a person, whole from its first entry on', async () => {
  const place = join(home.path, 'first');
  expect((await keeperOn(place)).closed()).toMatchObject({ code: 'journal.copy-missing' });
  expect(existsSync(join(place, 'authority'))).toBe(false);
  const ran = await begin('--copy', place);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toContain('antin.test/authority, 1 entries');
  expect(checkCopy(join(place, 'authority'))).toMatchObject({ status: 'whole', entries: 1 });
  expect((await keeperOn(place)).closed()).toBeUndefined();
  expect(await begin('--copy', place)).toMatchObject({ code: 0 });
});

test('a second place is not begun beside the first by mistake; the lost one is given up by saying so', async () => {
  const place = join(home.path, 'second');
  expect(await begin('--copy', place)).toMatchObject({ code: 1, err: expect.stringContaining('journal.copy-begun-elsewhere') });
  expect(existsSync(place)).toBe(false);
  expect(await begin('--copy', place, '--instead')).toMatchObject({ code: 0 });
  expect((await keeperOn(place)).closed()).toBeUndefined();
  expect((await keeperOn(join(home.path, 'first'))).closed()).toMatchObject({ code: 'journal.copy-foreign' });
  const marker = JSON.parse(readFileSync(join(place, 'authority', 'journal.json'), 'utf8')) as object;
  expect(marker).toMatchObject({ type: 'antin.journal-copy', origin: 'antin.test/authority' });
});

test('says what it needs', async () => {
  expect(await runForTests(run, ['begin', '--copy', home.path])).toMatchObject({ code: 64 });
  expect(await begin()).toMatchObject({ code: 64 });
  expect(await begin('--copy', home.path, '--journal', 'agency')).toMatchObject({ code: 64 });
});
