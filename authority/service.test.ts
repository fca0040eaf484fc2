import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { openAuthorityKeys } from './ca/authority-keys.ts';
import { fingerprint } from './issuance/issue.ts';
import { migrations } from './migrations.ts';
import { authorityService } from './service.ts';
import { AuthorityForTests, START, baseUrl, person, quiet } from './authority-for-tests.ts';

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

describe('the past', () => {
  test('an authority begun last year has what was true then, and goes on today', async () => {
    await using own = await testDatabase(migrations, 'authority');
    let clock = Date.parse('2025-05-12T03:00:00Z');
    const open2025 = () =>
      authorityService({ db: own.db, dataDir: join(t.folder, 'past'), baseUrl, clock: () => clock, log: quiet });
    const then = await open2025();
    const request = person('Chủ tịch huyện cũ');
    const old = await then.issueCertificate(request);
    if (old.status === 'refused') throw new Error(old.code);
    clock = Date.parse('2025-07-01T00:00:00Z');
    await then.revoke(old.serialHex, 'cessationOfOperation');
    clock = START;
    const today = await open2025();
    expect(today.trustAnchors()[0]?.certificate.raw).toEqual(then.trustAnchors()[0]?.certificate.raw);
    const wasOut = await today.evidenceFor(old.serialHex, old.issuerSha256, Date.parse('2025-06-01T00:00:00Z'));
    expect(parseCrl(wasOut?.crls[0] as Uint8Array).find(old.certificate.serialNumber)).toBeUndefined();
    const crl = await today.evidence({ kind: 'crl', issuerSha256: old.issuerSha256, serialHex: old.serialHex });
    expect(parseCrl(crl as Uint8Array).find(old.certificate.serialNumber)).toMatchObject({ reason: 5 });
    const ocsp = await today.evidence({ kind: 'ocsp', issuerSha256: old.issuerSha256, serialHex: old.serialHex });
    const basic = parseOcspResponse(ocsp as Uint8Array).basic;
    expect(basic?.responses[0]?.status).toEqual({ kind: 'revoked', at: Date.parse('2025-07-01T00:00:00Z'), reason: 5 });
    expect(await today.evidence({ kind: 'crl', issuerSha256: 'ff', serialHex: old.serialHex })).toBeUndefined();
    expect(await today.evidence({ kind: 'ocsp', issuerSha256: old.issuerSha256, serialHex: '-1' })).toBeUndefined();
  });
});

describe('a database that was set back', () => {
  test('issues nothing and says no status until the journal is whole again; revoking and time go on', async () => {
    let whole = true;
    const own = await new AuthorityForTests(database.db, t.folder).open({
      closed: () => (whole ? undefined : { code: 'journal.set-back', text: 'set back' }),
    });
    const before = await own.service.issueCertificate(person('Lê Thị Trước'));
    whole = false;
    await expect(own.service.issueCertificate(person('Lê Thị Sau'))).rejects.toMatchObject({ code: 'journal.set-back' });
    if (before.status === 'refused') throw new Error(before.code);
    expect(await own.service.revoke(before.serialHex, 'superseded')).toMatchObject({ status: 'revoked' });
    // It may have forgotten a revocation: nobody hears "good" of it, and no list is given out.
    expect(parseOcspResponse(await own.service.ocsp(own.ask(before.certificate.serialNumber))).status).toBe('tryLater');
    expect((await own.get('/crl/issuing.crl')).answer.status).toBe(503);
    await own.service.runJobs();
    whole = true;
    expect(await own.statusOf(before.certificate)).toMatchObject({ kind: 'revoked' });
    expect((await own.get('/crl/issuing.crl')).answer.status).toBe(200);
    expect(await own.service.issueCertificate(person('Lê Thị Sau'))).toMatchObject({ status: 'issued' });
  });
});

describe('the folder', () => {
  test('two processes that start at once on an empty folder make one authority', async () => {
    await using own = await testDatabase(migrations, 'authority');
    const dataDir = join(t.folder, 'twice');
    const start = () => authorityService({ db: own.db, dataDir, baseUrl, clock: () => START, log: quiet });
    const [a, b] = await Promise.all([start(), start()]);
    expect(a.trustAnchors()[0]?.certificate.raw).toEqual(b.trustAnchors()[0]?.certificate.raw);
    const tsas = await sql<{
      n: number;
    }>`select count(*)::int as n from authority.certificate where profile in ('ocsp', 'tsa')`.execute(own.db);
    expect(tsas.rows[0]?.n).toBe(2);
  });

  test('a restart finds the same authority', async () => {
    const before = fingerprint(t.root);
    await t.open();
    expect(fingerprint(t.root)).toBe(before);
  });
  test('a lost key is not silently replaced, and a readable key is refused', async () => {
    const dataDir = join(t.folder, 'other');
    openAuthorityKeys(dataDir, baseUrl, t.now);
    chmodSync(join(dataDir, 'practice-keys', 'root.key'), 0o644);
    expect(() => openAuthorityKeys(dataDir, baseUrl, t.now)).toThrow(expect.objectContaining({ code: 'ca.key-not-private' }));
    rmSync(join(dataDir, 'practice-keys', 'root.key'));
    expect(() => openAuthorityKeys(dataDir, baseUrl, t.now)).toThrow(expect.objectContaining({ code: 'ca.keys-incomplete' }));
  });
  test('a key signs only what is its own', async () => {
    const keys = openAuthorityKeys(join(t.folder, 'third'), baseUrl, t.now);
    const { tbs } = t.issuer;
    await expect(keys.issuing.key.sign('ocsp', tbs)).rejects.toMatchObject({ code: 'ca.tbs-refused' });
    await expect(keys.issuing.key.sign('tsp', tbs)).rejects.toMatchObject({ code: 'ca.tbs-refused' });
    await expect(keys.issuing.key.sign('certificate', tbs)).resolves.toBeInstanceOf(Uint8Array);
  });
});
