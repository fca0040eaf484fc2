import { request, type IncomingHttpHeaders } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobClaims } from '@antin/protocol/agent/jobs';
import { PagePrompt } from './page-prompt.ts';
import { startPageServer, type PageServer } from './page-server.ts';
import type { PresentedJob } from './prompt.ts';

const JTI = '7c1d3a52-0b6f-4d1e-9b7a-2f1f6f1f0a11';
let prompt: PagePrompt;
let page: PageServer;
let port = 0;
let secret = '';
const folder = mkdtempSync(join(tmpdir(), 'antin-page-'));

beforeAll(async () => {
  prompt = new PagePrompt({ name: 'Máy văn thư', holder: 'token' });
  page = await startPageServer(prompt);
  port = Number(new URL(page.url).port);
  secret = new URL(page.openUrl).hash.slice(1);
  writeFileSync(join(folder, '0.pdf'), '%PDF-1.7 what will be signed');
});
afterAll(async () => {
  await page.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Plain `node:http`, which sends the headers it is told, as a hostile client would. */
function send(method: string, path: string, headers: Record<string, string>, body: string | Buffer = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, setHost: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What our own page sends from a browser. */
const honest = (): Record<string, string> => ({
  host: `127.0.0.1:${port}`,
  origin: `http://127.0.0.1:${port}`,
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'content-type': 'application/json',
  'x-antin-launch': secret,
});
const state = (change: Record<string, string> = {}) => send('POST', '/api/state', { ...honest(), ...change }, '{"since":0}');
const without = (...names: string[]) => Object.fromEntries(Object.entries(honest()).filter(([name]) => !names.includes(name)));

function question(): { job: PresentedJob; decided: Promise<unknown>; abort: AbortController } {
  const abort = new AbortController();
  const claims = { act: 'issue', person: 'ai đó', origin: 'https://o', comparisonCode: '1234', summary: [], exp: 2e9 };
  const job: PresentedJob = {
    jti: JTI,
    claims: claims as unknown as JobClaims,
    items: 1,
    batch: false,
    summary: claims.summary,
    documents: [{ index: 0, title: 't', fileName: 'f.pdf', size: 28, path: join(folder, '0.pdf') }],
    certificate: { subject: 's', issuer: 'i', serialHex: '01', notAfter: '2030-01-01T00:00:00Z', place: 'p' },
    condition: { pin: 'screen', pinCountLow: false },
    practice: false,
    wrongPins: 0,
  };
  return { job, decided: prompt.ask(job, abort.signal), abort };
}

describe('the loopback page', () => {
  it('answers its own page', async () => {
    expect((await state()).status).toBe(200);
    expect((await send('GET', '/', { host: `127.0.0.1:${port}` })).text).toContain('<html lang="vi">');
  });

  it.each(['localhost', 'evil.example', '127.0.0.1.evil.example', '[::1]', '127.0.0.1'])(
    'refuses the name %s in Host, which would make another page same-origin (DNS rebinding)',
    async (name) => {
      const host = name === '127.0.0.1' ? name : `${name}:${port}`;
      for (const path of ['/', '/status', '/page.js']) expect((await send('GET', path, { host })).status).toBe(403);
      expect(JSON.parse((await state({ host })).text).code).toBe('page.host');
    },
  );

  it('refuses a missing, foreign, null, suffixed or differently written Origin', async () => {
    expect(JSON.parse((await send('POST', '/api/state', without('origin'), '{}')).text).code).toBe('page.origin');
    const bad = [
      'null',
      'https://van-phong.example',
      `http://127.0.0.1:${port}.evil.example`,
      `HTTP://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      `http://127.0.0.1:${port + 1}`,
      'http://127.0.0.1',
    ];
    for (const origin of bad) expect(JSON.parse((await state({ origin })).text).code).toBe('page.origin');
    for (const origin of bad) expect((await send('GET', '/status', { host: `127.0.0.1:${port}`, origin })).status).toBe(403);
  });

  it('refuses what a browser says comes from another site, from a frame, or as another kind of request', async () => {
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(JSON.parse((await state({ 'sec-fetch-site': site })).text).code).toBe('page.fetch-site');
    }
    expect(JSON.parse((await state({ 'sec-fetch-mode': 'no-cors' })).text).code).toBe('page.fetch-mode');
    expect(JSON.parse((await state({ 'sec-fetch-dest': 'image' })).text).code).toBe('page.fetch-destination');
    const host = `127.0.0.1:${port}`;
    const frame = { host, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' };
    expect(JSON.parse((await send('GET', '/', frame)).text).code).toBe('page.framed');
    const script = { host, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script', 'sec-fetch-site': 'cross-site' };
    expect((await send('GET', '/page.js', script)).status).toBe(403);
    // A link or the opener's file may lead here, in a tab of its own.
    const link = { host, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' };
    expect((await send('GET', '/', link)).status).toBe(200);
  });

  it('demands a content type that no form can send, and no preflight is ever granted', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await state({ 'content-type': type })).status).toBe(415);
    }
    const preflight = await send('OPTIONS', '/api/state', { host: `127.0.0.1:${port}`, origin: 'https://evil.example' });
    expect(preflight.status).toBe(403);
    expect(Object.keys(preflight.headers).some((name) => name.startsWith('access-control'))).toBe(false);
  });

  it('does nothing and shows nothing without the secret of this launch', async () => {
    const { decided, abort } = question();
    const almost = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    for (const wrong of [without('x-antin-launch'), { ...honest(), 'x-antin-launch': almost }]) {
      expect((await send('POST', '/api/state', wrong, '{}')).status).toBe(401);
      expect((await send('POST', `/api/jobs/${JTI}/sign`, wrong, '1234')).status).toBe(401);
      expect((await send('GET', `/documents/${JTI}/0`, wrong)).status).toBe(401);
    }
    expect(JSON.parse((await send('GET', '/status', { host: `127.0.0.1:${port}` })).text)).toEqual({ version: '1' });
    const shell = (await send('GET', '/', { host: `127.0.0.1:${port}` })).text;
    expect(shell).not.toContain(secret);
    abort.abort();
    await expect(decided).rejects.toThrow();
  });

  it('is never framed, cached or read by others, and runs no script but its own', async () => {
    for (const path of ['/', '/page.js', '/status', '/nothing']) {
      const { headers } = await send('GET', path, { host: `127.0.0.1:${port}` });
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });

  it('takes the PIN as it was typed, once', async () => {
    const { decided } = question();
    const document = await send('GET', `/documents/${JTI}/0`, without('origin', 'content-type'));
    expect(document.text).toBe('%PDF-1.7 what will be signed');
    expect((await send('GET', `/documents/${JTI}/1`, without('origin', 'content-type'))).status).toBe(404);
    const headers = { ...honest(), 'content-type': 'application/octet-stream' };
    expect((await send('POST', `/api/jobs/${JTI}/sign`, headers, Buffer.from('mã 1234'))).status).toBe(200);
    expect((await send('POST', `/api/jobs/${JTI}/refuse`, honest(), '{}')).status).toBe(404);
    const decision = (await decided) as { decision: string; pin: Buffer };
    expect(decision.decision).toBe('sign');
    expect(decision.pin.toString()).toBe('mã 1234');
    prompt.tell({ jti: JTI, order: JTI, title: 't', code: 'signed', at: new Date().toISOString() });
    expect(JSON.parse((await state()).text).jobs).toEqual([]);
  });

  it('refuses large bodies and a flood', async () => {
    expect((await send('POST', `/api/jobs/${JTI}/sign`, honest(), 'x'.repeat(9000))).status).toBe(413);
    const flood = await Promise.all(Array.from({ length: 250 }, () => send('GET', '/status', { host: `127.0.0.1:${port}` })));
    expect(flood.some((answer) => answer.status === 429)).toBe(true);
    expect(flood.some((answer) => answer.status === 200)).toBe(true);
  });
});
