import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../connect.ts';
import { removeCluster } from './place.ts';
import { startPostgres, type PostgresServer } from './server.ts';
import { NOBODY, powersHere } from './way.ts';

// Processes are started and waited for; a busy computer may take its time.
vi.setConfig({ testTimeout: 120_000 });

const root = process.geteuid?.() === 0;
const here = powersHere();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antin test '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function remember(server: PostgresServer): Promise<number> {
  const db = connect(await server.ensureDatabase('memory'));
  await sql`create table if not exists seen (n int)`.execute(db);
  await sql`insert into seen values (1)`.execute(db);
  const rows = await sql<{ n: number }>`select count(*) as n from seen`.execute(db);
  await db.destroy();
  return rows.rows[0]!.n;
}

/** Starts a server in a process of its own and resolves when it is ready. */
async function holder(
  dataDir: string,
  options: { uid?: number; env?: NodeJS.ProcessEnv; contained?: boolean; prefix?: string[]; outside?: string } = {},
) {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('./server.ts', import.meta.url).href)};
    const s = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, careless: true, outside: ${JSON.stringify(options.outside)} });
    console.log(JSON.stringify({ pid: s.pid, way: s.way, socketDir: s.socketDir }));
    process.stdin.resume().on('end', () => s.stop().then(() => process.exit(0)));`;
  const [file, ...args] = [
    ...(options.prefix ?? (options.contained ? CONTAIN : [])),
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ];
  const child = spawn(file!, args, {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  if (options.contained) {
    const ownNamespace = readlinkSync('/proc/self/ns/user');
    while (readlinkSync(`/proc/${child.pid}/ns/user`) === ownNamespace) await sleep(5);
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${map}`, '0 0 65537\n');
    child.stdin.write('go\n');
  }
  let complaint = '';
  child.stderr.on('data', (piece) => (complaint += String(piece)));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => text as string),
    once(child, 'exit').then(() => Promise.reject(new Error(complaint))),
  ]);
  return { child, ...(JSON.parse(line) as { pid: number; way: string; socketDir: string }) };
}

/** As a container does it: all ids are there, root is root, but no further user namespace may be made. */
const CONTAIN = [
  'unshare',
  '--user',
  '--keep-caps',
  'sh',
  '-c',
  'read go && echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
  'sh',
];

function alive(pid: number): boolean {
  try {
    // A zombie that a container's first process has not collected is dead for us.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('one folder', () => {
  test('holds its rows over a restart, in a path that is long and has spaces and quotes', async () => {
    const dataDir = join(folder, `nhà "của" o'ng, ${'dài '.repeat(30)}`, 'postgres');
    const first = await startPostgres({ dataDir, careless: true });
    expect(await remember(first)).toBe(1);
    await first.stop();
    expect(existsSync(first.socketDir)).toBe(false);
    const second = await startPostgres({ dataDir });
    expect(await remember(second)).toBe(2);
    await second.stop();
  });

  test('is served once: a second start uses the running server and leaves it running', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await startPostgres({ dataDir, careless: true });
    const second = await startPostgres({ dataDir });
    expect(second).toMatchObject({ way: 'already-running', pid: first.pid });
    expect(await remember(second)).toBe(1);
    await second.stop();
    expect(await remember(first)).toBe(2);
    await first.stop();
  });

  test.each([{ forbid: '' }, { forbid: 'setpriv' }])(
    'has no orphan after kill -9 of the parent, and the next start takes over (forbidden: $forbid)',
    async ({ forbid }) => {
      const dataDir = join(folder, 'postgres');
      const held = await holder(dataDir, { env: { ANTIN_FORBID: forbid } });
      held.child.kill('SIGKILL');
      await once(held.child, 'exit');
      const next = await startPostgres({ dataDir });
      expect(next.way).not.toBe('already-running');
      expect(alive(held.pid)).toBe(false);
      expect(await remember(next)).toBe(1);
      await next.stop();
    },
  );

  test('starts again after the server itself was killed and its note was left behind', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await startPostgres({ dataDir, careless: true });
    await remember(first);
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await startPostgres({ dataDir });
    expect(await remember(second)).toBe(2);
    await second.stop();
    await first.stop();
  });

  test('takes over from a server that was left alone and never finishes to stop', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await startPostgres({ dataDir, careless: true });
    const guest = connect(await first.ensureDatabase('memory'));
    await sql`create table if not exists seen (n int)`.execute(guest);
    writeFileSync(
      join(dataDir, 'antin-owner.json'),
      JSON.stringify({ pid: process.pid, started: 'other', socketDir: first.socketDir }),
    );
    // "Smart" shutdown: waits for its guests, here forever.
    process.kill(first.pid, 'SIGTERM');
    const second = await startPostgres({ dataDir, orphanPatienceMs: 200 });
    expect(second.way).not.toBe('already-running');
    expect(await remember(second)).toBe(1);
    await guest.destroy();
    await second.stop();
  });

  test('says how a failed start ended and quotes the log', async () => {
    const start = startPostgres({ dataDir: join(folder, 'postgres'), careless: true, settings: { no_such_setting: '1' } });
    await expect(start).rejects.toMatchObject({ code: 'db.start-failed', message: /no_such_setting/ });
  });
});

