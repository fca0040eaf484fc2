/**
 * Part of `npm run bench`, a process of its own: signing TBSCertificates through a signer process, against bare C_SignInit +
 * C_Sign of the same SoftHSM token in the same run. P-256; RSA-3072 beside it, where the token decides alone.
 *
 * Two figures each: per second of the clock with 64 requests under way, and per second of the signer's own processor time
 * (that process is the narrow place; who asks has a processor of its own).
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Cryptoki } from '@antin/adapters/pkcs11/cryptoki';
import { CKU_USER } from '@antin/adapters/pkcs11/constants';
import { findPrivateKeyOf } from '@antin/adapters/pkcs11/key-search';
import { chooseMechanism } from '@antin/adapters/pkcs11/mechanism';
import { softHsmModule } from '@antin/testkit/softhsm';
import { contest, here, print } from '../bench/measure.ts';
import { SignersForTests, caPolicy, certificateTbs, testKey } from './signer-for-tests.ts';
import type { TestKey } from './signer-for-tests.ts';
import type { CaKey } from './signing-key.ts';
import { SignerClient } from './signer-process/client.ts';
import { superviseSigner } from './signer-process/supervise.ts';

const IN_FLIGHT = 64;
const TURN_MS = 250;

// One key for all: what is measured is the way to the token.
const subscriber = testKey('x', 'p-256').spki;
const module = softHsmModule();
if (module !== undefined) await main(module);

async function main(path: string): Promise<void> {
  const p256 = testKey('CA P-256', 'p-256');
  const rsa = testKey('CA RSA-3072', 'rsa-3072', { scheme: 'rsa-pkcs1', digest: 'SHA-256' });
  const t = await SignersForTests.make(path, [p256, rsa]);
  const file = t.file([p256, rsa].map((key) => ({ key, policy: caPolicy(key), perSecond: 1_000_000 })));
  const signer = await superviseSigner({ config: file });
  const client = new SignerClient({ socketPath: join(dirname(file), 'signer.sock') });
  try {
    const keys = await client.keys();
    for (const [n, key] of [p256, rsa].entries()) {
      const name = n === 0 ? 'p-256' : 'rsa-3072';
      const asked = n === 0 ? { asked: 0.6 } : {};
      const tbss = Array.from({ length: 256 }, (_, i) => tbsOf(key, i));
      const bare = await bareSignatures(path, t, key, tbss);
      const through = keys[n] as CaKey;
      const wall = () => rateOf(through, tbss, () => performance.now());
      print(await contest(`keys/signer-process/${name}/clock`, { work: wall, limit: () => wallOf(bare), ...asked }));
      const busy = () => rateOf(through, tbss, () => cpuMsOf(signer.pid as number));
      print(await contest(`keys/signer-process/${name}/signer-cpu`, { work: busy, limit: here(bare), ...asked }));
    }
  } finally {
    client.close();
    await signer.stop();
    t.close();
  }
}

function tbsOf(key: TestKey, i: number): Uint8Array {
  return certificateTbs({ issuer: key.name, subject: `Người ${i}`, spki: subscriber, algorithm: key.algorithm });
}
/** 64 under way at any moment, for a quarter of a second; how many a second of `now`. */
async function rateOf(key: CaKey, tbss: readonly Uint8Array[], now: () => number): Promise<number> {
  const until = performance.now() + TURN_MS;
  const before = now();
  let done = 0;
  const lane = async (n: number) => {
    for (let i = n; performance.now() < until; i += IN_FLIGHT) {
      await key.sign('certificate', tbss[i % tbss.length] as Uint8Array);
      done++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, n) => lane(n)));
  return (done * 1000) / (now() - before);
}

async function wallOf(work: () => unknown): Promise<number> {
  const from = performance.now();
  let done = 0;
  for (; performance.now() - from < TURN_MS; done++) work();
  return (done * 1000) / (performance.now() - from);
}

/** Processor time of another process, user and system, in milliseconds. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // utime and stime in ticks of 10 ms, after the name and state.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Bare signatures of the token in this process, hashing included as the signer must hash too. */
async function bareSignatures(path: string, t: SignersForTests, key: TestKey, tbss: readonly Uint8Array[]): Promise<() => void> {
  const { default: koffi } = await import('koffi');
  const cryptoki = new Cryptoki(koffi, path);
  cryptoki.initialize();
  const slot = cryptoki.slots().find((one) => cryptoki.tokenInfo(one).label === 'ca-token') as number;
  const session = cryptoki.openSession(slot);
  cryptoki.login(session, CKU_USER, Buffer.from(t.token.pin));
  const handle = findPrivateKeyOf(cryptoki, session, key.spki) as number;
  const { mechanism, input } = chooseMechanism(
    key.algorithm,
    (one) => cryptoki.mechanismFlags(slot, one),
    (...values) => cryptoki.ulongs(...values),
  );
  let turn = 0;
  return () => {
    cryptoki.signInit(session, mechanism, handle);
    cryptoki.sign(session, input(tbss[turn++ % tbss.length] as Uint8Array));
  };
}
