import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guard, PAGE_HEADERS } from './guard.ts';
import type { PagePrompt } from './page-prompt.ts';

const PAGE_VERSION = '1';
/** A PIN and nothing more. */
const MAX_BODY = 8 * 1024;
const MAX_REQUESTS_PER_SECOND = 100;

export interface PageServer {
  /** Without the secret: it may be shown anywhere and opens nothing. */
  readonly url: string;
  /** With the secret of this launch in the fragment, which browsers send to nobody. For the opener and the agent's own terminal. */
  readonly openUrl: string;
  /** Since a page with the secret asked last; without end when none ever did. */
  idleMs(): number;
  close(): Promise<void>;
}

const asset = (name: string) => readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8');

/** The agent's own page on 127.0.0.1. Port 0 takes a free one. */
export async function startPageServer(prompt: PagePrompt, port = 0): Promise<PageServer> {
  const secret = randomBytes(32).toString('base64url');
  const assets: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html; charset=utf-8', asset('page.html')],
    '/page.js': ['text/javascript; charset=utf-8', asset('page.js')],
    '/page.css': ['text/css; charset=utf-8', asset('page.css')],
    '/status': ['application/json', JSON.stringify({ version: PAGE_VERSION })],
  };
  const allowance = { second: 0, left: MAX_REQUESTS_PER_SECOND };
  let actualPort = port;
  let lastAsked = -Infinity;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    const second = Math.floor(performance.now() / 1000);
    if (allowance.second !== second) Object.assign(allowance, { second, left: MAX_REQUESTS_PER_SECOND });
    allowance.left -= 1;
    if (allowance.left < 0) return end(response, 429, { code: 'page.too-many' });
    const refused = guard({ method: request.method ?? '', path, headers: request.headers }, actualPort, secret);
    if (refused !== undefined) return end(response, refused.status, { code: refused.code });
    const known = assets[path];
    if (known !== undefined) {
      response.setHeader('content-type', known[0]);
      response.end(known[1]);
      return;
    }
    lastAsked = performance.now();
    const document = /^\/documents\/([0-9a-f-]{36})\/(\d{1,4})$/.exec(path);
    if (document !== null) return sendDocument(response, prompt.documentPath(document[1] as string, Number(document[2])));
    const body = await smallBody(request);
    if (body === undefined) return end(response, 413, { code: 'page.too-large' });
    if (path === '/api/state') {
      const since = sinceOf(body);
      await prompt.changedSince(since, 20_000);
      return end(response, 200, prompt.view());
    }
    const decision = /^\/api\/jobs\/([0-9a-f-]{36})\/(sign|refuse)$/.exec(path);
    if (decision === null) return end(response, 404, { code: 'page.path' });
    const jti = decision[1] as string;
    // The body of `sign` is the PIN, octet for octet; it stays in this buffer until the token has it.
    const taken = prompt.decide(jti, decision[2] === 'sign' ? { decision: 'sign', pin: body } : { decision: 'refuse' });
    if (!taken) body.fill(0);
    return taken ? end(response, 200, {}) : end(response, 404, { code: 'page.job' });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => {
      if (!response.headersSent) end(response, 500, { code: 'page.fault' });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  actualPort = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${actualPort}/`;
  return {
    url,
    openUrl: `${url}#${secret}`,
    idleMs: () => performance.now() - lastAsked,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function end(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function sendDocument(response: ServerResponse, path: string | undefined): void {
  if (path === undefined) return end(response, 404, { code: 'page.job' });
  response.setHeader('content-type', path.endsWith('.txt') ? 'text/plain; charset=utf-8' : 'application/pdf');
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response);
}

async function smallBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY) return undefined;
    pieces.push(piece);
  }
  const body = Buffer.alloc(size);
  let at = 0;
  for (const piece of pieces) {
    at += piece.copy(body, at);
    piece.fill(0);
  }
  return body;
}

function sinceOf(body: Buffer): number {
  try {
    const { since } = JSON.parse(body.toString('utf8')) as { since?: unknown };
    return typeof since === 'number' ? since : 0;
  } catch {
    return 0;
  }
}
