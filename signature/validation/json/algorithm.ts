import type { SignatureAlgorithm } from '@antin/pki/crypto';
import type { JwsAlgorithm } from '../../jades/algorithms.ts';
import { jwsAlgorithmNamed } from '../../jades/algorithms.ts';

/** RFC 8812: known, so that the policy can say since when it is not accepted. Never written. */
const LEGACY: ReadonlyMap<string, JwsAlgorithm> = new Map([
  ['RS1', { algorithm: { scheme: 'rsa-pkcs1', digest: 'SHA-1' } as SignatureAlgorithm }],
]);

/** RFC 7518 §3.2, §3.6 and JWE: with a shared secret anybody who verifies could have made it; `none` anybody at all. */
const NO_SIGNATURE = /^(none|hs\d+|hmac.*|a\d+.*|dir|pbes2.*)$/i;

export type NamedAlgorithm =
  | { readonly status: 'known'; readonly named: JwsAlgorithm }
  /** No key of a person stands behind it. */
  | { readonly status: 'no-signature' }
  | { readonly status: 'unknown' };

/** What `alg` says, from a list of what is allowed and never from what the key could do. */
export function algorithmNamed(alg: string): NamedAlgorithm {
  const named = jwsAlgorithmNamed(alg) ?? LEGACY.get(alg);
  if (named !== undefined) return { status: 'known', named };
  return { status: NO_SIGNATURE.test(alg) ? 'no-signature' : 'unknown' };
}
