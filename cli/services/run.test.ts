import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { sql } from 'kysely';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readSettings } from '@antin/adapters/config/settings';
import { enqueue } from '@antin/adapters/db/outbox';
import { testDatabase } from '@antin/testkit/database';
import { runServices } from './run.ts';
import type { MakeService } from './service.ts';

// Processes are started and waited for; a busy computer may take its time.
vi.setConfig({ testTimeout: 120_000 });

// One cluster is made (≈ 1 s) and copied for each test.
const prepared = mkdtempSync(join(tmpdir(), 'antin prepared '));
let folder: string;
beforeAll(async () => {
  const argv = ['--data', join(prepared, 'data'), '--port', '0', '--log-level', 'silent'];
  await (await runServices(readSettings(argv, {}, { dataDir: '', services: [] }), {})).stop();
});
afterAll(() => rmSync(prepared, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antin serve '));
  cpSync(prepared, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = (...argv: string[]) =>
  readSettings(
    ['--data', join(folder, 'data'), '--port', '0', '--log-level', 'silent', ...argv],
    {},
    { dataDir: folder, services: ['counter'] },
  );

/** Counts starts in a table, answers with the number, and notes the order of what it was asked to do. */
const counter =
  (steps: string[], lastWords?: string): MakeService =>
  ({ db, publicUrl }) => ({
    name: 'counter',
    migrations: { '2026-01-01T0000-starts': { up: (tx) => sql`create table starts (n int)`.execute(tx).then(() => {}) } },
    async prepare() {
      steps.push('prepare');
      expect((await fetch(`${publicUrl}/count`)).status).toBe(503);
      await sql`insert into starts values (1)`.execute(db);
      await enqueue(db, { queue: 'counter', key: `start ${publicUrl}`, payload: null });
      if (lastWords !== undefined) throw new Error(lastWords);
    },
    jobs: { counter: async () => void steps.push('job') },
    app: new Hono().get('/count', async (c) => {
      const rows = await sql<{ n: number }>`select count(*) as n from starts`.execute(db);
      return c.json(rows.rows[0]);
    }),
    started: async () => void steps.push('started'),
    stop: async () => void steps.push('stop'),
    greeting: () => ['hello'],
  });

test('an installation starts, answers 503 until it is ready, works off jobs, and remembers after a restart', async () => {
  for (const n of [1, 2]) {
    const steps: string[] = [];
    const installation = await runServices(settings(), { counter: counter(steps) });
    expect(await (await fetch(`${installation.url}/count`)).json()).toEqual({ n });
    expect((await fetch(`${installation.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${installation.url}/nowhere`)).headers.get('content-type')).toMatch(/problem\+json/);
    expect(installation.greeting).toEqual(['hello']);
    await expect.poll(() => steps).toContain('job');
    await installation.stop();
    expect(steps.filter((step) => step !== 'job')).toEqual(['prepare', 'started', 'stop']);
  }
  const again = await runServices(settings('--fresh'), { counter: counter([]) });
  expect(await (await fetch(`${again.url}/count`)).json()).toEqual({ n: 1 });
  await again.stop();
});

test('jobs that were done long ago are gone after a start, younger ones are kept', async () => {
  let kept: string[] = [];
  const keys = (db: Parameters<MakeService>[0]['db']) =>
    sql<{ key: string }>`select key from job order by key`.execute(db).then(({ rows }) => rows.map((row) => row.key));
  const jobs: MakeService = ({ db }) => ({
    name: 'counter',
    async prepare() {
      for (const key of ['old', 'young']) await enqueue(db, { queue: 'other', key, payload: null });
      await sql`update job set done_at = now() - case key when 'old' then 31 else 29 end * interval '1 day'`.execute(db);
    },
    started: async () => {
      await expect.poll(() => keys(db)).not.toContain('old');
      kept = await keys(db);
    },
  });
  await (await runServices(settings(), { counter: jobs })).stop();
  expect(kept).toEqual(['young']);
});

test('a service that cannot be prepared leaves no process, no port and no lock behind', async () => {
  const steps: string[] = [];
  await expect(runServices(settings(), { counter: counter(steps, 'no key') })).rejects.toThrow('no key');
  expect(steps).toEqual(['prepare', 'stop']);
  expect(existsSync(join(folder, 'data/running.json'))).toBe(false);
  expect(existsSync(join(folder, 'data/postgres/postmaster.pid'))).toBe(false);
});

test('runs on a PostgreSQL of one’s own, and says when that does not answer', async () => {
  await using own = await testDatabase();
  if (typeof own.address === 'string') throw new TypeError('the test server has a socket');
  const url = `postgresql://${own.address.user}@localhost:${own.address.port}/${own.address.database}?host=${encodeURIComponent(own.address.socketDir)}`;
  const withUrl = (databaseUrl: string) => ({ ...settings(), databaseUrl });
  const installation = await runServices(withUrl(url), { counter: counter([]) });
  expect(await (await fetch(`${installation.url}/count`)).json()).toEqual({ n: 1 });
  expect(existsSync(join(folder, 'data/postgres/postmaster.pid'))).toBe(false);
  await installation.stop();
  const away = runServices(withUrl('postgresql://nobody:geheim@127.0.0.1:1/x'), {});
  await expect(away).rejects.toMatchObject({ code: 'db.unreachable', message: expect.not.stringContaining('geheim') });
});

test('a taken port is said before anything is forgotten', async () => {
  const first = await runServices(settings(), { counter: counter([]) });
  await first.stop();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const start = runServices(settings('--fresh', '--port', String(port)), { counter: counter([]) });
  await expect(start).rejects.toMatchObject({ code: 'http.port-taken' });
  other.close();
  const second = await runServices(settings(), { counter: counter([]) });
  expect(await (await fetch(`${second.url}/count`)).json()).toEqual({ n: 2 });
  await second.stop();
});

test('a name that was pointed at this computer (DNS rebinding) gets nothing, its own names get answers', async () => {
  const installation = await runServices(settings(), { counter: counter([]) });
  const { port } = new URL(installation.url);
  const ask = (host: string) =>
    new Promise<number>((resolve) => {
      request({ port, path: '/healthz', headers: { host } }, (answer) => resolve(answer.resume().statusCode!)).end();
    });
  expect(
    await Promise.all([ask(`127.0.0.1:${port}`), ask(`localhost:${port}`), ask('evil.example'), ask(`evil.example:${port}`)]),
  ).toEqual([200, 200, 421, 421]);
  await installation.stop();
});

test('who asks for the end while it starts does not wait for the start', async () => {
  const asked = Promise.withResolvers<void>();
  const steps: string[] = [];
  const slow: MakeService = () => ({
    name: 'counter',
    prepare: () => {
      asked.resolve();
      return new Promise(() => {});
    },
    stop: async () => void steps.push('stop'),
  });
  await expect(runServices(settings(), { counter: slow }, asked.promise)).rejects.toMatchObject({ code: 'serve.stopped' });
  expect(steps).toEqual(['stop']);
  expect(existsSync(join(folder, 'data/running.json'))).toBe(false);
});

describe('as a process', () => {
  const program = (...argv: string[]) => `
    import { runServices } from ${JSON.stringify(new URL('./run.ts', import.meta.url).href)};
    import { stopSignal } from ${JSON.stringify(new URL('./stop-signal.ts', import.meta.url).href)};
    import { readSettings } from ${JSON.stringify(new URL('../../adapters/config/settings.ts', import.meta.url).href)};
    const signal = stopSignal();
    const installation = await runServices(readSettings(${JSON.stringify(['--data', join(folder, 'data'), '--port', '0', ...argv])}, {}, { dataDir: '', services: [] }), {});
    console.log(installation.url);
    process.channel?.unref();
    await signal.asked;
    await installation.stop();
    signal.forget();`;

  async function start(stdio: 'ipc' | 'ignore' = 'ignore') {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program()], {
      stdio: ['ignore', 'pipe', 'inherit', stdio],
    }) as unknown as ChildProcessByStdio<null, Readable, null> & { disconnect(): void };
    const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
    const [url] = await Promise.race([
      line,
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`exit code ${code}`))),
    ]);
    return { child, url };
  }
  const postgresPid = () => Number(readFileSync(join(folder, 'data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops cleanly, also when it arrives twice at once', async (signal) => {
    const { child } = await start();
    child.kill(signal);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(join(folder, 'data/running.json'))).toBe(false);
    expect(existsSync(join(folder, 'data/postgres/postmaster.pid'))).toBe(false);
  });

  test('the death of the launcher stops it', async () => {
    const { child } = await start('ipc');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('kill -9 leaves nothing that the next start minds', async () => {
    const first = await start();
    const pid = postgresPid();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await start();
    expect(postgresPid()).not.toBe(pid);
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });
});
