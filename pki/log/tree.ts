import type { CryptoDoor } from '../crypto.ts';
import { emptyRoot, nodeHash } from './hash.ts';

/** A complete subtree: the hash over entries `[index × 2^level, (index + 1) × 2^level)`. Level 0 are the leaves. */
export interface NodeName {
  readonly level: number;
  readonly index: number;
}

export interface Node extends NodeName {
  readonly hash: Uint8Array;
}

/**
 * The right edge of a growing tree: the hashes of its complete subtrees, largest first. Everything that is needed to
 * append and to know the head, a logarithm in size.
 */
export interface Edge {
  readonly size: number;
  readonly nodes: readonly Node[];
}

export const NO_ENTRIES: Edge = { size: 0, nodes: [] };

/** Names of the nodes of the edge of a tree of that size, largest first. */
export function edgeOf(size: number): NodeName[] {
  return piecesOf(0, size);
}

/** @returns the new edge, and the nodes that became complete by this leaf, the leaf itself first */
export function append(
  door: CryptoDoor,
  edge: Edge,
  leaf: Uint8Array,
): { readonly edge: Edge; readonly completed: readonly Node[] } {
  const nodes = [...edge.nodes];
  let node: Node = { level: 0, index: edge.size, hash: leaf };
  const completed = [node];
  while (node.index % 2 === 1) {
    const left = nodes.pop() as Node;
    node = { level: node.level + 1, index: Math.floor(node.index / 2), hash: nodeHash(door, left.hash, node.hash) };
    completed.push(node);
  }
  nodes.push(node);
  return { edge: { size: edge.size + 1, nodes }, completed };
}

/** The head of the tree (RFC 9162 §2.1.1). */
export function rootOf(door: CryptoDoor, edge: Edge): Uint8Array {
  return edge.size === 0 ? emptyRoot(door) : fold(door, edge.nodes);
}

/** Hash over adjoining complete subtrees, each at most as large as the one before. */
function fold(door: CryptoDoor, nodes: readonly { readonly hash: Uint8Array }[]): Uint8Array {
  return nodes.map((node) => node.hash).reduceRight((right, left) => nodeHash(door, left, right));
}

/** A range of entries as complete subtrees; ranges of a Merkle tree begin at a multiple of their width. */
function piecesOf(start: number, end: number): NodeName[] {
  const out: NodeName[] = [];
  for (let at = start; at < end;) {
    const level = wholeLog2(end - at);
    out.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return out;
}

/** The ranges whose hashes prove that entry `leafIndex` is in a tree of `size` entries, nearest first (RFC 9162 §2.1.3.1). */
export function inclusionRanges(leafIndex: number, size: number): NodeName[][] {
  if (!(leafIndex >= 0 && leafIndex < size)) throw new RangeError('no such entry in a tree of that size');
  const out: NodeName[][] = [];
  for (let [start, end] = [0, size]; end - start > 1;) {
    const split = start + splitOf(end - start);
    if (leafIndex < split) {
      out.push(piecesOf(split, end));
      end = split;
    } else {
      out.push(piecesOf(start, split));
      start = split;
    }
  }
  return out.reverse();
}

/** The ranges whose hashes prove that a tree of `size` entries begins with the one of `old` entries (RFC 9162 §2.1.4.1). */
export function consistencyRanges(old: number, size: number): NodeName[][] {
  if (!(old > 0 && old <= size)) throw new RangeError('no tree of that size to begin with');
  const out: NodeName[][] = [];
  let [start, end, known] = [0, size, true];
  while (old < end) {
    const split = start + splitOf(end - start);
    if (old <= split) {
      out.push(piecesOf(split, end));
      end = split;
    } else {
      out.push(piecesOf(start, split));
      start = split;
      known = false;
    }
  }
  if (!known) out.push(piecesOf(start, end));
  return out.reverse();
}

/** The hash of each range, from its nodes. */
export function hashesOf(
  door: CryptoDoor,
  ranges: readonly (readonly NodeName[])[],
  hashAt: (node: NodeName) => Uint8Array,
): Uint8Array[] {
  return ranges.map((range) =>
    fold(
      door,
      range.map((node) => ({ hash: hashAt(node) })),
    ),
  );
}

/** The largest power of two below `width`. */
function splitOf(width: number): number {
  return 2 ** wholeLog2(width - 1);
}

/** Exact, where `Math.log2` of a large number just below a power of two is rounded up. */
function wholeLog2(width: number): number {
  let level = 0;
  while (2 ** (level + 1) <= width) level += 1;
  return level;
}
