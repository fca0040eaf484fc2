import { createHash, timingSafeEqual } from 'node:crypto';

/** The parts of a request that decide whether it may go on. Header names in lower case. */
export interface GuardedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Refused = { readonly status: 400 | 401 | 403 | 404 | 405 | 415; readonly code: string };

const SECRET_HEADER = 'x-antin-launch';
const OPEN_PATHS: readonly string[] = ['/', '/page.js', '/page.css', '/status'];

/**
 * Every request to the loopback page passes here first. A web page anywhere can make a browser on this machine send requests to
 * 127.0.0.1; none may learn more than a version, and none may act.
 *
 * - Host: exactly our address, else a name of the attacker's that resolves to 127.0.0.1 would make his page same-origin (DNS rebinding)
 * - Origin: exactly ours; required where something is done
 * - Fetch metadata: no frames, no scripts or images of ours in other pages
 * - content type: one that a plain HTML form cannot send
 * - the secret of this launch, which only the page that the agent itself opened has
 */
export function guard(request: GuardedRequest, port: number, secret: string): Refused | undefined {
  const one = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const own = `http://127.0.0.1:${port}`;
  if (one('host') !== `127.0.0.1:${port}`) return { status: 403, code: 'page.host' };
  const origin = one('origin');
  if (request.headers['origin'] !== undefined && origin !== own) return { status: 403, code: 'page.origin' };
  const site = one('sec-fetch-site');
  const mode = one('sec-fetch-mode');
  const destination = one('sec-fetch-dest');

  if (OPEN_PATHS.includes(request.path)) {
    if (request.method !== 'GET') return { status: 405, code: 'page.method' };
    if (request.path === '/') {
      // A link or the opener may lead here from anywhere, but only into a tab of its own.
      if (mode !== undefined && mode !== 'navigate') return { status: 403, code: 'page.fetch-mode' };
      if (destination !== undefined && destination !== 'document') return { status: 403, code: 'page.framed' };
    } else if (site !== undefined && site !== 'same-origin' && site !== 'none') return { status: 403, code: 'page.fetch-site' };
    return undefined;
  }

  const acts = request.path.startsWith('/api/');
  if (!acts && !request.path.startsWith('/documents/')) return { status: 404, code: 'page.path' };
  if (request.method !== (acts ? 'POST' : 'GET')) return { status: 405, code: 'page.method' };
  if (acts && origin === undefined) return { status: 403, code: 'page.origin' };
  if (site !== undefined && site !== 'same-origin') return { status: 403, code: 'page.fetch-site' };
  if (mode !== undefined && mode !== 'cors' && mode !== 'same-origin') return { status: 403, code: 'page.fetch-mode' };
  if (destination !== undefined && destination !== 'empty') return { status: 403, code: 'page.fetch-destination' };
  if (acts && one('content-type') !== 'application/json' && one('content-type') !== 'application/octet-stream') {
    return { status: 415, code: 'page.content-type' };
  }
  const given = one(SECRET_HEADER);
  if (given === undefined || !equalText(given, secret)) return { status: 401, code: 'page.secret' };
  return undefined;
}

/** Constant time: how far a guess was right must not show in how long the answer took. */
function equalText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** No other page may frame, read, cache or extend ours. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "object-src blob:; frame-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
