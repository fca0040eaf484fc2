import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { utf8 } from '@antin/formats/bytes/bytes';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { inTransaction } from '@antin/adapters/db/transaction';
import { growJournal } from '@antin/adapters/journal/grow';
import { newestHead } from '@antin/adapters/journal/head-store';
import { proveEntry, proveGrowth } from '@antin/adapters/journal/prove';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { leafHash } from '@antin/pki/log/hash';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { verifyConsistency, verifyInclusion } from '@antin/pki/log/verify';
import type { SignedCheckpoint } from '@antin/protocol/journal/proof';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { migrations } from '../migrations.ts';
import { recordEvent } from './record.ts';
import { entriesFrom, entriesOfSerial, placeWaiting } from './store.ts';

const SCHEMA = 'authority';
const journal = { schema: SCHEMA, origin: 'antin.test/journal', take: placeWaiting };
const pki = testPki();
const AT = pki.now;
const doors = {
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, AT),
};

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
});
afterAll(() => database.close());

const write = (count: number, from = 0) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      recordEvent(database.db, AT, 'test.happened', undefined, { number: from + index }),
    ),
  );

describe('the journal of the authority', () => {
  test('gives every committed entry one place, whoever writes and grows at the same time', async () => {
    await write(40);
    const rolledBack = inTransaction(database.db, async (tx) => {
      await recordEvent(tx, AT, 'test.never-happened', undefined, {});
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    const sizes = await Promise.all([
      growJournal(database.db, journal, new Date(AT)),
      write(25, 40),
      growJournal(database.db, journal, new Date(AT)),
    ]);
    expect(Math.max(sizes[0], sizes[2])).toBeGreaterThanOrEqual(40);
    expect(await growJournal(database.db, journal, new Date(AT))).toBe(65);
    const entries = await entriesFrom(database.db, 0, 100);
    expect(entries.map((entry) => entry.leafIndex)).toEqual(Array.from({ length: 65 }, (_, index) => index));
    const numbers = entries.map((entry) => (JSON.parse(entry.canonical) as { detail: { number: number } }).detail.number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 65 }, (_, index) => index));
  });

  test('an entry that is still being written keeps nobody waiting, and gets its place after its commit', async () => {
    let commit = () => {};
    const written = Promise.withResolvers<void>();
    const late = inTransaction(database.db, async (tx) => {
      await recordEvent(tx, AT, 'test.late', 'abcd', {});
      written.resolve();
      await new Promise<void>((resolve) => (commit = resolve));
    });
    await written.promise;
    await write(1, 100);
    const before = await growJournal(database.db, journal, new Date(AT));
    expect(await entriesOfSerial(database.db, 'abcd')).toEqual([]);
    commit();
    await late;
    expect(await growJournal(database.db, journal, new Date(AT))).toBe(before + 1);
    expect(await entriesOfSerial(database.db, 'abcd')).toMatchObject([{ leafIndex: before }]);
  });

  test('signs its head with a time-stamp, and proves each entry and its own growth under it', async () => {
    const first = await sealNewestHead(database.db, SCHEMA, doors, new Date(AT));
    const older: SignedCheckpoint = {
      checkpoint: first!.checkpoint,
      signature: Buffer.from(first!.signature!).toString('base64'),
    };
    await write(30, 200);
    await growJournal(database.db, journal, new Date(AT));
    const head = await sealNewestHead(database.db, SCHEMA, doors, new Date(AT));
    expect(head!.size).toBeGreaterThan(first!.size);
    const [entry] = await entriesFrom(database.db, 17, 1);
    const proof = (await proveEntry(database.db, SCHEMA, entry!))!;
    const { root, size } = parseCheckpoint(proof.head.checkpoint);
    expect(
      verifyInclusion(nodeCrypto, {
        leafIndex: 17n,
        treeSize: BigInt(size),
        root,
        leafHash: leafHash(nodeCrypto, utf8(proof.entry)),
        proof: proof.proof.map(fromBase64),
      }),
    ).toBe(true);
    const growth = (await proveGrowth(database.db, SCHEMA, older))!;
    expect(
      verifyConsistency(nodeCrypto, {
        size1: BigInt(first!.size),
        size2: BigInt(size),
        root1: first!.root,
        root2: root,
        proof: growth.proof.map(fromBase64),
      }),
    ).toBe(true);
  });

  test('an entry behind the newest signed head has no proof yet', async () => {
    await write(1, 300);
    const size = await growJournal(database.db, journal, new Date(AT));
    const [entry] = await entriesFrom(database.db, size - 1, 1);
    expect(await proveEntry(database.db, SCHEMA, entry!)).toBeUndefined();
    expect((await newestHead(database.db, SCHEMA))?.signature).toBeUndefined();
  });

  test.each(['journal_entry', 'journal_place', 'journal_node', 'journal_head'])('%s only grows', async (table) => {
    const named = sql.id(SCHEMA, table);
    await expect(sql`delete from ${named}`.execute(database.db)).rejects.toThrow(/append-only|only grows/);
    await expect(sql`truncate ${named} cascade`.execute(database.db)).rejects.toThrow(/append-only|only grows/);
    const column = { journal_entry: 'kind', journal_place: 'entry', journal_node: 'hash', journal_head: 'root' }[table]!;
    const change = sql`update ${named} set ${sql.id(column)} = ${sql.id(column)}`.execute(database.db);
    await expect(change).rejects.toThrow(/append-only|only grows/);
  });
});
