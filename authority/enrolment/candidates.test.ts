import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { candidates, candidatesQuery } from './list.ts';

const OFFICER = '00000000-0000-4000-8000-000000000001';
const PROPOSER = '00000000-0000-4000-8000-000000000002';
const NOW = new Date('2026-03-02T02:00:00Z');
const ROWS = 100_000;

/** Requests of years: mostly people's, a tenth of devices, most of which have their account. */
let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase(migrations, 'authority');
  const { db } = t;
  await sql`alter table authority.request_item disable trigger request_item_guard`.execute(db);
  await sql`
    insert into authority.officer (id, sign_in_name, full_name, created_at) values (${OFFICER}, 'n', 'N', now()), (${PROPOSER}, 'm', 'M', now())`.execute(
    db,
  );
  await sql`
    insert into authority.submission (id, status, from_code, from_name, from_place, request_id, created_at, channel,
      authenticated_by, file_sha256, file_size, request_sha256, media_type, received_at, item_count)
    values (md5('s')::uuid, 'accepted', 'H', 'Tỉnh', 'x', md5('r')::uuid, now(), 'api', 'signature', 'f', 1, 'q', 'x', now(), 1)`.execute(
    db,
  );
  await sql`
    insert into authority.request_item (id, submission_id, item_id, act, form, agency_code, agency_name, agency_place, subject,
      subject_key, folded, state, original, original_sha256, current, shown, shown_sha256, received_at, approver, approved_sha256,
      approved_at, proposer)
    select md5('i' || n)::uuid, md5('s')::uuid, md5('x' || n)::uuid, 'new', case when n % 10 = 0 then '03' else '01' end, 'H', 'Sở', 'x',
      'Máy ' || n, n::text, case when n % 10 = 0 then 'may ' || md5(n::text) else 'nguyen van an' end, case when n % 20 = 10 then 'received' else 'approved' end, '{}', '', '{}', '', 'h', now(),
      case when n % 20 = 10 then null else ${OFFICER}::uuid end, case when n % 20 = 10 then null else 'h' end,
      case when n % 20 = 10 then null else ${NOW}::timestamptz - n * interval '1 minute' end, ${PROPOSER}::uuid
    from generate_series(1, ${ROWS}) n`.execute(db);
  await sql`
    insert into authority.enrolment_account (id, kid, secret, item_id, opened_by, opened_at, expires_at)
    select md5('a' || n)::uuid, 'm-' || n, '', md5('i' || n)::uuid, ${OFFICER}::uuid, ${NOW}, ${NOW}::timestamptz + interval '1 year'
    from generate_series(1, ${ROWS}) n where n % 40 = 0`.execute(db);
  for (const table of ['enrolment_account', 'request_item']) await sql`vacuum analyze authority.${sql.ref(table)}`.execute(db);
});
afterAll(() => t.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
async function planOf(statement: RawBuilder<unknown>): Promise<Plan[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
  return nodes(rows[0]!['QUERY PLAN'][0].Plan);
}
const walked = (plan: readonly Plan[]) =>
  plan.filter((one) => one['Node Type'] === 'Seq Scan').map((one) => one['Relation Name']);

test('devices without an account are found newest first, and neither all requests nor all accounts are walked or sorted', async () => {
  const plan = await planOf(candidatesQuery(undefined, NOW));
  expect(plan.map((one) => one['Index Name'])).toContain('request_item_candidate');
  expect(walked(plan)).toEqual([]);
  expect(plan.map((one) => one['Node Type'])).not.toContain('Sort');
  const found = await candidates(t.db, undefined, NOW);
  expect(found).toHaveLength(200);
  // 10 was received only, 40 has its account.
  expect(found.slice(0, 3).map((one) => one.subject)).toEqual(['Máy 20', 'Máy 60', 'Máy 100']);
});

test('by words they are found by the index of words or in that order, and no table is walked', async () => {
  const { rows } = await sql<{ folded: string; subject: string }>`
    select folded, subject from authority.request_item where subject = 'Máy 99980'`.execute(t.db);
  const words = rows[0]!.folded.slice(4, 20);
  expect(walked(await planOf(candidatesQuery(words, NOW)))).toEqual([]);
  expect((await candidates(t.db, words, NOW)).map((one) => one.subject)).toEqual(['Máy 99980']);
});
