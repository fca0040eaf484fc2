import type { IncomingMessage, ServerResponse } from 'node:http';
import { Hono } from 'hono';
import { receiveWhole, saidLength, sendBytes } from '../fast-door.ts';
import { limitedBody } from '../request-body.ts';

/** A request is an imprint, a nonce and little more. */
const MAX_REQUEST = 4096;
const QUERY = 'application/timestamp-query';
const REPLY = 'application/timestamp-reply';

type Stamp = (request: Uint8Array) => Promise<Uint8Array>;

/** `/tsa`: RFC 3161 §3.4 over HTTP. */
export function timeStampRoutes(stamp: Stamp): Hono {
  const app = new Hono();
  app.post('/tsa', async (c) => {
    if (c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() !== QUERY) return c.body(null, 415);
    const body = await limitedBody(c, MAX_REQUEST);
    if (body === undefined) return c.body(null, 413);
    const headers = { 'content-type': REPLY, 'cache-control': 'no-store' };
    return c.body(new Uint8Array(await stamp(body)), 200, headers);
  });
  return app;
}

const HEADERS = ['content-type', REPLY, 'x-content-type-options', 'nosniff', 'cache-control', 'no-store'];

/**
 * The door before the app: the app's layers cost several times what a stamp costs. What is not plainly a request goes the
 * usual way and is refused there.
 *
 * @param path e.g. `/authority/tsa`
 */
export function timeStampFastRoute(path: string, stamp: Stamp) {
  return function fast(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST' || request.url !== path) return false;
    const length = saidLength(request, QUERY, MAX_REQUEST);
    if (length === undefined) return false;
    receiveWhole(request, length, (body) => {
      // A refusal is an answer too; what is left is a connection that is gone.
      stamp(body).then(
        (answer) => sendBytes(response, 200, HEADERS, answer),
        () => response.destroy(),
      );
    });
    return true;
  };
}
