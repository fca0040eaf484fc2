import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '@antin/adapters/db/transaction';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { buildPaths } from '@antin/pki/path/build';
import { validatePath } from '@antin/pki/path/validate';
import { encodePem } from '@antin/pki/pem';
import { aki, buildTbsCertificate, certificateFrom, keyUsage } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { buildName } from '@antin/pki/x509/name';
import { opensslVersion } from '@antin/testkit/openssl';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { keyFolder } from '../keys/key-folder.ts';
import { migrations } from '../migrations.ts';
import { openAuthorityKeys } from './authority-keys.ts';
import { activate, caGenerations, retireNeedless, sha256Of } from './generations.ts';
import type { CaGenerations, Issuer } from './generations.ts';
import { adoptFirstGenerations, practiceKeys, preparePracticeCa } from './practice.ts';
import { endWithin, mayBecome } from './rules.ts';
import { activeOf, generationBySha256, generationsOf, insertGeneration, linksOf } from './store.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-03-02T02:00:00Z');
const baseUrl = 'http://127.0.0.1:8080/authority';
const nextYear = START + 365 * DAY;

let database: TestDatabase;
let dataDir: string;
let cas: CaGenerations;
beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  dataDir = mkdtempSync(join(tmpdir(), 'antin-ca-'));
  // As an installation of yesterday left it: a folder with root and issuing CA, no rows.
  await adoptFirstGenerations(database.db, openAuthorityKeys(dataDir, baseUrl, START), START);
  cas = caGenerations({ db: database.db, keyOf: practiceKeys(keyFolder(dataDir)) });
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});
const prepare = async (series: string, more: { subject?: Uint8Array; profiles?: readonly string[] } = {}) =>
  preparePracticeCa({
    db: database.db,
    folder: keyFolder(dataDir),
    parent: await cas.activeOf('root'),
    series,
    profiles: more.profiles ?? [],
    baseUrl,
    now: nextYear,
    ...(more.subject === undefined ? {} : { subject: more.subject }),
  });

