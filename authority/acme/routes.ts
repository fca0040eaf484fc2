import { Hono } from 'hono';
import { clientAddress } from '@antin/adapters/http/border';
import { rateLimit } from '@antin/adapters/http/rate-limit';
import { accountRoutes } from './account-routes.ts';
import { AcmeRefusal, rateLimited, type AcmeDoors } from './doors.ts';
import { orderRoutes } from './order-routes.ts';
import { renewalRoutes } from './renewal.ts';
import { asking } from './request.ts';
import { revokeRoute } from './revoke-route.ts';

/**
 * ACME (RFC 8555) for devices and services, below `base`. Whoever comes must be bound to an account that was opened for an
 * approved request (§7.3.4); the host names of that request need no further proof, so orders are ready at once and
 * no challenge makes this server call anywhere.
 */
export function acmeApp(doors: AcmeDoors): Hono {
  const { clock, base } = doors;
  const path = new URL(base).pathname;
  const app = new Hono();
  const asks = asking(doors);
  const limit = rateLimit({ perMinute: 300, burst: 300, clock });
  app.use(`${path}/*`, async (c, next) => {
    const wait = limit.take(clientAddress(c));
    if (wait > 0) return asks.problem(c, () => Promise.reject(rateLimited('too many requests in a short time', wait)));
    await next();
    c.res.headers.set('link', `<${base}/directory>;rel="index"`);
    return undefined;
  });

  app.get(`${path}/directory`, (c) =>
    c.json({
      newNonce: `${base}/new-nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      revokeCert: `${base}/revoke-cert`,
      keyChange: `${base}/key-change`,
      renewalInfo: `${base}/renewal-info`,
      meta: { externalAccountRequired: true },
    }),
  );
  app.on(['GET', 'HEAD'], `${path}/new-nonce`, (c) => asks.answer(c, null, c.req.method === 'HEAD' ? 200 : 204));
  accountRoutes(app, doors, asks);
  orderRoutes(app, doors, asks);
  revokeRoute(app, doors, asks);
  renewalRoutes(app, doors, asks);
  // §6.3: everything else is asked by POST; a GET finds out nothing.
  app.on(['GET', 'PUT', 'PATCH', 'DELETE'], `${path}/*`, (c) =>
    asks.problem(c, () =>
      Promise.reject(new AcmeRefusal('malformed', 'asked by POST only', 405, { headers: { allow: 'POST' } })),
    ),
  );
  return app;
}
