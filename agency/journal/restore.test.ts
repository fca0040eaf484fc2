import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { inTransaction } from '@antin/adapters/db/transaction';
import { createApp } from '@antin/adapters/http/app';
import { checkCopy } from '@antin/adapters/journal/check-copy';
import { identityOf } from '@antin/adapters/journal/copy-identity';
import { journalKeeper, type JournalKeeper } from '@antin/adapters/journal/keeper';
import { forgottenBy } from '@antin/adapters/journal/restore';
import { createLog } from '@antin/adapters/log/log';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { useFolder } from '@antin/testkit/folder';
import { testPki } from '@antin/testkit/pki/test-pki';
import { journalProblems, jobsUnlessSetBack, refuseWhileSetBack } from './closed.ts';
import { firstBreak, historyOf, record } from './journal.ts';
import { agencyJournal } from './kept.ts';
import { journalMigrations, JOURNAL_TREE } from './migrations.ts';
import { restoreAgency, restoredAgencyJournal } from './restore.ts';
import { readEntries } from './store.ts';

const pki = testPki();
const home = useFolder();
const at = new Date(pki.now);
const DOCUMENT = '11111111-1111-4111-8111-111111111111';
const origin = 'antin.test/agency';
const seal = async () => ({
  key: pki.signingKey('seal'),
  timeStamp: async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now),
});
const keeperOf = (db: AnyDatabase): Promise<JournalKeeper> =>
  journalKeeper({
    ...{ ...agencyJournal, db, seal, origin, log: { error: () => {} } },
    ...{ clock: () => pki.now, copyFolder: join(home.path, 'copy') },
  });
const write = (db: AnyDatabase, n: number) =>
  inTransaction(db, (tx) =>
    record(tx, { event: 'DocumentIssued', at, documentId: DOCUMENT, who: 'thử', detail: { number: String(n) } }),
  );
const restore = (db: AnyDatabase, folder = join(home.path, 'copy')) =>
  inTransaction(db, async (tx) => {
    const journal = { ...restoredAgencyJournal, origin };
    return restoreAgency(tx, journal, folder, await forgottenBy(tx, journal, folder), at);
  });

let database: TestDatabase;
let keeper: JournalKeeper;
beforeAll(async () => {
  database = await testDatabase(journalMigrations, 'agency');
  keeper = await keeperOf(database.db);
  for (let n = 1; n <= 3; n++) await write(database.db, n);
  await keeper.run();
});
afterAll(() => database.close());

/** The same office with its first entries: what it had when the backup was made. */
async function backup(entries: number): Promise<TestDatabase> {
  const older = await testDatabase(journalMigrations, 'agency');
  const { journal, copy } = await identityOf(database.db, JOURNAL_TREE);
  await sql`update agency_journal.journal_identity set journal = ${journal}, copy = ${copy ?? null}`.execute(older.db);
  for (const { sequence, canonical, leafHash } of await readEntries(database.db, 0, entries)) {
    await sql`
      insert into agency.journal (sequence, at, canonical, leaf_hash, event, who)
      values (${sequence}, ${at}, ${canonical}, ${leafHash}, 'x', 'x')`.execute(older.db);
    await sql`update agency.journal_head set sequence = ${sequence}, leaf_hash = ${leafHash}`.execute(older.db);
  }
  return older;
}

describe('an office that was set back', () => {
  test('does nothing, and says why; reading and judging go on', async () => {
    await using older = await backup(2);
    const closed = await keeperOf(older.db);
    const app = createApp({ log: createLog({ level: 'silent' }), problems: journalProblems });
    const office = new Hono();
    office.use(
      '/api/*',
      refuseWhileSetBack(() => closed.closed()),
    );
    office.all('*', (c) => c.text('done'));
    app.route('/', office);
    const ask = async (method: string, path: string) =>
      app.request(path, { method, headers: { 'sec-fetch-site': 'same-origin' } });
    const refused = await ask('POST', '/api/documents');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'journal.office-set-back']);
    expect((await ask('GET', '/api/documents')).status).toBe(200);
    expect((await ask('POST', '/api/verify')).status).toBe(200);
    let ran = 0;
    const handlers = jobsUnlessSetBack({ send: async () => void (ran += 1) }, () => closed.closed());
    const context = { signal: new AbortController().signal };
    expect(await handlers['send']!({} as never, context)).toMatchObject({ status: 'retry' });
    await restore(older.db);
    await closed.run();
    await handlers['send']!({} as never, context);
    expect(ran).toBe(1);
    expect((await ask('POST', '/api/documents')).status).toBe(200);
  });

  test('gets its entries back as one chain, and the list of what no journal holds', async () => {
    const folder = join(home.path, 'of that day');
    cpSync(join(home.path, 'copy'), folder, { recursive: true });
    await using older = await backup(2);
    const { acts } = await restore(older.db, folder);
    expect(acts.map((one) => [one.event, one.documentId, one.detail?.['number']])).toContainEqual([
      'DocumentIssued',
      DOCUMENT,
      '3',
    ]);
    const entries = await readEntries(older.db, 0, 1000);
    expect(firstBreak(entries)).toBeUndefined();
    expect(JSON.parse(entries.at(-1)!.canonical)).toMatchObject({ event: 'JournalRestored' });
    expect((await historyOf(older.db, { documentId: DOCUMENT })).some((one) => one.detail?.['number'] === '3')).toBe(true);
  });

  test('that has gone on since is not mixed with the copy: its backup is restored again first', async () => {
    await using older = await backup(2);
    await write(older.db, 99);
    await expect(restore(older.db)).rejects.toMatchObject({ code: 'journal.forked' });
    expect(checkCopy(join(home.path, 'copy'))).toMatchObject({ status: 'whole' });
  });
});
