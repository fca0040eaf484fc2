import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '@antin/adapters/db/worker';
import { httpProblems } from '@antin/adapters/http/problem';
import { parseCrl } from '@antin/pki/crl/parse';
import { RevocationCause } from '@antin/protocol/certificates/request';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { AuthorityForTests, HOUR } from '../authority-for-tests.ts';
import { migrations } from '../migrations.ts';
import { NOTICE_QUEUE, newestNotices } from '../status/notice.ts';
import { CAUSES, REASONS } from './causes.ts';
import { revocationProblems } from './problems.ts';
import { liftSuspension, revoke, suspend } from './revoke.ts';

let database: TestDatabase;
let t: AuthorityForTests;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  t = await new AuthorityForTests(database.db).open();
});
afterAll(async () => {
  t.close();
  await database.close();
});

async function fresh() {
  const { certificate, issuerSha256, serialHex } = await t.issued();
  t.now += 1000;
  const target = { issuerSha256, serialHex };
  return {
    certificate,
    target,
    revoke: (wish: Parameters<typeof revoke>[2]) => revoke(t.db, target, wish, t.now),
    suspend: (by: string, suspendable = true) => suspend(t.db, target, { by }, { suspendable: () => suspendable, now: t.now }),
    lift: (by: string) => liftSuspension(t.db, target, { by }, t.now),
    async entry() {
      t.now += 1000;
      await t.service.runJobs();
      return parseCrl((await t.get('/crl/issuing.crl')).bytes).find(certificate.serialNumber);
    },
  };
}

describe('legal causes', () => {
  test('each has one reason, and every reason is one a subscriber may get', () => {
    expect(Object.keys(CAUSES).sort()).toEqual([...RevocationCause.options].sort());
    for (const { reason } of Object.values(CAUSES)) expect(Object.keys(REASONS)).toContain(reason);
  });

  test.each([
    ['key-compromised', 1],
    ['key-suspected', 1],
    ['device-lost', 1],
    ['device-broken', 5],
    ['requested-by-prosecution', 9],
    ['requested-by-agency', 9],
    ['post-changed', 3],
    ['retired', 5],
    ['resigned', 5],
    ['died', 5],
    ['organisation-dissolved', 5],
    ['organisation-split', 3],
    ['organisation-merged', 3],
    ['device-stopped', 5],
    ['information-changed', 3],
    ['superseded', 4],
  ] as const)('%s is CRLReason %i on the list and in OCSP', async (cause, reason) => {
    const one = await fresh();
    expect(await one.revoke({ cause, by: 'officer' })).toMatchObject({ status: 'revoked', reason });
    expect(await one.entry()).toMatchObject({ reason });
    expect(await t.statusOf(one.certificate)).toMatchObject({ kind: 'revoked', reason });
  });

  test('the first day of distrust becomes invalidityDate, at midnight in Vietnam, not before the certificate began', async () => {
    const one = await fresh();
    t.now += 72 * HOUR;
    const day = new Date(t.now - 24 * HOUR + 7 * HOUR).toISOString().slice(0, 10);
    await one.revoke({ cause: 'key-suspected', since: day });
    expect((await one.entry())?.invalidityDate).toBe(Date.parse(`${day}T00:00:00+07:00`));
    const two = await fresh();
    await two.revoke({ cause: 'key-suspected', since: '2020-01-01' });
    expect((await two.entry())?.invalidityDate).toBe(two.certificate.notBefore);
    const three = await fresh();
    expect(await three.revoke({ cause: 'key-suspected', since: '2999-01-01' })).toMatchObject({
      code: 'revocation.moment-in-future',
    });
    expect(await three.revoke({ cause: 'key-suspected', since: '01/03/2026' })).toMatchObject({ code: 'revocation.day-invalid' });
  });

  test('nothing weakens, keyCompromise replaces and keeps the earlier moments', async () => {
    const one = await fresh();
    const first = await one.revoke({ cause: 'retired' });
    const at = (first as { revokedAt: number }).revokedAt;
    for (const cause of RevocationCause.options.filter((other) => CAUSES[other].reason !== 'keyCompromise')) {
      t.now += 1000;
      expect(await one.revoke({ cause })).toMatchObject({ code: 'revocation.already-revoked' });
    }
    expect(await one.revoke({ cause: 'device-lost' })).toMatchObject({ status: 'revoked', reason: 1, revokedAt: at });
    expect(await one.revoke({ cause: 'key-compromised' })).toMatchObject({ code: 'revocation.already-revoked' });
  });

  test('two officers at once revoke once', async () => {
    const one = await fresh();
    const done = await Promise.all([one.revoke({ cause: 'retired', by: 'a' }), one.revoke({ cause: 'died', by: 'b' })]);
    expect(done.map((answer) => answer.status).sort()).toEqual(['refused', 'revoked']);
  });
});

