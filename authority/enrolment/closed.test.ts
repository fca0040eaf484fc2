import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { softHsmModule } from '@antin/testkit/softhsm';
import { ConsoleForTests } from '../console-for-tests.ts';
import { InstalledForTests } from '../keys/installed-for-tests.ts';
import { SignerClient } from '../keys/signer-process/client.ts';
import { superviseSigner } from '../keys/signer-process/supervise.ts';
import type { SignerProcess } from '../keys/signer-process/supervise.ts';
import { AcmeClient, acmeType, certificatesOf, csrOf, ecKey, est, openedMachine, type Opened } from './machine-for-tests.ts';

const module = softHsmModule();

/** Issuing stops for a while, each time for a real reason: what machines hear, and how they go on. */
describe.skipIf(module === undefined)('machines while nothing can be issued', () => {
  let installed: InstalledForTests;
  let t: ConsoleForTests;
  let app: Hono;
  let client: AcmeClient;
  let machine: Opened;
  let again: SignerProcess | undefined;
  let closed: { readonly code: string; readonly text: string } | undefined;
  const PROFILES = ['person', 'organisation', 'device-tls-server', 'device-tls-client', 'ocsp', 'tsa'];

  beforeAll(async () => {
    installed = await InstalledForTests.make(module as string, {
      begun: '2025-12-01',
      cas: [
        { series: 'root', name: 'Gốc thử', to: '2045-11-30', listUntil: '2026-06-01' },
        { series: 'issuing', name: 'CA thử', to: '2040-11-30', issuer: 'root', profiles: PROFILES },
      ],
    });
    const now = Date.parse('2026-01-12T02:00:00Z');
    t = await ConsoleForTests.open({}, { dataDir: installed.dataDir, closed: () => closed, now });
    app = new Hono();
    app.route('/', t.authority.service.machines());
    machine = await openedMachine(t);
    client = await new AcmeClient(app).register(machine);
  }, 180_000);
  afterEach(() => {
    closed = undefined;
    // What this file does on purpose stands in the log: each fault is looked at by its test.
    t.faults.length = 0;
  });
  afterAll(async () => {
    await t?.close();
    await again?.stop();
    installed?.close();
  });

  const status = async (order: { headers: Headers }) =>
    (await client.post(order.headers.get('location')!, undefined)).json.status;
  const signer = () => new SignerClient({ socketPath: join(installed.dataDir, 'signer', 'signer.sock') });

  test('a journal that is behind: 503 with a time, the order stays ready, and goes on with the same key', async () => {
    const order = await client.order('a.gov.vn');
    const key = ecKey();
    closed = { code: 'journal.set-back', text: 'the second place knows more, /mnt/copy' };
    for (const answer of [await client.finalize(order, csrOf(key, ['a.gov.vn'])), await client.order('b.gov.vn')]) {
      expect(answer).toMatchObject({ status: 503, json: { type: acmeType('serverInternal'), status: 503 } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.get('retry-after')).toBe('600');
      expect(answer.headers.get('replay-nonce')).toMatch(/./);
      expect(answer.json.detail).toContain('journal.set-back');
      // A stranger's business: where our second place is.
      expect(JSON.stringify(answer.json)).not.toContain('/mnt');
    }
    expect(await status(order)).toBe('ready');
    const over = await est(app, 'simpleenroll', machine, csrOf(ecKey(), ['a.gov.vn']));
    expect([over.status, over.headers.get('retry-after'), over.text]).toEqual([503, '600', expect.stringContaining('journal.set-back')]); // prettier-ignore
    expect(await certificatesOf(t, machine.account.id)).toBe(0);
    expect(t.faults.length).toBeGreaterThan(0);
    closed = undefined;
    expect((await client.finalize(order, csrOf(key, ['a.gov.vn']))).json.status).toBe('valid');
    expect(await certificatesOf(t, machine.account.id)).toBe(1);
  });

  test('no CA answers for the profile any more: another day, and again when there is one', async () => {
    const order = await client.order('b.gov.vn');
    await sql`update authority.ca_profile set series = 'nobody' where profile = 'device-tls-server'`.execute(t.db);
    await expect.poll(async () => (await client.order('b.gov.vn')).status, { timeout: 30_000 }).toBe(503);
    const answer = await client.finalize(order, csrOf(ecKey(), ['b.gov.vn']));
    expect([answer.status, answer.headers.get('retry-after'), answer.json.type]).toEqual([503, '3600', acmeType('serverInternal')]); // prettier-ignore
    expect(answer.json.detail).toContain('ca.no-issuer');
    expect(await status(order)).toBe('ready');
    await sql`update authority.ca_profile set series = 'issuing' where profile = 'device-tls-server'`.execute(t.db);
    expect((await client.finalize(order, csrOf(ecKey(), ['b.gov.vn']))).json.status).toBe('valid');
  });

  test('a signer process that is dead: the attempt is given up at once, and the same order and key get their certificate later', async () => {
    const order = await client.order('a.gov.vn', 'b.gov.vn');
    const key = ecKey();
    const csr = csrOf(key, ['a.gov.vn', 'b.gov.vn']);
    const before = await certificatesOf(t, machine.account.id);
    const { supervised } = await dead();
    const answer = await client.finalize(order, csr);
    expect([answer.status, answer.headers.get('retry-after'), answer.json.type]).toEqual([503, '60', acmeType('serverInternal')]); // prettier-ignore
    expect(answer.json.detail).toContain('keys.signer-down');
    expect(await status(order)).toBe('ready');
    // Others are told so at once, and no serial number is spent on them.
    const over = await Promise.all(
      Array.from({ length: 5 }, () => est(app, 'simpleenroll', machine, csrOf(ecKey(), ['a.gov.vn']))),
    );
    for (const one of over) expect([one.status, one.headers.get('retry-after')]).toEqual([503, '60']);
    // Whatever the dead one may have signed stands revoked, and nobody counts it against the machine.
    const { rows } = await sql<{ state: string; revoked: boolean }>`
      select c.state, r.serial_hex is not null as revoked from authority.certificate c
        left join authority.revocation r using (issuer_sha256, serial_hex)
      where c.request_id like ${`enrolment/${machine.account.id}/%`} and c.state <> 'good'`.execute(t.db);
    expect(rows).toEqual([{ state: 'abandoned', revoked: true }]);
    await supervised();
    t.authority.now += 60_000;
    const done = await client.finalize(order, csr);
    expect(done.json).toMatchObject({ status: 'valid' });
    expect(await certificatesOf(t, machine.account.id)).toBe(before + 1);
  });

  /** Kills the signer and whoever would start it again, until told. */
  async function dead(): Promise<{ supervised: () => Promise<void> }> {
    const one = signer();
    const { pid } = await one.status();
    one.close();
    const held = join(installed.dataDir, 'signer', 'pin');
    const pin = readFileSync(held);
    // Started again, it finds no PIN.
    rmSync(held);
    process.kill(pid, 'SIGKILL');
    return {
      async supervised() {
        writeFileSync(held, pin, { mode: 0o600 });
        again = await superviseSigner({ config: join(installed.dataDir, 'signer', 'signer.json') });
      },
    };
  }
});
