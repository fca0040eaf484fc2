import type { AcmeOrder } from './store.ts';

/** RFC 8555 §7.1.3. */
export function orderView(base: string, order: AcmeOrder, now: Date): object {
  const { id, names, expiresAt, certificate, error } = order;
  const ended = error !== null || expiresAt <= now;
  return {
    status: certificate !== null ? 'valid' : ended ? 'invalid' : 'ready',
    expires: expiresAt.toISOString(),
    identifiers: names.map((value) => ({ type: 'dns', value })),
    authorizations: names.map((name) => `${base}/authorization/${id}/${name}`),
    finalize: `${base}/order/${id}/finalize`,
    ...(certificate === null ? {} : { certificate: `${base}/certificate/${id}` }),
    ...(error === null ? {} : { error }),
  };
}

/** RFC 8555 §7.1.4: valid already, by what two officers approved. */
export function authorizationView({ expiresAt }: AcmeOrder, name: string): object {
  return { identifier: { type: 'dns', value: name }, status: 'valid', expires: expiresAt.toISOString(), challenges: [] };
}
