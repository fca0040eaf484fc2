import { randomUUID } from 'node:crypto';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Log } from '../log/log.ts';
import { border } from './border.ts';
import { sameSiteOnly, securityHeaders, type SecurityOptions } from './guard.ts';
import { httpProblems, isCoded, problemAnswer, requestIdOf, type ProblemRows } from './problem.ts';

export interface AppOptions extends SecurityOptions {
  readonly log: Log;
  /** Words of the room's own refusals; `http.*` is always there. */
  readonly problems?: ProblemRows;
  /** Host names answered for; any when left out. */
  readonly hosts?: readonly string[];
  /** Further origins that may change state, e.g. behind a proxy that changes Host. */
  readonly origins?: readonly string[];
  /** Addresses of proxies in front whose word about who asks is believed. */
  readonly proxies?: readonly string[];
}

/** Values that handlers find in `c.get(…)`. */
export interface AppVariables {
  requestId: string;
}

/**
 * An empty app with what every server of ours has: request id, security headers, cross-site check, one line of log a
 * request, and one place where refusals and faults become `application/problem+json`.
 */
export function createApp(options: AppOptions): Hono<{ Variables: AppVariables }> {
  const rows: ProblemRows = { ...httpProblems, ...options.problems };
  const app = new Hono<{ Variables: AppVariables }>();
  app.use(requestId());
  app.use(border(options.proxies ?? []));
  app.use(securityHeaders(options));
  app.use(requestLog(options.log));
  app.use(sameSiteOnly(options));
  app.notFound((c) => problemAnswer(c, rows, { code: 'http.not-found' }));
  app.onError((fault, c) => {
    const row = isCoded(fault) ? rows[fault.code] : undefined;
    if (isCoded(fault) && row !== undefined) {
      const { cause } = fault as { cause?: unknown };
      // Ours, though it has words: whoever runs the server must read why.
      if (row.status >= 500 && cause !== undefined) options.log.error({ requestId: requestIdOf(c), fault: cause }, fault.code);
      return problemAnswer(c, rows, fault);
    }
    // The reader gets an id, the log gets the reason: messages of faults may name paths, tables, people.
    options.log.error({ requestId: requestIdOf(c), method: c.req.method, path: c.req.path, fault }, 'request failed');
    return problemAnswer(c, rows, { code: 'http.fault' });
  });
  return app;
}

function requestId(): MiddlewareHandler {
  return async (c, next) => {
    const id = randomUUID();
    c.set('requestId', id);
    await next();
    c.res.headers.set('x-request-id', id);
  };
}

function requestLog(log: Log): MiddlewareHandler {
  return async (c, next) => {
    const started = performance.now();
    await next();
    // The path without its query: queries may carry names people searched for.
    const ms = Math.round(performance.now() - started);
    log.debug({ requestId: requestIdOf(c), method: c.req.method, path: c.req.path, status: c.res.status, ms }, 'request');
  };
}
