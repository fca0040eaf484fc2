import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Problem } from '@antin/protocol/problem';
import { handClock } from '../clock/clock.ts';
import { openFileStore } from '../files/store.ts';
import { createLog, silentLog } from '../log/log.ts';
import { createApp } from './app.ts';
import { readJson, receiveFile } from './body.ts';
import { listen, type Listening } from './listen.ts';
import { limitRate, rateLimit } from './rate-limit.ts';
import { staticFiles } from './static.ts';

const clock = handClock('2026-11-21T00:00:00Z');
const logged: string[] = [];
let folder: string;
let server: Listening;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-http-'));
  const store = openFileStore(join(folder, 'files'));
  mkdirSync(join(folder, 'dist/deep'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), 'secret');
  writeFileSync(join(folder, 'dist/app-abc123.js'), 'export {};'.repeat(50));
  writeFileSync(join(folder, 'dist/deep/x.css'), 'a{}');
  symlinkSync(join(folder, 'secret.js'), join(folder, 'dist/link.js'));
  const log = createLog({
    level: 'debug',
    destination: new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }),
  });
  const problems = { 'office.number-taken': { status: 409, title: { vi: 'Số này đã được cấp', en: 'This number is taken' } } };
  const app = createApp({ log, problems });
  app.post('/json', async (c) => c.json(await readJson(c, z.object({ subject: z.string().min(3), n: z.number() }))));
  app.put('/file', async (c) => c.json(await receiveFile(c, store, { maxBytes: 2_000_000 })));
  app.get('/refused', () => {
    throw Object.assign(new Error('no'), { code: 'office.number-taken' });
  });
  app.get('/broken', () => {
    throw new Error('table person has no row "Nguyễn Văn A"');
  });
  app.use(
    '/limited',
    limitRate(rateLimit({ burst: 2, perMinute: 6, clock }), () => 'everybody'),
  );
  app.get('/limited', (c) => c.text('ok'));
  app.use(staticFiles({ folder: join(folder, 'dist'), prefix: '/assets/', immutable: true }));
  server = await listen(app, { port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function problem(answer: Response): Promise<Problem> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return Problem.parse(await answer.json());
}
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/json`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test('every answer forbids framing, sniffing, foreign scripts and storing', async () => {
  const { headers } = await fetch(`${server.url}/limited`);
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get('content-security-policy')).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
  });
  expect((await fetch(`${server.url}/nowhere`)).headers.get('x-content-type-options')).toBe('nosniff');
});

test('nothing there, a refusal by its own code, bad fields: each a named problem in both languages', async () => {
  expect(await problem(await fetch(`${server.url}/nowhere`))).toMatchObject({ code: 'http.not-found', status: 404 });
  expect(await problem(await fetch(`${server.url}/refused`))).toMatchObject({
    code: 'office.number-taken',
    status: 409,
    title: 'Số này đã được cấp',
    titles: { vi: 'Số này đã được cấp', en: 'This number is taken' },
  });
  const bad = await problem(await post('{"subject":"a"}'));
  expect(bad).toMatchObject({ code: 'http.invalid-body', status: 400 });
  expect(bad.fields?.map(({ path, code }) => [path, code])).toEqual([
    ['subject', 'field.too-small'],
    ['n', 'field.missing'],
  ]);
  expect(bad.fields?.[1]?.message.vi).toBe('Chưa nhập');
});

test.each([
  ['{', {}, 'http.invalid-json'],
  [new Uint8Array([0x22, 0xff, 0x22]), {}, 'http.invalid-json'],
  ['{"subject":"abc","n":1}', { 'content-type': 'text/plain' }, 'http.unsupported-type'],
  [`{"subject":"${'a'.repeat(1_000_001)}","n":1}`, {}, 'http.body-too-large'],
])('a body that is not what was asked is refused by name (%#)', async (body, headers, code) => {
  expect((await problem(await post(body, headers))).code).toBe(code);
});

test('our own fault tells the reader an id and the log the reason', async () => {
  const answer = await problem(await fetch(`${server.url}/broken`));
  expect(answer).toMatchObject({ code: 'http.fault', status: 500 });
  expect(JSON.stringify(answer)).not.toContain('Nguyễn');
  const id = answer.instance!.split(':').at(-1)!;
  expect(logged.find((line) => line.includes('request failed'))).toContain(id);
});

test.each([
  [{ origin: 'https://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site' }, 403],
  [{ cookie: 'session=1' }, 403],
  [{}, 200],
  [{ 'sec-fetch-site': 'same-origin', cookie: 'session=1' }, 200],
] as [Record<string, string>, number][])('a state change with %j gets %i', async (headers, status) => {
  // fetch() forbids some of these headers to be set: written by hand.
  const { port } = new URL(server.url);
  const body = '{"subject":"abc","n":1}';
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connectSocket(Number(port), '127.0.0.1', () => {
      socket.write(`POST /json HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`);
    });
    socket.on('data', (piece) => (text += String(piece))).on('close', () => resolve(text));
  });
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (status === 403) expect(answer).toContain('http.cross-site');
});

test('an origin that is this host may change state', async () => {
  const { host } = new URL(server.url);
  expect((await post('{"subject":"abc","n":1}', { origin: `http://${host}` })).status).toBe(200);
});

