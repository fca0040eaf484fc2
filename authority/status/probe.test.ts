import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '@antin/adapters/db/worker';
import type { Worker } from '@antin/adapters/db/worker';
import { createApp } from '@antin/adapters/http/app';
import { listen } from '@antin/adapters/http/listen';
import type { Listening } from '@antin/adapters/http/listen';
import { silentLog } from '@antin/adapters/log/log';
import { parseCrl } from '@antin/pki/crl/parse';
import { parseOcspResponse } from '@antin/pki/ocsp/response';
import type { Certificate } from '@antin/pki/x509/certificate';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { opensslVersion } from '@antin/testkit/openssl';
import { AuthorityForTests, openssl, pem } from '../authority-for-tests.ts';
import { migrations } from '../migrations.ts';
import { liftSuspension, revoke, suspend } from '../revocation/revoke.ts';

/** Two processes' worth of one authority, on a real clock and over real HTTP. */
interface House {
  readonly t: AuthorityForTests;
  readonly server: Listening;
  readonly worker: Worker;
}
let database: TestDatabase;
const houses: House[] = [];

beforeAll(async () => {
  database = await testDatabase(migrations, 'authority');
  const first = new AuthorityForTests(database.db);
  for (const t of [first, new AuthorityForTests(database.db, first.folder)]) {
    t.now = Date.now();
    await t.open({ clock: Date.now });
    const app = createApp({ log: silentLog });
    app.route('/authority', t.service.app as Hono);
    const { status } = t.service;
    const server = await listen({ fetch: app.fetch as never, fast: t.service.fast }, { port: 0 });
    status.start();
    houses.push({ t, server, worker: startWorker(database.db, { handlers: status.jobs }) });
  }
  await until(30_000, () => houses.every(({ t }) => t.service.status.hears()));
});
afterAll(async () => {
  for (const { t, server, worker } of houses) {
    await worker.stop();
    await server.close(0);
    await t.service.status.stop();
    t.close();
  }
  await database.close();
});

