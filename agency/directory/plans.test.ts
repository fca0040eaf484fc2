import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { officeMigrations } from '../office.ts';
import { nodesOf as nodesOfPlan, touchedBy, type PlanNode } from '../plans-for-tests.ts';
import { agencySearchQuery, childrenOn, leadingAgency, searchAgencies, wordsQuery } from './agency-store.ts';
import { loadCountry } from './large-for-tests.ts';
import { personSearchQuery } from './people-store.ts';
import { findAgencies } from './store.ts';

/** One connection: the country is loaded through temporary tables. */
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(officeMigrations, 'agency');
  await database.db.connection().execute((one) => loadCountry(one, 0.06));
}, 120_000);
afterAll(() => database?.close());

const nodesOf = (query: RawBuilder<unknown>): Promise<PlanNode[]> => nodesOfPlan(database.db, query);
const touched = (nodes: readonly PlanNode[]) =>
  touchedBy(nodes.filter((node) => node.Plans === undefined || node.Plans.length === 0));
const whole = (nodes: readonly PlanNode[]) =>
  nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);

const DAY = '2026-06-01';
const base = { day: DAY, includeClosed: false, limit: 51 };

test('children, searches for common and rare words, and pages behind them read an index and few rows', async () => {
  const { db } = database;
  const [top] = await searchAgencies(db, { ...base, parentId: null });
  const [province] = await searchAgencies(db, { ...base, parentId: top!.id });
  const middle = (await searchAgencies(db, { ...base, limit: 300 })).at(-1)!;
  const searches = {
    children: { parentId: province!.id },
    'first page': {},
    'a later page': { after: [middle.level, middle.sortKey, middle.id] },
    'a common word': { words: wordsQuery('tru') },
    'common words': { words: wordsQuery('truong tieu hoc') },
    'a rare word': { words: wordsQuery('H02.17.05') },
    'two names': { words: wordsQuery('tram y te kim vi') },
    nothing: { words: wordsQuery('khong co gi') },
    'a common word below a province': { words: wordsQuery('phong'), underPath: province!.path },
  };
  for (const [name, search] of Object.entries(searches)) {
    const nodes = await nodesOf(agencySearchQuery({ ...base, ...search }));
    expect(whole(nodes), name).toEqual([]);
    // 6,600 agencies are there. A page touches a part of them; a word that every third one has, those that have it.
    expect(touched(nodes), name).toBeLessThan(name.includes('common') ? 5_000 : 2_000);
  }
  expect((await searchAgencies(db, { ...base, words: wordsQuery('H02.17.05')! })).map((one) => one.code)).toEqual(['H02.17.05']);
});

test('people are found and listed by an index, of one agency and of a province', async () => {
  const { db } = database;
  const [unit] = await searchAgencies(db, { ...base, words: wordsQuery('H02.17.05')! });
  const [province] = await searchAgencies(db, { ...base, words: wordsQuery('tinh')! });
  const people = { day: DAY, limit: 51 };
  const searches = {
    'of an agency': { agencyId: unit!.id },
    'of a province': { underPath: province!.path },
    'a common name': { words: wordsQuery('nguyen'), underPath: province!.path },
    'a rare name': { words: wordsQuery('pham minh kim vinh') },
    'a sign-in name': { words: wordsQuery('nguoi3141') },
  };
  for (const [name, search] of Object.entries(searches)) {
    const nodes = await nodesOf(personSearchQuery({ ...people, ...search }));
    expect(
      whole(nodes).filter((relation) => relation !== 'agency'),
      name,
    ).toEqual([]);
    expect(touched(nodes), name).toBeLessThan(10_000);
  }
});

test('the lists of the drafting form and the sign-in page do not hold the country', async () => {
  const { db } = database;
  expect((await findAgencies(db, { includeClosed: true, day: DAY })).length).toBe(100);
  expect((await leadingAgency(db, DAY)).agencies).toBeGreaterThan(6000);
  const [top] = await childrenOn(db, { ...base, day: '2025-08-01', parentId: null });
  expect((await childrenOn(db, { ...base, day: '2025-08-01', parentId: top!.id })).length).toBeGreaterThan(1);
});
