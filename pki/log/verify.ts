import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CryptoDoor } from '../crypto.ts';
import { areHashes, emptyRoot, nodeHash } from './hash.ts';

export interface InclusionProof {
  /** Counted from zero. */
  readonly leafIndex: bigint;
  readonly treeSize: bigint;
  readonly root: Uint8Array;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the tree of that root holds that leaf in that place.
 *
 * @see RFC 9162 §2.1.3.2
 */
export function verifyInclusion(door: CryptoDoor, claim: InclusionProof): boolean {
  const { leafIndex, treeSize, root, proof } = claim;
  if (leafIndex < 0n || leafIndex >= treeSize || !areHashes(root, claim.leafHash, ...proof)) return false;
  let fn = leafIndex;
  let sn = treeSize - 1n;
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      hash = nodeHash(door, sibling, hash);
      while (fn % 2n === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      hash = nodeHash(door, hash, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(hash, root);
}

export interface ConsistencyProof {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the second tree begins with the whole first one: nothing was changed, taken out or put in between.
 *
 * Nothing is proven about a first tree without entries: every tree begins with it.
 *
 * @see RFC 9162 §2.1.4.2
 */
export function verifyConsistency(door: CryptoDoor, claim: ConsistencyProof): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (size1 <= 0n || size2 < size1) return false;
  return verifySubtreeConsistency(door, { start: 0n, end: size1, size: size2, root1, root2, proof });
}

export interface SubtreeConsistencyProof {
  readonly start: bigint;
  readonly end: bigint;
  readonly size: bigint;
  /** Head over the entries `[start, end)` alone. */
  readonly root1: Uint8Array;
  /** Head over all `size` entries. */
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the tree holds exactly that subtree in that place.
 *
 * @see draft-ietf-plants-merkle-tree-certs, "Subtree Consistency Proofs"; with `start` 0 the same as RFC 9162 §2.1.4.2
 */
export function verifySubtreeConsistency(door: CryptoDoor, claim: SubtreeConsistencyProof): boolean {
  const { start, end, size, root1, root2, proof } = claim;
  if (!isSubtree(start, end) || end > size) return false;
  if (start === end) return proof.length === 0 && equalBytes(root1, emptyRoot(door));
  // The whole tree: equal heads are all there is to compare.
  if (start === 0n && end === size) return proof.length === 0 && equalBytes(root1, root2);
  if (!areHashes(root1, root2, ...proof)) return false;
  let fn = start;
  let sn = end - 1n;
  let tn = size - 1n;
  const whole = sn === tn;
  while (fn !== sn && (whole || sn % 2n === 1n)) [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
  const rest = [...proof];
  const first = fn === sn ? root1 : rest.shift();
  if (first === undefined) return false;
  let [fr, sr] = [first, first];
  for (const sibling of rest) {
    if (tn === 0n) return false;
    if (sn % 2n === 1n || sn === tn) {
      if (fn < sn) fr = nodeHash(door, sibling, fr);
      sr = nodeHash(door, sibling, sr);
      while (sn % 2n === 0n && sn !== 0n) [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
    } else {
      sr = nodeHash(door, sr, sibling);
    }
    [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
  }
  return tn === 0n && equalBytes(fr, root1) && equalBytes(sr, root2);
}

/** An entry's place in a subtree: its place in a tree of that many entries. */
export function verifySubtreeInclusion(
  door: CryptoDoor,
  claim: Omit<InclusionProof, 'treeSize'> & { readonly start: bigint; readonly end: bigint },
): boolean {
  const { start, end, leafIndex } = claim;
  if (!isSubtree(start, end)) return false;
  return verifyInclusion(door, { ...claim, leafIndex: leafIndex - start, treeSize: end - start });
}

/** A subtree begins at a multiple of the least power of two that holds its entries. */
function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || end < start) return false;
  let width = 1n;
  while (width < end - start) width <<= 1n;
  return start % width === 0n;
}
