import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { RequestQuery } from '@antin/protocol/authority/registration';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { countWaiting, pageQuery, requestsPage, statistics } from './list.ts';

const ITEMS = 100_000;
const OFFICER = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const reader = { officerId: OFFICER, today: '2026-03-02', soon: '2026-03-03' };

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase(migrations, 'authority');
  const { db } = t;
  for (const [i, id] of [OFFICER, OTHER].entries()) {
    await sql`insert into authority.officer (id, sign_in_name, full_name, created_at)
      values (${id}, ${`n${i}`}, 'N', now())`.execute(db);
  }
  await sql`
    insert into authority.submission (id, status, from_code, from_name, from_place, request_id, created_at, channel,
      authenticated_by, file_sha256, file_size, request_sha256, media_type, received_at, item_count)
    select md5('s' || n)::uuid, 'accepted', 'H' || n, 'Tỉnh', 'x', md5('r' || n)::uuid, now(), 'api', 'signature',
      md5('f' || n), 1, md5('q' || n), 'x', timestamptz '2026-01-01Z' + n * interval '1 hour', 500
    from generate_series(1, 200) n`.execute(db);
  await sql`alter table authority.request_item disable trigger request_item_guard`.execute(db);
  // Most have come to their end, as after a few years; what is open is what came last.
  await sql`
    insert into authority.request_item (id, submission_id, item_id, act, form, agency_code, agency_name, agency_place, subject,
      subject_key, folded, state, original, original_sha256, current, shown, shown_sha256, received_at, due_on, proposer, approver,
      approved_sha256, issued_issuer_sha256, issued_serial_hex, complete_at)
    select md5('i' || n)::uuid, md5('s' || (n % 200 + 1))::uuid, md5('x' || n)::uuid,
      case when n % 50 = 0 then 'revoke' else 'new' end, '0' || (n % 3 + 1), 'H' || (n % 200 + 1) || '.' || (n % 40), 'Sở', 'x',
      'Người ' || n, '01 ' || n, 'nguoi ' || md5(n::text), s.state, '{}', '', '{}', '', 'h', timestamptz '2026-01-01Z' + n * interval '1 minute',
      case when s.state in ('received', 'proposed', 'approved') then date '2026-02-20' + (n % 30) end,
      case when s.state not in ('received', 'question') then ${OTHER}::uuid end,
      case when s.state in ('approved', 'issued', 'handed-over') then ${OFFICER}::uuid end,
      case when s.state in ('approved', 'issued', 'handed-over') then 'h' end,
      case when s.state in ('issued', 'handed-over') then 'i' end, case when s.state in ('issued', 'handed-over') then n::text end, now()
    from generate_series(1, ${ITEMS}) n,
      lateral (select case when n <= 95000 then 'handed-over'
        else (array['received', 'question', 'proposed', 'approved', 'issued'])[n % 5 + 1] end as state) s`.execute(db);
  await sql`vacuum analyze authority.request_item`.execute(db);
  await sql`analyze authority.submission`.execute(db);
}, 120_000);
afterAll(() => t.close());

const query = (more: object): z.output<typeof RequestQuery> => RequestQuery.parse(more);

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Total Cost': number;
  readonly Plans?: readonly Plan[];
}

async function planOf(statement: RawBuilder<unknown>): Promise<Plan> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
  return rows[0]!['QUERY PLAN'][0].Plan;
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

test.each([
  ['all, from the beginning', {}],
  ['a state', { state: 'received' }],
  ['an ended state', { state: 'handed-over' }],
  ['an agency', { agency: 'H7.3' }],
  ['an act and a form', { act: 'revoke', form: '02' }],
  ['a submission', { submission: '00000000-0000-4000-8000-00000000000a' }],
  ['overdue', { due: 'overdue' }],
  ['due today', { due: 'today' }],
  ['due soon', { due: 'soon' }],
  ['waiting to be checked', { waiting: 'toCheck' }],
  ['waiting for my approval', { waiting: 'toApprove' }],
  ['waiting to be issued', { waiting: 'toIssue' }],
  ['waiting to be handed over', { waiting: 'toHandOver' }],
  ['waiting to be revoked', { waiting: 'toRevoke' }],
  ['words nobody has', { q: 'không ai tên thế' }],
  ['some letters of a name', { q: 'c4ca42' }],
])('a page of %s goes through an index', async (_, more) => {
  const plan = await planOf(pageQuery(query(more), reader));
  expect(nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  expect(plan['Total Cost']).toBeLessThan(3000);
});

test('the last page costs what the first does', async () => {
  const first = await requestsPage(t.db, query({ limit: 100 }), reader);
  const place = Buffer.from(JSON.stringify([null, new Date(Date.parse('2026-01-01Z') + 99_000 * 60_000).toISOString(), OTHER]));
  const late = query({ limit: 100, after: place.toString('base64url') });
  const plan = await planOf(pageQuery(late, reader));
  expect(nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  // Skipping 99,000 rows one by one would cost thousands.
  expect(plan['Total Cost']).toBeLessThan(500);
  expect((await requestsPage(t.db, late, reader)).rows).toHaveLength(100);
  expect(first.rows).toHaveLength(100);
});

test('due lists begin with the most urgent and go on page by page', async () => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await requestsPage(t.db, query({ due: 'overdue', limit: 200, after }), reader);
    seen.push(...page.rows.map((row) => `${row.dueOn} ${row.id}`));
    after = page.next;
  } while (after !== undefined);
  expect(seen.map((one) => one.slice(0, 10))).toEqual(seen.map((one) => one.slice(0, 10)).toSorted());
  expect(new Set(seen).size).toBe(seen.length);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from authority.request_item
    where due_on < '2026-03-02' and state in ('received', 'proposed', 'approved', 'issuing')`.execute(t.db);
  expect(seen).toHaveLength(rows[0]!.count);
});

test('what waits is counted over what is open, not over all that ever was', async () => {
  const waiting = await countWaiting(t.db, reader);
  expect(waiting.toCheck).toBe(900);
  expect(waiting.toApprove).toBe(1000);
  const { states } = await statistics(t.db, reader.today);
  expect(states.find((one) => one.state === 'handed-over')?.count).toBe(95_000);
});
