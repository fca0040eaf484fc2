import { isOnCurve } from '@antin/pki/x509/curve';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import type { PublicKey } from '@antin/pki/x509/public-key';
import { rsaWeakness } from '@antin/pki/x509/weak-rsa';
import { isUsableKey } from '../ca/public-key.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import type { Profile } from '../profiles/profile.ts';

/** Keys of subscribers for whom no profile is known yet: Circular 15/2025 Annex I, RSA ≥ 2048 or ECDSA ≥ 256. */
const ANY: Profile['keys'] = { rsaBits: [2048, 4096], curves: ['P-256', 'P-384', 'P-521'] };

/** Kinds that are certified. */
export type SubscriberKey = Exclude<PublicKey, { kind: 'ed25519' }>;

/** Whether a key may be certified under a profile: read strictly, of an allowed kind and size, with no known weakness. */
export function checkKey(profile: Pick<Profile, 'keys'> | undefined, spki: Uint8Array): Refusal | undefined {
  const key = certifiable(profile, spki);
  return 'status' in key ? key : undefined;
}

/** The same, with the key that was read. */
export function certifiable(profile: Pick<Profile, 'keys'> | undefined, spki: Uint8Array): SubscriberKey | Refusal {
  const { rsaBits, curves } = profile?.keys ?? ANY;
  const key = parsePublicKey(spki);
  if (key === undefined) return refused('issuance.key-unsupported');
  if (key.kind === 'ed25519') return refused('issuance.key-unsupported', 'ed25519');
  if (key.kind === 'ec') {
    if (!curves.includes(key.curve)) return refused('issuance.key-unsupported', key.curve);
    // Uncompressed as RFC 5480 §2.2 demands of every reader; a point off the curve is no key.
    return isOnCurve(key.curve, key.point) === true ? key : refused('issuance.key-damaged', 'point');
  }
  const bits = key.modulus.length * 8 - Math.clz32(key.modulus[0] as number) + 24;
  if (bits < rsaBits[0] || bits > rsaBits[1]) return refused('issuance.key-weak', `RSA ${bits}`);
  // Small exponents break padding mistakes open; very large ones are a way to make verifiers work.
  if (key.exponent < 65_537n || key.exponent % 2n === 0n) return refused('issuance.key-weak', 'exponent');
  if (key.use !== 'any') return refused('issuance.key-unsupported', 'RSASSA-PSS');
  const weakness = rsaWeakness(key.modulus);
  if (weakness !== undefined) return refused('issuance.key-weak', weakness);
  return isUsableKey(spki) ? key : refused('issuance.key-damaged', 'RSA');
}
