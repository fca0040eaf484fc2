import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type AnyDatabase } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import { agencyMigrations } from '../service.ts';
import { searchAgencies, wordsQuery, type AgencySearch } from './agency-store.ts';
import { loadCountry } from './large-for-tests.ts';
import { searchPeople } from './people-store.ts';
import { agencyById } from './store.ts';

/**
 * The directory of a whole country: 110,466 agencies, 400,000 people. One JSON line a figure: p50 in milliseconds as a person
 * waits for it, and how many lookups of one row by its key fit into that (same connection, same run).
 *
 * `node agency/directory/bench.ts [scale]`; a process of its own, because it needs a database.
 */
const scale = Number(process.argv[2] ?? '1');
const DAY = '2026-06-01';
const TURNS = 200;

const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
const server = await startPostgres({ dataDir: folder, careless: true });
const db = connect(server.address('postgres'), { maxConnections: 4 });
try {
  await migrate(db, agencyMigrations, 'agency');
  const size = await db.connection().execute((one) => loadCountry(one, scale));
  process.stdout.write(`${JSON.stringify({ name: 'directory/size', ...size })}\n`);
  for (const [name, work] of await works(db)) await figure(name, work);
} finally {
  await db.destroy();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function works(pool: AnyDatabase): Promise<[string, () => Promise<unknown>][]> {
  const base = { day: DAY, includeClosed: false, limit: 51 };
  const [top] = await searchAgencies(pool, { ...base, parentId: null });
  const [province] = await searchAgencies(pool, { ...base, parentId: top!.id });
  const middle = (await searchAgencies(pool, { ...base, words: wordsQuery('tram y te t') })).at(-1)!;
  const agencies = (search: Partial<AgencySearch>) => () => searchAgencies(pool, { ...base, ...search });
  const search = (text: string) => agencies({ words: wordsQuery(text) });
  const people = (text: string, underPath?: string) => () =>
    searchPeople(pool, { words: wordsQuery(text), day: DAY, limit: 51, ...(underPath === undefined ? {} : { underPath }) });
  return [
    ['directory/children', agencies({ parentId: province!.id })],
    ['directory/page-in-the-middle', agencies({ after: [middle.level, middle.sortKey, middle.id] })],
    ['directory/search-common', search('tr')],
    ['directory/search-two-words', search('truong tan')],
    ['directory/search-rare', search('ubnd xa thanh my')],
    ['directory/search-code', search('H07.120.11')],
    ['directory/search-under-a-province', agencies({ words: wordsQuery('tram y te'), underPath: province!.path })],
    ['directory/people-common-name', people('nguyen van')],
    ['directory/people-of-a-province', people('le thi kim', province!.path)],
  ];
}

async function figure(name: string, work: () => Promise<unknown>): Promise<void> {
  const [page] = await searchAgencies(db, { day: DAY, includeClosed: false, limit: 1 });
  const lookup = () => agencyById(db, page!.id);
  const [took, least]: number[][] = [[], []];
  for (let turn = -20; turn < TURNS; turn++) {
    const [a, b] = [await milliseconds(work), await milliseconds(lookup)];
    if (turn < 0) continue;
    took!.push(a);
    least!.push(b);
  }
  const [p50, limit] = [median(took!), median(least!)];
  const p95 = took!.toSorted((a, b) => a - b)[Math.floor(TURNS * 0.95)]!;
  const line = { name, p50: round(p50), p95: round(p95), unit: 'ms', lookup: round(limit), ratio: round(p50 / limit) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
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
