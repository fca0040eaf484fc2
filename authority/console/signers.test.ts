import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceState } from '@antin/protocol/authority/operation';
import { testDatabase } from '@antin/testkit/database';
import type { TestDatabase } from '@antin/testkit/database';
import { softHsmModule } from '@antin/testkit/softhsm';
import { quiet } from '../authority-for-tests.ts';
import { caPolicy, NOW, SignersForTests, testKey } from '../keys/signer-for-tests.ts';
import { SignerClient } from '../keys/signer-process/client.ts';
import { superviseSigner } from '../keys/signer-process/supervise.ts';
import type { SignerProcess } from '../keys/signer-process/supervise.ts';
import { openSigners } from '../keys/signers.ts';
import type { Signers } from '../keys/signers.ts';
import { migrations } from '../migrations.ts';
import { servicesNow } from './services.ts';

const module = softHsmModule();

/** A signer under a user of its own, as a service manager starts it: the authority only knows its socket. */
describe.skipIf(module === undefined)('a real signer process on the page of services', () => {
  const key = testKey('Khóa CA cấp phát', 'p-256');
  let t: SignersForTests;
  let database: TestDatabase;
  let file: string;
  let process_: SignerProcess;
  let signers: Signers;

  beforeAll(async () => {
    [t, database] = [await SignersForTests.make(module as string, [key]), await testDatabase(migrations, 'authority')];
    file = t.file([{ key, policy: caPolicy(key) }]);
    process_ = await superviseSigner({ config: file });
    const path = join(dirname(file), 'signer.sock');
    signers = await openSigners({ db: database.db, files: [{ name: 'ký.sock', path }], clock: () => NOW, log: quiet });
  });
  afterAll(async () => {
    await signers?.stop();
    await process_?.stop();
    await database?.close();
    t?.close();
  });

  const now = async (): Promise<ServiceState> => {
    const looks = {
      ...{ ocsp: async () => undefined, clockTrust: () => ({ trusted: true }) as const },
      signers: () => signers.states(),
    };
    return (await servicesNow(database.db, NOW, looks)).find((one) => one.service === 'signers') as ServiceState;
  };

  test('is green while it answers', async () => {
    expect(await now()).toEqual({ service: 'signers', tone: 'good', code: 'alive', facts: { signers: 1, alive: 1 } });
  });

  test('is red when it hangs, by its name and by the keys that hang on it, and nobody waits half a minute to hear it', async () => {
    process.kill(process_.pid as number, 'SIGSTOP');
    const began = performance.now();
    const said = await now();
    // Its own time for one answer is thirty seconds.
    expect(performance.now() - began).toBeLessThan(25_000);
    expect(said).toEqual({
      ...{ service: 'signers', tone: 'bad', code: 'down' },
      facts: { signers: 1, alive: 0, dead: 'ký.sock', lost: 'Khóa CA cấp phát' },
    });
    process.kill(process_.pid as number, 'SIGCONT');
    await expect.poll(async () => (await now()).tone, { timeout: 60_000 }).toBe('good');
  });

  test('is red when it is gone, and green again once somebody has started it', async () => {
    await process_.stop();
    expect(await now()).toMatchObject({ tone: 'bad', code: 'down', facts: { alive: 0, dead: 'ký.sock' } });
    process_ = await superviseSigner({ config: file });
    await expect.poll(async () => (await now()).tone, { timeout: 60_000 }).toBe('good');
  });

  test('killed, it is started again by who watches it, and nothing stays red', async () => {
    const before = process_.pid;
    process.kill(before as number, 'SIGKILL');
    await expect.poll(async () => process_.pid !== before && (await now()).tone === 'good', { timeout: 60_000 }).toBe(true);
  });
});

describe.skipIf(module === undefined)('a signer that this authority starts itself', () => {
  test('whose PIN was changed is not tried twice: red, with the word that says a person is needed', async () => {
    const key = testKey('Khóa CA', 'p-256');
    const t = await SignersForTests.make(module as string, [key]);
    const database = await testDatabase(migrations, 'authority');
    const file = t.file([{ key, policy: caPolicy(key) }]);
    const signers = await openSigners({
      ...{ db: database.db, files: [{ name: 'signer.json', path: file }], clock: () => NOW, log: quiet },
    });
    try {
      expect((await signers.states())[0]?.alive).toBe(true);
      writeFileSync(join(dirname(file), 'pin'), '00000000', { mode: 0o600 });

      const one = new SignerClient({ socketPath: join(dirname(file), 'signer.sock') });
      process.kill((await one.status()).pid, 'SIGKILL');
      one.close();
      await expect.poll(async () => (await signers.states())[0]?.stopped, { timeout: 60_000 }).toBe('keys.pin-wrong');
      const looks = {
        ...{ ocsp: async () => undefined, clockTrust: () => ({ trusted: true }) as const },
        signers: () => signers.states(),
      };
      const said = (await servicesNow(database.db, NOW, looks)).find((state) => state.service === 'signers');
      expect(said).toMatchObject({ tone: 'bad', code: 'stopped', facts: { lost: 'Khóa CA', reason: 'keys.pin-wrong' } });
    } finally {
      await signers.stop();
      await database.close();
      t.close();
    }
  });
});
