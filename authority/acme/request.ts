import type { Context } from 'hono';
import { z } from 'zod';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { limitedBody } from '../request-body.ts';
import { AcmeRefusal, type AcmeDoors } from './doors.ts';
import { jwsHolds, readJws, type ReadJws } from './jws.ts';
import { accountById, useNonce, type AcmeAccount } from './store.ts';

const MAX_BODY = 100 * 1024;

export interface SignedRequest {
  readonly jws: ReadJws;
  /** Undefined for POST-as-GET. */
  readonly payload: unknown;
  readonly url: string;
}

/** How requests are checked and answered, the same for every resource (RFC 8555 §6). */
export function asking(doors: AcmeDoors) {
  const { db, clock, base, nonces } = doors;
  const origin = new URL(base).origin;

  function answer(c: Context, body: object | string | null, status: number, headers: Record<string, string> = {}): Response {
    const text = body === null || typeof body === 'string' ? body : JSON.stringify(body);
    const type: Record<string, string> = body === null || typeof body === 'string' ? {} : { 'content-type': 'application/json' };
    const fresh = { 'replay-nonce': nonces.draw(clock().getTime()), 'cache-control': 'no-store' };
    return c.body(text as string, status as 200, { ...type, ...fresh, ...headers });
  }

  /** Runs an act; what it refuses becomes a problem document with a fresh nonce. */
  async function problem(c: Context, act: () => Promise<Response>): Promise<Response> {
    try {
      return await act();
    } catch (fault) {
      const refusal = refusalOf(fault);
      if (refusal === undefined) throw fault;
      const body = { type: `urn:ietf:params:acme:error:${refusal.type}`, detail: refusal.message, status: refusal.httpStatus };
      return answer(c, JSON.stringify(body), refusal.httpStatus, { 'content-type': 'application/problem+json' });
    }
  }

  /**
   * A request whose JWS holds: known form, this very address, a nonce of ours used for the first time, signed by the key it
   * names or by the key of an account in force.
   *
   * @throws {AcmeRefusal}
   */
  async function signed(c: Context, by: 'jwk'): Promise<SignedRequest>;
  async function signed(c: Context, by: 'kid'): Promise<SignedRequest & { readonly account: AcmeAccount }>;
  async function signed(c: Context, by: 'jwk' | 'kid'): Promise<SignedRequest & { readonly account?: AcmeAccount }> {
    if (!/^application\/jose\+json\b/i.test(c.req.header('content-type') ?? ''))
      throw new AcmeRefusal('malformed', 'expected application/jose+json', 400);
    const body = await limitedBody(c, MAX_BODY);
    if (body === undefined) throw new AcmeRefusal('malformed', 'the request is too large', 413);
    const jws = readJws(body);
    if (jws === undefined || jws.header[by] === undefined)
      throw new AcmeRefusal('malformed', `expected a flattened JWS with ${by}`, 400);
    const url = origin + new URL(c.req.url).pathname;
    if (jws.header.url !== url) throw new AcmeRefusal('unauthorized', 'the request was signed for another address', 401);
    const account = by === 'kid' ? await accountOf(jws) : undefined;
    const key = account?.jwk ?? jws.header.jwk!;
    if (!jwsHolds(jws, key)) throw new AcmeRefusal('unauthorized', 'the signature does not hold', 401);
    // Last, so that a stranger's message uses up nobody's nonce.
    const now = clock();
    const until = nonces.goodUntil(jws.header.nonce, now.getTime());
    if (until === undefined || !(await useNonce(db, jws.header.nonce, new Date(until), now)))
      throw new AcmeRefusal('badNonce', 'take the nonce of this answer and try again', 400);
    const payload: unknown = jws.payload.length === 0 ? undefined : parsed(jws.payload);
    return { jws, payload, url, ...(account === undefined ? {} : { account }) };
  }

  async function accountOf(jws: ReadJws): Promise<AcmeAccount> {
    const id = jws.header.kid!.startsWith(`${base}/account/`) ? jws.header.kid!.slice(`${base}/account/`.length) : '';
    const known = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? await accountById(db, id) : undefined;
    if (known === undefined) throw new AcmeRefusal('accountDoesNotExist', 'there is no such account', 400);
    if (known.deactivatedAt !== null) throw new AcmeRefusal('unauthorized', 'the account was deactivated', 401);
    return known;
  }

  return { answer, problem, signed };
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new AcmeRefusal('malformed', 'the payload is not JSON', 400);
  }
}

function refusalOf(fault: unknown): AcmeRefusal | undefined {
  if (fault instanceof AcmeRefusal) return fault;
  if (fault instanceof z.ZodError) return new AcmeRefusal('malformed', z.prettifyError(fault).slice(0, 500), 400);
  if (fault instanceof FormatFault || fault instanceof PkiFault) return new AcmeRefusal('malformed', fault.code, 400);
  return undefined;
}
