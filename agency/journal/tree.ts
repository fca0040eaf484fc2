import { createHash } from 'node:crypto';

/** Leaf hash of RFC 9162 §2.1.1: SHA-256(0x00 ‖ leaf), lower-case hex. The prefix keeps a node from passing as a leaf. */
export function leafHash(canonical: string): string {
  return createHash('sha256').update(Uint8Array.of(0)).update(canonical, 'utf8').digest('hex');
}

/** Merkle tree head over leaf hashes (RFC 9162 §2.1.1); the head of an empty tree is the hash of nothing. */
export function treeHead(leaves: readonly string[]): string {
  if (leaves.length === 0) return createHash('sha256').digest('hex');
  if (leaves.length === 1) return leaves[0]!;
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return createHash('sha256')
    .update(Uint8Array.of(1))
    .update(Buffer.from(treeHead(leaves.slice(0, split)), 'hex'))
    .update(Buffer.from(treeHead(leaves.slice(split)), 'hex'))
    .digest('hex');
}
