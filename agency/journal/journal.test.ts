import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { firstBreak, historyOf, record } from './journal.ts';
import { journalMigrations } from './migrations.ts';
import { readEntries } from './store.ts';
import { leafHash, treeHead } from './tree.ts';

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

test('the tree head is that of RFC 9162: it depends on every leaf and on their order', () => {
  // Test vector of the empty tree and of one leaf (RFC 6962 §2.1, kept by RFC 9162).
  expect(treeHead([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(leafHash('')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }), fc.nat(), (texts, pick) => {
      const leaves = texts.map(leafHash);
      const head = treeHead(leaves);
      const place = pick % leaves.length;
      expect(treeHead(leaves.with(place, leafHash(`${texts[place]}!`)))).not.toBe(head);
      expect(treeHead(leaves.slice(0, -1))).not.toBe(head);
      expect(treeHead([...leaves.slice(1), leaves[0]!])).not.toBe(head);
    }),
  );
});
