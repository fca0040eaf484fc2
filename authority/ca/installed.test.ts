import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { decodePem, encodePem } from '@antin/pki/pem';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { buildTbsCertificate } from '@antin/pki/x509/build';
import { softHsmModule, softToken } from '@antin/testkit/softhsm';
import type { SoftToken } from '@antin/testkit/softhsm';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { baseUrl, person } from '../authority-for-tests.ts';
import { ceremony } from '../keys/ceremony/run.ts';
import { testKey } from '../keys/signer-for-tests.ts';
import { SignerClient } from '../keys/signer-process/client.ts';
import { migrations } from '../migrations.ts';
import { authorityService } from '../service.ts';
import type { AuthorityService } from '../service.ts';

const module = softHsmModule();
const NOW = Date.parse('2026-12-02T02:00:00Z');

describe.skipIf(module === undefined)('an authority with keys of a ceremony', () => {
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
    // Making keys in ceremonies is tested there: here they are on the token already.
    const keys = ['root', 'issuing', 'ocsp', 'tsa', 'seal'].map((name) => testKey(name, 'p-256'));
    const entries = keys.map(({ pkcs8, certificate }, n) => ({ pkcs8, certificate: certificate.raw, id: `0${n + 1}` }));
    token = await softToken(module as string, 'hsm', entries);
    folder = mkdtempSync(join(tmpdir(), 'antin-installed-'));
    for (const { name, spki } of keys) writeFileSync(join(folder, `${name}.pub`), encodePem('PUBLIC KEY', spki));
    database = await testDatabase(migrations, 'authority');
    const common = (mode: string, name: string) =>
      [
        `ceremony: ${mode}\nname: ${name}\ntitle: Lễ\nprofile: production\nplace: Hà Nội\ntranscript: t.log`,
        'witnesses:\n  - name: An\n    role: Trưởng ban\n  - name: Bình\n    role: Thư ký',
        `key:\n  module: ${token.module}\n  label: hsm`,
      ].join('\n');
    const run = async (name: string, ...parts: string[]) => {
      const file = join(folder, `${name}.yaml`);
      writeFileSync(file, `${parts.join('\n')}\n`);
      const step = (reviewed?: string) =>
        ceremony({
          file,
          ...(reviewed === undefined ? {} : { reviewed }),
          pin: () => Promise.resolve(Buffer.from(token.pin)),
          clock: () => NOW,
          say: () => {},
        });
      await step((await step()).reviewed);
    };
    const subject = (name: string) => `  subject:\n    - C: VN\n    - O: Cơ quan thử\n    - CN: ${name}`;
    const life = (to: string) => `  not-before: 2026-12-01T00:00:00Z\n  not-after: ${to}`;
    await run(
      'root',
      common('root', 'root'),
      'public-key: root.pub\ncertificate:',
      subject('Gốc thử'),
      life('2046-11-30T23:59:59Z'),
    );
    await run(
      'issuing',
      common('intermediate', 'issuing'),
      'public-key: issuing.pub\nissuer: root.crt\ncertificate:',
      subject('CA thử'),
      life('2041-11-30T23:59:59Z'),
      `addresses:\n  base-url: ${baseUrl}\n  issuer: root`,
    );
    await run(
      'seal',
      common('seal-certificate', 'seal'),
      'public-key: seal.pub\nissuer: issuing.crt\ncertificate:',
      '  subject:\n    - C: VN\n    - L: Hà Nội\n    - O: Cơ quan thử\n    - CN: Nhật ký',
      life('2031-11-30T23:59:59Z'),
      `addresses:\n  base-url: ${baseUrl}\n  issuer: issuing`,
    );
    await run(
      'list',
      common('crl', 'root-list'),
      'issuer: root.crt\ncrl:\n  number: 1\n  this-update: 2026-12-01T00:00:00Z\n  next-update: 2027-06-01T00:00:00Z',
    );
    await run(
      'install',
      common('install', 'install'),
      'output: authority\ninstall:\n  pin-file: pin\n  ocsp-key: ocsp.pub\n  tsa-key: tsa.pub\n  tsa-policy: 1.3.6.1.4.1.99999.2',
      '  policies:\n    - 1.3.6.1.4.1.99999.1',
      '  certificates:\n    - file: seal.crt\n      issuer: issuing.crt\n      profile: organisation\n  keys:',
      '    - name: issuing\n      use: ca\n      file: issuing.crt\n      per-second: 500\n      services:\n        - ocsp.pub\n        - tsa.pub',
      '    - name: ocsp\n      use: ocsp\n      file: ocsp.pub\n      per-second: 5000',
      '    - name: tsa\n      use: tsp\n      file: tsa.pub\n      per-second: 5000',
      '  cas:\n    - series: root\n      certificate: root.crt\n      crl: root-list.crl',
      '    - series: issuing\n      certificate: issuing.crt\n      issuer: root.crt\n      profiles:\n        - person\n        - ocsp\n        - tsa',
    );
    mkdirSync(join(dataDir(), 'signer'), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir(), 'signer', 'pin'), token.pin, { mode: 0o600 });
    service = await open();
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    await database?.close();
    token?.close();
    rmSync(folder, { recursive: true, force: true });
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
