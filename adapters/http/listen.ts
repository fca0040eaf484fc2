import { getRequestListener } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The address cannot be listened on. Codes: `http.port-taken`, `http.port-forbidden`, `http.no-such-host`, `http.listen-failed`. */
export class ListenFault extends Error {
  override readonly name = 'ListenFault';
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface Listening {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Ends idle connections at once, lets running answers finish for `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

type Fetch = (request: Request, env: never) => Response | Promise<Response>;

/**
 * A door before the app, for questions whose answer is ready in memory: the layers of an app would cost more than the answer.
 * It keeps the limits of the server (time, size of headers); headers, checks and log of `createApp` are its own affair.
 *
 * @returns false when the request is not for this door, and then it has touched nothing
 */
export type FastRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Listens; port 0 takes a free one. @throws {ListenFault} */
export function listen(
  app: { readonly fetch: Fetch; readonly fast?: FastRoute },
  options: { port: number; host?: string },
): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  const slow = getRequestListener(app.fetch as never);
  const server: Server = createServer((request, response) => {
    if (app.fast?.(request, response) !== true) void slow(request, response);
  });
  // Slow senders must not hold connections for ever (slow-loris); uploads of 500 MB over a poor line may take minutes.
  server.headersTimeout = 15_000;
  server.requestTimeout = 15 * 60_000;
  server.keepAliveTimeout = 10_000;
  return new Promise((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => reject(explain(fault, host, options.port)));
    server.listen(options.port, host, () => {
      const { port } = server.address() as AddressInfo;
      const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${shown}:${port}`, port, close: (graceMs = 5000) => close(server, graceMs) });
    });
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function explain(fault: NodeJS.ErrnoException, host: string, port: number): ListenFault {
  const at = `${host}:${port}`;
  if (fault.code === 'EADDRINUSE')
    return new ListenFault(
      'http.port-taken',
      `port ${port} on ${host} is taken by another program; choose another with --port`,
      fault,
    );
  if (fault.code === 'EACCES')
    return new ListenFault(
      'http.port-forbidden',
      `this user may not listen on ${at}; choose a port above 1023 with --port`,
      fault,
    );
  if (fault.code === 'ENOTFOUND' || fault.code === 'EADDRNOTAVAIL')
    return new ListenFault('http.no-such-host', `${host} is not an address of this computer`, fault);
  return new ListenFault('http.listen-failed', `cannot listen on ${at}: ${fault.message}`, fault);
}
