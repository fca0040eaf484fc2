import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaDerFromRaw, ecdsaRawFromDer, readEcdsaValue } from './ecdsa-value.ts';

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
});
