import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes, indexOfBytes, unsigned } from './bytes.ts';
import { fromBase64, fromHex, hexDigits, toBase64, toBase64Url, toHex, writeHexDigits } from './text-encodings.ts';

const few = fc.uint8Array({ max: 2, maxLength: 60 });

describe('bytes', () => {
  test('are found where Node finds them, from any position', () => {
    fc.assert(
      fc.property(few, fc.uint8Array({ max: 2, minLength: 1, maxLength: 6 }), fc.nat(70), (hay, needle, from) => {
        expect(indexOfBytes(hay, needle, from)).toBe(from > hay.length ? -1 : Buffer.from(hay).indexOf(needle, from));
      }),
      { numRuns: 2000 },
    );
    const cut = fc.tuple(fc.uint8Array({ max: 1, minLength: 80, maxLength: 300 }), fc.nat(230), fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(cut, fc.nat(70), ([hay, start, length], from) => {
        const needle = hay.slice(start, start + length);
        expect(indexOfBytes(hay, needle, from)).toBe(Buffer.from(hay).indexOf(needle, from));
      }),
      { numRuns: 2000 },
    );
  });

  test('are equal when every one of them is, wherever they lie in a larger array', () => {
    const some = fc.tuple(
      fc.uint8Array({ minLength: 180, maxLength: 230 }),
      fc.nat(9),
      fc.nat(229),
      fc.integer({ min: 1, max: 255 }),
    );
    fc.assert(
      fc.property(some, ([bytes, before, place, flip]) => {
        const room = new Uint8Array(before + bytes.length);
        room.set(bytes, before);
        const other = room.subarray(before);
        expect(equalBytes(bytes, other)).toBe(true);
        expect(equalBytes(bytes, other.subarray(1))).toBe(false);
        const at = place % bytes.length;
        other[at] = (other[at] as number) ^ flip;
        expect(equalBytes(bytes, other)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('become hexadecimal digits and come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(Buffer.from(hexDigits(bytes)).toString('latin1')).toBe(toHex(bytes));
        const framed = Buffer.alloc(2 * bytes.length + 2, '.');
        writeHexDigits(bytes, framed, 1);
        expect(framed.toString('latin1')).toBe(`.${toHex(bytes)}.`);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test('become hexadecimal digits of any length, and a number without sign', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length: length + 3 }, (_, i) => (i * 151 + length) % 256).subarray(3);
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(unsigned(bytes)).toBe(BigInt(`0x0${Buffer.from(bytes).toString('hex')}`));
    }
  });

  test('become base64 as Node writes it and come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });
});