test('a raw body is stored under its hash, one too large is refused with and without a length', async () => {
  const put = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, extra: object = {}) =>
    fetch(`${server.url}/file`, { method: 'PUT', body, ...extra });
  expect(await (await put('abc')).json()).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    size: 3,
  });
  expect((await problem(await put(new Uint8Array(2_000_001)))).code).toBe('http.body-too-large');
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const cut = await put(endless, { duplex: 'half' }).then(problem, (fault: unknown) => fault);
  expect(cut instanceof Error ? 'connection closed' : (cut as Problem).code).toMatch(/http.body-too-large|connection closed/);
});

test('hashed assets may be kept for ever; links, parents and what is not listed do not exist', async () => {
  const asset = await fetch(`${server.url}/assets/app-abc123.js`, { headers: { 'accept-encoding': 'br' } });
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(asset.headers.get('content-encoding')).toBe('br');
  expect(await asset.text()).toBe('export {};'.repeat(50));
  expect((await fetch(`${server.url}/assets/deep/x.css`)).status).toBe(200);
  for (const path of ['link.js', '..%2fsecret.js', '%2e%2e/secret.js', 'deep', '%zz']) {
    expect((await fetch(`${server.url}/assets/${path}`)).status, path).toBe(404);
  }
});

test('the third request at once waits, and time gives one back', async () => {
  clock.advance(60_000);
  const ask = () => fetch(`${server.url}/limited`);
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  const third = await ask();
  expect(third.headers.get('retry-after')).toBe('10');
  expect((await problem(third)).code).toBe('http.too-many-requests');
  clock.advance(10_000);
  expect((await ask()).status).toBe(200);
});

test('a taken port is said by name', async () => {
  const app = createApp({ log: silentLog });
  await expect(listen(app, { port: server.port })).rejects.toMatchObject({
    code: 'http.port-taken',
    message: expect.stringContaining('--port'),
  });
  await expect(listen(app, { port: 0, host: '192.0.2.1' })).rejects.toMatchObject({ code: 'http.no-such-host' });
});

test('a known host name is answered, another (DNS rebinding) is not', async () => {
  const app = createApp({ log: silentLog, hosts: ['office.example'] });
  app.get('/', (c) => c.text('ok'));
  expect((await app.request('http://office.example/')).status).toBe(200);
  expect((await app.request('http://evil.example/')).status).toBe(421);
});

test('the log hides secrets wherever a caller puts them and drops values that drivers hang on errors', () => {
  const lines: string[] = [];
  const log = createLog({ destination: new Writable({ write: (line, _, done) => (lines.push(String(line)), done()) }) });
  const fault = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (email)=(a@b.vn)',
    parameters: ['hunter2'],
  });
  // Made-up values: none of them is a secret of anything.
  log.warn({ pin: '1234', person: { password: 'hunter2', form: { passphrase: 'hunter2' } }, fault }, 'x');
  expect(lines.join('')).not.toMatch(/1234|hunter2|a@b/);
  expect(JSON.parse(lines[0]!)).toMatchObject({ fault: { code: '23505', message: 'duplicate key' }, pin: '[hidden]' });
});
