import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '@antin/adapters/db/transaction';
import { proofHolds } from '@antin/adapters/journal/check-proof';
import { growJournal } from '@antin/adapters/journal/grow';
import { sealNewestHead } from '@antin/adapters/journal/seal';
import { EntryProof } from '@antin/protocol/journal/proof';
import { OfficeJournalEntry, OfficeJournalQuery } from '@antin/protocol/office/journal';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { testPki } from '@antin/testkit/pki/test-pki';
import { testOffice } from '../office-for-tests.ts';
import { officeMigrations } from '../office.ts';
import { loadDirectory } from '../load-directory.ts';
import { testProvince } from '../directory/province-for-tests.ts';
import { record } from './journal.ts';
import { agencyJournal } from './kept.ts';
import { entriesQuery } from './reading-store.ts';

const pki = testPki();
const DOCUMENT = '11111111-1111-4111-8111-111111111111';
const at = new Date('2031-03-02T02:00:00Z');

let t: TestDatabase;
let office: Awaited<ReturnType<typeof testOffice>>;
let ids: Record<string, string>;
/** Sessions by sign-in name. */
const as: Record<string, string> = {};
beforeAll(async () => {
  t = await testDatabase(officeMigrations, 'agency');
  office = await testOffice(t.db, pki);
  const loaded = await t.db.transaction().execute((tx) => loadDirectory(tx, testProvince));
  ids = { so: loaded.agencies.get('so')!, tinh: loaded.agencies.get('tinh')! };
  for (const name of ['qt.tw', 'qt.tinh', 'qt.so', 'gd.so']) as[name] = await office.signIn(name);
  for (const [code, event] of [
    ['so', 'DocumentSubmitted'],
    ['so', 'DocumentIssued'],
    ['tinh', 'DocumentIssued'],
    ['', 'DirectoryImported'],
  ] as const) {
    const agencyId = code === '' ? undefined : ids[code];
    await inTransaction(t.db, (tx) => record(tx, { event, at, agencyId, documentId: DOCUMENT, who: 'thử' }));
  }
}, 120_000);
afterAll(async () => {
  await office.close();
  await t.close();
});

async function eventsOf(who: string, query: string): Promise<string[]> {
  const { items } = (await office.get(as[who]!, `/api/journal${query}`)) as { items: unknown[] };
  return items.map((one) => OfficeJournalEntry.parse(one).event);
}
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (fault: { code?: string; message: string }) => fault.code ?? fault.message,
  );

describe('the journal of an office for its administrators', () => {
  test('is of their own agency, newest first, by event, document and days', async () => {
    const day = '&from=2031-03-02&to=2031-03-02';
    expect(await eventsOf('qt.so', `?document=${DOCUMENT}${day}`)).toEqual(['DocumentIssued', 'DocumentSubmitted']);
    expect(await eventsOf('qt.so', '?event=DocumentSubmitted')).toEqual(['DocumentSubmitted']);
    expect(await eventsOf('qt.so', '?from=2031-03-03')).toEqual([]);
  });

  test('from above also of those below, and at the top of the installation itself', async () => {
    expect(await eventsOf('qt.tinh', `?document=${DOCUMENT}&agency=${ids['so']}`)).toHaveLength(2);
    expect(await eventsOf('qt.tw', '?agency=installation&event=DirectoryImported')).toEqual(['DirectoryImported']);
    expect(await code(eventsOf('qt.so', `?agency=${ids['tinh']}`))).toContain('directory.not-yours');
    expect(await code(eventsOf('qt.so', '?agency=installation'))).toContain('directory.not-yours');
    expect(await code(eventsOf('gd.so', ''))).toContain('role.administrator-needed');
  });

  test('pages end where they ended, and give each entry once', async () => {
    const seen: number[] = [];
    for (let after = ''; ;) {
      const page = (await office.get(as['qt.so']!, `/api/journal?limit=1${after}`)) as {
        items: { number: number }[];
        next?: string;
      };
      seen.push(...page.items.map((one) => one.number));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });

  test('an entry is proven once a signed head holds it; of another agency it is not', async () => {
    const { items } = await office.get(as['qt.so']!, '/api/journal?event=DocumentIssued');
    const path = `/api/journal/entries/${items[0].number}/proof`;
    expect(await code(office.get(as['qt.so']!, path))).toContain('journal.not-sealed-yet');
    await growJournal(t.db, { ...agencyJournal, origin: 'antin.test/agency' }, at);
    const timeStamp = async (imprint: Parameters<typeof pki.timeStampToken>[0]) => pki.timeStampToken(imprint, pki.now);
    await sealNewestHead(t.db, agencyJournal.schema, { key: pki.signingKey('seal'), timeStamp }, at);
    expect(proofHolds(EntryProof.parse(await office.get(as['qt.so']!, path)))).toBe(true);
    const above = (await office.get(as['qt.tinh']!, '/api/journal?event=DocumentIssued')).items[0].number as number;
    expect(await code(office.get(as['qt.so']!, `/api/journal/entries/${above}/proof`))).toContain('directory.not-yours');
    expect(await office.get(as['qt.so']!, '/api/journal/state')).toMatchObject({ waiting: 0, copy: { status: 'none' } });
  });
});

describe('a large journal', () => {
  interface Plan {
    readonly 'Node Type': string;
    readonly 'Total Cost': number;
    readonly Plans?: readonly Plan[];
  }
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  async function planOf(statement: RawBuilder<unknown>): Promise<Plan> {
    const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
    return rows[0]!['QUERY PLAN'][0].Plan;
  }
  beforeAll(async () => {
    await sql`
      insert into agency.journal (sequence, at, canonical, leaf_hash, event, agency_id, document_id, who)
      select 1000 + n, timestamptz '2027-01-01Z' + n * interval '1 minute', 'x', 'h' || n,
        (array['DocumentDrafted', 'DocumentSigned', 'DocumentIssued', 'IncomingReceived'])[n % 4 + 1], md5('a' || n % 200)::uuid,
        md5('d' || n / 4)::uuid, 'x'
      from generate_series(1, 60000) n`.execute(t.db);
    await sql`vacuum analyze agency.journal`.execute(t.db);
  }, 120_000);

  test.each([
    ['an agency', {}],
    ['an event', { event: 'DocumentIssued' }],
    ['an event that is rare', { event: 'JournalRestored' }],
    ['a document', { document: DOCUMENT }],
    ['a day', { from: '2027-01-20', to: '2027-01-20' }],
  ])('a page of %s goes through an index', async (_, more) => {
    for (const before of [undefined, 30_000]) {
      for (const agencyId of [ids['so']!, null]) {
        const plan = await planOf(entriesQuery(OfficeJournalQuery.parse(more), agencyId, before));
        expect(nodes(plan).filter((one) => one['Node Type'] === 'Seq Scan')).toEqual([]);
        expect(plan['Total Cost']).toBeLessThan(1500);
      }
    }
  });
});
