import { createHmac, createPublicKey, timingSafeEqual, verify, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { accountKey, ALGORITHMS, thumbprintOf, type Algorithm, type Jwk } from './keys.ts';

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/);
/** Neither an unprotected header nor several signatures (RFC 8555 §6.2). */
const Flattened = z.strictObject({
  protected: Base64Url.max(20_000),
  payload: Base64Url.max(60_000),
  signature: Base64Url.max(2000),
});
const Header = z.object({
  alg: z.string().max(50),
  nonce: z.string().max(200).optional(),
  url: z.string().max(500),
  kid: z.string().max(500).optional(),
  jwk: z.unknown().optional(),
  /** Extensions that must be understood: none are. */
  crit: z.never().optional(),
  b64: z.never().optional(),
});

export interface ReadJws {
  readonly status: 'read';
  readonly alg: Algorithm;
  readonly nonce: string | undefined;
  readonly url: string;
  /** Exactly one way of saying whose key it is. */
  readonly by: { readonly kid: string } | { readonly jwk: Jwk };
  readonly payload: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Why it is none, as ACME names it. */
export interface BadJws {
  readonly status: 'bad';
  readonly type: 'malformed' | 'badSignatureAlgorithm' | 'badPublicKey';
}

/** Reads a flattened JWS as ACME sends it (RFC 8555 §6.2). Nothing is verified yet. */
export function readJws(value: unknown): ReadJws | BadJws {
  const flat = Flattened.safeParse(value);
  if (!flat.success) return bad('malformed');
  const header = Header.safeParse(json(Buffer.from(flat.data.protected, 'base64url')));
  if (!header.success) return bad('malformed');
  const { alg, nonce, url, kid, jwk: wish } = header.data;
  if ((kid === undefined) === (wish === undefined)) return bad('malformed');
  const known = ALGORITHMS.find((one) => one === alg);
  if (known === undefined) return bad('badSignatureAlgorithm');
  const jwk = wish === undefined ? undefined : accountKey(wish);
  if (wish !== undefined && jwk === undefined) return bad('badPublicKey');
  return {
    status: 'read',
    ...{ alg: known, nonce, url, by: jwk === undefined ? { kid: kid! } : { jwk } },
    payload: Buffer.from(flat.data.payload, 'base64url'),
    signed: Buffer.from(`${flat.data.protected}.${flat.data.payload}`),
    signature: Buffer.from(flat.data.signature, 'base64url'),
  };
}

const bad = (type: BadJws['type']): BadJws => ({ status: 'bad', type });
const ALGORITHM_OF: Readonly<Record<string, Algorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', Ed25519: 'EdDSA' };

/** Whether this key signed it. The key says which algorithm may be used, never the message. */
export function jwsHolds(jws: ReadJws, jwk: Jwk): boolean {
  const expected = jwk.kty === 'RSA' ? 'RS256' : ALGORITHM_OF[jwk.crv];
  if (jws.alg !== expected) return false;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const digest = { ES256: 'sha256', ES384: 'sha384', RS256: 'sha256', EdDSA: null }[jws.alg];
    return verify(digest, jws.signed, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
  } catch {
    return false;
  }
}

const Binding = z.object({
  alg: z.literal('HS256'),
  kid: z.string().max(200),
  url: z.string().max(500),
  /** RFC 8555 §7.3.4: there is none in the inner JWS. */
  nonce: z.never().optional(),
});

/**
 * The external account binding of a new account (RFC 8555 §7.3.4): an inner JWS under the secret of an account of ours, over
 * exactly the key that the outer JWS is signed with.
 */
export function bindingKid(binding: unknown): string | undefined {
  const flat = Flattened.safeParse(binding);
  const header = flat.success ? Binding.safeParse(json(Buffer.from(flat.data.protected, 'base64url'))) : undefined;
  return header?.success === true ? header.data.kid : undefined;
}

export function bindingHolds(binding: unknown, jwk: Jwk, url: string, secret: Uint8Array): boolean {
  const flat = Flattened.safeParse(binding);
  if (!flat.success) return false;
  const header = Binding.safeParse(json(Buffer.from(flat.data.protected, 'base64url')));
  const inner = accountKey(json(Buffer.from(flat.data.payload, 'base64url')));
  if (!header.success || inner === undefined || header.data.url !== url || thumbprintOf(inner) !== thumbprintOf(jwk))
    return false;
  const mac = createHmac('sha256', secret).update(`${flat.data.protected}.${flat.data.payload}`).digest();
  const given = Buffer.from(flat.data.signature, 'base64url');
  return given.length === mac.length && timingSafeEqual(given, mac);
}

export function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
