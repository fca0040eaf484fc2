import type { AcmeOrder } from './order-store.ts';

/** An attempt that takes longer died with its process; the register of certificates revokes what it may have signed. */
const LONGEST_WORK_MS = 10 * 60_000;

export type OrderStatus = 'ready' | 'processing' | 'valid' | 'invalid';

/** RFC 8555 §7.1.6, without `pending`: what two officers approved needs no further proof. */
export function statusOf({ certificate, error, expiresAt, claimedAt }: AcmeOrder, now: Date): OrderStatus {
  if (certificate !== null) return 'valid';
  if (error !== null || expiresAt <= now) return 'invalid';
  if (claimedAt === null) return 'ready';
  return now.getTime() - claimedAt.getTime() > LONGEST_WORK_MS ? 'invalid' : 'processing';
}

/** RFC 8555 §7.1.3. */
export function orderView(base: string, order: AcmeOrder, now: Date): object {
  const { id, names, expiresAt, certificate, error, notBefore, notAfter, replaces } = order;
  const status = statusOf(order, now);
  const died = { type: 'urn:ietf:params:acme:error:serverInternal', detail: 'the work on this order broke off: order again' };
  const why = error ?? (status === 'invalid' && expiresAt > now ? died : null);
  return {
    status,
    expires: expiresAt.toISOString(),
    identifiers: names.map((value) => ({ type: 'dns', value })),
    ...(notBefore === null ? {} : { notBefore: notBefore.toISOString() }),
    ...(notAfter === null ? {} : { notAfter: notAfter.toISOString() }),
    ...(replaces === null ? {} : { replaces }),
    authorizations: names.map((name) => `${base}/authorization/${id}/${name}`),
    finalize: `${base}/order/${id}/finalize`,
    ...(certificate === null ? {} : { certificate: `${base}/certificate/${id}` }),
    ...(why === null ? {} : { error: why }),
  };
}

/** RFC 8555 §7.1.4: valid already, by what two officers approved. */
export function authorizationView({ expiresAt }: AcmeOrder, name: string): object {
  return { identifier: { type: 'dns', value: name }, status: 'valid', expires: expiresAt.toISOString(), challenges: [] };
}
