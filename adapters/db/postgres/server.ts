import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from '../../process/start-time.ts';
import { singleClient, type DatabaseAddress } from '../connect.ts';
import { DatabaseFault } from '../fault.ts';
import { installedBinaries } from './binaries.ts';
import { clearStale, readPidFile, removeSocketFolder, servesCluster, type PidFile } from './pid-file.ts';
import { ownerOf, placeFor, socketFolder, type Placed } from './place.ts';
import { powersHere, runBy, spawnBy, waysFor, type Powers, type Way } from './way.ts';

const SUPERUSER = 'antin';
const PORT = 5432;

export interface PostgresOptions {
  /** PGDATA; made on the first start. May be long and have spaces. */
  readonly dataDir: string;
  /** Server log; beside the data when left out. */
  readonly logFile?: string;
  /** `-c name=value` for the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Test clusters only: no fsync while making the cluster. */
  readonly careless?: boolean;
  readonly powers?: Powers;
  /** Where root puts what an unprivileged user id must reach. */
  readonly outside?: string;
  /** How long a server whose Antin is dead may take to stop before it is made to. */
  readonly orphanPatienceMs?: number;
}

export interface PostgresServer {
  readonly pid: number;
  readonly socketDir: string;
  readonly way: Way['name'] | 'already-running';
  address(database: string): DatabaseAddress;
  /** Creates a database if it is not there. */
  ensureDatabase(name: string): Promise<DatabaseAddress>;
  /** Fast shutdown; a server that was found running is left alone. */
  stop(): Promise<void>;
  /** Resolves when the server has ended by itself. */
  readonly ended: Promise<void>;
}

/**
 * Starts the PostgreSQL that came with the install on a folder, or finds the one that already serves it.
 *
 * Unix socket only, in a private folder: nothing listens on the network. Works as an ordinary user, as root in a
 * user namespace, and as root under an unprivileged user id where namespaces are forbidden.
 *
 * @throws {DatabaseFault} `db.no-binaries`, `db.not-startable` (no way works; names DATABASE_URL), `db.start-failed`
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDir = resolve(options.dataDir);
  const installed = installedBinaries();
  const owner = ownerOf(dataDir);
  mkdirSync(dirname(dataDir), { recursive: true });
  const refusals: string[] = [];
  for (const way of waysFor(options.powers ?? powersHere(), owner)) {
    const found = await runningServer(locationOf(dataDir), options.orphanPatienceMs ?? 10_000);
    if (found !== undefined) return found;
    const placed = placeFor(way, installed, dataDir, options.outside);
    const refusal = 'why' in placed ? placed.why : initialise(way, placed, options.careless === true);
    if (refusal !== undefined) refusals.push(`${way.name}: ${refusal}`);
    else return startIn(way, placed as Placed, options);
  }
  throw new DatabaseFault(
    'db.not-startable',
    `the embedded PostgreSQL cannot run here (${refusals.join('; ')}). Run Antin as an ordinary user, or set DATABASE_URL=postgresql://user@host/database to a PostgreSQL of version 15 or newer.`,
  );
}

function locationOf(dataDir: string): string {
  const pointer = `${dataDir}.location`;
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : dataDir;
}

async function startIn(way: Way, { binaries, cluster }: Placed, options: PostgresOptions): Promise<PostgresServer> {
  const logFile = options.logFile ?? `${resolve(options.dataDir)}.log`;
  // A killed Antin could not remove the folder of its socket.
  const before = readOwner(cluster);
  if (before !== undefined) removeSocketFolder(before.socketDir);
  const socketDir = socketFolder(way);
  const settings = Object.entries({ log_min_messages: 'warning', ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const args = [
    '-D',
    cluster,
    '-k',
    `"${socketDir}"`,
    '-p',
    String(PORT),
    '-c',
    'listen_addresses=',
    '-c',
    'unix_socket_permissions=0700',
    ...settings,
  ];
  const log = openSync(logFile, existsSync(logFile) && statSync(logFile).size > 10_000_000 ? 'w' : 'a', 0o600);
  const child = spawnBy(way, binaries.postgres, args, log);
  closeSync(log);
  const exit = exitOf(child);
  try {
    await untilReady(cluster, child, exit, logFile);
  } catch (fault) {
    removeSocketFolder(socketDir);
    throw fault;
  }
  writeFileSync(join(cluster, OWNER_NOTE), JSON.stringify({ pid: process.pid, started: startTimeOf(process.pid), socketDir }));
  return describe({ pid: child.pid!, socketDir, way: way.name, ended: exit.then(() => undefined) }, async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    const patience = new AbortController();
    await Promise.race([exit, sleep(20_000, undefined, { signal: patience.signal, ref: false }).catch(() => {})]);
    patience.abort();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGQUIT');
    await exit;
    removeSocketFolder(socketDir);
  });
}

/** Made beside and renamed: a kill in the middle leaves no half cluster. @returns why it could not be made */
function initialise(way: Way, { binaries, cluster }: Placed, careless: boolean): string | undefined {
  if (existsSync(join(cluster, 'PG_VERSION'))) return undefined;
  const args = ['-U', SUPERUSER, '-E', 'UTF8', '--locale-provider=icu', '--icu-locale=vi-VN', '--locale=C', '--auth=trust'];
  const fresh = join(cluster, 'new');
  rmSync(fresh, { recursive: true, force: true });
  const done = runBy(way, binaries.initdb, ['-D', fresh, ...args, ...(careless ? ['--no-sync'] : [])]);
  if (/No space left on device|Disk quota exceeded/.test(done.said)) {
    rmSync(fresh, { recursive: true, force: true });
    // Not the next way: it may place the data on another disk, where nobody looks for them.
    throw new DatabaseFault('db.start-failed', `there is no space left on the disk of ${cluster} for a database (≈ 60 MB)`);
  }
  if (!done.ok) return `initdb failed: ${done.said.slice(-1000)}`;
  const aside = `${cluster}.${process.pid}.tmp`;
  renameSync(fresh, aside);
  rmdirSync(cluster);
  renameSync(aside, cluster);
  return undefined;
}

