import { createHash, createHmac, createPublicKey, timingSafeEqual, verify, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '@antin/protocol/canonical-json';

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const Flattened = z.strictObject({
  protected: Base64Url.max(20_000),
  payload: Base64Url.max(60_000),
  signature: Base64Url.max(2000),
});
/** Public keys that sign for an account: RFC 8555 §6.2 wants ES256 and allows RS256 and EdDSA; longer keys are a stranger's way to keep us busy. */
const Jwk = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.enum(['P-256', 'P-384']), x: Base64Url.max(64), y: Base64Url.max(64) }),
  z.object({ kty: z.literal('RSA'), n: Base64Url.max(1400), e: Base64Url.max(8) }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Base64Url.max(43) }),
]);
export type Jwk = z.infer<typeof Jwk>;
const Header = z.object({
  alg: z.enum(['ES256', 'ES384', 'RS256', 'EdDSA']),
  nonce: z.string().max(200),
  url: z.string().max(500),
  kid: z.string().max(500).optional(),
  jwk: Jwk.optional(),
  /** Extensions that must be understood: none are. */
  crit: z.never().optional(),
  b64: z.never().optional(),
});
export type JwsHeader = z.infer<typeof Header>;

export interface ReadJws {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Reads a flattened JWS as ACME sends it (RFC 8555 §6.2); undefined when it is none. Nothing is verified yet. */
export function readJws(body: Uint8Array): ReadJws | undefined {
  const flat = Flattened.safeParse(json(Buffer.from(body)));
  if (!flat.success) return undefined;
  const header = Header.safeParse(json(Buffer.from(flat.data.protected, 'base64url')));
  // Exactly one way of saying whose key it is.
  if (!header.success || (header.data.kid === undefined) === (header.data.jwk === undefined)) return undefined;
  return {
    header: header.data,
    payload: Buffer.from(flat.data.payload, 'base64url'),
    signed: Buffer.from(`${flat.data.protected}.${flat.data.payload}`),
    signature: Buffer.from(flat.data.signature, 'base64url'),
  };
}

const ALGORITHM_OF: Readonly<Record<string, JwsHeader['alg']>> = { 'P-256': 'ES256', 'P-384': 'ES384', Ed25519: 'EdDSA' };

/** Whether this key signed it. The key says which algorithm may be used, never the message. */
export function jwsHolds(jws: ReadJws, jwk: Jwk): boolean {
  const expected = jwk.kty === 'RSA' ? 'RS256' : ALGORITHM_OF[jwk.crv];
  if (jws.header.alg !== expected) return false;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    if (jwk.kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return false;
    const digest = { ES256: 'sha256', ES384: 'sha384', RS256: 'sha256', EdDSA: null }[jws.header.alg];
    return verify(digest, jws.signed, { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
  } catch {
    return false;
  }
}

/** RFC 7638. */
export function thumbprintOf(jwk: Jwk): string {
  const members = jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : jwk;
  return createHash('sha256').update(canonicalJson(members)).digest('base64url');
}

const Binding = z.object({ alg: z.literal('HS256'), kid: z.string().max(200), url: z.string().max(500) });

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
  const inner = Jwk.safeParse(json(Buffer.from(flat.data.payload, 'base64url')));
  if (!header.success || !inner.success || header.data.url !== url || thumbprintOf(inner.data) !== thumbprintOf(jwk))
    return false;
  const mac = createHmac('sha256', secret).update(`${flat.data.protected}.${flat.data.payload}`).digest();
  const given = Buffer.from(flat.data.signature, 'base64url');
  return given.length === mac.length && timingSafeEqual(given, mac);
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
