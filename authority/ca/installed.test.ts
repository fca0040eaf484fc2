import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { buildPaths } from '@antin/pki/path/build';
import { checkPathRevocation } from '@antin/pki/path/revocation';
import { validatePath } from '@antin/pki/path/validate';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import { decodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildTbsCertificate } from '@antin/pki/x509/build';
import { softHsmModule } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { baseUrl, person } from '../authority-for-tests.ts';
import { InstalledForTests } from '../keys/installed-for-tests.ts';
import { SignerClient } from '../keys/signer-process/client.ts';
import { migrations } from '../migrations.ts';
import { authorityService } from '../service.ts';
import type { AuthorityService } from '../service.ts';

const module = softHsmModule();
const NOW = Date.parse('2026-12-02T02:00:00Z');

describe.skipIf(module === undefined)('an authority with keys of a ceremony', () => {
  let installed: InstalledForTests;
  let token: SoftToken;
  let folder: string;
  let database: TestDatabase;
  let service: AuthorityService;
  let now = NOW;
  const said: { text: string; facts: object }[] = [];
  const log = { info: () => {}, error: (facts: object, text: string) => void said.push({ text, facts }) };
  const dataDir = () => join(folder, 'authority');
  const open = () => authorityService({ db: database.db, dataDir: dataDir(), baseUrl, clock: () => now, log });

  beforeAll(async () => {
    database = await testDatabase(migrations, 'authority');
    installed = await InstalledForTests.make(module as string, {
      begun: '2026-12-01',
      cas: [
        { series: 'root', name: 'Gốc thử', to: '2046-11-30', listUntil: '2027-06-01' },
        { series: 'issuing', name: 'CA thử', to: '2041-11-30', issuer: 'root', profiles: ['person', 'ocsp', 'tsa'] },
      ],
      async more(t) {
        const subject = '  subject:\n    - C: VN\n    - L: Hà Nội\n    - O: Cơ quan thử\n    - CN: Nhật ký';
        const where = `addresses:\n  base-url: ${baseUrl}\n  issuer: issuing`;
        const certificate = ['public-key: seal.pub\nissuer: issuing.crt\ncertificate:', subject, t.life('2031-11-30'), where];
        await t.ceremony('seal-certificate', 'seal', ...certificate);
        return ['    - file: seal.crt\n      issuer: issuing.crt\n      profile: organisation'];
      },
    });
    ({ token, folder } = installed);
    service = await open();
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    await database?.close();
    installed?.close();
  });

  const issued = async (name: string) => {
    const done = await service.issueCertificate(person(name));
    if (done.status === 'refused') throw new Error(`${done.code} ${done.detail ?? ''}`);
    return done;
  };
  const client = () => new SignerClient({ socketPath: join(dataDir(), 'signer', 'signer.sock') });

  test('issues, answers OCSP, stamps the time and publishes lists, the offline root’s too', async () => {
    const { certificate, serialHex, issuerSha256 } = await issued('Nguyễn Văn An');
    expect(certificate.certificatePolicies?.map((one) => one.policy)).toEqual(['1.3.6.1.4.1.99999.1']);
    const anchors = service.trustAnchors();
    expect(anchors.map((one) => one.practice)).toEqual([false]);
    const evidence = await service.evidenceFor(serialHex, issuerSha256);
    const [path] = buildPaths(certificate, { anchors, candidates: (evidence?.certificates ?? []).map(parseCertificate) });
    expect(validatePath(path ?? [], { at: now, door: nodeCrypto, purpose: 'signer' })).toMatchObject({ status: 'valid' });
    const ocsps = (evidence?.ocsps ?? []).flatMap((der) => parseOcspResponse(der).basic ?? []);
    const crls = (evidence?.crls ?? []).map((der) => parseCrl(der));
    const findings = checkPathRevocation(path ?? [], { crls, ocsps, at: now, door: nodeCrypto });
    expect(findings.map((one) => `${one.status} ${one.source}`)).toEqual(['good ocsp', 'good crl']);
    const request = buildTimeStampRequest({ digest: 'SHA-256', hash: new Uint8Array(32).fill(7), certReq: true });
    expect(parseTimeStampResponse(await service.timeStamp(request))).toMatchObject({ status: 0 });
    expect((await service.revoke(serialHex, 'superseded')).status).toBe('revoked');
  });

  test('every use of the key has its record', async () => {
    now += 300_000;
    await service.runJobs();
    expect(said.filter((one) => one.text.startsWith('ALARM'))).toEqual([]);
    const events = await sql`select 1 from authority.journal_entry where kind like 'keys.%'`.execute(database.db);
    expect(events.rows).toEqual([]);
  });

  test('a signer that is killed in the middle is started again, and issuing goes on', async () => {
    const own = client();
    const { pid } = await own.status();
    own.close();
    const asked = Array.from({ length: 12 }, (_, n) => issued(`Người ${n}`));
    process.kill(pid, 'SIGKILL');
    expect(new Set((await Promise.all(asked)).map((one) => one.serialHex)).size).toBe(12);
    const rows = await sql<{ n: number }>`
      select count(*)::int as n from authority.certificate where profile = 'person' and state = 'good'`.execute(database.db);
    expect(rows.rows[0]?.n).toBe(13);
  });

  test('a certificate signed past the pipeline is an alarm in log and journal, once', async () => {
    const attacker = client();
    const key = (await attacker.keys()).find((one) => one.name === 'issuing');
    const issuer = service.chain()[0];
    const tbs = buildTbsCertificate({
      serialNumber: Uint8Array.of(0x42, 0x42),
      signatureAlgorithm:
        issuer?.spki === undefined
          ? new Uint8Array()
          : parseCertificate((await issued('An')).certificate.raw).signatureAlgorithm.raw,
      issuer: issuer?.subject.raw as Uint8Array,
      notBefore: now,
      notAfter: now + 86_400_000,
      subject: buildName([['CN', 'Kẻ trộm']]),
      spki: person('x').spki,
      extensions: [],
    });
    await key?.sign('certificate', tbs);
    attacker.close();
    now += 300_000;
    await service.runJobs();
    const alarms = () => said.filter((one) => one.text.startsWith('ALARM'));
    expect(alarms()).toMatchObject([{ facts: { kind: 'certificate', serialHex: '4242' } }]);
    const events = await sql<{ serial_hex: string }>`
      select serial_hex from authority.journal_entry where kind = 'keys.signature-without-record'`.execute(database.db);
    expect(events.rows).toEqual([{ serial_hex: '4242' }]);
    await service.runJobs();
    expect(alarms()).toHaveLength(1);
  });

  test('a second process uses the signer that runs, and a restart takes nothing in again', async () => {
    const events = async () =>
      (
        await sql<{ n: number }>`select count(*)::int as n from authority.journal_entry where kind like 'ca.%'`.execute(
          database.db,
        )
      ).rows[0]?.n;
    const before = await events();
    const second = await open();
    const done = await second.issueCertificate(person('Trần Thị Bình'));
    expect(done.status).toBe('issued');
    await issued('Lê Văn Cường');
    // The first one ends, and its signer with it: the second takes over within its next minute.
    await service.stop();
    now += 300_000;
    await second.runJobs();
    expect((await second.issueCertificate(person('Vũ Văn Em'))).status).toBe('issued');
    await second.stop();
    service = await open();
    await issued('Phạm Thị Dung');
    expect(await events()).toBe(before);
  });

  test('a token made of software is refused where hardware is asked for', async () => {
    await service.stop();
    const strict = authorityService({ db: database.db, dataDir: dataDir(), baseUrl, clock: () => now, log, hardwareOnly: true });
    await expect(strict).rejects.toMatchObject({ code: 'keys.software-token' });
    service = await open();
  });

  test('a seal that a ceremony certified has its status', async () => {
    const seal = parseCertificate(decodePem(readFileSync(join(folder, 'seal.crt'), 'utf8'))[0]?.bytes as Uint8Array);
    const issuer = createHash('sha256')
      .update(service.chain()[0]?.raw as Uint8Array)
      .digest('hex');
    const answer = parseOcspResponse(
      (await service.evidence({ kind: 'ocsp', issuerSha256: issuer, serialHex: seal.serialHex })) as Uint8Array,
    );
    expect(answer.basic?.responses[0]?.status).toEqual({ kind: 'good' });
  });

  test('a ledger that became shorter is an alarm', async () => {
    now += 300_000;
    await service.runJobs();
    await service.stop();
    for (const name of ['ledger.jsonl', 'ledger-state.json']) rmSync(join(dataDir(), 'signer', name));
    service = await open();
    await service.runJobs();
    const events = await sql`select 1 from authority.journal_entry where kind = 'keys.ledger-set-back'`.execute(database.db);
    expect(events.rows).toHaveLength(1);
  });

  test('nothing of the PIN stands in the hierarchy, the signer’s file or the transcript', () => {
    for (const name of ['authority/hierarchy.json', 'authority/signer/signer.json', 't.log'])
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain(token.pin);
  });
});
