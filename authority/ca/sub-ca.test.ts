import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildPaths } from '@antin/pki/path/build';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { opensslVersion } from '@antin/testkit/openssl';
import { softHsmModule } from '@antin/testkit/softhsm';
import { baseUrl, pem, person } from '../authority-for-tests.ts';
import { InstalledForTests } from '../keys/installed-for-tests.ts';
import type { CeremonyCa } from '../keys/installed-for-tests.ts';
import { migrations } from '../migrations.ts';
import { authorityService } from '../service.ts';
import type { AuthorityService } from '../service.ts';
import { generationBySha256 } from './store.ts';

const module = softHsmModule();

/** Two sub-CAs under one offline root, made in ceremonies on a token; openssl judges, and so do we. */
describe.skipIf(module === undefined || opensslVersion === undefined)('sub-CAs of an offline root', () => {
  const CAS: readonly CeremonyCa[] = [
    { series: 'root', name: 'Gốc thử', to: '2046-11-30', listUntil: '2027-06-01' },
    { series: 'officials', name: 'CA cán bộ', to: '2041-11-30', issuer: 'root', profiles: ['person', 'tsa', 'ocsp'] },
    { series: 'offices', name: 'CA tổ chức', to: '2041-11-30', issuer: 'root', profiles: ['organisation'] },
  ];
  let installed: InstalledForTests;
  let database: TestDatabase;
  let service: AuthorityService;
  let now = Date.parse('2026-12-02T02:00:00Z');
  const said: string[] = [];
  const log = { info: () => {}, error: (_: object, text: string) => void said.push(text) };
  const open = async () =>
    (service = await authorityService({ db: database.db, dataDir: installed.dataDir, baseUrl, clock: () => now, log }));
  let official: Certificate;
  let office: Certificate;

  beforeAll(async () => {
    installed = await InstalledForTests.make(module as string, { begun: '2026-12-01', cas: CAS });
    database = await testDatabase(migrations, 'authority');
    await open();
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    await database?.close();
    installed?.close();
  });

  async function issued(profile: 'person' | 'organisation', name: string): Promise<Certificate> {
    const { mail, pkcs8: _, ...request } = person(name);
    const done = await service.issueCertificate(profile === 'person' ? { ...request, mail: mail! } : { ...request, profile });
    if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
    return done.certificate;
  }
  const caOf = async (series: string) =>
    (await sql<{ sha: string }>`select issuer_sha256 as sha from authority.ca where series = ${series}`.execute(database.db)).rows[0]!.sha; // prettier-ignore
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(installed.path(name), content);
    return installed.path(name);
  };
  const list = async (name: string) => new Uint8Array(await (await service.app.request(`/crl/${name}.crl`)).arrayBuffer());

  /** openssl with everything a stranger fetches from where certificates say: issuers, and the lists of parent and issuer. */
  async function judged(certificate: Certificate, series: string): Promise<string> {
    const ca = (await generationBySha256(database.db, await caOf(series)))!.certificate;
    const root = (await generationBySha256(database.db, await caOf('root')))!.certificate;
    const crls = await Promise.all(['root', series].map(async (name) => encodePem('X509 CRL', await list(name))));
    const args = [
      ...['verify', '-x509_strict', '-crl_check_all', '-attime', String(Math.ceil(now / 1000) + 1)],
      ...[
        '-CAfile',
        file('goc.pem', pem(root)),
        '-untrusted',
        file('tren.pem', pem(ca)),
        '-CRLfile',
        file('lists.pem', crls.join('')),
      ],
      file('ee.pem', pem(certificate)),
    ];
    try {
      return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (fault) {
      return (fault as { stderr: string }).stderr;
    }
  }
  /** The same by our own reading of the path. */
  async function ours(certificate: Certificate, series: string): Promise<string[]> {
    const evidence = await service.evidenceFor(certificate.serialHex, await caOf(series));
    const [path] = buildPaths(certificate, { anchors: service.trustAnchors(), candidates: (evidence?.certificates ?? []).map(parseCertificate) }); // prettier-ignore
    const ocsps = (evidence?.ocsps ?? []).flatMap((der) => parseOcspResponse(der).basic ?? []);
    const crls = (evidence?.crls ?? []).map((der) => parseCrl(der));
    return checkPathRevocation(path ?? [], { crls, ocsps, at: now, door: nodeCrypto }).map((one) => one.status);
  }

  test('certify each for its own profiles, and a path to the root holds with the lists of every level', async () => {
    [official, office] = [await issued('person', 'Nguyễn Văn An'), await issued('organisation', 'SỞ NỘI VỤ')];
    expect(official.issuer.raw).not.toEqual(office.issuer.raw);
    now += 60_000;
    for (const [certificate, series] of [
      [official, 'officials'],
      [office, 'offices'],
    ] as const) {
      expect(await judged(certificate, series)).toContain('ee.pem: OK');
      expect(await ours(certificate, series)).toEqual(['good', 'good']);
      // Under the other CA's list nothing is said about it.
      expect(await judged(certificate, series === 'offices' ? 'officials' : 'offices')).not.toContain('OK');
    }
  });

  test('one that is revoked by the root makes everything below it invalid, and the other stands', async () => {
    const offices = (await generationBySha256(database.db, await caOf('offices')))!.certificate;
    const revoked = `  revoked:\n    - serial: ${offices.serialHex}\n      at: 2026-12-02T03:00:00Z\n      reason: cACompromise`;
    await service.stop();
    await installed.list('root', 2, '2026-12-02T03:00:00Z', '2027-06-01T00:00:00Z', revoked);
    await installed.install(CAS);
    now = Date.parse('2026-12-02T04:00:00Z');
    await open();
    expect(await judged(office, 'offices')).toMatch(/error 23 at 1 depth lookup: ?certificate revoked/i);
    expect(await ours(office, 'offices')).toContain('revoked');
    expect(await judged(official, 'officials')).toContain('ee.pem: OK');
    expect(await ours(official, 'officials')).toEqual(['good', 'good']);
    // It certifies nobody from now on; what it certified is still told of, and the other goes on.
    expect(said).toContain('a CA was revoked by the one above it: nothing is issued for its profiles');
    await expect(issued('organisation', 'SỞ MỚI')).rejects.toMatchObject({ code: 'ca.no-issuer' });
    expect(parseCrl(await list('offices')).nextUpdate).toBeGreaterThan(now);
    expect(await judged(await issued('person', 'Trần Thị Bình'), 'officials')).toContain('ee.pem: OK');
    // A start again does not bring it back.
    await service.stop();
    await open();
    await expect(issued('organisation', 'SỞ MỚI')).rejects.toMatchObject({ code: 'ca.no-issuer' });
    const events = await sql<{ name: string }>`
      select detail->>'name' as name from authority.journal_entry where kind = 'ca.generation-revoked'`.execute(database.db);
    expect(events.rows).toEqual([{ name: 'offices' }]);
  });
});
