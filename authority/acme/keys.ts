import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { checkKey } from '../issuance/public-key.ts';

const Member = (most: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(most);
/** Public keys that sign for an account: RFC 8555 §6.2 wants ES256 and allows RS256 and EdDSA; longer keys are a stranger's way to keep us busy. */
const PublicJwk = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.enum(['P-256', 'P-384']), x: Member(64), y: Member(64) }),
  z.object({ kty: z.literal('RSA'), n: Member(1400), e: Member(8) }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Member(43) }),
]);
export type Jwk = z.infer<typeof PublicJwk>;

export type Algorithm = 'ES256' | 'ES384' | 'RS256' | 'EdDSA';
export const ALGORITHMS: readonly Algorithm[] = ['ES256', 'ES384', 'RS256', 'EdDSA'];

/**
 * The key of an account in its one form: another spelling of the same numbers would be another thumbprint, and a key that was
 * closed would come back. Undefined for what is no key, is too weak to speak for a machine, or was sent with its private half.
 */
export function accountKey(wish: unknown): Jwk | undefined {
  const read = PublicJwk.safeParse(wish);
  if (!read.success || typeof wish !== 'object' || wish === null || 'd' in wish) return undefined;
  try {
    const key = createPublicKey({ key: read.data as JsonWebKey, format: 'jwk' });
    // Edwards keys are in no certificate of ours: their size is fixed, and nothing else can be weak.
    if (read.data.kty !== 'OKP' && checkKey(undefined, spkiOf(key)) !== undefined) return undefined;
    return jwkOf(key);
  } catch {
    return undefined;
  }
}

/** The one form of a key from a certificate or a request, where it could speak for an account at all. */
export function accountKeyOfSpki(spki: Uint8Array): Jwk | undefined {
  try {
    return jwkOf(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  } catch {
    return undefined;
  }
}

/** SubjectPublicKeyInfo, DER. */
export function spkiOfJwk(jwk: Jwk): Uint8Array {
  return spkiOf(createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }));
}

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}

function jwkOf(key: KeyObject): Jwk | undefined {
  const canonical = PublicJwk.safeParse(key.export({ format: 'jwk' }));
  return canonical.success ? canonical.data : undefined;
}

/** RFC 7638. */
export function thumbprintOf(jwk: Jwk): string {
  const members = jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : jwk;
  return createHash('sha256').update(canonicalJson(members)).digest('base64url');
}