describe.skipIf(!root)('root (needs root)', () => {
  test('under an unprivileged user id where user namespaces are forbidden', async () => {
    chmodSync(folder, 0o755);
    const dataDir = join(folder, 'postgres');
    const server = await startPostgres({ dataDir, careless: true, powers: { ...here, userNamespaces: false } });
    expect(server.way).toBe('unprivileged-uid');
    expect(statSync(dataDir).uid).toBe(NOBODY);
    expect(await remember(server)).toBe(1);
    await server.stop();
  });

  test('with data and programs outside when the folder lies under a closed home, found again and removed by --fresh', async () => {
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    chmodSync(folder, 0o755);
    const outside = join(folder, 'var lib');
    const options = { dataDir: join(home, 'postgres'), careless: true, outside, powers: { ...here, userNamespaces: false } };
    const first = await startPostgres(options);
    expect(await remember(first)).toBe(1);
    await first.stop();
    const second = await startPostgres(options);
    expect(await remember(second)).toBe(2);
    await second.stop();
    expect(existsSync(join(home, 'postgres'))).toBe(false);
    removeCluster(options.dataDir);
    expect(readdirSync(outside).filter((name) => !name.startsWith('postgres-'))).toEqual([]);
  });

  test('changes the owner of data when the way changes, back and forth', async () => {
    chmodSync(folder, 0o755);
    const dataDir = join(folder, 'postgres');
    let count = 0;
    for (const userNamespaces of [true, false, true]) {
      const server = await startPostgres({
        dataDir,
        careless: true,
        powers: { ...here, userNamespaces: userNamespaces && here.userNamespaces },
      });
      expect(await remember(server)).toBe((count += 1));
      await server.stop();
    }
  });

  test.skipIf(!here.userNamespaces)('in a real container-like namespace whose limit of user namespaces is 0', async () => {
    chmodSync(folder, 0o755);
    const held = await holder(join(folder, 'postgres'), { contained: true, outside: join(folder, 'outside') });
    expect(held.way).toBe('unprivileged-uid');
    held.child.kill('SIGKILL');
    while (alive(held.pid)) await sleep(20);
  });

  // 4242 has no name in /etc/passwd (`docker run --user 4242`); 65534 has one everywhere.
  test.each([
    { uid: NOBODY, way: 'ordinary-user' },
    { uid: 4242, way: 'user-namespace' },
  ])('as an ordinary user ($uid), and its data then as root', async ({ uid, way }) => {
    chmodSync(folder, 0o755);
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    chownSync(home, uid, uid);
    const dataDir = join(home, 'postgres');
    const readable = spawnSync('test', ['-r', new URL('./server.ts', import.meta.url).pathname], { uid }).status === 0;
    if (!readable) return expect.soft(readable, 'the checkout is closed to other users: not run').toBe(false);
    const held = await holder(dataDir, { uid, env: { HOME: home } });
    expect(held.way).toBe(way);
    held.child.stdin.end();
    await once(held.child, 'exit');
    expect(alive(held.pid)).toBe(false);
    const server = await startPostgres({ dataDir, outside: join(folder, 'outside') });
    expect(await remember(server)).toBe(1);
    await server.stop();
  });

  test('names DATABASE_URL when no way works', async () => {
    const prefix = [
      'unshare',
      '--user',
      '--map-root-user',
      'sh',
      '-c',
      'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
      'sh',
    ];
    await expect(holder(join(folder, 'postgres'), { prefix, outside: join(folder, 'outside') })).rejects.toThrow(/DATABASE_URL/);
  });
});