describe('a CA as a series of generations', () => {
  test('what lay in the folder is the first generation, and adopting it again changes nothing', async () => {
    const keys = openAuthorityKeys(dataDir, baseUrl, START);
    await adoptFirstGenerations(database.db, keys, START + DAY);
    const [only, ...more] = await generationsOf(database.db, 'issuing');
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      name: 'issuing',
      generation: 1,
      state: 'active',
      parentSha256: sha256Of(keys.root.certificate.raw),
    });
    const issuer = await cas.issuerFor('person');
    expect(issuer.certificate.raw).toEqual(keys.issuing.certificate.raw);
    const tbs = issuer.certificate.tbs;
    const signature = await issuer.key.sign('certificate', tbs);
    expect(nodeCrypto.verify({ spki: issuer.key.spki, algorithm: issuer.key.algorithm, data: tbs, signature })).toBe('valid');
  });

  test('a new generation waits, then issues, and the old one goes on signing status only', async () => {
    const old = await cas.issuerFor('person');
    const made = await prepare('issuing');
    expect(made).toMatchObject({ state: 'prepared', name: 'issuing-g2', generation: 2 });
    expect((await activeOf(database.db, 'issuing'))?.issuerSha256).toBe(old.generation.issuerSha256);
    expect(await cas.statusSigner(made.issuerSha256)).toBeUndefined();

    await activate(database.db, made.issuerSha256, nextYear);
    const after = caGenerations({ db: database.db, keyOf: practiceKeys(keyFolder(dataDir)) });
    expect((await after.issuerFor('person')).generation.issuerSha256).toBe(made.issuerSha256);
    const stays = await after.statusSigner(old.generation.issuerSha256);
    expect(stays?.generation.state).toBe('status-only');
    expect(stays?.key.id).not.toBe((await after.issuerFor('person')).key.id);
    await expect(activate(database.db, old.generation.issuerSha256, nextYear)).rejects.toMatchObject({ code: 'ca.state' });
    const events = await sql<{ kind: string }>`
      select kind from authority.journal_entry where kind like 'ca.%' order by id`.execute(database.db);
    expect(events.rows.map((row) => row.kind).slice(-4)).toEqual([
      'ca.generation-prepared',
      'ca.link-signed',
      'ca.link-signed',
      'ca.generation-activated',
    ]);
  });

  test('links let who trusts one generation believe the other, both ways', async () => {
    const [young, old] = (await generationsOf(database.db, 'issuing')).map((one) => one.certificate) as [
      Certificate,
      Certificate,
    ];
    const links = await linksOf(database.db, sha256Of(young.raw));
    expect(links.map((link) => link.kind).sort()).toEqual(['new-with-old', 'old-with-new']);
    const by = (kind: string) => parseCertificate(links.find((link) => link.kind === kind)?.der as Uint8Array);
    for (const [link, trusted, believed] of [
      [by('new-with-old'), old, young],
      [by('old-with-new'), young, old],
    ] as const) {
      expect(link.spki).toEqual(believed.spki);
      const issuer = (await cas.statusSigner(sha256Of(believed.raw))) as Issuer;
      const tbs = buildTbsCertificate({
        serialNumber: Uint8Array.of(0x41, 1),
        signatureAlgorithm: issuer.algorithmIdentifier,
        issuer: believed.subject.raw,
        notBefore: nextYear,
        notAfter: nextYear + 30 * DAY,
        subject: buildName([['CN', 'Nguyễn Văn An']]),
        spki: nodeSecrets.generateKeyPair('p-256').spki,
        extensions: [aki(believed.subjectKeyIdentifier as Uint8Array), keyUsage('digitalSignature', 'nonRepudiation')],
      });
      const der = certificateFrom(tbs, issuer.algorithmIdentifier, await issuer.key.sign('certificate', tbs));
      const anchors = [{ certificate: trusted, purposes: ['signer' as const] }];
      const paths = buildPaths(parseCertificate(der), { anchors, candidates: [link] });
      const judged = [...paths].map(
        (path) => validatePath(path, { at: nextYear + DAY, door: nodeCrypto, purpose: 'signer' }).status,
      );
      // Both generations bear one name: the path without the link leads to the wrong key.
      expect(judged).toContain('valid');
      if (opensslVersion === undefined) continue;
      const file = (name: string, certificate: Certificate) => {
        const path = join(dataDir, name);
        writeFileSync(path, encodePem('CERTIFICATE', certificate.raw));
        return path;
      };
      const at = String((nextYear + DAY) / 1000);
      const args = [
        '-partial_chain',
        '-attime',
        at,
        '-trusted',
        file('trusted.pem', trusted),
        '-untrusted',
        file('link.pem', link),
      ];
      expect(execFileSync('openssl', ['verify', ...args, file('ee.pem', parseCertificate(der))], { encoding: 'utf8' })).toContain(
        'OK',
      );
    }
  });

  test('sub-CAs for officials, citizens and devices each answer for their profiles', async () => {
    const name = (text: string) => buildName([['C', 'VN'], ['O', 'Ấn Tín thực hành'], ['CN', text]]); // prettier-ignore
    const citizens = await prepare('citizens', { subject: name('CA công dân thực hành'), profiles: ['citizen'] });
    const devices = await prepare('devices', { subject: name('CA thiết bị thực hành'), profiles: ['device-tls-server'] });
    await activate(database.db, citizens.issuerSha256, nextYear);
    await activate(database.db, devices.issuerSha256, nextYear);
    expect((await cas.issuerFor('citizen')).generation.series).toBe('citizens');
    expect((await cas.issuerFor('device-tls-server')).generation.series).toBe('devices');
    expect((await cas.issuerFor('organisation')).generation.series).toBe('issuing');
    await expect(cas.issuerFor('no such profile')).rejects.toMatchObject({ code: 'ca.no-issuer' });
    await expect(prepare('nameless')).rejects.toMatchObject({ code: 'ca.no-issuer' });
  });

  test('no CA outlives the one that signed it', async () => {
    const root = await cas.activeOf('root');
    const made = await prepare('issuing');
    expect(made.certificate.notAfter).toBeLessThanOrEqual(root.certificate.notAfter);
    expect(endWithin(root.certificate, root.certificate.notAfter + 1)).toBe(root.certificate.notAfter);
    const foreign = { series: 'x', der: root.certificate.raw, parentSha256: 'ff' };
    const short = mkdtempSync(join(dataDir, 'other-'));
    const other = openAuthorityKeys(short, baseUrl, START + 3 * 365 * DAY).root.certificate.raw;
    await expect(
      inTransaction(database.db, (tx) => insertGeneration(tx, { ...foreign, der: other }, START)),
    ).rejects.toMatchObject({
      code: 'ca.parent-unknown',
    });
    const tooLong = { series: 'x', der: other, parentSha256: root.generation.issuerSha256 };
    await expect(inTransaction(database.db, (tx) => insertGeneration(tx, tooLong, START))).rejects.toMatchObject({
      code: 'ca.parent-unknown',
    });
  });

  test('two activations at once leave exactly one that issues', async () => {
    const both = [await prepare('issuing'), await prepare('issuing')];
    await Promise.allSettled(both.map((one) => activate(database.db, one.issuerSha256, nextYear)));
    const states = (await generationsOf(database.db, 'issuing')).map((one) => one.state);
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
  });

  test('a generation is retired when its last certificate has expired, and not before', async () => {
    const old = (await generationsOf(database.db, 'issuing')).at(-1);
    const issuerSha256 = old?.issuerSha256 as string;
    const expires = nextYear + 100 * DAY;
    const waiting: string[] = [];
    // Last lists: retiring.test.ts
    const closed = () => Promise.resolve(true);
    await sql`
      insert into authority.certificate
        (issuer_sha256, serial_hex, state, profile, profile_hash, subject, spki_sha256, not_before, not_after, intended_at, der)
      values (${issuerSha256}, '41', 'good', 'person', '', '', '', ${new Date(START)}, ${new Date(expires)}, ${new Date(START)}, ${Buffer.of(0)})`.execute(
      database.db,
    );
    await retireNeedless(database.db, expires - 1000, closed);
    expect((await generationBySha256(database.db, issuerSha256))?.state).toBe('status-only');
    expect(await cas.statusSigner(issuerSha256)).toBeDefined();
    await retireNeedless(
      database.db,
      expires + 1000,
      () => Promise.resolve(false),
      (one) => waiting.push(one.issuerSha256),
    );
    expect((await generationBySha256(database.db, issuerSha256))?.state).toBe('status-only');
    expect(waiting).toContain(issuerSha256);
    await retireNeedless(database.db, expires + 1000, closed);
    expect((await generationBySha256(database.db, issuerSha256))?.state).toBe('retired');
    expect(await cas.statusSigner(issuerSha256)).toBeUndefined();
  });

  test('the states only go forward', () => {
    expect(mayBecome('prepared', 'active') && mayBecome('active', 'status-only') && mayBecome('status-only', 'retired')).toBe(
      true,
    );
    expect(mayBecome('status-only', 'active') || mayBecome('retired', 'active') || mayBecome('active', 'retired')).toBe(false);
  });
});

