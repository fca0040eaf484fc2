import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { MachineAccountQuery } from '@antin/protocol/authority/enrolment';
import { testDatabase, type TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { accountsPage, accountsQuery, fetchedQuery } from './list.ts';

const OFFICER = '00000000-0000-4000-8000-000000000001';
const NOW = new Date('2026-03-02T02:00:00Z');
const ACCOUNTS = 1000;
const EACH = 10;

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase(migrations, 'authority');
  const { db } = t;
  for (const [table, trigger] of [
    ['certificate', 'all'],
    ['request_item', 'request_item_guard'],
  ])
    await sql`alter table authority.${sql.ref(table!)} disable trigger ${sql.raw(trigger!)}`.execute(db);
  await sql`
    insert into authority.officer (id, sign_in_name, full_name, created_at) values (${OFFICER}, 'n', 'N', now())`.execute(db);
  await sql`
    insert into authority.submission (id, status, from_code, from_name, from_place, request_id, created_at, channel,
      authenticated_by, file_sha256, file_size, request_sha256, media_type, received_at, item_count)
    values (md5('s')::uuid, 'accepted', 'H', 'Tỉnh', 'x', md5('r')::uuid, now(), 'api', 'signature', 'f', 1, 'q', 'x', now(), 1)`.execute(
    db,
  );
  await sql`
    insert into authority.request_item (id, submission_id, item_id, act, form, agency_code, agency_name, agency_place, subject,
      subject_key, folded, state, original, original_sha256, current, shown, shown_sha256, received_at)
    select md5('i' || n)::uuid, md5('s')::uuid, md5('x' || n)::uuid, 'new', '03', 'H', 'Sở', 'x', 'Máy ' || n, '03', 'may ' || md5(n::text),
      'received', '{}', '', '{}', '', 'h', now()
    from generate_series(1, ${ACCOUNTS}) n`.execute(db);
  await sql`
    insert into authority.enrolment_account (id, kid, secret, item_id, opened_by, opened_at, expires_at)
    select md5('a' || n)::uuid, 'm-' || n, '', md5('i' || n)::uuid, ${OFFICER}::uuid, ${NOW}::timestamptz - n * interval '1 hour',
      ${NOW}::timestamptz + interval '1 year'
    from generate_series(1, ${ACCOUNTS}) n`.execute(db);
  // Some that machines fetched among many that people have.
  await sql`
    insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
      not_after, der, intended_at, issued_at, request_id)
    select 'i', n::text, 'good', 'p', 'h', 's', md5('k' || n), ${NOW}::timestamptz, ${NOW}::timestamptz + interval '90 days', '', now(), now(),
      case when n % 2 = 0 then md5('p' || n)::uuid::text
        else 'enrolment/' || md5('a' || (n / 2 % ${ACCOUNTS} + 1))::uuid || '/' || n end
    from generate_series(1, ${2 * ACCOUNTS * EACH}) n`.execute(db);
  for (const table of ['certificate', 'enrolment_account', 'request_item', 'officer'])
    await sql`vacuum analyze authority.${sql.ref(table)}`.execute(db);
});
afterAll(() => t.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Total Cost': number;
  readonly Plans?: readonly Plan[];
}
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
const planOf = async (statement: RawBuilder<unknown>) => {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
  return rows[0]!['QUERY PLAN'][0].Plan;
};
const query = (more: object): z.output<typeof MachineAccountQuery> => MachineAccountQuery.parse(more);

test.each([
  ['from the beginning', {}],
  ['open ones', { state: 'open' }],
  ['of one request', { item: OFFICER }],
])('a page of accounts %s reads no table of certificates from end to end', async (_, more) => {
  const scans = nodes(await planOf(accountsQuery(query(more), NOW))).filter((node) => node['Node Type'] === 'Seq Scan');
  expect(scans.map((node) => node['Relation Name'])).not.toContain('certificate');
  expect(scans.map((node) => node['Relation Name'])).not.toContain('enrolment_account');
});

test('certificates of one account are found by their account', async () => {
  const scans = nodes(await planOf(fetchedQuery(OFFICER, 200))).filter((node) => node['Node Type'] === 'Seq Scan');
  expect(scans.map((node) => node['Relation Name'])).not.toContain('certificate');
});

test('the last page costs what the first one does', async () => {
  const first = await planOf(accountsQuery(query({}), NOW));
  const page = await accountsPage(t.db, query({ limit: 1 }), NOW);
  expect(page.rows).toMatchObject([{ kid: 'm-1', total: EACH, valid: EACH, withdrawn: false }]);
  const place = Buffer.from(JSON.stringify([new Date(NOW.getTime() - 900 * 3_600_000).toISOString(), OFFICER])).toString(
    'base64url',
  );
  const last = await planOf(accountsQuery(query({ after: place }), NOW));
  expect(last['Total Cost']).toBeLessThan(1.5 * first['Total Cost']);
});
