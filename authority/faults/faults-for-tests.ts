import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { connect } from '@antin/adapters/db/connect';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import type { PostgresServer } from '@antin/adapters/db/postgres/server';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { caForTests } from '../issuance/ca-for-tests.ts';
import { issuance } from '../issuance/issue.ts';
import { certifiedKey } from '../keys/signing-key.ts';
import type { CertifiedKey } from '../keys/signing-key.ts';
import { softwareKey } from '../keys/software-key.ts';
import { SignersForTests, caPolicy } from '../keys/signer-for-tests.ts';
import { superviseSigner } from '../keys/signer-process/supervise.ts';
import type { SignerProcess } from '../keys/signer-process/supervise.ts';
import { migrations } from '../migrations.ts';
import { reconcile } from '../revocation/revoke.ts';
import { buildDueLists } from '../status/crl.ts';
import { registerStatusIssuer } from '../status/issuers.ts';
import { ocspResponder } from '../status/ocsp.ts';
import { invariants } from './invariants-for-tests.ts';
import { ACTS } from './task.ts';
import type { Act, Said, Task } from './task.ts';

export interface FaultsOptions {
  readonly runs: number;
  /** Path of a PKCS#11 module; without one no signer process takes part. */
  readonly module?: string | undefined;
  readonly draw?: () => number;
  readonly onRun?: (text: string) => void;
}

export interface FaultsSummary {
  readonly runs: number;
  readonly orphans: number;
  readonly serialReuse: number;
  readonly goodForUnissued: number;
  readonly crlRegressions: number;
  readonly brokenPromises: number;
  /** Processes that killed themselves, by act; and what else was done to them. */
  readonly killed: Readonly<Record<string, number>>;
  readonly databaseRestarts: number;
  readonly signerKills: number;
  readonly pairs: number;
  readonly signatures: number;
  readonly words: readonly string[];
}

