import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCrl } from '@antin/pki/crl/parse';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { migrations } from '../migrations.ts';
import { fingerprint } from '../issuance/issue.ts';
import { AuthorityForTests, HOUR, START } from '../authority-for-tests.ts';
import { reconcile } from './revoke.ts';

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

describe('revocation', () => {
  test('is in OCSP and in a new list of a higher number at once', async () => {
    const { certificate, serialHex } = await t.issued();
    const before = parseCrl((await t.get('/crl/issuing.crl')).bytes);
    expect(before.find(certificate.serialNumber)).toBeUndefined();
    t.now += 1000;
    expect(await t.service.revoke(serialHex, 'affiliationChanged')).toMatchObject({ status: 'revoked', reason: 3 });
    expect(await t.statusOf(certificate)).toEqual({ kind: 'revoked', at: t.now, reason: 3 });
    const { bytes, answer } = await t.get('/crl/issuing.crl');
    const after = parseCrl(bytes);
    expect(answer.headers.get('content-type')).toBe('application/pkix-crl');
    expect(after.find(certificate.serialNumber)).toMatchObject({ revokedAt: t.now, reason: 3 });
    expect((after.crlNumber as bigint) > (before.crlNumber as bigint)).toBe(true);
  });

  test('nothing weakens it; a compromised key makes it stronger', async () => {
    const { serialHex } = await t.issued();
    await t.service.revoke(serialHex, 'superseded');
    expect(await t.service.revoke(serialHex, 'unspecified')).toMatchObject({ code: 'revocation.already-revoked' });
    expect(await t.service.revoke(serialHex, 'keyCompromise')).toMatchObject({ status: 'revoked', reason: 1 });
    expect(await t.service.revoke(serialHex, 'keyCompromise')).toMatchObject({ code: 'revocation.already-revoked' });
  });

  test('is refused for unknown serials, other reasons and the future', async () => {
    const { serialHex } = await t.issued();
    expect(await t.service.revoke('41ff', 'superseded')).toMatchObject({ code: 'revocation.unknown-serial' });
    expect(await t.service.revoke(serialHex, 'certificateHold' as never)).toMatchObject({
      code: 'revocation.reason-not-allowed',
    });
    expect(await t.service.revoke(serialHex, 'superseded', t.now + HOUR)).toMatchObject({ code: 'revocation.moment-in-future' });
    expect(await t.service.revoke(serialHex, 'superseded', START - 24 * HOUR)).toMatchObject({
      code: 'revocation.moment-before-issue',
    });
  });

  test('of a serial whose signing broke off stays as it was decided: the clean-up closes the attempt and nothing else', async () => {
    const issuerSha256 = fingerprint(t.issuer);
    const at = new Date(t.now - HOUR);
    await sql`
      insert into authority.certificate (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before,
        not_after, intended_at)
      values (${issuerSha256}, '4c0ffee0', 'signing', 'person', 'x', 'x', 'x', ${at}, ${new Date(t.now + HOUR)}, ${at})`.execute(
      t.db,
    );
    expect(await t.service.revoke('4c0ffee0', 'keyCompromise', t.now - 1000)).toMatchObject({ status: 'revoked', reason: 1 });
    expect(await reconcile(t.db, t.now, t.now)).toBe(1);
    const { rows } = await sql<{ state: string; reason: number }>`
      select c.state, r.reason from authority.certificate c join authority.revocation r using (issuer_sha256, serial_hex)
      where c.serial_hex = '4c0ffee0'`.execute(t.db);
    expect(rows).toEqual([{ state: 'abandoned', reason: 1 }]);
  });

  test('lists are renewed when nobody is revoked, and by two builders at once only once', async () => {
    const before = parseCrl((await t.get('/crl/issuing.crl')).bytes);
    t.now += 7 * HOUR;
    await Promise.all([t.service.runJobs(), t.service.runJobs()]);
    const after = parseCrl((await t.get('/crl/issuing.crl')).bytes);
    expect(after.thisUpdate).toBe(Math.floor(t.now / 1000) * 1000);
    expect(after.crlNumber).toBe(BigInt(t.now));
    expect(after.entryCount).toBe(before.entryCount);
  });
});
