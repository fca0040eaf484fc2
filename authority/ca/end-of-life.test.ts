import { sql } from 'kysely';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { certId } from '@antin/pki/ocsp/certificate-id';
import { buildOcspRequest } from '@antin/pki/ocsp/request';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import type { Certificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { opensslVersion } from '@antin/testkit/openssl';
import { softHsmModule } from '@antin/testkit/softhsm';
import { AuthorityForTests, baseUrl, HOUR, openssl, pem, person } from '../authority-for-tests.ts';
import { fingerprint } from '../issuance/issue.ts';
import { InstalledForTests } from '../keys/installed-for-tests.ts';
import type { CeremonyCa } from '../keys/installed-for-tests.ts';
import { migrations } from '../migrations.ts';
import { authorityService } from '../service.ts';
import type { AuthorityService } from '../service.ts';
import { NO_LATER_LIST } from '../status/crl.ts';
import { generationBySha256 } from './store.ts';

const DAY = 86_400_000;

const stamped = async (service: AuthorityService) =>
  parseTimeStampResponse(
    await service.timeStamp(buildTimeStampRequest({ digest: 'SHA-256', hash: new Uint8Array(32).fill(7), certReq: true })),
  ).status;

describe('a CA that nobody follows', () => {
  let database: TestDatabase;
  let t: AuthorityForTests;
  let issuer: Certificate;
  const said: string[] = [];
  const log = { info: () => {}, error: (_: object, text: string) => void said.push(text) };
  beforeAll(async () => {
    database = await testDatabase(migrations, 'authority');
    t = await new AuthorityForTests(database.db).open({ log });
    ({ issuer } = t);
  });
  afterAll(async () => {
    await t.service.stop();
    t.close();
    await database.close();
  });
  const bytesOf = async (name: string) => (await t.get(name)).bytes;

  test('issues until the last hour of its certificate, then signs its last lists while it still may, and retires', async () => {
    const sha256 = fingerprint(issuer);
    const revoked = await t.issued();
    const kept = await t.issued();
    t.now += 5000;
    await t.service.revoke(revoked.serialHex, 'keyCompromise');
    await t.statusOf(kept.certificate);

    // Two hours before: everything as ever, though nobody can get more than that.
    t.now = issuer.notAfter - 2 * HOUR;
    await t.service.runJobs();
    const last = await t.issued(person('Người cuối cùng'));
    expect(last.certificate.notAfter).toBeLessThanOrEqual(issuer.notAfter);
    expect((await generationBySha256(database.db, sha256))?.state).toBe('active');

    t.now = issuer.notAfter - HOUR / 2;
    await t.service.runJobs();
    expect(said).toContain('a CA has reached the end of its certificate and none follows it: nothing is issued for its profiles');
    await expect(t.service.issueCertificate(person('Người đến muộn'))).rejects.toMatchObject({ code: 'ca.no-issuer' });
    // A time-stamp is refused in its own words, and nothing else of the service stops.
    expect(await stamped(t.service)).toBe(2);
    t.now += 60_000;
    await t.service.runJobs();
    expect((await generationBySha256(database.db, sha256))?.state).toBe('retired');
    const list = parseCrl(await bytesOf('/crl/issuing.crl'));
    expect(list.nextUpdate).toBe(NO_LATER_LIST);
    expect(list.thisUpdate).toBeLessThan(issuer.notAfter);
    expect(list.find(revoked.certificate.serialNumber)).toMatchObject({ reason: 1 });
    expect(list.find(kept.certificate.serialNumber)).toBeUndefined();
    const { rows } = await sql<{ kind: string }>`
      select kind from authority.journal_entry where kind like 'ca.generation-%' order by id desc limit 2`.execute(database.db);
    expect(rows.map((row) => row.kind)).toEqual(['ca.generation-retired', 'ca.generation-ended']);
  });

  test('afterwards its lists and its certificate stay where certificates say, OCSP says that it speaks no more, and a start goes through', async () => {
    t.now += 400 * DAY;
    await t.service.runJobs();
    await t.service.stop();
    const errors = said.length;
    await t.open({ log });
    await t.service.runJobs();
    expect(said.slice(errors)).toEqual([]);
    const list = await bytesOf('/crl/issuing.crl');
    expect(parseCrl(list).nextUpdate).toBe(NO_LATER_LIST);
    expect(await bytesOf('/ca/issuing.crt')).toEqual(issuer.raw);
    expect((await t.service.status.health()).lists.filter((one) => one.startsWith('issuing'))).toEqual([]);
    const request = buildOcspRequest([certId(issuer, Uint8Array.of(1), 'SHA-1', nodeCrypto)]);
    expect(parseOcspResponse(await t.service.ocsp(request)).status).toBe('unauthorized');
    if (opensslVersion === undefined) return;
    const shown = openssl('crl', '-inform', 'DER', '-in', t.file('last.crl', list), '-CAfile', t.file('ca.pem', pem(issuer)), '-noout'); // prettier-ignore
    expect(shown).not.toContain('failure');
  });

  test('answers that nobody can sign again do not stand before those that are waiting', async () => {
    // As many as a block has, older than everything else: once they kept the living from their turn.
    const [old, living] = ['c'.repeat(64), 'd'.repeat(64)];
    await sql`
      insert into authority.ocsp_answer (issuer_sha256, serial_hex, hash, der, this_update, next_update, refresh_at)
      select ${old}, lpad(to_hex(n), 4, '0'), 'SHA-1', ''::bytea, ${new Date(t.now)}, ${new Date(t.now)}, ${new Date(t.now - DAY)}
      from generate_series(1, 450) n`.execute(database.db);
    await sql`
      insert into authority.ocsp_answer (issuer_sha256, serial_hex, hash, der, this_update, next_update, refresh_at)
      values (${living}, '01', 'SHA-1', ''::bytea, ${new Date(t.now)}, ${new Date(t.now)}, ${new Date(t.now - HOUR)})`.execute(
      database.db,
    );
    await t.service.status.presign();
    const { rows } = await sql`select 1 from authority.ocsp_answer where issuer_sha256 in (${old}, ${living})`.execute(
      database.db,
    );
    expect(rows).toEqual([]);
  });
});

const module = softHsmModule();

/** The signer's own clock is the computer's: the hierarchy began years ago, and what it certified has ended by now, or not. */
describe.skipIf(module === undefined || opensslVersion === undefined)(
  'a CA that a ceremony closes, its key behind a signer process',
  () => {
    const BEGUN = '2022-01-10';
    let installed: InstalledForTests;
    let database: TestDatabase;
    let service: AuthorityService;
    let now = Date.parse('2022-02-01T02:00:00Z');
    const said: { text: string; facts: object }[] = [];
    const log = { info: () => {}, error: (facts: object, text: string) => void said.push({ text, facts }) };
    const CAS: readonly CeremonyCa[] = [
      { series: 'root', name: 'Gốc thử', to: '2041-11-30', listUntil: '2022-07-01' },
      { series: 'issuing', name: 'CA cán bộ', to: '2036-11-30', issuer: 'root', profiles: ['person', 'tsa', 'ocsp'] },
      { series: 'offices', name: 'CA tổ chức', to: '2036-11-30', issuer: 'root', profiles: ['organisation'] },
      { series: 'devices', name: 'CA thiết bị', to: '2036-11-30', issuer: 'root', profiles: ['device-tls-server'] },
    ];
    const open = async () =>
      (service = await authorityService({ db: database.db, dataDir: installed.dataDir, baseUrl, clock: () => now, log }));

    beforeAll(async () => {
      installed = await InstalledForTests.make(module as string, { begun: BEGUN, cas: CAS });
      database = await testDatabase(migrations, 'authority');
      await open();
    }, 180_000);
    afterAll(async () => {
      await service?.stop();
      await database?.close();
      installed?.close();
    });

    async function issued(profile: 'organisation' | 'device-tls-server', name: string, until: string) {
      const { mail: _, pkcs8: __, ...request } = person(name);
      const device = {
        subject: { commonName: `${name}.gov.vn`, organization: 'SỞ NỘI VỤ', locality: 'Hà Nội' },
        hosts: [`${name}.gov.vn`],
      };
      const asked = profile === 'organisation' ? { ...request, profile } : { ...request, ...device, profile };
      const done = await service.issueCertificate({ ...asked, notAfter: Date.parse(until) });
      if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
      return done;
    }
    const state = async (issuerSha256: string) => (await generationBySha256(database.db, issuerSha256))?.state;
    const list = async (name: string) => new Uint8Array(await (await service.app.request(`/crl/${name}.crl`)).arrayBuffer());
    const waiting = () => said.filter((one) => one.text.startsWith('a generation can be retired'));

    test('issues no more from the next start on, and goes on telling what it issued', async () => {
      const revoked = await issued('organisation', 'SỞ A', '2024-01-01T00:00:00Z');
      const ended = await issued('organisation', 'SỞ B', '2024-06-01T00:00:00Z');
      const device = await issued('device-tls-server', 'may', '2022-12-01T00:00:00Z');
      now += 60_000;
      await service.revoke(revoked.serialHex, 'superseded');
      await service.stop();
      await installed.install(
        CAS.map((one) => (one.series === 'offices' || one.series === 'devices' ? { ...one, closed: true } : one)),
      );
      now = Date.parse('2023-01-01T00:00:00Z');
      await open();
      now += 60_000;
      await service.runJobs();
      for (const one of [revoked, device])
        expect(await state(one.issuerSha256)).toBe(one === revoked ? 'status-only' : 'retired');
      await expect(issued('organisation', 'SỞ C', '2024-06-01T00:00:00Z')).rejects.toMatchObject({ code: 'ca.no-issuer' });
      // Others are not touched.
      expect((await service.issueCertificate(person('Nguyễn Văn An'))).status).toBe('issued');
      expect(await stamped(service)).toBe(0);
      const answer = async (certificate: Certificate, issuer: Certificate) =>
        parseOcspResponse(await service.ocsp(buildOcspRequest([certId(issuer, certificate.serialNumber, 'SHA-1', nodeCrypto)])));
      const offices = (await generationBySha256(database.db, revoked.issuerSha256))!.certificate;
      expect((await answer(ended.certificate, offices)).basic?.responses[0]?.status).toEqual({ kind: 'good' });
      expect((await answer(revoked.certificate, offices)).basic?.responses[0]?.status).toMatchObject({ kind: 'revoked' });
      expect(parseCrl(await list('offices')).nextUpdate).toBeLessThan(now + 30 * DAY);
      const events = await sql<{ name: string }>`
      select detail->>'name' as name from authority.journal_entry where kind = 'ca.generation-closed' order by id`.execute(
        database.db,
      );
      expect(events.rows.map((row) => row.name)).toEqual(['offices', 'devices']);
      // A start again closes nothing twice.
      await service.stop();
      await open();
      const again = await sql`select 1 from authority.journal_entry where kind = 'ca.generation-closed'`.execute(database.db);
      expect(again.rows).toHaveLength(2);
    });

    test('its last list comes from the signer once all have ended, and openssl accepts it', async () => {
      const offices = (await sql<{ sha: string }>`select issuer_sha256 as sha from authority.ca where series = 'offices'`.execute(database.db)).rows[0]!.sha; // prettier-ignore
      now = Date.parse('2024-06-02T00:00:00Z');
      await service.runJobs();
      expect(await state(offices)).toBe('retired');
      expect(waiting()).toEqual([]);
      const last = await list('offices');
      expect(parseCrl(last)).toMatchObject({ nextUpdate: NO_LATER_LIST, entryCount: 1 });
      writeFileSync(installed.path('last.crl'), last);
      writeFileSync(installed.path('offices.pem'), pem((await generationBySha256(database.db, offices))!.certificate));
      const shown = openssl('crl', '-inform', 'DER', '-in', installed.path('last.crl'), '-CAfile', installed.path('offices.pem'), '-noout', '-nextupdate'); // prettier-ignore
      expect(shown).toContain('Dec 31 23:59:59 9999 GMT');
      // Every use of its key has a record, and a start without the key in any signer goes through.
      now += 300_000;
      await service.runJobs();
      expect(said.filter((one) => one.text.startsWith('ALARM'))).toEqual([]);
      await service.stop();
      await installed.install(
        CAS.map((one) => (one.series === 'offices' || one.series === 'devices' ? { ...one, closed: true, keyless: true } : one)),
      );
      await open();
      expect(await list('offices')).toEqual(last);
      expect((await service.status.health()).lists.filter((one) => one.startsWith('offices'))).toEqual([]);
    });

    test('whoever owns the issuing process cannot have it while a certificate has not ended by the signer’s own clock', async () => {
      // In force by the computer's clock for years to come; the database is told otherwise, and so is the service's clock.
      const far = await service.issueCertificate({ ...person('Người còn hạn'), notAfter: now + 4.9 * 365 * DAY });
      expect(far.status).toBe('issued');
      const { issuerSha256 } = far as { issuerSha256: string };
      await sql`update authority.certificate set not_after = ${new Date(now - DAY)} where issuer_sha256 = ${issuerSha256}`.execute(
        database.db,
      );
      await service.stop();
      await installed.install(CAS.map((one) => ({ ...one, ...(one.listUntil === undefined ? { closed: true } : {}) })));
      await open();
      now += 60_000;
      await service.runJobs();
      expect(await state(issuerSha256)).toBe('status-only');
      expect(waiting().at(-1)?.facts).toMatchObject({ fault: { code: 'ca.tbs-refused' } });
      expect(parseCrl(await list('issuing')).nextUpdate).toBeLessThan(now + 30 * DAY);
    });
  },
);
