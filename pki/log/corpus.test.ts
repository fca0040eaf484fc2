import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { corpus } from '@antin/testkit/corpora';
import { verifyConsistency, verifyInclusion, verifySubtreeConsistency, verifySubtreeInclusion } from './verify.ts';

interface Vector {
  readonly file: string;
  readonly wantErr: boolean;
  number(name: string): bigint;
  bytes(name: string): Uint8Array;
  readonly proof: Uint8Array[];
}

const folder = corpus('merkle');

function vectors(kind: string): Vector[] {
  const out: Vector[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.json')) out.push(vectorOf(path));
    }
  };
  walk(join(folder as string, kind));
  return out;
}

function vectorOf(file: string): Vector {
  const text = readFileSync(file, 'utf8');
  const json = JSON.parse(text) as Record<string, unknown> & { proof: string[] | null; wantErr: boolean };
  const fromBase64 = (value: string) => new Uint8Array(Buffer.from(value, 'base64'));
  return {
    file,
    wantErr: json.wantErr,
    // Seven files hold integers up to 2^64 - 1, which JSON.parse rounds.
    number: (name) => BigInt(new RegExp(`"${name}":\\s*(\\d+)`).exec(text)![1]!),
    bytes: (name) => fromBase64((json[name] as string | null) ?? ''),
    proof: (json.proof ?? []).map(fromBase64),
  };
}

const JUDGES: Readonly<Record<string, readonly [number, (vector: Vector) => boolean]>> = {
  inclusion: [
    98,
    (v) =>
      verifyInclusion(nodeCrypto, {
        leafIndex: v.number('leafIdx'),
        treeSize: v.number('treeSize'),
        root: v.bytes('root'),
        leafHash: v.bytes('leafHash'),
        proof: v.proof,
      }),
  ],
  consistency: [
    98,
    (v) =>
      verifyConsistency(nodeCrypto, {
        size1: v.number('size1'),
        size2: v.number('size2'),
        root1: v.bytes('root1'),
        root2: v.bytes('root2'),
        proof: v.proof,
      }),
  ],
  subtreeinclusion: [
    204,
    (v) =>
      verifySubtreeInclusion(nodeCrypto, {
        leafIndex: v.number('leafIdx'),
        start: v.number('start'),
        end: v.number('end'),
        root: v.bytes('root'),
        leafHash: v.bytes('leafHash'),
        proof: v.proof,
      }),
  ],
  subtreeconsistency: [
    118,
    (v) =>
      verifySubtreeConsistency(nodeCrypto, {
        start: v.number('start'),
        end: v.number('end'),
        size: v.number('size'),
        root1: v.bytes('root1'),
        root2: v.bytes('root2'),
        proof: v.proof,
      }),
  ],
};

describe.skipIf(folder === undefined)('proofs of the merkle corpus', () => {
  for (const [kind, [count, judge]] of Object.entries(JUDGES)) {
    it(`${kind}: all ${count} answered as the corpus says`, () => {
      const all = vectors(kind);
      expect(all.length).toBe(count);
      expect(all.filter((vector) => judge(vector) === vector.wantErr).map((vector) => vector.file)).toEqual([]);
    });
  }
});
