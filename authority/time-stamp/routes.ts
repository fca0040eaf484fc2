import { Hono } from 'hono';
import { limitedBody } from '../request-body.ts';

/** A request is an imprint, a nonce and little more. */
const MAX_REQUEST = 4096;

/** `/tsa`: RFC 3161 §3.4 over HTTP. */
export function timeStampRoutes(stamp: (request: Uint8Array) => Promise<Uint8Array>): Hono {
  const app = new Hono();
  app.post('/tsa', async (c) => {
    if (c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() !== 'application/timestamp-query')
      return c.body(null, 415);
    const body = await limitedBody(c, MAX_REQUEST);
    if (body === undefined) return c.body(null, 413);
    const headers = { 'content-type': 'application/timestamp-reply', 'cache-control': 'no-store' };
    return c.body(new Uint8Array(await stamp(body)), 200, headers);
  });
  return app;
}
