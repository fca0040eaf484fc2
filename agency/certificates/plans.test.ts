import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { certificateSideMigrations } from '../certificate-side.ts';
import { officeMigrations } from '../office.ts';
import { nodesOf as nodesOfPlan, touchedBy, type PlanNode } from '../plans-for-tests.ts';
import { cursorOf } from '../keyset.ts';
import { scopeOf, type Scope } from '../scope.ts';
import { loadSubscribers } from './large-for-tests.ts';
import { limitsOn, SHIPPED_LIMITS } from './limits.ts';
import { cursorKey, forecastQuery, listHoldings, listHoldingsQuery, type ListQuery } from './store.ts';

let database: TestDatabase;
const scopes: Record<string, Scope> = {};
beforeAll(async () => {
  database = await testDatabase({ ...officeMigrations, ...certificateSideMigrations }, 'agency');
  await loadSubscribers(database.db, 30_000);
  for (const code of ['H97', 'H97.007']) {
    const { rows } = await sql<{ id: string }>`select id from agency.agency where code = ${code}`.execute(database.db);
    scopes[code] = await scopeOf(database.db, rows[0]!.id);
  }
}, 120_000);
afterAll(() => database?.close());

const nodesOf = (query: RawBuilder<unknown>): Promise<PlanNode[]> => nodesOfPlan(database.db, query);
const touched = (nodes: readonly PlanNode[]) => touchedBy(nodes.filter((node) => node['Relation Name'] === 'holding'));
const readWhole = (nodes: readonly PlanNode[]) =>
  nodes.some((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'holding');

const now = new Date('2026-11-22T02:00:00Z');
const base = { sort: 'name' as const, size: 50, now, limits: limitsOn(SHIPPED_LIMITS, '2026-11-22') };
const lists: Record<string, Partial<ListQuery>> = {
  'by name': {},
  'by end': { sort: 'expiry' },
  expiring: { state: 'expiring', sort: 'expiry' },
  revoked: { state: 'revoked' },
  'a rare name': { q: 'anh ngoc lo' },
  'a serial number': { q: 'c4ca4238a0b923820dcc509a6f75849b' },
  'ending in a month': { sort: 'expiry', expiresFrom: '2028-05-01', expiresBefore: '2028-06-01' },
};

test.each(['H97', 'H97.007'])(
  'the first page and pages far behind it of %s read an index and few lines, however they are asked for',
  async (code) => {
    const scope = scopes[code]!;
    for (const [name, one] of Object.entries(lists)) {
      const query: ListQuery = { ...base, ...one, scope };
      const nodes = await nodesOf(listHoldingsQuery(query));
      expect(readWhole(nodes), `${code}: ${name}`).toBe(false);
      expect(touched(nodes), `${code}: ${name}`).toBeLessThan(1500);
      const far = (await listHoldings(database.db, { ...query, size: 2000 })).at(-1);
      if (far === undefined) continue;
      const later = await nodesOf(listHoldingsQuery({ ...query, after: cursorOf(cursorKey(query.sort)(far)) }));
      expect(readWhole(later), `${code}: ${name}, later`).toBe(false);
      expect(touched(later), `${code}: ${name}, later`).toBeLessThan(1500);
    }
  },
);

test('a common name in a whole province is met along the way, and no more lines than a page of it needs', async () => {
  const nodes = await nodesOf(listHoldingsQuery({ ...base, scope: scopes['H97']!, q: 'nguyen' }, true));
  expect(readWhole(nodes)).toBe(false);
  expect(touched(nodes)).toBeLessThan(2500);
});

test('the forecast of a commune reads its own ends alone, that of a province each line once', async () => {
  const to = new Date('2028-11-22T00:00:00Z');
  expect(touched(await nodesOf(forecastQuery(scopes['H97']!, now, to)))).toBeLessThanOrEqual(30_000);
  const own = await nodesOf(forecastQuery(scopes['H97.007']!, now, to));
  expect(readWhole(own)).toBe(false);
  expect(touched(own)).toBeLessThan(200);
  const { rows } = await forecastQuery(scopes['H97.007']!, now, to).execute(database.db);
  expect(rows.reduce((sum, row) => sum + row.n, 0)).toBeGreaterThan(5);
});
