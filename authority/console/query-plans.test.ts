import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssuedFilters } from '@antin/protocol/authority/issued';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { issuedPage } from './issued-store.ts';
import { monthFacts, monthOf } from './report-store.ts';

const CERTIFICATES = 100_000;
const NOW = new Date('2026-03-02T03:00:00Z');

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase(migrations, 'authority');
  const { db } = t;
  // Five years of issuance, evenly; two in a hundred are revoked, one in ten thousand is suspended.
  await sql`
    insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
      not_after, intended_at, issued_at, der, unpublished)
    select 'i', lpad(to_hex(n), 8, '0'), 'good', 'person', 'h', 'CN=Người ' || n, md5(n::text), s.at, s.at + interval '5 years', s.at,
      s.at, '\\x00', false
    from generate_series(1, ${CERTIFICATES}) n, lateral (select timestamptz '2021-04-01Z' + n * interval '26 minutes' as at) s`.execute(
    db,
  );
  await sql`
    insert into authority.published (issuer_sha256, serial_hex, fingerprint, profile, subject, words, mails, not_before, not_after,
      downloadable)
    select issuer_sha256, serial_hex, md5(serial_hex) || md5(spki_sha256), profile, subject,
      to_tsvector('simple', 'nguoi ' || md5(serial_hex)), array[]::text[], not_before, not_after, false
    from authority.certificate order by issued_at`.execute(db);
  await sql`
    insert into authority.revocation (issuer_sha256, serial_hex, revoked_at, reason, entry, recorded_at, expires_at, cause)
    select issuer_sha256, serial_hex, not_before, case when n % 10000 = 0 then 6 else 5 end, '\\x00',
      not_before + interval '1 day', not_after, case when n % 10000 = 0 then null else 'retired' end
    from (select *, row_number() over (order by serial_hex) as n from authority.certificate) c where n % 50 = 0`.execute(db);
  for (const table of ['certificate', 'published', 'revocation'])
    await sql`vacuum analyze ${sql.id('authority', table)}`.execute(db);
}, 120_000);
afterAll(() => t.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

async function nodesOf(statement: RawBuilder<unknown>): Promise<Plan[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`explain (format json) ${statement}`.execute(t.db);
  const all = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(all)];
  return all(rows[0]!['QUERY PLAN'][0].Plan);
}

describe('the register of a hundred thousand certificates', () => {
  test.each<[string, IssuedFilters, string | undefined]>([
    ['all of it', {}, undefined],
    ['a page in its middle', {}, '50000'],
    ['what is valid', { state: 'valid' }, undefined],
    ['what expires soon', { state: 'expiring' }, undefined],
    ['what is suspended', { state: 'suspended' }, undefined],
    ['a serial number', { q: '0000c350' }, undefined],
    ['words of a name', { q: 'nguoi c4ca4238' }, undefined],
    ['a kind', { profile: 'person' }, '50000'],
  ])('is read through indexes: %s', async (_, filters, after) => {
    const nodes = await nodesOf(issuedPage(filters, { after, limit: 51 }, NOW));
    const scans = nodes.filter((node) => node['Node Type'].includes('Seq Scan') && node['Relation Name'] === 'published');
    expect(scans).toEqual([]);
  });

  test('finds what it should', async () => {
    const count = async (filters: IssuedFilters) =>
      (await issuedPage(filters, { limit: CERTIFICATES }, NOW).execute(t.db)).rows.length;
    expect(await count({ state: 'suspended' })).toBe(10);
    expect(await count({ state: 'revoked' })).toBe(1990);
    expect(await count({ q: '0000c350' })).toBe(1);
    const { rows } = await issuedPage({}, { limit: 2 }, NOW).execute(t.db);
    expect(rows.map((row) => row.serialHex)).toEqual(['000186a0', '0001869f']);
  });

  test('a month is counted from what was issued in it, not from everything', async () => {
    const facts = await monthFacts(t.db, monthOf('2025-05'));
    // Thirty-one days, one every twenty-six minutes.
    expect(facts.answered.length).toBe(Math.round((31 * 24 * 60) / 26));
    expect(facts.revoked.map(({ cause }) => cause)).toEqual(['retired']);
  });
});