const START = Date.parse('2026-03-02T02:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
/** After so long every list is due, whatever the jitter of its schedule. */
const LISTS_DUE = 10 * MINUTE;

/**
 * Kills processes of an authority between any two of their steps, against a real PostgreSQL, while its clock is stepped,
 * the database restarted, the signer killed and two schedulers work at once; then repairs and looks at what the world holds.
 */
export async function runFaults({ runs, module, draw = Math.random, onRun = () => {} }: FaultsOptions): Promise<FaultsSummary> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-faults-'));
  const dataDir = join(folder, 'database');
  const log = join(folder, 'signed.jsonl');
  const boot = () => startPostgres({ dataDir, careless: true });
  let server: PostgresServer = await boot();
  let db: AnyDatabase = connect(server.address('postgres'), { maxConnections: 4 });
  await migrate(db, migrations, 'authority');

  const pair = nodeSecrets.generateKeyPair('p-256');
  const ca = caForTests('p-256', START - 30 * DAY, pair);
  const issuer = { name: 'root', certificate: ca.certificate, shards: 4, expiredStay: true, baseUrl: ca.addresses.baseUrl };
  await registerStatusIssuer(db, { ...issuer, schedule: { everyMs: 5 * MINUTE, validMs: DAY } }, START);
  let responderKey: CertifiedKey | undefined;
  let now = START;
  const clock = () => now;
  const responder = ocspResponder({
    ...{ db: forwarding(() => db), keeping: forwarding(() => db), clock, responder: () => responderKey, hears: () => false },
    onFault: (fault) => onRun(`OCSP: ${String(fault)}`),
  });
  const looks = invariants({ db: () => db, ca, responder, log });
  const serials: string[] = [];
  const signers = module === undefined ? undefined : await signerOf(module, ca, pair.pkcs8);
  const killed: Record<string, number> = {};
  const counts = { databaseRestarts: 0, signerKills: 0, pairs: 0 };
  const most = new Map<Act, number>();

  async function restart(): Promise<void> {
    counts.databaseRestarts += 1;
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await db.destroy().catch(() => {});
    server = await boot();
    db = connect(server.address('postgres'), { maxConnections: 4 });
  }

  function taskOf(act: Act, dieAt: number | undefined, bySigner: boolean): Task {
    const certificate = Buffer.from(ca.certificate.raw).toString('base64');
    const stepped = now + Math.floor((draw() - 0.5) * 2 * DAY * (draw() < 0.2 ? 1 : 0));
    const key =
      bySigner && signers !== undefined ? { signer: signers.socket } : { pkcs8: Buffer.from(pair.pkcs8).toString('base64') };
    const address = server.address('postgres');
    return {
      address,
      act,
      now: stepped,
      certificate,
      log,
      serials: serials.slice(-50),
      ...key,
      ...(dieAt === undefined ? {} : { dieAt }),
    };
  }

  try {
    responderKey = await certifyResponder(db, ca, now);
    // How many instants each act has, so that every one of them may be drawn.
    for (const act of ACTS) {
      now += LISTS_DUE;
      const { said } = await run(taskOf(act, undefined, false));
      await settle(said);
      const done = said.find((one) => one.said === 'done');
      most.set(act, done?.said === 'done' ? done.instants : 50);
      onRun(`${act}: ${most.get(act)} instants`);
    }
    for (let i = 1; i <= runs; i++) {
      now += Math.floor(draw() * 2 * LISTS_DUE);
      const act = pick(ACTS, draw);
      const bySigner = signers !== undefined && draw() < 0.15;
      const tasks = [taskOf(act, 1 + Math.floor(draw() * (most.get(act) as number)), bySigner)];
      // Another process does its own work at the same time: a second scheduler, another officer.
      if (draw() < 0.3) tasks.push(taskOf(pick(['lists', 'lists', 'reconcile', 'everything'] as const, draw), undefined, false));
      if (tasks.length > 1) counts.pairs += 1;
      const chaos = draw() < 0.1 ? 'database' : bySigner && draw() < 0.6 ? 'signer' : undefined;
      const running = tasks.map(run);
      if (chaos !== undefined) {
        await sleep(500 + draw() * 700);
        if (chaos === 'database') await restart();
        else {
          counts.signerKills += 1;
          if (signers?.process.pid !== undefined) process.kill(signers.process.pid, 'SIGKILL');
        }
      }
      const ended = await Promise.all(running);
      if (ended[0]?.signal === 'SIGKILL') killed[act] = (killed[act] ?? 0) + 1;
      const said = ended.flatMap((one) => one.said);
      await settle(said);
      onRun(
        `${i}/${runs} ${act}${bySigner ? ' by signer' : ''}${tasks[1] === undefined ? '' : ` beside ${tasks[1].act}`}: ${ended.map((one) => one.signal ?? 'lived').join(', ')}${chaos === undefined ? '' : `, ${chaos} killed`}`,
      );
    }
    const { words, ...sums } = looks.broken;
    return { runs, ...sums, killed, ...counts, signatures: looks.signatures(), words };
  } finally {
    await signers?.close();
    await db.destroy().catch(() => {});
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  /** What a start does, and then what the world sees. */
  async function settle(said: readonly Said[]): Promise<void> {
    await looks.afterCrash(said);
    await reconcile(db, now + 3 * DAY, now);
    now += MINUTE;
    await buildDueLists({ db, clock, draw, caKey: () => ca, onFault: (fault) => onRun(`lists: ${String(fault)}`) });
    await looks.afterRepair();
    for (const one of said) if (one.said === 'issued') serials.push(one.serialHex);
  }
}

const pick = <T>(from: readonly T[], draw: () => number): T => from[Math.floor(draw() * from.length)] as T;

/** The database of the moment: it is opened again after every restart. */
function forwarding(current: () => AnyDatabase): AnyDatabase {
  return new Proxy({} as AnyDatabase, {
    get(_, name) {
      const db = current() as unknown as Record<string | symbol, unknown>;
      const value = db[name];
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(db) : value;
    },
  });
}

async function certifyResponder(db: AnyDatabase, ca: ReturnType<typeof caForTests>, now: number): Promise<CertifiedKey> {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair('p-256');
  const { issue } = issuance({ db, issuerFor: () => ca, clock: () => now });
  const issued = await issue({ profile: 'ocsp', subject: { organization: 'Ấn Tín thử', commonName: 'OCSP' }, spki });
  if (issued.status === 'refused') throw new Error(`${issued.code} ${issued.detail ?? ''}`);
  await sql`analyze authority.certificate`.execute(db);
  return certifiedKey(
    issued.certificate,
    softwareKey({ pkcs8, spki, algorithm: { scheme: 'ecdsa', digest: 'SHA-256' }, uses: ['ocsp'] }),
  );
}

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly said: Said[];
}

function run(task: Task): Promise<Ended> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('act-for-tests.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(task));
  let text = '';
  child.stdout.on('data', (piece) => (text += String(piece)));
  return new Promise((resolve) =>
    child.on('close', (_code, signal) => {
      const whole = text.split('\n').slice(0, -1);
      resolve({ signal, said: whole.map((line) => JSON.parse(line) as Said) });
    }),
  );
}

interface Signer {
  readonly socket: string;
  readonly process: SignerProcess;
  close(): Promise<void>;
}

/** The CA's key on a SoftHSM token behind a signer process, beside the one in memory: the same key twice. */
async function signerOf(module: string, ca: ReturnType<typeof caForTests>, pkcs8: Uint8Array): Promise<Signer> {
  const { certificate, key } = ca;
  const testKey = { name: 'CA', pkcs8, spki: key.spki, algorithm: key.algorithm, certificate: parseCertificate(certificate.raw) };
  const made = await SignersForTests.make(module, [testKey]);
  const file = made.file([{ key: testKey, policy: caPolicy(testKey) }]);
  const supervised = await superviseSigner({ config: file, backOffMs: 50 });
  const socket = join(dirname(file), 'signer.sock');
  if (!existsSync(socket)) throw new Error('the signer has no socket');
  return {
    socket,
    process: supervised,
    async close() {
      await supervised.stop();
      made.close();
    },
  };
}
