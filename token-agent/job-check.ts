import { createPublicKey, verify } from 'node:crypto';
import { BatchClaims, JobClaims } from '@antin/protocol/agent/jobs';
import type { Pairing } from './identity.ts';
import { orderOfBatch, orderOfJob, type Order } from './order.ts';

/** `ignored` orders get no answer: they are not from our server or not for us. `expired` ones are ours, but too late. */
export type JobCheck =
  | { readonly status: 'good'; readonly order: Order }
  | { readonly status: 'expired'; readonly order: Order }
  | { readonly status: 'ignored'; readonly code: JobCheckCode };

export type JobCheckCode =
  'job.malformed' | 'job.header' | 'job.signature' | 'job.audience' | 'job.origin' | 'job.lifetime' | 'job.from-the-future';

const MAX_LIFETIME_SECONDS = 300;
const MAX_SKEW_SECONDS = 120;
/** A hundred documents with their signed attributes. */
const MAX_TOKEN = 512 * 1024;

/**
 * Is this an order of the server that we are paired with, for us, for now? (RFC 7515 compact serialisation, EdDSA)
 *
 * The algorithm is ours to choose, never the token's: a header that names another is refused before anything is verified.
 */
export function checkJob(token: string, pairing: Pick<Pairing, 'agentId' | 'origin' | 'platformKey'>, now: Date): JobCheck {
  const ignored = (code: JobCheckCode): JobCheck => ({ status: 'ignored', code });
  const parts = token.split('.');
  const [head, body, signature] = parts;
  if (token.length > MAX_TOKEN || parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) {
    return ignored('job.malformed');
  }
  const header = fromJson(head as string) as { alg?: unknown; typ?: unknown } | undefined;
  const known = header?.typ === 'antin-job' || header?.typ === 'antin-batch';
  if (header?.alg !== 'EdDSA' || !known || Object.keys(header).length !== 2) return ignored('job.header');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(pairing.platformKey, 'base64').toString('base64url') },
    format: 'jwk',
  });
  if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature as string, 'base64url'))) {
    return ignored('job.signature');
  }
  const order = orderFrom(header.typ === 'antin-batch', fromJson(body as string));
  if (order === undefined) return ignored('job.malformed');
  const { claims } = order;
  if (claims.aud !== pairing.agentId) return ignored('job.audience');
  if (claims.origin !== pairing.origin || claims.iss !== pairing.origin) return ignored('job.origin');
  if (claims.exp - claims.iat > MAX_LIFETIME_SECONDS || claims.exp < claims.iat) return ignored('job.lifetime');
  const nowSeconds = now.getTime() / 1000;
  if (claims.iat > nowSeconds + MAX_SKEW_SECONDS) return ignored('job.from-the-future');
  if (order.items.some((item) => item.documents.some((document, n) => document.index !== n))) return ignored('job.malformed');
  return { status: claims.exp <= nowSeconds ? 'expired' : 'good', order };
}

function orderFrom(batch: boolean, value: unknown): Order | undefined {
  if (!batch) {
    const job = JobClaims.safeParse(value);
    return job.success ? orderOfJob(job.data) : undefined;
  }
  const parsed = BatchClaims.safeParse(value);
  if (!parsed.success) return undefined;
  // One number twice would let one answer stand for two documents.
  const numbers = new Set(parsed.data.items.map((item) => item.jti));
  return numbers.size === parsed.data.items.length ? orderOfBatch(parsed.data) : undefined;
}

function fromJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
