import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaDerFromRaw, ecdsaRawFromDer, isEcdsaValue, orderOctets, readEcdsaValue } from './ecdsa-value.ts';

const code = (value: string) => expect.objectContaining({ code: value });

describe('ECDSA values', () => {
  it.each([28, 32, 48, 66])('turn from r‖s of %i octets to DER and back', (size) => {
    const half = fc.uint8Array({ minLength: size, maxLength: size }).filter((octets) => octets.some((octet) => octet !== 0));
    fc.assert(
      fc.property(half, half, (r, s) => {
        const raw = new Uint8Array([...r, ...s]);
        expect(ecdsaRawFromDer(ecdsaDerFromRaw(raw), size)).toEqual(raw);
      }),
    );
  });

  it('are refused when they do not fit', () => {
    expect(() => ecdsaDerFromRaw(new Uint8Array(63))).toThrowError(code('pki.signature-shape'));
    expect(() => ecdsaDerFromRaw(new Uint8Array(0))).toThrowError(code('pki.signature-shape'));
    expect(() => ecdsaRawFromDer(ecdsaDerFromRaw(new Uint8Array(96).fill(1)), 32)).toThrowError(code('pki.signature-shape'));
    expect(readEcdsaValue(ecdsaDerFromRaw(Uint8Array.of(3, 6)), 7n)).toEqual({ r: 3n, s: 6n });
    expect(readEcdsaValue(ecdsaDerFromRaw(Uint8Array.of(3, 7)), 7n)).toBeUndefined();
    expect(readEcdsaValue(ecdsaDerFromRaw(Uint8Array.of(0, 6)), 7n)).toBeUndefined();
  });

  it('are told from others without reading their numbers, in every octet the same', () => {
    for (const order of [(1n << 224n) - 5n, (1n << 256n) - 189n, (1n << 521n) - 1n, 0xffn << 248n]) {
      const size = orderOctets(order).length;
      const agree = (value: Uint8Array) =>
        expect(isEcdsaValue(value, orderOctets(order)), `${value}`).toBe(readEcdsaValue(value, order) !== undefined);
      const number = fc.oneof(
        fc.bigInt({ min: 0n, max: order + 1n }),
        fc.bigInt({ min: 0n, max: 300n }),
        fc.bigInt({ min: order - 2n, max: order + 2n }),
      );
      const raw = (value: bigint) => fixed(value, size + 1);
      fc.assert(
        fc.property(number, number, fc.nat(), fc.integer({ min: 0, max: 255 }), (r, s, place, octet) => {
          const value = ecdsaDerFromRaw(new Uint8Array([...raw(r), ...raw(s)]));
          agree(value);
          const changed = value.slice();
          changed[place % 12 < 10 ? place % Math.min(value.length, 10) : place % value.length] = octet;
          agree(changed);
          agree(value.subarray(0, place % value.length));
          agree(new Uint8Array([...value, octet]));
        }),
        { numRuns: 2000 },
      );
    }
    for (const hex of ['3003020101', '300602010102010', '30060201010201', '308106020101020101', '3006020100020101']) {
      const octets = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      expect(isEcdsaValue(octets, Uint8Array.of(7))).toBe(readEcdsaValue(octets, 7n) !== undefined);
    }
  });
});

function fixed(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn));
}
