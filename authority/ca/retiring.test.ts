import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCrl } from '@antin/pki/crl/parse';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { opensslVersion } from '@antin/testkit/openssl';
import { AuthorityForTests, openssl, pem } from '../authority-for-tests.ts';
import { fingerprint } from '../issuance/issue.ts';
import { migrations } from '../migrations.ts';
import { NO_LATER_LIST } from '../status/crl.ts';
import { generationBySha256 } from './store.ts';

const DAY = 86_400_000;
let database: TestDatabase;
let t: AuthorityForTests;
const said: string[] = [];
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  const log = { info: () => {}, error: (facts: object, text: string) => void said.push(`${text} ${JSON.stringify(facts)}`) };
  t = await new AuthorityForTests(database.db).open({ log });
});
afterAll(async () => {
  await t.service.stop();
  t.close();
  await database.close();
});

const list = async (name: string) => parseCrl((await t.get(`/crl/${name}.crl`)).bytes);
const NAMES = ['issuing', 'issuing-0', 'issuing-1', 'issuing-2', 'issuing-3'];

test('a generation goes behind its last lists: for ever valid, with everybody on them, once nobody can be added', async () => {
  const old = t.issuer;
  const sha256 = fingerprint(old);
  const [revoked, other] = [await t.issued(), await t.issued()];
  t.now += 5000;
  await t.service.revoke(revoked.serialHex, 'keyCompromise');
  const next = await t.service.cas.prepareNext('issuing');
  await t.service.cas.activate(next.issuerSha256);
  expect((await t.issued()).issuerSha256).toBe(next.issuerSha256);

  // A day before the last end: lists go on as ever, and nothing is for ever.
  const ends = Math.max(revoked.certificate.notAfter, other.certificate.notAfter);
  t.now = ends - DAY;
  await t.service.runJobs();
  expect((await generationBySha256(database.db, sha256))?.state).toBe('status-only');
  for (const name of NAMES) expect((await list(name)).nextUpdate).toBeLessThan(t.now + 4 * DAY);

  // Its responder is renewed as long as anybody asks: that alone must not keep it for ever.
  await t.statusOf(other.certificate);
  const responders = await sql<{ n: number }>`
    select count(*)::int as n from authority.certificate
    where issuer_sha256 = ${sha256} and profile = 'ocsp' and not_after > ${new Date(ends)}`.execute(database.db);
  expect(responders.rows[0]!.n).toBeGreaterThan(0);
  t.now = ends + 2 * DAY;
  // The certificate of time-stamps that this generation gave has its status until it ends as well.
  await sql`
    update authority.certificate set not_after = ${new Date(ends)}
    where issuer_sha256 = ${sha256} and profile <> 'ocsp' and not_after > ${new Date(ends)}`.execute(database.db);
  await t.service.runJobs();
  expect(said).toEqual([]);
  expect((await generationBySha256(database.db, sha256))?.state).toBe('retired');
  const last = new Map(await Promise.all(NAMES.map(async (name) => [name, await list(name)] as const)));
  for (const crl of last.values()) expect(crl.nextUpdate).toBe(NO_LATER_LIST);
  expect(last.get('issuing')!.find(revoked.certificate.serialNumber)).toMatchObject({ reason: 1 });
  if (opensslVersion !== undefined) {
    const path = t.file('last.crl', (await t.get('/crl/issuing.crl')).bytes);
    const shown = openssl('crl', '-inform', 'DER', '-in', path, '-CAfile', t.file('old.pem', pem(old)), '-noout', '-nextupdate');
    expect(shown).toContain('Dec 31 23:59:59 9999 GMT');
  }
  const events = await sql<{ kind: string; last: boolean | null }>`
    select kind, (detail->>'last')::boolean as last from authority.journal_entry
    where detail->>'issuerSha256' = ${sha256} order by id desc limit 6`.execute(database.db);
  expect(events.rows.map((row) => row.kind)).toEqual(['ca.generation-retired', ...NAMES.map(() => 'crl.published')]);
  expect(events.rows.slice(1).every((row) => row.last === true)).toBe(true);

  // Years later nothing of it is built again and nothing rings.
  t.now += 700 * DAY;
  await t.service.runJobs();
  for (const name of NAMES) expect((await list(name)).crlNumber).toBe(last.get(name)!.crlNumber);
  const { lists } = await t.service.status.health();
  expect(lists.filter((one) => /^issuing(-\d+)?:/.test(one))).toEqual([]);
});
