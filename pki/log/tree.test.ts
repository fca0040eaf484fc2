import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { append, consistencyRanges, edgeOf, hashesOf, inclusionRanges, NO_ENTRIES, rootOf, type NodeName } from './tree.ts';
import { verifyConsistency, verifyInclusion } from './verify.ts';

const door = nodeCrypto;
const leafOf = (index: number) => leafHash(door, new TextEncoder().encode(`entry ${index}`));

/** RFC 9162 §2.1.1, word for word. */
function headOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot(door);
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(door, headOf(leaves.slice(0, split)), headOf(leaves.slice(split)));
}

function grown(size: number) {
  const leaves: Uint8Array[] = [];
  const nodes = new Map<string, Uint8Array>();
  const key = ({ level, index }: NodeName) => `${level}/${index}`;
  let edge = NO_ENTRIES;
  for (let index = 0; index < size; index++) {
    leaves.push(leafOf(index));
    const step = append(door, edge, leaves[index]!);
    edge = step.edge;
    for (const node of step.completed) nodes.set(key(node), node.hash);
  }
  return { leaves, edge, hashAt: (node: NodeName) => nodes.get(key(node))! };
}

const tree = grown(300);
const rootAt = (size: number) => headOf(tree.leaves.slice(0, size));

describe('a growing tree', () => {
  it('has at each size the head that the recursive definition gives', () => {
    for (const size of [0, 1, 2, 3, 4, 5, 7, 8, 9, 64, 100, 255, 256, 257]) {
      expect(rootOf(door, grown(size).edge)).toEqual(rootAt(size));
    }
  });

  it('its edge is found again from the stored nodes', () => {
    for (const size of [0, 1, 6, 255, 256, 300]) {
      const nodes = edgeOf(size).map((name) => ({ ...name, hash: tree.hashAt(name) }));
      expect(rootOf(door, { size, nodes })).toEqual(rootAt(size));
    }
  });

  it('proves every entry in every size, and no other entry, place, size or head', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(299), fc.nat(299), (size, a, b) => {
        const [leafIndex, other] = [a % size, b % size];
        const proof = hashesOf(door, inclusionRanges(leafIndex, size), tree.hashAt);
        const claim = {
          leafIndex: BigInt(leafIndex),
          treeSize: BigInt(size),
          root: rootAt(size),
          leafHash: tree.leaves[leafIndex]!,
          proof,
        };
        expect(verifyInclusion(door, claim)).toBe(true);
        if (other !== leafIndex) {
          expect(verifyInclusion(door, { ...claim, leafHash: tree.leaves[other]! })).toBe(false);
          expect(verifyInclusion(door, { ...claim, leafIndex: BigInt(other) })).toBe(false);
          expect(verifyInclusion(door, { ...claim, root: rootAt(other) })).toBe(false);
        }
        expect(verifyInclusion(door, { ...claim, proof: [...proof, rootAt(size)] })).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(door, { ...claim, proof: proof.slice(1) })).toBe(false);
      }),
    );
  });

  it('proves that it begins with each older one, and with no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), fc.nat(299), (a, b, wrong) => {
        const [old, size] = [Math.min(a, b), Math.max(a, b)];
        const proof = hashesOf(door, consistencyRanges(old, size), tree.hashAt);
        const claim = { size1: BigInt(old), size2: BigInt(size), root1: rootAt(old), root2: rootAt(size), proof };
        expect(verifyConsistency(door, claim)).toBe(true);
        if (wrong !== old) expect(verifyConsistency(door, { ...claim, root1: rootAt(wrong) })).toBe(false);
        if (wrong !== size) expect(verifyConsistency(door, { ...claim, root2: rootAt(wrong) })).toBe(false);
      }),
    );
  });
});
