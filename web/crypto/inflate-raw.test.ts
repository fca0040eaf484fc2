import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import type { InflateRaw } from '@antin/formats/zip/reader';
import { FormatFault } from '@antin/formats/fault';
import { browserInflateRaw } from './inflate-raw.ts';

function answerOf(inflate: InflateRaw, bytes: Uint8Array, most: number): string {
  try {
    return Buffer.from(inflate(bytes, most)).toString('hex');
  } catch (fault) {
    if (fault instanceof FormatFault) return fault.code;
    throw fault;
  }
}

const deflated = (bytes: Uint8Array, options = {}): Uint8Array => new Uint8Array(deflateRawSync(bytes, options));
const text = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251);

describe('raw inflate in a browser', () => {
  it('gives back what was deflated, in every kind of block', () => {
    for (const options of [
      {},
      { level: 0 },
      { level: 9 },
      { strategy: constants.Z_FIXED },
      { strategy: constants.Z_HUFFMAN_ONLY },
    ]) {
      expect(browserInflateRaw(deflated(text, options), text.length)).toEqual(text);
      expect(browserInflateRaw(deflated(new Uint8Array(0), options), 10)).toHaveLength(0);
    }
    const letters = new TextEncoder().encode('Cộng hòa xã hội chủ nghĩa Việt Nam. '.repeat(5000));
    expect(browserInflateRaw(deflated(letters), letters.length)).toEqual(letters);
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9 }), (bytes, level) => {
        expect(browserInflateRaw(deflated(bytes, { level }), bytes.length)).toEqual(bytes);
      }),
    );
  });

  it('stops a bomb at the budget, and bytes behind the end', () => {
    const bomb = deflated(new Uint8Array(20_000_000));
    expect(answerOf(browserInflateRaw, bomb, 1_000_000)).toBe('inflate.budget');
    expect(answerOf(browserInflateRaw, deflated(text), text.length - 1)).toBe('inflate.budget');
    expect(answerOf(browserInflateRaw, Uint8Array.from([...deflated(text), 0]), text.length)).toBe('inflate.damaged');
    expect(answerOf(browserInflateRaw, deflated(text).subarray(0, -1), text.length)).toBe('inflate.damaged');
    expect(answerOf(browserInflateRaw, new Uint8Array(0), 10)).toBe('inflate.damaged');
  });

  it('answers as the server does about damaged streams', () => {
    const whole = deflated(new TextEncoder().encode('Điều 1. Điều 2. '.repeat(60)));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, mask, cut) => {
        const bytes = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) bytes[at] = (bytes[at] as number) ^ mask;
        expect(answerOf(browserInflateRaw, bytes, 5000)).toBe(answerOf(nodeInflateRaw, bytes, 5000));
      }),
      { numRuns: 3000, seed: 7 },
    );
  });
});