async function until(ms: number, holds: () => boolean | Promise<boolean>): Promise<number> {
  const from = performance.now();
  while (!(await holds())) {
    if (performance.now() - from > ms) throw new Error(`not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - from;
}

const ocspBy = (house: House) => async (certificate: Certificate) => {
  const request = Buffer.from(house.t.ask(certificate.serialNumber)).toString('base64');
  const answer = await fetch(`${house.server.url}/authority/ocsp/${encodeURIComponent(request)}`);
  return parseOcspResponse(new Uint8Array(await answer.arrayBuffer())).basic?.responses[0]?.status;
};
const crlBy = (house: House) => async (name: string) =>
  parseCrl(new Uint8Array(await (await fetch(`${house.server.url}/authority/crl/${name}.crl`)).arrayBuffer()));
const both = () => [houses[0] as House, houses[1] as House] as const;

describe('a revocation', () => {
  test('is in OCSP within two seconds and on the lists within a minute, also of the other process that had answered before', async () => {
    const [here, there] = both();
    const { certificate, issuerSha256, serialHex } = await here.t.issued();
    // Both have it in memory: what must be forgotten is really there.
    for (const house of both()) expect(await ocspBy(house)(certificate)).toEqual({ kind: 'good' });
    const done = await revoke(database.db, { issuerSha256, serialHex }, { cause: 'device-lost', by: 'officer' }, Date.now());
    expect(done).toMatchObject({ status: 'revoked' });
    for (const house of both()) {
      await until(2000, async () => (await ocspBy(house)(certificate))?.kind === 'revoked');
    }
    await until(60_000, async () => (await crlBy(there)('issuing')).find(certificate.serialNumber)?.reason === 1);
  });

  test('asked for while it is being decided is never answered "good" afterwards', async () => {
    const [here, there] = both();
    const { certificate, issuerSha256, serialHex } = await here.t.issued();
    let decided = false;
    const seen: string[] = [];
    const asking = (async () => {
      for (let i = 0; seen.length < 30; i++) {
        const since = decided ? performance.now() : undefined;
        const kind = (await ocspBy(i % 2 ? here : there)(certificate))?.kind ?? 'none';
        if (since !== undefined) seen.push(kind);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await revoke(database.db, { issuerSha256, serialHex }, { cause: 'retired' }, Date.now());
    await new Promise((resolve) => setTimeout(resolve, 200));
    decided = true;
    await asking;
    expect(new Set(seen)).toEqual(new Set(['revoked']));
  });

  test('of a certificate on hold that is lifted makes it good again everywhere', async () => {
    const [here, there] = both();
    const { certificate, issuerSha256, serialHex } = await here.t.issued();
    const target = { issuerSha256, serialHex };
    await suspend(database.db, target, { by: 'a' }, { suspendable: () => true, now: Date.now() });
    await until(2000, async () => (await ocspBy(there)(certificate))?.kind === 'revoked');
    await until(60_000, async () => (await crlBy(there)('issuing')).find(certificate.serialNumber)?.reason === 6);
    await liftSuspension(database.db, target, { by: 'b' }, Date.now());
    await until(2000, async () => (await ocspBy(there)(certificate))?.kind === 'good');
    await until(60_000, async () => (await crlBy(here)('issuing')).find(certificate.serialNumber) === undefined);
  });
});

test('a hundred and twenty revocations at once are all in OCSP and on the lists in time', async () => {
  const [here, there] = both();
  const many: Awaited<ReturnType<typeof here.t.issued>>[] = [];
  for (let i = 0; i < 120; i++) many.push(await here.t.issued());
  for (const { certificate } of many.slice(0, 20)) expect(await ocspBy(there)(certificate)).toEqual({ kind: 'good' });
  const reason = { cause: 'organisation-dissolved', by: 'officer' } as const;
  await Promise.all(
    many.map(({ issuerSha256, serialHex }) => revoke(database.db, { issuerSha256, serialHex }, reason, Date.now())),
  );
  await until(2000, async () => (await ocspBy(there)((many.at(-1) as (typeof many)[0]).certificate))?.kind === 'revoked');
  for (const { certificate } of many.slice(0, 20))
    expect(await ocspBy(there)(certificate)).toMatchObject({ kind: 'revoked', reason: 5 });
  await until(60_000, async () => {
    const crl = await crlBy(there)('issuing');
    return many.every(({ certificate }) => crl.find(certificate.serialNumber)?.reason === 5);
  });
  for (const shard of [0, 1, 2, 3]) {
    const own = many.filter(({ certificate }) => certificate.crlDistributionPoints[0]?.urls[0]?.endsWith(`issuing-${shard}.crl`));
    expect(own.length).toBeGreaterThan(10);
    await until(60_000, async () => {
      const crl = await crlBy(there)(`issuing-${shard}`);
      return own.every(({ certificate }) => crl.find(certificate.serialNumber) !== undefined);
    });
  }
}, 120_000);

describe('when changes are not heard', () => {
  test('memory is not asked, and no answer is older than the database', async () => {
    const [here] = both();
    const { certificate, issuerSha256, serialHex } = await here.t.issued();
    expect(await ocspBy(here)(certificate)).toEqual({ kind: 'good' });
    await here.t.service.status.stop();
    await revoke(database.db, { issuerSha256, serialHex }, { cause: 'died' }, Date.now());
    expect(await ocspBy(here)(certificate)).toMatchObject({ kind: 'revoked', reason: 5 });
    here.t.service.status.start();
    await until(30_000, () => here.t.service.status.hears());
    expect(await ocspBy(here)(certificate)).toMatchObject({ kind: 'revoked', reason: 5 });
  });
});

const run = promisify(execFile);

describe.skipIf(opensslVersion === undefined)('live clients', () => {
  test('openssl ocsp asks by POST, with and without a nonce, by both hashes', async () => {
    const [here] = both();
    const { certificate } = await here.t.issued();
    const [ee, ca, root] = [
      here.t.file('ee.pem', pem(certificate)),
      here.t.file('ca.pem', pem(here.t.issuer)),
      here.t.file('root.pem', pem(here.t.root)),
    ];
    for (const hash of ['-sha1', '-sha256']) {
      for (const nonce of ['-nonce', '-no_nonce']) {
        const args = [
          'ocsp',
          hash,
          '-issuer',
          ca,
          '-cert',
          ee,
          nonce,
          '-CAfile',
          root,
          '-url',
          `${here.server.url}/authority/ocsp`,
        ];
        const { stdout, stderr } = await run('openssl', args);
        expect(stderr).toContain('Response verify OK');
        expect(stdout).toMatch(/ee\.pem: good/);
      }
    }
  });

  test('curl fetches by GET and is told how long to keep it', async () => {
    const [here] = both();
    const { certificate } = await here.t.issued();
    const request = encodeURIComponent(Buffer.from(here.t.ask(certificate.serialNumber)).toString('base64'));
    const url = `${here.server.url}/authority/ocsp/${request}`;
    await run('curl', ['-sS', url, '-o', '/dev/null']);
    const { stdout } = await run('curl', ['-sSi', '--output', '-', url], { encoding: 'latin1' });
    expect(stdout).toMatch(/^HTTP\/1.1 200 /);
    expect(stdout).toMatch(/content-type: application\/ocsp-response/i);
    expect(stdout).toMatch(/cache-control: max-age=[1-9]\d*, public, no-transform, must-revalidate/i);
    expect(stdout).toMatch(/x-content-type-options: nosniff/i);
    const etag = /etag: ("[0-9a-f]{32}")/i.exec(stdout)?.[1] as string;
    const again = await run('curl', ['-sSi', '-H', `If-None-Match: ${etag}`, url]);
    expect(again.stdout).toMatch(/^HTTP\/1.1 304 /);
  });

  test('openssl ts asks, the authority stamps, openssl verifies', async () => {
    const [here] = both();
    const { t, server } = here;
    const [query, reply] = [t.file('live.tsq', ''), t.file('live.tsr', '')];
    openssl('ts', '-query', '-data', t.file('data.txt', 'công văn'), '-sha256', '-cert', '-out', query);
    await run('curl', [
      ...['-sS', '-H', 'content-type: application/timestamp-query', '--data-binary', `@${query}`, '-o', reply],
      `${server.url}/authority/tsa`,
    ]);
    const trust = ['-CAfile', t.file('root.pem', pem(t.root)), '-untrusted', t.file('ca.pem', pem(t.issuer))];
    expect(openssl('ts', '-verify', '-in', reply, '-queryfile', query, ...trust)).toContain('OK');
  });

  test.skipIf(spawnSync('certtool', ['--version']).status !== 0)('certtool verifies chain and lists', async () => {
    const [here] = both();
    const { t, server } = here;
    const { certificate } = await t.issued();
    const chain = t.file('chain.pem', pem(certificate) + pem(t.issuer) + pem(t.root));
    const said = execFileSync(
      'certtool',
      ['--verify', '--load-ca-certificate', t.file('root.pem', pem(t.root)), '--infile', chain],
      {
        encoding: 'utf8',
      },
    );
    expect(said).toMatch(/Chain verification output: Verified/);
    for (const name of ['issuing', 'issuing-0', 'issuing-3', 'root']) {
      const der = t.file('one.crl', new Uint8Array(await (await fetch(`${server.url}/authority/crl/${name}.crl`)).arrayBuffer()));
      const file = t.file('one.pem', openssl('crl', '-inform', 'DER', '-in', der));
      const ca = t.file('by.pem', pem(name === 'root' ? t.root : t.issuer));
      const done = spawnSync('certtool', ['--verify-crl', '--load-ca-certificate', ca, '--infile', file], { encoding: 'utf8' });
      expect(done.stdout + done.stderr).toMatch(/Verified/);
      expect(done.status).toBe(0);
    }
  });
});
