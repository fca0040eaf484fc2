import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { ocspErrorResponse } from '@antin/pki/ocsp/build';
import type { Certificate } from '@antin/pki/x509/certificate';
import { limitedBody } from '../request-body.ts';
import type { OcspAnswer } from './ocsp.ts';
import type { StoredCrl } from './store.ts';

export interface StatusParts {
  readonly crl: (issuer: 'root' | 'issuing') => Promise<StoredCrl | undefined>;
  readonly answer: (request: Uint8Array) => Promise<OcspAnswer>;
  readonly certificate: (issuer: 'root' | 'issuing') => Certificate;
  readonly clock: () => number;
}

const MAX_REQUEST = 16_384;

/** `/crl/*.crl` (RFC 2585), `/ca/*.crt` (AIA caIssuers), `/ocsp` by POST and GET (RFC 6960 appendix A, RFC 5019). */
export function statusRoutes(parts: StatusParts): Hono {
  const app = new Hono();
  for (const issuer of ['root', 'issuing'] as const) {
    app.get(`/crl/${issuer}.crl`, async (c) => {
      const crl = await parts.crl(issuer);
      if (crl === undefined) return c.body(null, 503);
      // A minute only: after a revocation the new list must be seen, however long the old one would be valid.
      return der(c, crl.der, 'application/pkix-crl', 60, crl.thisUpdate);
    });
    app.get(`/ca/${issuer}.crt`, (c) => {
      const certificate = parts.certificate(issuer);
      return der(c, certificate.raw, 'application/pkix-cert', 3600, certificate.notBefore);
    });
  }
  app.post('/ocsp', async (c) => {
    if (c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() !== 'application/ocsp-request')
      return c.body(null, 415);
    const body = await limitedBody(c, MAX_REQUEST);
    if (body === undefined) return c.body(null, 413);
    return ocsp(c, await parts.answer(body), false, parts.clock());
  });
  app.get('/ocsp/*', async (c) => {
    const request = fromPath(c.req.url);
    const answer: OcspAnswer =
      request === undefined
        ? { der: ocspErrorResponse('malformedRequest'), producedAt: parts.clock() }
        : await parts.answer(request);
    return ocsp(c, answer, true, parts.clock());
  });
  return app;
}

/** Base64 in the path, URL-encoded or not: clients leave `/` and `+` as they are, or encode everything (RFC 5019 §5). */
function fromPath(url: string): Uint8Array | undefined {
  const path = new URL(url).pathname;
  const text = path.slice(path.indexOf('/ocsp/') + '/ocsp/'.length);
  if (text.length > MAX_REQUEST) return undefined;
  try {
    return fromBase64(decodeURIComponent(text).replace(/ /g, '+'));
  } catch (error) {
    if (error instanceof FormatFault || error instanceof URIError) return undefined;
    throw error;
  }
}

function ocsp(c: Context, answer: OcspAnswer, cacheable: boolean, now: number): Response {
  const type = 'application/ocsp-response';
  if (!cacheable || answer.freshUntil === undefined) {
    return c.body(new Uint8Array(answer.der), 200, { 'content-type': type, 'cache-control': 'no-store' });
  }
  const seconds = Math.max(0, Math.min(60, Math.floor((answer.freshUntil - now) / 1000)));
  return der(c, answer.der, type, seconds, answer.producedAt, answer.freshUntil);
}

function der(c: Context, bytes: Uint8Array, type: string, maxAge: number, modified: number, expires?: number): Response {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const headers: Record<string, string> = {
    'content-type': type,
    'cache-control': `public, max-age=${maxAge}, no-transform, must-revalidate`,
    'last-modified': new Date(modified).toUTCString(),
    etag,
    ...(expires === undefined ? {} : { expires: new Date(expires).toUTCString() }),
  };
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
  return c.body(new Uint8Array(bytes), 200, headers);
}
