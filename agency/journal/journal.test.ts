import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proofHolds } from '@antin/adapters/journal/check-proof';
import { growJournal } from '@antin/adapters/journal/grow';
import { proveEntry, proveGrowth, signedCheckpoint } from '@antin/adapters/journal/prove';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { testPki } from '@antin/testkit/pki/test-pki';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { firstBreak, historyOf, record } from './journal.ts';
import { journalMigrations, JOURNAL_TREE } from './migrations.ts';
import { entriesFrom, leavesFrom, readEntries } from './store.ts';
import { leafHash } from './tree.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(journalMigrations, 'agency');
});
afterAll(() => database?.close());

const DOCUMENT = '11111111-1111-4111-8111-111111111111';
const at = new Date('2026-03-02T02:00:00Z');
const write = (event: string, detail: Record<string, string> = {}) =>
  database.db.transaction().execute((tx) => record(tx, { event, at, documentId: DOCUMENT, who: 'thử', detail }));

test('entries written by many at once form one chain without a gap', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, n) => write('DocumentChanged', { n: String(n) })));
  const entries = await readEntries(database.db, 0, 1000);
  expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  expect(firstBreak(entries)).toBeUndefined();
  expect(await historyOf(database.db, { documentId: DOCUMENT })).toHaveLength(40);
});

test('an act that is undone leaves no entry and no gap', async () => {
  const before = (await readEntries(database.db, 0, 1000)).length;
  const undone = database.db.transaction().execute(async (tx) => {
    await record(tx, { event: 'DocumentIssued', at, documentId: DOCUMENT });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect((await write('DocumentSubmitted')).sequence).toBe(before + 1);
});

test('a changed, a missing and a swapped entry are each found where they are', async () => {
  const entries = await readEntries(database.db, 0, 1000);
  const forged = { ...entries[9]!, canonical: entries[9]!.canonical.replace('"n":', '"m":') };
  expect(firstBreak(entries.with(9, forged))).toBe(10);
  expect(firstBreak(entries.with(9, { ...forged, leafHash: leafHash(forged.canonical) }))).toBe(11);
  expect(firstBreak(entries.toSpliced(4, 1))).toBe(6);
  expect(firstBreak([...entries.slice(0, 2), entries[3]!, entries[2]!, ...entries.slice(4)])).toBe(4);
});

test('the database itself refuses to change or forget an entry', async () => {
  for (const attempt of [
    sql`update agency.journal set who = 'x' where sequence = 1`,
    sql`delete from agency.journal where sequence = 1`,
    sql`truncate agency.journal`,
  ]) {
    await expect(attempt.execute(database.db)).rejects.toThrow('append-only');
  }
});

test('its tree is that of RFC 9162: every entry is proven by its place under the signed head, which grows', async () => {
  const pki = testPki();
  const timeStamp = async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now);
  const journal = { schema: JOURNAL_TREE, origin: 'antin.test/agency', take: leavesFrom };
  const grown = async () => {
    await growJournal(database.db, journal, at);
    return (await sealNewestHead(database.db, JOURNAL_TREE, { key: pki.signingKey('seal'), timeStamp }, new Date(pki.now)))!;
  };
  const first = await grown();
  for (const entry of await entriesFrom(database.db, 0, 1000)) {
    expect(proofHolds((await proveEntry(database.db, JOURNAL_TREE, entry))!)).toBe(true);
  }
  await write('DocumentIssued');
  expect((await grown()).size).toBe(first.size + 1);
  expect(proofHolds((await proveGrowth(database.db, JOURNAL_TREE, signedCheckpoint(first)))!)).toBe(true);
});
