import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, equalBytes } from '../bytes/bytes.ts';
import { decodeDer } from './reader.ts';
import {
  readBigInt,
  readBitStringBytes,
  readBoolean,
  readIntegerBytes,
  readNamedBits,
  readOctetString,
  readOid,
  readSmallInteger,
  readText,
  readTime,
} from './values.ts';
import * as write from './writer.ts';

/** Encode and decode are inverses, for every value and not only for the ones we thought of. */
describe('DER values come back as they were written', () => {
  it('BOOLEAN', () => {
    for (const value of [true, false]) expect(readBoolean(decodeDer(write.boolean(value)))).toBe(value);
  });

  it('INTEGER of any size and sign', () => {
    const edges = [0n, 127n, 128n, 255n, 256n, -1n, -127n, -128n, -129n, 2n ** 64n, -(2n ** 64n)];
    for (const value of edges) expect(readBigInt(decodeDer(write.integer(value)))).toBe(value);
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }),
        (value) => readBigInt(decodeDer(write.integer(value))) === value,
      ),
    );
  });

  it('safe integers, and no others as numbers', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => readSmallInteger(decodeDer(write.integer(value))) === value));
    expect(() => readSmallInteger(decodeDer(write.integer(2n ** 53n)))).toThrowError(
      expect.objectContaining({ code: 'der.integer-range' }),
    );
  });

  it('magnitudes become positive minimal integers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (magnitude) => {
        const node = decodeDer(write.unsignedInteger(magnitude));
        readIntegerBytes(node);
        return readBigInt(node) === magnitude.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
      }),
    );
  });

  it('OBJECT IDENTIFIER', () => {
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 2n ** 60n }), { minLength: 0, maxLength: 6 });
    const low = fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n }));
    const high = fc.tuple(fc.constant(2n), fc.bigInt({ min: 0n, max: 2n ** 40n }));
    fc.assert(
      fc.property(fc.oneof(low, high), arcs, (first, rest) => {
        const dotted = [...first, ...rest].join('.');
        return readOid(decodeDer(write.oid(dotted))) === dotted;
      }),
    );
    for (const bad of ['1.40', '0.40.1', '3.1', '1', '', '1..2', '1.02', 'a.b', '1.2.']) {
      expect(() => write.oid(bad)).toThrowError(expect.objectContaining({ code: 'der.object-identifier' }));
    }
  });

  it('times from year 0 to 9999, by the second', () => {
    const seconds = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (value) => {
        const node = decodeDer(write.time(value * 1000));
        const year = new Date(value * 1000).getUTCFullYear();
        return readTime(node) === value * 1000 && (node.tag === 0x17) === (year >= 1950 && year < 2050);
      }),
    );
    expect(() => write.time(253_402_300_800_000)).toThrowError(expect.objectContaining({ code: 'der.time' }));
    expect(() => write.time(Number.NaN)).toThrowError(expect.objectContaining({ code: 'der.time' }));
  });

  it('named bits, without trailing zeros', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 40 })), (bits) => {
        const encoded = write.namedBits(...bits);
        const octets = encoded.length - 3;
        expect(octets).toBe(bits.length === 0 ? 0 : Math.floor(Math.max(...bits) / 8) + 1);
        return equalBytes(Uint8Array.from([...readNamedBits(decodeDer(encoded))]), Uint8Array.from(bits.sort((a, b) => a - b)));
      }),
    );
  });

  it('octets, bits and text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        expect(readOctetString(decodeDer(write.octetString(octets)))).toEqual(octets);
        expect(readBitStringBytes(decodeDer(write.bitString(octets)))).toEqual(octets);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => readText(decodeDer(write.utf8String(text))) === text));
  });

  it('lengths around every step of the header', () => {
    for (const length of [0, 1, 126, 127, 128, 129, 255, 256, 257, 65_535, 65_536, 70_000]) {
      const encoded = write.octetString(new Uint8Array(length));
      expect(decodeDer(encoded).content).toHaveLength(length);
    }
  });

  it('SET OF is sorted whatever the order given', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 8 }), (elements) => {
        const encoded = elements.map((one) => write.octetString(one));
        const children = decodeDer(write.setOf(...encoded))
          .children()
          .map((child) => child.raw);
        expect(write.setOf(...encoded.reverse())).toEqual(write.setOf(...children));
        return children.every((child, i) => i === 0 || compareBytes(children[i - 1]!, child) <= 0);
      }),
    );
  });

  it('a changed tag changes nothing else', () => {
    const set = write.setOf(write.integer(1), write.integer(2));
    expect(decodeDer(write.retag(set, 0xa0)).content).toEqual(decodeDer(set).content);
    expect(set[0]).toBe(0x31);
  });
});
