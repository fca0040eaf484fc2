import type { Context } from 'hono';
import { z } from 'zod';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '@antin/pki/fault';
import { closedBy } from '../enrolment/closed.ts';
import { touchAccount } from '../enrolment/store.ts';
import { limitedBody } from '../request-body.ts';
import { AcmeRefusal, closedNow, type AcmeDoors } from './doors.ts';
import { json, jwsHolds, readJws, type BadJws } from './jws.ts';
import { ALGORITHMS, type Jwk } from './keys.ts';
import { accountById, useNonce, type AcmeAccount } from './store.ts';

const MAX_BODY = 100 * 1024;

interface Signed {
  /** Undefined for POST-as-GET. */
  readonly payload: unknown;
  readonly url: string;
}
export type ByAccount = Signed & { readonly account: AcmeAccount };
export type ByKey = Signed & {
  readonly jwk: Jwk;
  /**
   * Uses the nonce up; to be called once the key is believed, before anything is done. A stranger's request changes nothing and
   * leaves nothing behind: what is remembered of nonces grows with machines that were approved.
   */
  readonly spend: () => Promise<void>;
};

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
      const refusal = refusalOf(fault) ?? closedNow(closedBy(fault));
      if (refusal.httpStatus >= 500) doors.onFault(fault);
      const { headers, members } = refusal.extra;
      const type = `urn:ietf:params:acme:error:${refusal.type}`;
      const body = { type, detail: refusal.message, status: refusal.httpStatus, ...members };
      return answer(c, JSON.stringify(body), refusal.httpStatus, { ...headers, 'content-type': 'application/problem+json' });
    }
  }

  /**
   * A request whose JWS holds: known form, this very address, a nonce of ours used for the first time, signed by the key it
   * names or by the key of an account in force.
   *
   * @throws {AcmeRefusal}
   */
  async function signed(c: Context): Promise<ByAccount | ByKey> {
    if (!/^application\/jose\+json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
      throw new AcmeRefusal('malformed', 'expected application/jose+json', 415);
    const body = await limitedBody(c, MAX_BODY);
    if (body === undefined) throw new AcmeRefusal('malformed', 'the request is too large', 413);
    const jws = readJws(json(body));
    if (jws.status === 'bad') throw badJws(jws);
    const asked = new URL(c.req.url);
    const url = origin + asked.pathname + asked.search;
    if (jws.url !== url) throw new AcmeRefusal('unauthorized', 'the request was signed for another address', 401);
    const account = 'kid' in jws.by ? await accountOf(jws.by.kid) : undefined;
    const jwk = account?.jwk ?? (jws.by as { jwk: Jwk }).jwk;
    if (!jwsHolds(jws, jwk)) throw new AcmeRefusal('unauthorized', 'the signature does not hold', 401);
    const now = clock();
    const { nonce } = jws;
    if (nonce === undefined) throw new AcmeRefusal('malformed', 'the request has no nonce', 400);
    const until = nonces.goodUntil(nonce, now.getTime());
    if (until === undefined) throw badNonce();
    // Last, so that a stranger's message uses up nobody's nonce.
    const spend = async () => {
      if (!(await useNonce(db, nonce, new Date(until)))) throw badNonce();
    };
    const payload = jws.payload.length === 0 ? undefined : parsed(jws.payload);
    if (account === undefined) return { payload, url, jwk, spend };
    await spend();
    await touchAccount(db, account.enrolmentId, 'acme', now);
    return { payload, url, account };
  }

  async function byAccount(c: Context): Promise<ByAccount> {
    const request = await signed(c);
    if ('account' in request) return request;
    throw new AcmeRefusal('malformed', 'expected a flattened JWS with kid', 400);
  }

  /** POST-as-GET (RFC 8555 §6.3): what only looks has no payload. */
  async function looking(c: Context): Promise<ByAccount> {
    const request = await byAccount(c);
    if (request.payload === undefined) return request;
    throw new AcmeRefusal('malformed', 'whoever only looks sends no payload', 400);
  }

  async function byKey(c: Context): Promise<ByKey> {
    const request = await signed(c);
    if ('jwk' in request) return request;
    throw new AcmeRefusal('malformed', 'expected a flattened JWS with jwk', 400);
  }

  async function accountOf(kid: string): Promise<AcmeAccount> {
    const id = kid.startsWith(`${base}/account/`) ? kid.slice(`${base}/account/`.length) : '';
    const known = UUID.test(id) ? await accountById(db, id) : undefined;
    if (known === undefined) throw new AcmeRefusal('accountDoesNotExist', 'there is no such account', 400);
    requireInForce(known);
    return known;
  }

  return { answer, problem, signed, byAccount, looking, byKey };
}

export type Asking = ReturnType<typeof asking>;

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** RFC 8555 §7.3.6: nothing more is taken from the key of an account that ended, whoever ended it. @throws {AcmeRefusal} */
export function requireInForce({ deactivatedAt, revokedAt }: AcmeAccount): void {
  if (deactivatedAt !== null) throw new AcmeRefusal('unauthorized', 'the account was deactivated', 401);
  if (revokedAt !== null) throw new AcmeRefusal('unauthorized', 'the account was revoked', 401);
}

/** @throws {AcmeRefusal} */
export function uuid(text: string | undefined): string {
  if (text === undefined || !UUID.test(text)) throw new AcmeRefusal('malformed', 'there is nothing of that name', 404);
  return text;
}

const badNonce = () => new AcmeRefusal('badNonce', 'the nonce is unknown, used or too old', 400);

export function badJws({ type }: BadJws): AcmeRefusal {
  switch (type) {
    case 'badSignatureAlgorithm':
      return new AcmeRefusal(type, 'the algorithm is not one of ours', 400, { members: { algorithms: ALGORITHMS } });
    case 'badPublicKey':
      return new AcmeRefusal(type, 'the key is damaged, too weak or of a kind that is not taken', 400);
    case 'malformed':
      return new AcmeRefusal(type, 'expected a flattened JWS with either kid or jwk', 400);
  }
}

function parsed(payload: Buffer): unknown {
  const value = json(payload);
  if (value === undefined) throw new AcmeRefusal('malformed', 'the payload is not JSON', 400);
  return value;
}

function refusalOf(fault: unknown): AcmeRefusal | undefined {
  if (fault instanceof AcmeRefusal) return fault;
  if (fault instanceof z.ZodError) return new AcmeRefusal('malformed', z.prettifyError(fault).slice(0, 500), 400);
  if (fault instanceof FormatFault || fault instanceof PkiFault) return new AcmeRefusal('malformed', fault.code, 400);
  return undefined;
}
