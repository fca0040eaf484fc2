import { readFileSync, renameSync, writeFileSync, chmodSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { softHsmModule } from '@antin/testkit/softhsm';
import { NOW, SignersForTests, base64, caPolicy, certificateTbs, crlTbs, testKey } from '../signer-for-tests.ts';
import type { TestKey } from '../signer-for-tests.ts';
import { SignerClient } from './client.ts';
import { superviseSigner } from './supervise.ts';
import type { SignerProcess, SuperviseOptions } from './supervise.ts';

const module = softHsmModule();

describe.skipIf(module === undefined)('a signer process over SoftHSM', () => {
  const kinds: readonly TestKey[] =
    module === undefined
      ? []
      : [
          testKey('CA P-256', 'p-256'),
          testKey('CA P-384', 'p-384', { scheme: 'ecdsa', digest: 'SHA-384' }),
          testKey('CA RSA-2048', 'rsa-2048', { scheme: 'rsa-pkcs1', digest: 'SHA-256' }),
          testKey('CA RSA-3072', 'rsa-3072', { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 }),
        ];
  const p256 = kinds[0] as TestKey;
  const subscriber = nodeSecrets.generateKeyPair('p-256').spki;
  let t: SignersForTests;
  const open: (() => void | Promise<void>)[] = [];

  beforeAll(async () => {
    t = await SignersForTests.make(module as string, kinds);
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one();
  });
  afterAll(() => t.close());

  async function started(file: string, options: Partial<SuperviseOptions> = {}): Promise<SignerProcess> {
    const process = await superviseSigner({ config: file, backOffMs: 20, ...options });
    open.push(() => process.stop());
    return process;
  }
  function client(file: string, patienceMs = 30_000): SignerClient {
    const made = new SignerClient({ socketPath: join(dirname(file), 'signer.sock'), patienceMs });
    open.push(() => made.close());
    return made;
  }
  const tbsFor = (key: TestKey, subject = 'Nguyễn Văn An') =>
    certificateTbs({ issuer: key.name, subject, spki: subscriber, algorithm: key.algorithm });
  const check = (key: TestKey, data: Uint8Array, signature: Uint8Array) =>
    expect(nodeCrypto.verify({ spki: key.spki, algorithm: key.algorithm, data, signature })).toBe('valid');

  test.each([1, 3])('signs with P-256, P-384, RSA-2048 PKCS#1 and RSA-3072 PSS, %i session(s)', async (sessions) => {
    const file = t.file(
      kinds.map((key) => ({ key, policy: caPolicy(key) })),
      { sessions },
    );
    await started(file);
    const keys = await client(file).keys();
    expect(keys.map((key) => key.name)).toEqual(kinds.map((key) => key.name));
    for (const [n, key] of kinds.entries()) {
      const tbs = tbsFor(key);
      check(key, tbs, (await keys[n]?.sign('certificate', tbs)) as Uint8Array);
    }
  });

  test('two clients at once get each their own answers, on more sessions than one', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }], { sessions: 4 });
    await started(file);
    const both = [client(file), client(file)];
    const work = both.flatMap((one, who) =>
      Array.from({ length: 60 }, async (_, n) => {
        const tbs = tbsFor(p256, `Người ${who}.${n}`);
        check(p256, tbs, (await (await one.keys())[0]?.sign('certificate', tbs)) as Uint8Array);
      }),
    );
    await Promise.all(work);
    expect((await both[0]?.status())?.counts[(await both[0]?.keys())?.[0]?.id as string]).toEqual({ certificate: 120 });
  });

  test('killed in flight it comes back, every request is answered, and nothing signed is forgotten', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    const deaths: string[] = [];
    const signer = await started(file, { onDeath: ({ code }) => deaths.push(code) });
    const one = client(file);
    const [key] = await one.keys();
    const tbss = Array.from({ length: 400 }, (_, n) => tbsFor(p256, `Người ${n}`));
    const asked = tbss.map((tbs) => key?.sign('certificate', tbs));
    await asked[20];
    process.kill(signer.pid as number, 'SIGKILL');
    const values = await Promise.all(asked);
    values.forEach((value, n) => check(p256, tbss[n] as Uint8Array, value as Uint8Array));
    expect(deaths).toEqual(['SIGKILL']);
    // Those in the air at the kill were signed once more: a line for each use, at least one for each certificate.
    const { entries } = await one.ledger(0);
    expect(new Set(entries.map((entry) => entry.serialHex)).size).toBe(400);
    const { counts } = await one.status();
    expect(counts[key?.id as string]?.certificate).toBe(entries.length);
  });

  test('told to end, it answers what it has taken and finalises after the last operation', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }], { sessions: 4 });
    const signer = await superviseSigner({ config: file });
    const one = client(file);
    const [key] = await one.keys();
    const tbss = Array.from({ length: 200 }, (_, n) => tbsFor(p256, `Người ${n}`));
    const asked = Promise.allSettled(tbss.map((tbs) => key?.sign('certificate', tbs)));
    await key?.sign('certificate', tbsFor(p256));
    const pid = signer.pid as number;
    await signer.stop();
    // C_Finalize beside a running C_Sign ends a process by SIGSEGV, always.
    expect(signer.ended).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow();
    one.close();
    const answers = await asked;
    for (const [n, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') check(p256, tbss[n] as Uint8Array, answer.value as Uint8Array);
    }
    expect(answers.filter((answer) => answer.status === 'fulfilled').length).toBeGreaterThan(0);
  });

  test('one that hangs is given up after its time, and answers again when it goes on', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    const signer = await started(file);
    const one = new SignerClient({ socketPath: join(dirname(file), 'signer.sock'), timeoutMs: 3000 });
    open.push(() => one.close());
    const [key] = await one.keys();
    process.kill(signer.pid as number, 'SIGSTOP');
    await expect(key?.sign('certificate', tbsFor(p256))).rejects.toMatchObject({ code: 'keys.signer-down' });
    process.kill(signer.pid as number, 'SIGCONT');
    const tbs = tbsFor(p256);
    await expect.poll(() => key?.sign('certificate', tbs).then(() => 'signed', String), { timeout: 30_000 }).toBe('signed');
    // Killed as hanging, it comes back by itself.
    const before = signer.pid;
    signer.kill();
    await expect.poll(() => signer.pid !== before && signer.pid !== undefined, { timeout: 30_000 }).toBe(true);
  });

  test('a wrong PIN is tried once and never again by itself', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    writeFileSync(join(dirname(file), 'pin'), '000000', { mode: 0o600 });
    await expect(superviseSigner({ config: file, backOffMs: 1 })).rejects.toMatchObject({ code: 'keys.pin-wrong' });
    writeFileSync(join(dirname(file), 'pin'), t.token.pin, { mode: 0o600 });
    const deaths: string[] = [];
    const signer = await started(file, { backOffMs: 1, onDeath: ({ code }) => deaths.push(code) });
    writeFileSync(join(dirname(file), 'pin'), '000000', { mode: 0o600 });
    process.kill(signer.pid as number, 'SIGKILL');
    await expect.poll(() => signer.fault?.code, { timeout: 30_000 }).toBe('keys.pin-wrong');
    expect(deaths).toEqual(['SIGKILL', 'keys.pin-wrong']);
    await expect(client(file, 100).keys()).rejects.toMatchObject({ code: 'keys.signer-down' });
  });

  test('a PIN handed over on a descriptor serves one start; after a death a person is asked', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }], { pin: { descriptor: 4 } });
    const pin = Buffer.from(t.token.pin);
    const signer = await started(file, { pin });
    expect(pin.every((octet) => octet === 0)).toBe(true);
    const seen = readFileSync(`/proc/${signer.pid}/cmdline`, 'latin1') + readFileSync(`/proc/${signer.pid}/environ`, 'latin1');
    expect(seen).not.toContain(t.token.pin);
    process.kill(signer.pid as number, 'SIGKILL');
    await expect.poll(() => signer.fault?.code, { timeout: 30_000 }).toBe('keys.pin-needed');
  });

  test('a token that goes is named, and one that comes back is used again', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    await started(file);
    const [key] = await client(file).keys();
    const tokens = join(dirname(t.token.env.SOFTHSM2_CONF), 'tokens');
    renameSync(tokens, `${tokens}.away`);
    await expect(key?.sign('certificate', tbsFor(p256))).rejects.toMatchObject({
      code: expect.stringMatching(/^keys\./) as string,
    });
    renameSync(`${tokens}.away`, tokens);
    const tbs = tbsFor(p256);
    check(p256, tbs, (await key?.sign('certificate', tbs)) as Uint8Array);
  });

  test('more uses than the limit are refused, and after a while allowed again', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256), perSecond: 5 }]);
    await started(file);
    const [key] = await client(file).keys();
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => key?.sign('certificate', tbsFor(p256, `Người ${n}`))),
    );
    const refused = all.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(14);
    expect(refused[0]?.reason).toMatchObject({ code: 'keys.rate-limited' });
    await expect.poll(() => key?.sign('certificate', tbsFor(p256)).then(() => 'signed'), { timeout: 30_000 }).toBe('signed');
  });

  test('the folder is closed to others, and an open one or an open file is refused', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    await started(file);
    expect(statSync(join(dirname(file), 'signer.sock')).mode & 0o077).toBe(0);
    const other = t.file([{ key: p256, policy: caPolicy(p256) }]);
    chmodSync(other, 0o644);
    await expect(superviseSigner({ config: other })).rejects.toMatchObject({ code: 'keys.config-not-private' });
    chmodSync(other, 0o600);
    chmodSync(dirname(other), 0o755);
    await expect(superviseSigner({ config: other })).rejects.toMatchObject({ code: 'keys.config-not-private' });
    const third = t.file([{ key: p256, policy: caPolicy(p256) }]);
    chmodSync(join(dirname(third), 'pin'), 0o644);
    await expect(superviseSigner({ config: third })).rejects.toMatchObject({ code: 'secret-file.too-open' });
  });

  test('a signer of its own user lets its group through to the socket, and nobody to its file', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }], { shareWithGroup: true });
    chmodSync(dirname(file), 0o710);
    await started(file);
    expect(statSync(join(dirname(file), 'signer.sock')).mode & 0o777).toBe(0o660);
    const open750 = t.file([{ key: p256, policy: caPolicy(p256) }], { shareWithGroup: true });
    chmodSync(dirname(open750), 0o770);
    await expect(superviseSigner({ config: open750 })).rejects.toMatchObject({ code: 'keys.config-not-private' });
  });

  test('one token has one signer: a second process on the same file is refused', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    await started(file);
    await expect(superviseSigner({ config: file })).rejects.toMatchObject({ code: 'keys.signer-running' });
  });

  test('a key that is not on the token, and a certificate of another key, stop the start', async () => {
    const stranger = testKey('CA lạ', 'p-256');
    const missing = t.file([{ key: stranger, policy: caPolicy(stranger) }]);
    await expect(superviseSigner({ config: missing })).rejects.toMatchObject({ code: 'keys.key-missing' });
    const wrong = t.file([{ key: p256, policy: { ...caPolicy(p256), certificate: base64(stranger.certificate.raw) } as never }]);
    await expect(superviseSigner({ config: wrong })).rejects.toMatchObject({ code: 'keys.config' });
  });

  test('over a restart the counters go on, and the number of a list never goes back', async () => {
    const file = t.file([{ key: p256, policy: caPolicy(p256) }]);
    const first = await started(file);
    const list = (number: number, thisUpdate = NOW) => crlTbs(p256, { number, thisUpdate });
    const one = client(file);
    const [key] = await one.keys();
    check(p256, list(7), (await key?.sign('crl', list(7))) as Uint8Array);
    process.kill(first.pid as number, 'SIGKILL');
    // The same list once more: asked again after a crash.
    check(p256, list(7), (await key?.sign('crl', list(7))) as Uint8Array);
    const refused = { code: 'ca.tbs-refused', message: expect.stringContaining('number') as string };
    await expect(key?.sign('crl', list(6))).rejects.toMatchObject(refused);
    await expect(key?.sign('crl', list(7, NOW + 1000))).rejects.toMatchObject(refused);
    await key?.sign('crl', list(8));
    // A shard counts by itself.
    await key?.sign('crl', crlTbs(p256, { number: 1, url: 'http://ca.example/crl/0.crl' }));
    expect((await one.status()).counts[key?.id as string]).toEqual({ crl: 4 });
  });
});