describe('suspension', () => {
  test('is refused where the profile has none: Decree 68/2024 knows revocation only', async () => {
    const one = await fresh();
    expect(await one.suspend('a', false)).toMatchObject({ code: 'revocation.not-suspendable', detail: 'person' });
    expect(await t.statusOf(one.certificate)).toEqual({ kind: 'good' });
  });

  test('is certificateHold, lifted by a second officer only, and then simply gone from the list', async () => {
    const one = await fresh();
    expect(await one.suspend('a')).toMatchObject({ status: 'revoked', reason: 6 });
    expect(await one.suspend('b')).toMatchObject({ code: 'revocation.already-suspended' });
    expect(await one.entry()).toMatchObject({ reason: 6 });
    expect(await one.lift('a')).toMatchObject({ code: 'revocation.second-officer-needed' });
    expect(await one.lift('b')).toMatchObject({ status: 'lifted' });
    expect(await one.lift('b')).toMatchObject({ code: 'revocation.not-suspended' });
    expect(await one.entry()).toBeUndefined();
    expect(await t.statusOf(one.certificate)).toEqual({ kind: 'good' });
  });

  test('ends in a revocation from the moment of the hold, and that is never lifted', async () => {
    const one = await fresh();
    const held = (await one.suspend('a')) as { revokedAt: number };
    t.now += 48 * HOUR;
    expect(await one.revoke({ cause: 'requested-by-agency' })).toMatchObject({ reason: 9, revokedAt: held.revokedAt });
    expect(await one.lift('b')).toMatchObject({ code: 'revocation.not-suspended' });
    expect(await one.suspend('a')).toMatchObject({ code: 'revocation.already-revoked' });
  });
});

describe('one transaction', () => {
  test('writes status, journal and outbox together, or nothing', async () => {
    const one = await fresh();
    const count = async () => {
      const found = await sql<{ n: number }>`
        select (select count(*) from authority.revocation where serial_hex = ${one.target.serialHex})
          + (select count(*) from authority.journal_entry where serial_hex = ${one.target.serialHex} and kind = 'certificate.revoked')
          + (select count(*) from job where payload ->> 'serialHex' = ${one.target.serialHex}) as n`.execute(t.db);
      return found.rows[0]?.n;
    };
    await sql`create function pg_temp_refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`.execute(
      t.db,
    );
    await sql`create trigger refuse before insert on authority.crl_due for each row execute function pg_temp_refuse()`.execute(
      t.db,
    );
    await expect(one.revoke({ cause: 'died' })).rejects.toThrow('full');
    expect(await count()).toBe(0);
    await sql`drop trigger refuse on authority.crl_due`.execute(t.db);
    await one.revoke({ cause: 'died', by: 'officer-7', requestId: 'r-1' });
    expect(await count()).toBe(3);
  });

  test('one officer is enough, and the others are told', async () => {
    const one = await fresh();
    await one.revoke({ cause: 'key-compromised', by: 'officer-7', requestId: 'r-2' });
    const { jobs } = t.service.status;
    const worker = startWorker(t.db, { handlers: { [NOTICE_QUEUE]: jobs[NOTICE_QUEUE] as (typeof jobs)[string] } });
    await worker.idle();
    await worker.stop();
    const [newest] = (await newestNotices(t.db, { limit: 50 })).filter((notice) => notice.serialHex === one.target.serialHex);
    expect(newest).toMatchObject({ kind: 'certificate.revoked', by: 'officer-7', requestId: 'r-2' });
  });
});

test('every refusal has its words', () => {
  const rows: Record<string, unknown> = { ...httpProblems, ...revocationProblems };
  for (const code of [
    ...['reason-not-allowed', 'day-invalid', 'unknown-serial', 'moment-in-future', 'moment-before-issue', 'already-revoked'],
    ...['already-suspended', 'not-suspended', 'not-suspendable', 'second-officer-needed', 'expired'],
  ]) {
    expect(rows[`revocation.${code}`]).toBeDefined();
  }
});