describe('ten thousand CAs', () => {
  test('cost a start nothing, and each is found through an index', async () => {
    const root = await cas.activeOf('root');
    await sql`
      insert into authority.ca (issuer_sha256, series, generation, name, der, key_id, parent_sha256, state, not_before, not_after, prepared_at, activated_at)
      select md5(n::text) || md5('x' || n), 's' || n, 1, 's' || n, ${Buffer.from(root.certificate.raw)}, ${root.key.id}, null, 'active',
        ${new Date(START)}, ${new Date(nextYear)}, ${new Date(START)}, ${new Date(START)}
      from generate_series(1, 10000) as n`.execute(database.db);
    await sql`insert into authority.ca_profile select 'p' || n, 's' || n from generate_series(1, 10000) as n`.execute(
      database.db,
    );
    await sql`analyze authority.ca, authority.ca_profile`.execute(database.db);
    const opened: string[] = [];
    const folder = practiceKeys(keyFolder(dataDir));
    const many = caGenerations({
      db: database.db,
      keyOf: (generation) => {
        opened.push(generation.name);
        return folder({ ...generation, name: 'root' });
      },
    });
    await adoptFirstGenerations(database.db, openAuthorityKeys(dataDir, baseUrl, START), START);
    expect((await many.issuerFor('p7777')).generation.name).toBe('s7777');
    expect(opened).toEqual(['s7777']);
    const plan = await sql<{ 'QUERY PLAN': string }>`
      explain select c.* from authority.ca_profile p join authority.ca c on c.series = p.series and c.state = 'active'
      where p.profile = 'p5'`.execute(database.db);
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).not.toContain('Seq Scan');
  });
});
