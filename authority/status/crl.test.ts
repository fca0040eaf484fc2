import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '@antin/adapters/db/transaction';
import { parseCrl } from '@antin/pki/crl/parse';
import type { Crl } from '@antin/pki/crl/parse';
import type { Certificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { opensslVersion } from '@antin/testkit/openssl';
import { AuthorityForTests, HOUR, openssl, pem } from '../authority-for-tests.ts';
import { fingerprint } from '../issuance/issue.ts';
import { migrations } from '../migrations.ts';
import { revoke } from '../revocation/revoke.ts';
import { openAuthorityKeys } from '../ca/authority-keys.ts';
import { certifiedKey } from '../keys/signing-key.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { buildDueLists, buildIfDue } from './crl.ts';
import type { CrlParts } from './crl.ts';
import { registerStatusIssuer } from './issuers.ts';
import { checkSchedule, nextBuild } from './schedule.ts';
import { FULL_LIST } from './shards.ts';
import { pruneLists, putCrl, takeList } from './store.ts';

const DAY = 24 * HOUR;

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

const list = async (name: string): Promise<Crl> => parseCrl((await t.get(`/crl/${name}.crl`)).bytes);
const issuer = () => fingerprint(t.issuer);
const name = (shard: number) => ({ issuerSha256: issuer(), shard });

/** A certificate that belongs to one shard for ever. */
async function issuedIn(shard: number) {
  const issued = await t.issued();
  await sql`update authority.certificate set crl_shard = ${shard} where serial_hex = ${issued.serialHex}`.execute(t.db);
  return issued;
}

const entryOf = (crl: Crl, certificate: Certificate) => crl.find(certificate.serialNumber);

describe('lists', () => {
  test('a revocation is on the shard of its certificate and on the full list, on no other', async () => {
    const { certificate, serialHex } = await issuedIn(2);
    const before = await list('issuing-2');
    t.now += 5000;
    await t.service.revoke(serialHex, 'superseded');
    const [zero, two, full] = [await list('issuing-0'), await list('issuing-2'), await list('issuing')];
    expect(entryOf(before, certificate)).toBeUndefined();
    expect(entryOf(two, certificate)).toMatchObject({ reason: 4 });
    expect(entryOf(full, certificate)).toMatchObject({ reason: 4 });
    expect(entryOf(zero, certificate)).toBeUndefined();
    expect((two.crlNumber as bigint) > (before.crlNumber as bigint)).toBe(true);
  });

  test('a shard says critically which one it is; the full list says nothing that old readers would not understand', async () => {
    const shard = await list('issuing-1');
    expect(shard.extensions.get('2.5.29.28')?.critical).toBe(true);
    expect(shard.idp?.distributionPoint).toMatchObject({
      names: [{ kind: 'uri', value: 'http://127.0.0.1:8080/authority/crl/issuing-1.crl' }],
    });
    expect((await list('issuing')).idp).toBeUndefined();
    expect((await t.get('/crl/issuing-4.crl')).answer.status).toBe(404);
    expect((await t.get('/crl/nobody.crl')).answer.status).toBe(404);
  });

  test.skipIf(opensslVersion === undefined)('openssl accepts every list, empty ones too', async () => {
    const [issuerFile, rootFile] = [t.file('issuer.pem', pem(t.issuer)), t.file('root.pem', pem(t.root))];
    for (const file of ['issuing', 'issuing-0', 'issuing-1', 'issuing-2', 'root']) {
      const path = t.file(`${file}.crl`, (await t.get(`/crl/${file}.crl`)).bytes);
      const ca = file === 'root' ? rootFile : issuerFile;
      execFileSync('openssl', ['crl', '-inform', 'DER', '-in', path, '-CAfile', ca, '-noout', '-verify'], { stdio: 'pipe' });
      const shown = openssl('crl', '-inform', 'DER', '-in', path, '-noout', '-text');
      expect(shown).toContain('X509v3 CRL Number');
    }
  });

  test.skipIf(opensslVersion === undefined)('openssl verify finds a revocation on the lists', async () => {
    const { certificate, serialHex } = await issuedIn(3);
    const good = await issuedIn(3);
    t.now += 2000;
    await t.service.revoke(serialHex, 'keyCompromise');
    const crls = ['issuing', 'root'].map(async (file) => {
      const der = t.file('one.crl', (await t.get(`/crl/${file}.crl`)).bytes);
      return openssl('crl', '-inform', 'DER', '-in', der);
    });
    const crlFile = t.file('crls.pem', (await Promise.all(crls)).join(''));
    const verify = (one: Certificate) =>
      openssl(
        ...[
          'verify',
          '-no-CApath',
          '-CAfile',
          t.file('root.pem', pem(t.root)),
          '-untrusted',
          t.file('issuer.pem', pem(t.issuer)),
        ],
        ...['-crl_check_all', '-CRLfile', crlFile, '-attime', String(Math.ceil(t.now / 1000) + 1), t.file('ee.pem', pem(one))],
      );
    expect(verify(good.certificate)).toContain('OK');
    expect(() => verify(certificate)).toThrow(/revoked/);
  });

  test.skipIf(opensslVersion === undefined)(
    'a certificate names its shard, and openssl takes that list for it and no other',
    async () => {
      const issued = await t.issued();
      const url = issued.certificate.crlDistributionPoints[0]?.urls[0] as string;
      const own = Number(/issuing-(\d+)\.crl$/.exec(url)?.[1]);
      const stored = await sql<{ crl_shard: number }>`
      select crl_shard from authority.certificate where serial_hex = ${issued.serialHex}`.execute(t.db);
      expect(stored.rows[0]?.crl_shard).toBe(own);
      const verify = async (shard: number) => {
        const der = t.file('shard.crl', (await t.get(`/crl/issuing-${shard}.crl`)).bytes);
        const crls = t.file('shard.pem', openssl('crl', '-inform', 'DER', '-in', der));
        return openssl(
          ...[
            'verify',
            '-no-CApath',
            '-CAfile',
            t.file('root.pem', pem(t.root)),
            '-untrusted',
            t.file('issuer.pem', pem(t.issuer)),
          ],
          ...[
            '-crl_check',
            '-CRLfile',
            crls,
            '-attime',
            String(Math.ceil(t.now / 1000) + 1),
            t.file('ee.pem', pem(issued.certificate)),
          ],
        );
      };
      expect(await verify(own)).toContain('OK');
      await expect(verify((own + 1) % 4)).rejects.toThrow(/unable to get certificate CRL|different CRL scope/i);
      t.now += 2000;
      await t.service.revoke(issued.serialHex, 'keyCompromise');
      await expect(verify(own)).rejects.toThrow(/revoked/);
    },
  );

  test('a certificate that expired stays on one more shard list, then leaves; on the full list it stays, and that says so', async () => {
    const { certificate, serialHex } = await issuedIn(1);
    const other = await issuedIn(1);
    t.now += 1000;
    await t.service.revoke(serialHex, 'superseded');
    await t.service.revoke(other.serialHex, 'superseded');
    await sql`
      update authority.revocation set expires_at = ${new Date(t.now + HOUR)} where serial_hex = ${serialHex}`.execute(t.db);
    const next = async () => {
      t.now += 7 * HOUR;
      await t.service.runJobs();
      return list('issuing-1');
    };
    const first = await next();
    expect(first.thisUpdate).toBeGreaterThan(t.now - 7 * HOUR + HOUR);
    expect(entryOf(first, certificate)).toBeDefined();
    const second = await next();
    expect(entryOf(second, certificate)).toBeUndefined();
    expect(entryOf(second, other.certificate)).toBeDefined();
    const full = await list('issuing');
    expect(entryOf(full, certificate)).toBeDefined();
    expect(full.expiredCertsOnCrl).toBe(t.issuer.notBefore);
    expect(second.expiredCertsOnCrl).toBeUndefined();
  });
});

describe('over HTTP', () => {
  test('a list is told to be kept for a minute, has a tag, and a new one shows at once', async () => {
    const first = await t.service.app.request('/crl/issuing-2.crl');
    expect(first.headers.get('cache-control')).toContain('max-age=60');
    const etag = first.headers.get('etag') as string;
    expect((await t.service.app.request('/crl/issuing-2.crl', { headers: { 'if-none-match': etag } })).status).toBe(304);
    const { serialHex } = await issuedIn(2);
    t.now += 1000;
    await t.service.revoke(serialHex, 'superseded');
    const second = await t.service.app.request('/crl/issuing-2.crl', { headers: { 'if-none-match': etag } });
    expect(second.status).toBe(200);
  });

  test('the issuer’s certificate is there as DER, as PEM and as certs-only CMS that openssl reads', async () => {
    expect((await t.get('/ca/issuing.crt')).bytes).toEqual(t.issuer.raw);
    expect(new TextDecoder().decode((await t.get('/ca/issuing.pem')).bytes)).toBe(pem(t.issuer));
    const { answer, bytes } = await t.get('/ca/issuing.p7c');
    expect(answer.headers.get('content-type')).toBe('application/pkcs7-mime');
    expect(openssl('pkcs7', '-inform', 'DER', '-in', t.file('ca.p7c', bytes), '-print_certs')).toContain(
      pem(t.issuer).slice(30, 80),
    );
    for (const path of ['/ca/nobody.crt', '/ca/issuing.exe', '/ca/..%2fissuing.crt'])
      expect((await t.get(path)).answer.status).toBe(404);
  });
});

describe('a draft that breaks a rule', () => {
  test('is not signed: the list before it stays, the fault is loud, and the next build is tried soon', async () => {
    const [one, two] = [await issuedIn(1), await issuedIn(1)];
    t.now += 5000;
    await t.service.revoke(one.serialHex, 'superseded');
    const good = await list('issuing-1');
    // Somebody reached the table: the entry of one certificate stands in the row of another.
    await revoke(database.db, { issuerSha256: issuer(), serialHex: two.serialHex }, { reason: 'superseded', at: t.now }, t.now);
    const entry = await sql<{ entry: Buffer }>`
      select entry from authority.revocation where serial_hex = ${two.serialHex}`.execute(database.db);
    await sql`
      update authority.revocation set entry = (select entry from authority.revocation where serial_hex = ${one.serialHex})
      where serial_hex = ${two.serialHex}`.execute(database.db);
    const faults: string[] = [];
    let signed = 0;
    const ca = (await partsOf().caKey(issuer())) as CertifiedKey;
    const sign: CertifiedKey['key']['sign'] = (kind, tbs) => (signed++, ca.key.sign(kind, tbs));
    const parts = partsOf({
      caKey: (sha256) => (sha256 === issuer() ? certifiedKey(ca.certificate, { ...ca.key, sign }) : undefined),
      onFault: (fault, at) => faults.push(`${at.shard} ${(fault as { code: string }).code} ${String(fault)}`),
    });
    t.now += 1000;
    await buildDueLists(parts);
    expect(faults.toSorted()).toEqual([
      expect.stringMatching(/^-1 crl\.lint .*rfc5280\.crl-serial-twice/),
      expect.stringMatching(/^1 crl\.lint .*rfc5280\.crl-serial-twice/),
    ]);
    expect(signed).toBe(0);
    expect((await list('issuing-1')).crlNumber).toBe(good.crlNumber);
    const failed = await sql<{ failed: string }>`
      select failed from authority.crl_list where issuer_sha256 = ${issuer()} and shard = 1`.execute(database.db);
    expect(failed.rows[0]!.failed).toContain('rfc5280.crl-serial-twice');
    // Mended, it is out with the next minute.
    await sql`update authority.revocation set entry = ${entry.rows[0]!.entry} where serial_hex = ${two.serialHex}`.execute(
      database.db,
    );
    t.now += 60_000;
    expect(await buildDueLists(parts)).toBeGreaterThanOrEqual(2);
    expect(entryOf(await list('issuing-1'), two.certificate)).toMatchObject({ reason: 4 });
  });
});

describe('the schedule', () => {
  test('refuses a period that leaves no room for one failure', () => {
    expect(() => checkSchedule({ everyMs: 6 * HOUR, validMs: 12 * HOUR })).toThrow(
      expect.objectContaining({ code: 'crl.period-too-long' }),
    );
    expect(() => checkSchedule({ everyMs: 6 * HOUR, validMs: 12 * HOUR + 1 })).not.toThrow();
    expect(() => checkSchedule({ everyMs: 0, validMs: 12 * HOUR })).toThrow();
  });

  test('an issuer with such a period does not come into being', async () => {
    const schedule = { everyMs: 40 * HOUR, validMs: 72 * HOUR };
    const bad = { name: 'bad', certificate: t.root, shards: 1, expiredStay: false, baseUrl: 'http://a', schedule };
    await expect(registerStatusIssuer(t.db, bad, t.now)).rejects.toMatchObject({ code: 'crl.period-too-long' });
    const many = { ...bad, schedule: { everyMs: HOUR, validMs: 72 * HOUR }, shards: 2000 };
    await expect(registerStatusIssuer(t.db, many, t.now)).rejects.toMatchObject({ code: 'crl.shards' });
  });

  test('jitter keeps a thousand shards out of step and none late', () => {
    const schedule = { everyMs: 10 * HOUR, validMs: 72 * HOUR };
    expect(nextBuild(0, schedule, 0)).toBe(10 * HOUR);
    expect(nextBuild(0, schedule, 1)).toBe(8 * HOUR);
  });

  test('lists are built when nothing happens, and two schedulers at once build each once', async () => {
    const parts = partsOf();
    t.now += 7 * HOUR;
    const before = await sql<{
      n: number;
    }>`select count(*)::int as n from authority.crl where issuer_sha256 = ${issuer()}`.execute(t.db);
    const [a, b] = await Promise.all([buildDueLists(parts), buildDueLists(parts)]);
    expect(a + b).toBeGreaterThanOrEqual(5);
    const after = await sql<{
      n: number;
    }>`select count(*)::int as n from authority.crl where issuer_sha256 = ${issuer()}`.execute(t.db);
    expect((after.rows[0]?.n ?? 0) - (before.rows[0]?.n ?? 0)).toBe(5);
    expect((await list('issuing-0')).thisUpdate).toBe(Math.floor(t.now / 1000) * 1000);
  });

  test('a shard whose key fails holds up no other, and rings before its list lapses', async () => {
    const faults: unknown[] = [];
    const parts = partsOf({ onFault: (fault) => faults.push(fault) });
    t.now += 7 * HOUR;
    const broken = (key: CertifiedKey) =>
      certifiedKey(key.certificate, { ...key.key, sign: () => Promise.reject(new Error('HSM away')) });
    let calls = 0;
    const caKey = async (sha: string) => {
      const key = (await parts.caKey(sha)) as CertifiedKey;
      return calls++ === 0 ? broken(key) : key;
    };
    const built = await buildDueLists({ ...parts, caKey });
    expect(faults).toHaveLength(1);
    expect(built).toBeGreaterThanOrEqual(4);
    // The one that failed comes again by itself.
    t.now += 61_000;
    expect(await buildDueLists(parts)).toBe(1);
    expect(await t.service.status.health()).toEqual({ status: 'ok', lists: [] });
    t.now += 61 * HOUR;
    const { status, lists } = await t.service.status.health();
    expect(status).toBe('alarm');
    expect(lists).toContainEqual(expect.stringMatching(/^issuing-\d: until 2026-/));
    // Said once in the journal, not every minute.
    const away = { ...parts, caKey: () => undefined };
    expect(await buildDueLists(away)).toBe(0);
    await t.service.runJobs();
    expect((await t.service.status.health()).status).toBe('ok');
  });
});

describe('a list', () => {
  test('is refused under a number that is not greater, and under another address', async () => {
    const shard = 0;
    const now = Math.floor(t.now / 1000) * 1000;
    const state = await inTransaction(t.db, (tx) => takeList(tx, name(shard), true));
    const number = state?.number as number;
    const crl = {
      number: number + 1,
      thisUpdate: now,
      nextUpdate: now + HOUR,
      der: new Uint8Array(1),
      entries: 0,
      idp: state?.idp,
      buildAt: now,
      alarmAt: now,
    };
    const put = (more: object) => inTransaction(t.db, (tx) => putCrl(tx, name(shard), { ...crl, ...more }));
    await expect(put({ number })).rejects.toMatchObject({ code: 'crl.number-not-greater' });
    await expect(put({ number: number - 1 })).rejects.toMatchObject({ code: 'crl.number-not-greater' });
    await expect(put({ idp: 'http://elsewhere/crl/issuing-0.crl' })).rejects.toMatchObject({
      code: 'crl.distribution-point-changed',
    });
    await expect(put({ idp: undefined })).rejects.toMatchObject({ code: 'crl.distribution-point-changed' });
    // A restore that forgot what the list was, but not the lists themselves.
    await sql`update authority.crl_list set number = null where issuer_sha256 = ${issuer()} and shard = ${shard}`.execute(t.db);
    await expect(put({ number })).rejects.toMatchObject({ code: 'crl.number-not-greater' });
    await sql`update authority.crl_list set number = ${number} where issuer_sha256 = ${issuer()} and shard = ${shard}`.execute(
      t.db,
    );
  });

  test('of a day long gone is kept once, the last of that day', async () => {
    const daysAgo = (days: number, hour: number) => new Date(Math.floor(t.now / DAY) * DAY - days * DAY + hour * HOUR);
    for (const [i, at] of [
      daysAgo(10, 1),
      daysAgo(10, 9),
      daysAgo(10, 23),
      daysAgo(9, 2),
      daysAgo(2, 1),
      daysAgo(2, 2),
    ].entries()) {
      await sql`
        insert into authority.crl (issuer_sha256, shard, number, this_update, next_update, entries, der, idp)
        values (${issuer()}, 3, ${i + 1}, ${at}, ${at}, 0, '\\x00', 'x')`.execute(t.db);
    }
    await inTransaction(t.db, (tx) => pruneLists(tx, name(3), t.now));
    const left = await sql<{ number: number }>`
      select number from authority.crl where issuer_sha256 = ${issuer()} and shard = 3 and number <= 6 order by number`.execute(
      t.db,
    );
    expect(left.rows.map((row) => Number(row.number))).toEqual([3, 4, 5, 6]);
  });

  test('gets a greater number even when the clock was set back', async () => {
    const before = await list('issuing-0');
    const { serialHex } = await issuedIn(0);
    const now = t.now;
    // The authority's clock is an hour behind the moment of issue: `at` is told, the list's number is not taken from it.
    t.now += HOUR;
    await t.service.runJobs();
    t.now = now;
    await t.service.revoke(serialHex, 'superseded', now);
    const after = await list('issuing-0');
    expect(after.crlNumber).toBe((before.crlNumber as bigint) + 1n);
  });

  test('that is just being built makes no revocation wait, and the revocation is on the next one', async () => {
    const { certificate, serialHex } = await issuedIn(0);
    t.now += 1000;
    await inTransaction(t.db, async (tx) => {
      // A builder that hangs, with the list in its hands.
      await takeList(tx, name(0), true);
      await takeList(tx, name(FULL_LIST), true);
      const done = await revoke(t.db, { issuerSha256: issuer(), serialHex }, { cause: 'device-lost', by: 'officer-1' }, t.now);
      expect(done).toMatchObject({ status: 'revoked', reason: 1 });
    });
    const parts = partsOf();
    expect(entryOf(await list('issuing-0'), certificate)).toBeUndefined();
    expect(await buildDueLists(parts)).toBe(2);
    expect(entryOf(await list('issuing-0'), certificate)).toMatchObject({ reason: 1 });
    expect(await buildIfDue(parts, name(0), true)).toBeUndefined();
  });

  test('that is long and stands beside shards waits five minutes after its last build', async () => {
    const { certificate, serialHex } = await issuedIn(0);
    const parts = partsOf();
    await sql`update authority.crl_list set entries = 50000, this_update = ${new Date(t.now)}, build_at = ${new Date(t.now + HOUR)}
      where issuer_sha256 = ${issuer()} and shard = -1`.execute(t.db);
    t.now += 1000;
    await revoke(t.db, { issuerSha256: issuer(), serialHex }, { cause: 'retired' }, t.now);
    await buildDueLists(parts);
    expect(entryOf(await list('issuing-0'), certificate)).toBeDefined();
    expect(entryOf(await list('issuing'), certificate)).toBeUndefined();
    t.now += 5 * 60_000;
    await buildDueLists(parts);
    expect(entryOf(await list('issuing'), certificate)).toBeDefined();
  });
});

/** What the service itself builds with, for calls of our own. */
function partsOf(more: Partial<CrlParts> = {}): CrlParts {
  const keys = openAuthorityKeys(join(t.folder, 'data'), 'http://127.0.0.1:8080/authority', t.now);
  return {
    db: t.db,
    caKey: (sha) => (sha === issuer() ? keys.issuing : keys.root),
    clock: () => t.now,
    draw: () => 0.5,
    onFault: (fault) => {
      throw fault;
    },
    ...more,
  };
}
