import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Db } from '@antin/adapters/db/transaction';
import { certsOnly } from '@antin/pki/cms/certs-only';
import { encodePem } from '@antin/pki/pem';
import { limitedBody } from '../request-body.ts';
import { linksOf } from '../ca/store.ts';
import { issuerByName } from './issuers.ts';
import { listMemory } from './list-memory.ts';
import { httpAnswer, malformed, MOST_OCTETS, OCSP_REQUEST, requestInPath } from './ocsp-http.ts';
import type { HttpAnswer } from './ocsp-http.ts';
import type { OcspResponder } from './ocsp.ts';
import { FULL_LIST } from './shards.ts';

export interface StatusParts {
  readonly db: Db;
  readonly responder: OcspResponder;
  readonly clock: () => number;
}

/** `issuing.crl`, `issuing-3.crl`; a name may end in a number of its own, so the longest name that exists wins. */
const FILE = /^([a-z0-9][a-z0-9-]{0,62})\.(crl|crt|pem|p7c)$/;

/**
 * `/crl/*.crl` (RFC 2585), `/ca/*.crt`, `.p7c` and `.pem` (AIA caIssuers), `/ocsp` by POST and GET (RFC 6960 appendix A, RFC 5019).
 * Lists and certificates are looked up when asked for.
 */
export function statusRoutes({ db, responder, clock }: StatusParts): Hono {
  const app = new Hono();
  const newest = listMemory(db);
  app.get('/crl/:file', async (c) => {
    const found = FILE.exec(c.req.param('file'));
    if (found?.[2] !== 'crl') return c.notFound();
    const list = await listByFile(db, found[1] as string);
    if (list === undefined) return c.notFound();
    const crl = await newest(list);
    if (crl === undefined) return c.body(null, 503);
    // A minute only: after a revocation the new list must be seen, however long the old one would be valid.
    return kept(c, crl.der, 'application/pkix-crl', 60, crl.thisUpdate, crl.etag);
  });
  app.get('/ca/:file', async (c) => {
    const found = FILE.exec(c.req.param('file'));
    const issuer = found === null ? undefined : await issuerByName(db, found[1] as string);
    if (issuer === undefined || found?.[2] === 'crl') return c.notFound();
    const { raw, notBefore } = issuer.certificate;
    if (found?.[2] === 'crt') return kept(c, raw, 'application/pkix-cert', 3600, notBefore);
    if (found?.[2] === 'p7c') {
      // With what leads from one generation to the next (RFC 5280 §4.2.2.1: caIssuers may be a certs-only CMS).
      const links = (await linksOf(db, issuer.issuerSha256)).map((link) => link.der);
      return kept(c, certsOnly([raw, ...links]), 'application/pkcs7-mime', 3600, notBefore);
    }
    return kept(c, new TextEncoder().encode(encodePem('CERTIFICATE', raw)), 'application/x-pem-file', 3600, notBefore);
  });
  app.post('/ocsp', async (c) => {
    if (c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() !== OCSP_REQUEST) return c.body(null, 415);
    const body = await limitedBody(c, MOST_OCTETS);
    if (body === undefined) return c.body(null, 413);
    return send(httpAnswer(await responder.answer(body), { cacheable: false, ifNoneMatch: undefined, now: clock() }));
  });
  app.get('/ocsp/*', async (c) => {
    const { pathname } = new URL(c.req.url);
    const der = requestInPath(pathname.slice(pathname.indexOf('/ocsp/') + '/ocsp/'.length));
    const answer = der === undefined ? malformed(clock()) : await responder.answer(der);
    return send(httpAnswer(answer, { cacheable: true, ifNoneMatch: c.req.header('if-none-match'), now: clock() }));
  });
  return app;
}

async function listByFile(db: Db, name: string): Promise<{ issuerSha256: string; shard: number } | undefined> {
  const whole = await issuerByName(db, name);
  if (whole !== undefined) return { issuerSha256: whole.issuerSha256, shard: FULL_LIST };
  const [, base, number] = /^(.+)-(0|[1-9]\d{0,3})$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const issuer = await issuerByName(db, base);
  if (issuer === undefined || Number(number) >= issuer.shards) return undefined;
  return { issuerSha256: issuer.issuerSha256, shard: Number(number) };
}

function send({ status, headers, body }: HttpAnswer): Response {
  return new Response(body === undefined ? null : new Uint8Array(body), {
    status,
    headers: headers.map(([name, value]) => [name, value]),
  });
}

function kept(c: Context, bytes: Uint8Array, type: string, maxAge: number, modified: number, tag?: string): Response {
  const etag = tag ?? `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers: Record<string, string> = {
    'content-type': type,
    'cache-control': `public, max-age=${maxAge}, no-transform, must-revalidate`,
    'last-modified': new Date(modified).toUTCString(),
    etag,
  };
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
  return c.body(new Uint8Array(bytes), 200, headers);
}
