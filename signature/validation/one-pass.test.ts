import { createHash } from 'node:crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { memorySource } from '@antin/formats/bytes/source';
import type { CryptoDoor } from '@antin/pki/crypto';
import { describe, expect, test } from 'vitest';
import { OnePass } from './one-pass.ts';
import { contentOf } from './signed-content.ts';

const bytes = new Uint8Array(5000).map((_, i) => (i * 31) % 251);
const ranges = [
  [1000, 1400, 600],
  [2500, 2900, 500],
  [4000, 4400, 600],
] as const;
const sha256 = (...parts: Uint8Array[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const covered = ([b, c, d]: (typeof ranges)[number]): string => sha256(bytes.subarray(0, b), bytes.subarray(c, c + d));

/** Counts the bytes that go through SHA-256. */
function counting(): { door: CryptoDoor; read: () => number } {
  let read = 0;
  const counted = (inner: ReturnType<CryptoDoor['digest']>): ReturnType<CryptoDoor['digest']> => ({
    update(piece) {
      read += piece.length;
      inner.update(piece);
    },
    finish: () => inner.finish(),
    copy: () => counted((inner.copy as NonNullable<typeof inner.copy>)()),
  });
  return { door: { ...nodeCrypto, digest: (algorithm) => counted(nodeCrypto.digest(algorithm)) }, read: () => read };
}

describe('one pass over a file', () => {
  test.each([
    ['oldest first', [0, 1, 2]],
    ['newest first', [2, 1, 0]],
    ['as it comes', [1, 0, 2]],
  ])('gives every digest that separate passes give, %s, and reads the file once', (_, order) => {
    const source = memorySource(bytes);
    const { door, read } = counting();
    const pass = new OnePass(source, door);
    pass.plan(ranges.map(([b]) => b));
    for (const i of order) {
      const range = ranges[i] as (typeof ranges)[number];
      const [b, c, d] = range;
      const content = contentOf(
        source,
        [
          [0, b],
          [c, d],
        ],
        door,
        pass,
      );
      expect(hex(content.digest('SHA-256'))).toBe(covered(range));
    }
    expect(hex(pass.finish())).toBe(sha256(bytes));
    const tails = ranges.reduce((sum, [, , d]) => sum + d, 0);
    expect(read()).toBe(bytes.length + tails);
  });

  test('the same range asked twice, another algorithm, another source and a door that cannot copy are read on their own', () => {
    const source = memorySource(bytes);
    const plain: CryptoDoor = {
      ...nodeCrypto,
      digest(algorithm) {
        const { update, finish } = nodeCrypto.digest(algorithm);
        return { update, finish };
      },
    };
    for (const door of [nodeCrypto, plain]) {
      const pass = new OnePass(source, door);
      pass.plan([1000, 1000]);
      const content = () => contentOf(source, [[0, 1000]], door, pass);
      expect(hex(content().digest('SHA-256'))).toBe(sha256(bytes.subarray(0, 1000)));
      expect(hex(content().digest('SHA-256'))).toBe(sha256(bytes.subarray(0, 1000)));
      expect(hex(content().digest('SHA-512'))).toBe(createHash('sha512').update(bytes.subarray(0, 1000)).digest('hex'));
      const other = memorySource(bytes.slice().reverse());
      expect(hex(contentOf(other, [[0, 1000]], door, pass).digest('SHA-256'))).toBe(sha256(other.read(0, 1000)));
      expect(hex(pass.finish())).toBe(sha256(bytes));
    }
  });
});
