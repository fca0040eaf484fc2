import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FormatFault } from '../fault.ts';
import { joinedSource } from './joined-source.ts';
import { memorySource, readInPieces, sliceSource } from './source.ts';

it('reads like the bytes one behind the other, wherever the seams are', () => {
  const bytes = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 });
  fc.assert(
    fc.property(bytes, fc.nat(60), fc.nat(60), (parts, offset, length) => {
      const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
      const source = joinedSource(parts.map(memorySource));
      expect(source.size).toBe(whole.length);
      if (offset + length > whole.length) expect(() => source.read(offset, length)).toThrow(FormatFault);
      else expect(Uint8Array.from(source.read(offset, length))).toEqual(whole.slice(offset, offset + length));
    }),
  );
});

it('fills one buffer piece by piece where a part can, whatever the other parts can', () => {
  const filling = (bytes: Uint8Array) => ({
    ...memorySource(bytes),
    readInto: (offset: number, into: Uint8Array) => into.set(bytes.subarray(offset, offset + into.length)),
  });
  const parts = fc.array(fc.tuple(fc.uint8Array({ maxLength: 9 }), fc.boolean()), { maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 7 }), (given, from, asked, pieceSize) => {
      const whole = Uint8Array.from(given.flatMap(([bytes]) => [...bytes]));
      const offset = Math.min(from, whole.length);
      const length = Math.min(asked, whole.length - offset);
      const source = joinedSource(given.map(([bytes, fills]) => (fills ? filling(bytes) : memorySource(bytes))));
      const seen: number[] = [];
      const update = (piece: Uint8Array): void => void seen.push(...piece);
      readInPieces(sliceSource(source, offset, length), 0, length, update, pieceSize);
      expect(Uint8Array.from(seen)).toEqual(whole.slice(offset, offset + length));
    }),
  );
});
