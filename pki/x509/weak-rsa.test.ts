import { expect, test } from 'vitest';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { parsePublicKey } from './public-key.ts';
import { rsaWeakness } from './weak-rsa.ts';

const octets = (n: bigint) => fromHex(n.toString(16).padStart(n.toString(16).length + (n.toString(16).length % 2), '0'));

/** Miller–Rabin with a few bases: enough for a test. */
function isPrime(n: bigint): boolean {
  if (n % 2n === 0n) return n === 2n;
  const twos = [...(n - 1n).toString(2)].reverse().indexOf('1');
  const odd = (n - 1n) >> BigInt(twos);
  return [2n, 3n, 5n, 7n, 11n, 13n].every((base) => {
    let x = power(base, odd, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let out = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) out = (out * square) % modulus;
    square = (square * square) % modulus;
  }
  return out;
}

function nextPrime(from: bigint): bigint {
  let n = from | 1n;
  while (!isPrime(n)) n += 2n;
  return n;
}

const random = (bits: number) =>
  BigInt(`0x${Buffer.from(nodeSecrets.random(bits / 8)).toString('hex')}`) | (1n << BigInt(bits - 1));

test('keys as libraries make them are good', () => {
  for (const kind of ['rsa-2048', 'rsa-3072'] as const) {
    const key = parsePublicKey(nodeSecrets.generateKeyPair(kind).spki);
    if (key?.kind !== 'rsa') throw new Error('no RSA key');
    expect(rsaWeakness(key.modulus)).toBeUndefined();
  }
});

test('primes of the Infineon library are recognised (ROCA, CVE-2017-15361)', () => {
  const numbers = Array.from({ length: 165 }, (_, i) => i + 3);
  const small = numbers.filter((n) => numbers.every((d) => d >= n || n % d !== 0) && n % 2 !== 0);
  const M = small.reduce((product, prime) => product * BigInt(prime), 1n);
  const prime = (): bigint => {
    for (;;) {
      const candidate = (random(384) / M) * M + power(65_537n, random(64), M);
      if (isPrime(candidate)) return candidate;
    }
  };
  expect(rsaWeakness(octets(prime() * prime()))).toBe('rsa-roca');
});

test('primes side by side are recognised (CVE-2022-26320)', () => {
  const p = nextPrime(random(256));
  expect(rsaWeakness(octets(p * nextPrime(p + 2n)))).toBe('rsa-close-primes');
});

test('a small factor is recognised', () => {
  expect(rsaWeakness(octets(nextPrime(random(384)) * 997n))).toBe('rsa-small-factor');
});