async function untilReady(cluster: string, child: ChildProcess, exit: Promise<string>, logFile: string): Promise<void> {
  let ended: string | undefined;
  void exit.then((how) => (ended = how));
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
    const note = readPidFile(cluster);
    if (note?.pid === child.pid && note?.status === 'ready') return;
    if (ended !== undefined) break;
    await sleep(20);
  }
  child.kill('SIGQUIT');
  const tail = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-8).join('\n') : '';
  throw new DatabaseFault(
    'db.start-failed',
    `PostgreSQL did not start (${ended ?? 'not ready after 60 s'}); ${logFile} ends:\n${tail}`,
  );
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.once('error', (fault) => done(fault.message));
    child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
  });
}

const OWNER_NOTE = 'antin-owner.json';

/**
 * The server that already serves the folder, if any. A server whose Antin was killed is about to stop (it was told so
 * by the kernel): it is waited for, not adopted.
 */
async function runningServer(cluster: string, orphanPatienceMs: number): Promise<PostgresServer | undefined> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const note = readPidFile(cluster);
    if (note === undefined) return undefined;
    if (!servesCluster(note, cluster)) {
      clearStale(cluster, note);
      return undefined;
    }
    const orphan = !ownerLives(cluster);
    const patience = orphan ? 30_000 : 0;
    // Seen with 18.4: told to stop while it recovers from a crash, it waits for itself forever. A stop without a
    // checkpoint loses nothing; the next start recovers.
    if (orphan && note.status === 'stopping' && waitedMs >= orphanPatienceMs) quit(note.pid);
    if (note.status === 'ready' && waitedMs >= patience && (await answers(note))) {
      return describe(
        { pid: note.pid, socketDir: note.socketDir, way: 'already-running', ended: untilGone(note.pid) },
        async () => {},
      );
    }
    if (waitedMs > 60_000) throw new DatabaseFault('db.start-failed', `process ${note.pid} holds ${cluster} and does not answer`);
    await sleep(50);
  }
}

function quit(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch {
    // Gone in this moment, or not ours: then it is said below that it does not answer.
  }
}

interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly socketDir: string;
}

function readOwner(cluster: string): Owner | undefined {
  try {
    const note = JSON.parse(readFileSync(join(cluster, OWNER_NOTE), 'utf8')) as Partial<Owner>;
    if (typeof note.pid !== 'number' || typeof note.started !== 'string' || typeof note.socketDir !== 'string') return undefined;
    return { pid: note.pid, started: note.started, socketDir: note.socketDir };
  } catch {
    return undefined;
  }
}

function ownerLives(cluster: string): boolean {
  const owner = readOwner(cluster);
  return owner === undefined || (owner.started !== '' && startTimeOf(owner.pid) === owner.started);
}

/** Not our child: the kernel does not tell us, so it is looked at. */
function untilGone(pid: number): Promise<void> {
  const born = startTimeOf(pid);
  return new Promise((gone) => {
    const timer = setInterval(() => {
      if (startTimeOf(pid) === born) return;
      clearInterval(timer);
      gone();
    }, 1000).unref();
  });
}

async function answers(note: PidFile): Promise<boolean> {
  const client = singleClient({ socketDir: note.socketDir, port: note.port, user: SUPERUSER, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function describe(facts: Pick<PostgresServer, 'pid' | 'socketDir' | 'way' | 'ended'>, stop: () => Promise<void>): PostgresServer {
  const address = (database: string): DatabaseAddress => ({ socketDir: facts.socketDir, port: PORT, user: SUPERUSER, database });
  let stopped: Promise<void> | undefined;
  return {
    ...facts,
    address,
    async ensureDatabase(name) {
      const client = singleClient(address('postgres'));
      await client.connect();
      try {
        const there = await client.query('select 1 from pg_database where datname = $1', [name]);
        if (there.rowCount === 0) {
          await client.query(`create database ${client.escapeIdentifier(name)}`).catch((fault: { code?: string }) => {
            if (fault.code !== '42P04' && fault.code !== '23505') throw fault;
          });
        }
      } finally {
        await client.end();
      }
      return address(name);
    },
    stop: () => (stopped ??= stop()),
  };
}
