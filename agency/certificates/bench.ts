import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { connect } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import { cursorOf } from '../keyset.ts';
import { scopeOf } from '../scope.ts';
import { agencyMigrations } from '../service.ts';
import { loadSubscribers } from './large-for-tests.ts';
import { limitsOn, SHIPPED_LIMITS } from './limits.ts';
import { countStates, cursorKey, forecastQuery, holdingById, listHoldings, type ListQuery } from './store.ts';

/**
 * The register of 100,000 subscribers in two provinces: p50 in milliseconds as a person waits for a page, and how many
 * lookups of one line by its key fit into that (same connection, same run).
 *
 * `node agency/certificates/bench.ts [subscribers]`; a process of its own, because it needs a database.
 */
const subscribers = Number(process.argv[2] ?? '100000');
const TURNS = 100;
const now = new Date('2026-11-22T02:00:00Z');

const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
const server = await startPostgres({ dataDir: folder, careless: true });
const db = connect(server.address('postgres'), { maxConnections: 2 });
try {
  await migrate(db, agencyMigrations, 'agency');
  await loadSubscribers(db, subscribers);
  const idOf = async (code: string) =>
    (await sql<{ id: string }>`select id from agency.agency where code = ${code}`.execute(db)).rows[0]!.id;
  const [province, commune] = [await scopeOf(db, await idOf('H97')), await scopeOf(db, await idOf('H97.007'))];
  const limits = limitsOn(SHIPPED_LIMITS, '2026-11-22');
  const base: ListQuery = { scope: province, sort: 'name', size: 50, now, limits };
  const far = (await listHoldings(db, { ...base, size: 20_000 })).at(-1)!;
  const list = (query: Partial<ListQuery>) => () => listHoldings(db, { ...base, ...query });
  const works: [string, () => Promise<unknown>][] = [
    ['certificates/first-page', list({})],
    ['certificates/a-page-far-behind', list({ after: cursorOf(cursorKey('name')(far)) })],
    ['certificates/of-a-commune', list({ scope: commune })],
    ['certificates/soonest-ends', list({ sort: 'expiry', state: 'expiring' })],
    ['certificates/search-rare', list({ q: 'lo ngoc anh' })],
    ['certificates/search-common', list({ q: 'nguyen' })],
    ['certificates/search-serial', list({ q: 'c4ca4238a0b923820dcc509a6f75849b' })],
    ['certificates/forecast-of-a-province', () => forecastQuery(province, now, new Date('2028-11-22')).execute(db)],
    ['certificates/forecast-of-a-commune', () => forecastQuery(commune, now, new Date('2028-11-22')).execute(db)],
    ['certificates/counts-of-a-province', () => countStates(db, province, now, limits)],
  ];
  for (const [name, work] of works) await figure(name, work, far.id);
} finally {
  await db.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function figure(name: string, work: () => Promise<unknown>, id: string): Promise<void> {
  const [took, least]: [number[], number[]] = [[], []];
  for (let turn = -10; turn < TURNS; turn++) {
    const [a, b] = [await milliseconds(work), await milliseconds(() => holdingById(db, id))];
    if (turn < 0) continue;
    took.push(a);
    least.push(b);
  }
  const [p50, lookup] = [median(took), median(least)];
  const p95 = took.toSorted((a, b) => a - b)[Math.floor(TURNS * 0.95)]!;
  process.stdout.write(
    `${JSON.stringify({ name, p50: round(p50), p95: round(p95), unit: 'ms', lookup: round(lookup), ratio: round(p50 / lookup) })}\n`,
  );
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
