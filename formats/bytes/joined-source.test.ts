import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FormatFault } from '../fault.ts';
import { joinedSource } from './joined-source.ts';
import { memorySource } from './source.ts';

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
