import { concatBytes, fromUtf8, utf8 } from '@antin/formats/bytes/bytes';
import type { DigestAlgorithm, SecretDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { DIGEST_LENGTH } from '../x509/algorithm.ts';

/**
 * Iterations all derivations of one file may cost together. OpenSSL writes 2,048 each, careful tools up to a million; a file
 * that asks for billions only wants the server busy.
 */
export const MAX_TOTAL_ITERATIONS = 5_000_000;

/** Counts down over one file. */
export interface IterationAccount {
  left: number;
}

/** @throws {PkiFault} `pkcs12.iterations` */
export function spendIterations(account: IterationAccount, iterations: number): void {
  if (iterations < 1 || iterations > account.left) {
    throw new PkiFault('pkcs12.iterations', `the file asks for ${iterations} iterations; ${account.left} are left of the budget`);
  }
  account.left -= iterations;
}

/** One password in the two forms of the standards. */
export interface Password {
  /** UTF-8, for PBES2 and PBMAC1 (RFC 8018, RFC 9579). */
  readonly utf8: Uint8Array;
  /** UTF-16BE with two zero octets at the end, for the PKCS#12 derivation (RFC 7292 appendix B.1). */
  readonly bmp: Uint8Array;
}

/** @throws {PkiFault} `pkcs12.password` for octets that are not UTF-8 */
export function passwordForms(password: string | Uint8Array): Password {
  let text: string;
  try {
    text = typeof password === 'string' ? password : fromUtf8(password);
  } catch (cause) {
    throw new PkiFault('pkcs12.password', 'password octets must be UTF-8', { cause });
  }
  return { utf8: utf8(text), bmp: bmpOctets(`${text}\0`) };
}

/** UTF-16BE octets, the content of a BMPString. */
export function bmpOctets(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    out[2 * i] = text.charCodeAt(i) >> 8;
    out[2 * i + 1] = text.charCodeAt(i) & 0xff;
  }
  return out;
}

/** What derived octets are for (RFC 7292 appendix B.3). */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;

/** The PKCS#12 key derivation of RFC 7292 appendix B.2. */
export function pkcs12Kdf(
  secrets: SecretDoor,
  input: {
    readonly digest: DigestAlgorithm;
    readonly purpose: 1 | 2 | 3;
    readonly password: Uint8Array;
    readonly salt: Uint8Array;
    readonly iterations: number;
    readonly length: number;
  },
): Uint8Array {
  const u = DIGEST_LENGTH[input.digest];
  const v = u > 32 ? 128 : 64;
  const diversifier = new Uint8Array(v).fill(input.purpose);
  const state = concatBytes(repeated(input.salt, v), repeated(input.password, v));
  const out = new Uint8Array(input.length);
  for (let at = 0; at < out.length; at += u) {
    let a = secrets.digest(input.digest, concatBytes(diversifier, state));
    for (let i = 1; i < input.iterations; i++) a = secrets.digest(input.digest, a);
    out.set(a.subarray(0, out.length - at), at);
    addToBlocks(state, repeated(a, v).subarray(0, v));
  }
  return out;
}

/** Copies to fill whole blocks of `v` octets; an empty string stays empty. */
function repeated(bytes: Uint8Array, v: number): Uint8Array {
  const out = new Uint8Array(v * Math.ceil(bytes.length / v));
  for (let i = 0; i < out.length; i++) out[i] = bytes[i % bytes.length] as number;
  return out;
}

/** Every block of the state becomes (block + b + 1) mod 2^(8v). */
function addToBlocks(state: Uint8Array, b: Uint8Array): void {
  for (let block = 0; block < state.length; block += b.length) {
    let carry = 1;
    for (let i = b.length - 1; i >= 0; i--) {
      carry += (state[block + i] as number) + (b[i] as number);
      state[block + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}
