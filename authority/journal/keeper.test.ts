import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealedHead } from '@antin/adapters/journal/head-store';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { migrations } from '../migrations.ts';
import { authorityJournal } from './kept.ts';
import { recordEvent } from './record.ts';

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

describe('the keeper of the journal', () => {
  test('places, seals and copies what happened since, and rests when nothing did', async () => {
    const { db } = database;
    const copyFolder = join(home.path, randomUUID());
    const keeper = await journalKeeper({ ...common, db, seal, copyFolder });
    await keeper.run();
    expect(await sealedHead(db, 'authority')).toBeUndefined();
    await recordEvent(db, pki.now, 'test.happened', undefined, {});
    await keeper.run();
    await keeper.run();
    expect(checkCopy(copyFolder)).toMatchObject({ status: 'whole', entries: 1, heads: 1 });
    expect(keeper.isWhole()).toBe(true);
  });

  test('without a key the heads wait, and everything goes on', async () => {
    const { db } = database;
    const keeper = await journalKeeper({ ...common, db, seal: async () => undefined });
    await recordEvent(db, pki.now, 'test.happened', undefined, {});
    await keeper.run();
    const before = (await sealedHead(db, 'authority'))?.size;
    const later = await journalKeeper({ ...common, db, seal });
    await later.run();
    expect((await sealedHead(db, 'authority'))!.size).toBeGreaterThan(before!);
  });

  test('after a restore from an older backup it is not whole, from the first moment on', async () => {
    const copyFolder = join(home.path, randomUUID());
    await using older = await testDatabase(migrations, 'authority');
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
});
