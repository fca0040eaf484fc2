import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '@antin/adapters/db/folding';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { changesPage, changesQuery, officersPage, officersQuery, sendersPage, sendersQuery } from './list-store.ts';
import type { ListQuery, Page } from './list-store.ts';

const MANY = 5000;

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase(migrations, 'authority');
  const { db } = t;
  await sql`
    insert into authority.officer (id, sign_in_name, full_name, active, created_at)
    select md5('o' || n)::uuid, 'can.bo.' || n, 'Đỗ  Thị Tiếp ' || n % 1000, n % 50 <> 0, now() from generate_series(1, ${MANY}) n`.execute(
    db,
  );
  await sql`
    insert into authority.sender (code, name, active)
    select 'H' || n, 'Ủy ban nhân dân xã Đường Lâm ' || n % 1000, true from generate_series(1, ${MANY}) n`.execute(db);
  await sql`
    insert into authority.officer_change (id, state, kind, change, proposed_by, proposed_at, decided_by)
    select md5('c' || n)::uuid, case when n % 100 = 0 then 'proposed' else 'confirmed' end, 'disable',
      jsonb_build_object('kind', 'disable', 'officerId', md5('o' || n)::uuid), md5('o1')::uuid,
      timestamptz '2026-01-01Z' + (n / 3) * interval '1 minute', case when n % 100 = 0 then null else md5('o2')::uuid end
    from generate_series(1, ${MANY}) n`.execute(db);
  for (const table of ['officer', 'sender', 'officer_change'])
    await sql`vacuum analyze ${sql.id('authority', table)}`.execute(db);
}, 120_000);
afterAll(() => t.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

async function scansOf(statement: RawBuilder<unknown>): Promise<Plan[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
  const all = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(all)];
  const nodes = all(rows[0]!['QUERY PLAN'][0].Plan);
  // Names beside a page of changes may be looked up by a pass over all officers.
  const paged = nodes.some((node) => node['Relation Name'] === 'officer_change') ? 'officer_change' : undefined;
  return nodes.filter((node) => node['Node Type'] === 'Seq Scan' && (paged ?? node['Relation Name']) === node['Relation Name']);
}

const placed = (...place: readonly string[]) => Buffer.from(JSON.stringify(place)).toString('base64url');
const OFFICER = '00000000-0000-4000-8000-000000000001';

describe('lists of officers, senders and changes', () => {
  test.each<[string, RawBuilder<unknown>]>([
    ['officers', officersQuery({ limit: 50 })],
    ['officers, far on', officersQuery({ limit: 50, after: placed('Đỗ  Thị Tiếp 900', OFFICER) })],
    ['officers by words', officersQuery({ limit: 50, q: 'tiep 123' })],
    ['senders', sendersQuery({ limit: 50, state: 'active' })],
    ['senders, far on', sendersQuery({ limit: 50, after: placed('Ủy ban nhân dân xã Đường Lâm 9', 'H9') })],
    ['senders by words', sendersQuery({ limit: 50, q: 'duong lam 777' })],
    ['changes', changesQuery({ limit: 50 })],
    ['changes, far on', changesQuery({ limit: 50, after: placed('2026-01-01T03:00:00.000Z', OFFICER) })],
    ['changes that wait', changesQuery({ limit: 50, state: 'proposed' })],
  ])('are read through indexes: %s', async (_, statement) => {
    expect(await scansOf(statement)).toEqual([]);
  });

  test.each<[string, (query: ListQuery) => Promise<Page<{ readonly id?: string; readonly code?: string }>>]>([
    ['officers', (query) => officersPage(t.db, query)],
    ['senders', (query) => sendersPage(t.db, query)],
    ['changes', (query) => changesPage(t.db, query)],
  ])('are told page by page, each once: %s', async (_, page) => {
    const seen = new Set<string>();
    let after: string | undefined;
    do {
      const { rows, next } = await page({ limit: 200, after });
      for (const row of rows) seen.add(row.id ?? (row.code as string));
      after = next;
    } while (after !== undefined);
    expect(seen.size).toBe(MANY);
  });

  test('names are found without their marks, as the program folds them', async () => {
    const { rows } = await sql<{ name: string; folded: string }>`
      select full_name || ' ' || sign_in_name as name, folded from authority.officer limit 20`.execute(t.db);
    for (const { name, folded } of rows) expect(folded).toBe(fold(name));
    expect((await officersPage(t.db, { q: 'ĐỖ THỊ tiep 7', limit: 200 })).rows.length).toBeGreaterThan(100);
    expect((await officersPage(t.db, { q: 'do thi tiep', state: 'disabled', limit: 200 })).rows).toHaveLength(100);
    expect((await sendersPage(t.db, { q: 'h4999', limit: 10 })).rows.map((one) => one.code)).toEqual(['H4999']);
  });

  test.each([placed('a'), placed('a', '\0'), placed('2026', 'not-an-id'), 'no-json', placed('not a day', OFFICER)])(
    'a place that nobody gave out is refused, not a fault: %s',
    async (after) => {
      await expect(changesPage(t.db, { after, limit: 10 })).rejects.toMatchObject({ code: 'http.invalid-query' });
    },
  );
});
