import type { MiddlewareHandler } from 'hono';
import { HttpRefusal } from './fault.ts';

export interface SecurityOptions {
  /** Further sources by directive, e.g. `{ 'connect-src': 'https://…' }`. */
  readonly contentSecurity?: Readonly<Record<string, string>>;
  /** `https:` addresses get Strict-Transport-Security. */
  readonly secure?: boolean;
}

const BASE_POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  // No eval of any kind, no inline script, no foreign script.
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/**
 * Policy of a script's own answer. A worker lives by the policy its script came with, and only workers run WebAssembly: the
 * image decoders of the PDF viewer, the XML parser of the verifier. Pages ignore it.
 */
export const WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; font-src 'self' data:";

/** Headers of every answer; `no-store` unless a handler said otherwise (only hashed assets do). */
export function securityHeaders(options: SecurityOptions = {}): MiddlewareHandler {
  const policy = Object.entries({ ...BASE_POLICY, ...options.contentSecurity })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', policy);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('x-frame-options', 'DENY');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()');
    if (options.secure === true) headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}

/**
 * Refuses state-changing requests that another site made a browser send (cross-site request forgery), and answers
 * only for known host names (DNS rebinding).
 *
 * A browser says where a request comes from (Sec-Fetch-Site, Origin). A program that says neither is let through only
 * without cookies: nothing of a person can ride along.
 */
export function sameSiteOnly(
  options: { readonly hosts?: readonly string[]; readonly origins?: readonly string[] } = {},
): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    if (options.hosts !== undefined && !options.hosts.includes(host.toLowerCase())) throw new HttpRefusal('http.wrong-host');
    if (!['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) {
      const origin = c.req.header('origin');
      const site = c.req.header('sec-fetch-site');
      const knownOrigin =
        origin !== undefined && (options.origins?.includes(origin) === true || hostOf(origin) === host.toLowerCase());
      const allowed =
        origin !== undefined ? knownOrigin : site !== undefined ? site === 'same-origin' : c.req.header('cookie') === undefined;
      const contradicted = site !== undefined && site !== 'same-origin' && options.origins?.includes(origin ?? '') !== true;
      if (!allowed || contradicted) throw new HttpRefusal('http.cross-site');
    }
    await next();
  };
}

function hostOf(origin: string): string | undefined {
  // "null" is what sandboxed frames and local files send: never ours.
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
