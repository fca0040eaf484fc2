import { digestOf, type CryptoDoor } from '../crypto.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** `SHA-256(0x00 ‖ entry)` (RFC 9162 §2.1.1). The prefix keeps an inner node from passing as an entry. */
export function leafHash(door: CryptoDoor, entry: Uint8Array): Uint8Array {
  return digestOf(door, 'SHA-256', LEAF, entry);
}

/** `SHA-256(0x01 ‖ left ‖ right)`. */
export function nodeHash(door: CryptoDoor, left: Uint8Array, right: Uint8Array): Uint8Array {
  return digestOf(door, 'SHA-256', NODE, left, right);
}

/** The head of a tree without entries: the hash of nothing. */
export function emptyRoot(door: CryptoDoor): Uint8Array {
  return digestOf(door, 'SHA-256');
}

export const HASH_LENGTH = 32;

/** A proof that holds something else than hashes proves nothing. */
export function areHashes(...values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === HASH_LENGTH);
}
