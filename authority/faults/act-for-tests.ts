/** A process of the authority that may kill itself; run by `faults-for-tests.ts`, told what to do on stdin. */
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { CA_USES, certifiedKey } from '../keys/signing-key.ts';
import type { CaKey } from '../keys/signing-key.ts';
import { SignerClient } from '../keys/signer-process/client.ts';
import { softwareKey } from '../keys/software-key.ts';
import { fingerprint, issuance } from '../issuance/issue.ts';
import type { IssuingCa } from '../issuance/ca.ts';
import type { Order } from '../issuance/draft.ts';
import { reconcile, revoke } from '../revocation/revoke.ts';
import { buildDueLists } from '../status/crl.ts';
import type { Said, Task } from './task.ts';

const task = JSON.parse(readFileSync(0, 'utf8')) as Task;
const say = (said: Said) => void process.stdout.write(`${JSON.stringify(said)}\n`);
/** While a signer is started again nothing else keeps this process waiting. */
setInterval(() => {}, 1000);
let instants = 0;

/** One instant passes; a dead process does nothing more, so nothing after this line happens either. */
function instant(): void {
  instants += 1;
  if (instants === task.dieAt) {
    process.kill(process.pid, 'SIGKILL');
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

/** Before a statement is sent, after it was sent and before its answer is known, and after: begin and commit included. */
function watchDatabase(): void {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    instant();
    const answer = (query as (...all: unknown[]) => unknown).apply(this, args);
    // In a turn of its own, so that the statement has left this process.
    setImmediate(instant);
    if (answer instanceof Promise) answer.then(instant, instant);
    return answer;
  } as typeof query;
}

function watched(key: CaKey): CaKey {
  return {
    ...key,
    async sign(kind, tbs) {
      instant();
      const value = await key.sign(kind, tbs);
      appendFileSync(task.log, `${JSON.stringify({ kind, tbs: Buffer.from(tbs).toString('base64') })}\n`);
      instant();
      return value;
    },
  };
}

async function keyOf(): Promise<CaKey> {
  const { spki } = parseCertificate(Buffer.from(task.certificate, 'base64'));
  if (task.signer === undefined) {
    const pkcs8 = new Uint8Array(Buffer.from(task.pkcs8 as string, 'base64'));
    return softwareKey({ pkcs8, spki, algorithm: { scheme: 'ecdsa', digest: 'SHA-256' }, uses: CA_USES });
  }
  const id = createHash('sha256').update(spki).digest('hex');
  const key = (await new SignerClient({ socketPath: task.signer, patienceMs: 8000 }).keys()).find((one) => one.id === id);
  if (key === undefined) throw new Error('the signer does not have the key');
  return key;
}

const name = () => `Người ${randomBytes(4).toString('hex')}`;
const order = (): Order => ({
  profile: 'person',
  subject: { organization: 'SỞ NỘI VỤ', commonName: name() },
  spki: nodeSecrets.generateKeyPair('p-256').spki,
});

const key = watched(await keyOf());
const certificate = parseCertificate(new Uint8Array(Buffer.from(task.certificate, 'base64')));
const addresses = { baseUrl: 'http://127.0.0.1:8080/authority', issuer: 'root', shards: 4 };
const ca: IssuingCa = { ...certifiedKey(certificate, key), addresses, policies: ['2.999.1'] };
const issuerSha256 = fingerprint(certificate);
watchDatabase();
const db = connect(task.address, { maxConnections: 4 });
const started = performance.now();
const clock = () => task.now + Math.floor(performance.now() - started);
const cycle = issuance({ db, issuerFor: () => ca, clock });

async function issueOne(): Promise<void> {
  const issued = await cycle.issue(order());
  if (issued.status === 'issued') {
    say({ said: 'issued', serialHex: issued.serialHex, sha256: fingerprint(issued.certificate) });
  }
}

async function issueMany(): Promise<void> {
  for (const issued of await cycle.issueMany(Array.from({ length: 5 }, order))) {
    if (issued.status === 'issued') {
      say({ said: 'issued', serialHex: issued.serialHex, sha256: fingerprint(issued.certificate) });
    }
  }
}

async function revokeOne(): Promise<void> {
  const serialHex = task.serials[Math.floor(Math.random() * task.serials.length)];
  if (serialHex === undefined) return;
  const done = await revoke(db, { issuerSha256, serialHex }, { cause: 'key-compromised' }, clock());
  if (done.status === 'revoked') say({ said: 'revoked', serialHex });
}

const lists = () =>
  buildDueLists({
    ...{ db, clock, draw: Math.random, caKey: () => ca },
    onFault(fault) {
      throw fault;
    },
  });

/** An attempt that the key refuses leaves a row; then what every start does. */
async function reconcileAfterFailure(): Promise<void> {
  const refusing = { ...ca, key: { ...key, sign: () => Promise.reject(new Error('the token is gone')) } };
  await issuance({ db, issuerFor: () => refusing, clock })
    .issue(order())
    .catch(() => {});
  await reconcile(db, clock() + 1, clock());
}

const acts = {
  issue: issueOne,
  'issue-many': issueMany,
  revoke: revokeOne,
  lists,
  reconcile: reconcileAfterFailure,
  async everything() {
    await issueOne();
    await revokeOne();
    await lists();
  },
} as const;

try {
  await acts[task.act]();
  say({ said: 'done', instants });
} catch (fault) {
  const { code, message } = fault as { code?: string; message?: string };
  say({ said: 'failed', code: code ?? message ?? 'unknown' });
}
process.exit(0);
