import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { SignatureFault } from '../fault.ts';

/** Moment from which nothing more may be made with it, ms since 1970; `null` = no end known. A missing name is never allowed. */
export type MadeUntil = number | null;

/**
 * What may be made, as data with dates: stricter than what is still accepted from others (`validation/policy.ts`), because a
 * signature made today must be good for decades.
 */
export interface MakingPolicy {
  readonly name: string;
  readonly digests: Readonly<Partial<Record<DigestAlgorithm, MadeUntil>>>;
  readonly schemes: Readonly<Partial<Record<SignatureAlgorithm['scheme'], MadeUntil>>>;
  /** Smallest modulus in bits; the first row that fits decides. */
  readonly rsaBits: readonly { readonly atLeast: number; readonly until: MadeUntil }[];
  readonly ecBits: readonly { readonly atLeast: number; readonly until: MadeUntil }[];
}

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

/** Circular 15/2025/TT-BKHCN, Annex I, with the ends that ETSI TS 119 312 and NIST SP 800-131A give. No SHA-1, no SHA-224, ever. */
export const MAKING_POLICY: MakingPolicy = {
  name: 'vn-making-2025',
  digests: { 'SHA-256': null, 'SHA-384': null, 'SHA-512': null, 'SHA3-256': null, 'SHA3-384': null, 'SHA3-512': null },
  schemes: { 'rsa-pkcs1': null, 'rsa-pss': null, ecdsa: null, ed25519: null },
  rsaBits: [
    { atLeast: 3000, until: null },
    { atLeast: 2048, until: day('2031-01-01') },
  ],
  ecBits: [{ atLeast: 256, until: null }],
};

/**
 * @param at moment of making, ms since 1970
 * @throws {SignatureFault} `signature.algorithm-not-allowed`
 */
export function requireMayMake(
  input: { readonly algorithm: SignatureAlgorithm; readonly spki: Uint8Array },
  at: number,
  policy: MakingPolicy = MAKING_POLICY,
): void {
  const { algorithm } = input;
  require(policy.schemes[algorithm.scheme], algorithm.scheme, at);
  if (algorithm.scheme !== 'ed25519') requireDigest(algorithm.digest, at, policy);
  if (algorithm.scheme === 'rsa-pss') {
    requireDigest(algorithm.mgfDigest, at, policy);
    if (algorithm.mgfDigest !== algorithm.digest) throw refused('RSASSA-PSS with two different digests');
  }
  const key = sizeOf(input.spki);
  if (key?.kind === 'RSA') requireSize(key.kind, key.bits, policy.rsaBits, at);
  if (key?.kind === 'EC') requireSize(key.kind, key.bits, policy.ecBits, at);
}

type KeySize = { readonly kind: 'RSA' | 'EC'; readonly bits: number };

/** By the array: who signs thousands of files with one key has it read once. */
const sizes = new WeakMap<Uint8Array, KeySize | null>();

function sizeOf(spki: Uint8Array): KeySize | null {
  const known = sizes.get(spki);
  if (known !== undefined) return known;
  const key = parsePublicKey(spki);
  let size: KeySize | null = null;
  if (key?.kind === 'rsa') size = { kind: 'RSA', bits: bitLength(key.modulus) };
  if (key?.kind === 'ec') size = { kind: 'EC', bits: key.order.toString(2).length };
  sizes.set(spki, size);
  return size;
}

/** @throws {SignatureFault} `signature.algorithm-not-allowed` */
export function requireDigest(digest: DigestAlgorithm, at: number, policy: MakingPolicy = MAKING_POLICY): void {
  require(policy.digests[digest], digest, at);
}

function requireSize(kind: string, bits: number, rows: MakingPolicy['rsaBits'], at: number): void {
  require(rows.find((row) => bits >= row.atLeast)?.until, `${kind} ${bits}`, at);
}

function require(until: MadeUntil | undefined, what: string, at: number): void {
  if (until === null || (until !== undefined && at < until)) return;
  const when = until === undefined ? '' : ` since ${new Date(until).toISOString().slice(0, 10)}`;
  throw refused(`${what} may not be used for new signatures${when}`);
}

function bitLength(magnitude: Uint8Array): number {
  return (magnitude.length - 1) * 8 + (32 - Math.clz32(magnitude[0] ?? 0));
}

function refused(message: string): SignatureFault {
  return new SignatureFault('signature.algorithm-not-allowed', message);
}
