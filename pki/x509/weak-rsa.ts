import { toHex } from '@antin/formats/bytes/text-encodings';

/** Ways in which a modulus of good length is still no protection; each has been met on real tokens and devices. */
export type RsaWeakness = 'rsa-roca' | 'rsa-small-factor' | 'rsa-close-primes';

const PRIMES: readonly number[] = primesBelow(1000);

/** Products of odd primes that fit a safe number, so that a modulus is divided a few dozen times and not 167 times. */
const BUNDLES: readonly (readonly [product: bigint, primes: readonly number[]])[] = bundles(PRIMES.slice(1));

/**
 * CVE-2017-15361: the Infineon library made primes of the shape k·M + 65537^a mod M, so the modulus lies in the subgroup
 * that 65537 generates, for every small prime of M. A random modulus does so with a chance of 2^-150.
 */
const ROCA_PRIMES = PRIMES.filter((prime) => prime > 2 && prime <= 167);
const SUBGROUPS = new Map(ROCA_PRIMES.map((prime) => [prime, powersOf(65_537, prime)]));

/**
 * Undefined when none of the known weaknesses shows.
 *
 * @param modulus big-endian magnitude
 */
export function rsaWeakness(modulus: Uint8Array): RsaWeakness | undefined {
  const n = BigInt(`0x${toHex(modulus)}`);
  const rests = new Map<number, number>();
  for (const [product, primes] of BUNDLES) {
    const rest = Number(n % product);
    for (const prime of primes) rests.set(prime, rest % prime);
  }
  if ([...rests.values()].includes(0)) return 'rsa-small-factor';
  if (ROCA_PRIMES.every((prime) => SUBGROUPS.get(prime)?.has(rests.get(prime) as number) === true)) return 'rsa-roca';
  return closePrimes(n) ? 'rsa-close-primes' : undefined;
}

/** Fermat's method finds p and q when they are near each other (CVE-2022-26320); a hundred steps as others take. */
function closePrimes(n: bigint): boolean {
  let a = squareRoot(n);
  if (a * a < n) a += 1n;
  for (let i = 0; i < 100; i++, a += 1n) {
    const rest = a * a - n;
    // Most numbers leave a rest that no square leaves: of a hundred roots four are drawn.
    if (!SQUARES.has(Number(rest % 5040n))) continue;
    const b = squareRoot(rest);
    if (b * b === rest) return true;
  }
  return false;
}

const SQUARES: ReadonlySet<number> = new Set(Array.from({ length: 5040 }, (_, i) => (i * i) % 5040));

/** Newton's method, from above. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function primesBelow(limit: number): number[] {
  const out: number[] = [];
  for (let n = 2; n < limit; n++) if (out.every((prime) => n % prime !== 0)) out.push(n);
  return out;
}

function bundles(primes: readonly number[]): [bigint, number[]][] {
  const out: [bigint, number[]][] = [];
  let product = 1;
  let held: number[] = [];
  for (const prime of primes) {
    if (product * prime > Number.MAX_SAFE_INTEGER) {
      out.push([BigInt(product), held]);
      product = 1;
      held = [];
    }
    product *= prime;
    held.push(prime);
  }
  out.push([BigInt(product), held]);
  return out;
}

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const out = new Set<number>();
  for (let value = 1; !out.has(value); value = (value * (base % prime)) % prime) out.add(value);
  return out;
}
