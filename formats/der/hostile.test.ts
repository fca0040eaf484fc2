import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import { DEFAULT_DER_BUDGET, decodeDer, decodeDerPrefix } from './reader.ts';
import type { DerNode } from './reader.ts';
import {
  readBigInt,
  readBitStringBytes,
  readBoolean,
  readIntegerBytes,
  readNamedBits,
  readOid,
  readText,
  readTime,
} from './values.ts';
import { integer, octetString, sequence, tlv } from './writer.ts';

const bytes = (...octets: number[]) => Uint8Array.from(octets);
const fault = (code: string, offset?: number) => expect.objectContaining(offset === undefined ? { code } : { code, offset });

/** Opens everything that can be opened. */
function walk(node: DerNode): number {
  return node.constructed ? node.children().reduce((count, child) => count + walk(child), 1) : 1;
}

describe('the DER reader refuses', () => {
  it.each([
    ['nothing', bytes(), 'der.truncated', 0],
    ['a header cut in two', bytes(0x30), 'der.truncated', 0],
    ['content shorter than its length', bytes(0x04, 5, 1, 2), 'der.truncated', 0],
    ['a long length cut off', bytes(0x04, 0x82, 1), 'der.length', 1],
    ['an indefinite length', bytes(0x30, 0x80, 0, 0), 'der.indefinite-length', 1],
    ['the long form where the short one does', bytes(0x04, 0x81, 1, 7), 'der.length-not-minimal', 1],
    ['leading zeros in a length', bytes(0x04, 0x82, 0, 0x80, ...new Uint8Array(128)), 'der.length-not-minimal', 1],
    ['a length of six octets', bytes(0x04, 0x86, 1, 0, 0, 0, 0, 0), 'der.length', 1],
    ['the reserved length octet', bytes(0x04, 0xff, 1), 'der.length', 1],
    ['four gigabytes in ten bytes', bytes(0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4), 'der.truncated', 0],
    ['a terabyte in ten bytes', bytes(0x04, 0x85, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3), 'der.truncated', 0],
    ['a high tag number', bytes(0x1f, 0x81, 0x01, 0), 'der.high-tag', 0],
    ['trailing bytes', bytes(0x05, 0, 0), 'der.trailing-bytes', 2],
  ])('%s', (_, input, code, offset) => {
    expect(() => decodeDer(input)).toThrowError(fault(code, offset));
  });

  it('children that leave their parent, with the offset of the child', () => {
    const node = decodeDer(bytes(0x30, 4, 0x04, 5, 1, 2));
    expect(() => node.children()).toThrowError(fault('der.truncated', 2));
  });

  it('a nesting bomb, at the depth of the budget', () => {
    let bomb = integer(1);
    for (let i = 0; i < 3000; i++) bomb = sequence(bomb);
    expect(() => walk(decodeDer(bomb))).toThrowError(fault('der.depth'));
    let allowed = integer(1);
    for (let i = 0; i < DEFAULT_DER_BUDGET.depth; i++) allowed = sequence(allowed);
    expect(walk(decodeDer(allowed))).toBe(DEFAULT_DER_BUDGET.depth + 1);
  });

  it('more nodes than the budget, also when the same part is opened again and again', () => {
    const many = sequence(...Array.from({ length: 100 }, () => integer(1)));
    expect(walk(decodeDer(many, { depth: 8, nodes: 101 }))).toBe(101);
    expect(() => walk(decodeDer(many, { depth: 8, nodes: 100 }))).toThrowError(fault('der.nodes'));
    const node = decodeDer(many, { depth: 8, nodes: 250 });
    node.children();
    node.children();
    expect(() => node.children()).toThrowError(fault('der.nodes'));
  });

  it('a value wrapped in a string when bytes follow it, with the absolute offset', () => {
    const node = decodeDer(octetString(concatBytes(integer(1), bytes(0))));
    expect(() => node.inner()).toThrowError(fault('der.trailing-bytes', 5));
    expect(decodeDer(octetString(integer(7))).inner().content).toEqual(bytes(7));
  });

  it('primitive values opened as constructed ones', () => {
    expect(() => decodeDer(integer(1)).children()).toThrowError(fault('der.not-constructed', 0));
  });
});

describe('DER values refuse', () => {
  it.each<readonly [string, Uint8Array, (node: DerNode) => unknown, string]>([
    ['TRUE as 01', bytes(1, 1, 1), readBoolean, 'der.boolean'],
    ['an empty BOOLEAN', bytes(1, 0), readBoolean, 'der.boolean'],
    ['an empty INTEGER', bytes(2, 0), readIntegerBytes, 'der.integer'],
    ['a padded positive INTEGER', bytes(2, 2, 0, 0x7f), readIntegerBytes, 'der.integer-not-minimal'],
    ['a padded negative INTEGER', bytes(2, 2, 0xff, 0x80), readIntegerBytes, 'der.integer-not-minimal'],
    ['a number of 16,392 bits', tlv(2, new Uint8Array(2049).fill(1)), readBigInt, 'der.integer'],
    ['an empty OID', bytes(6, 0), readOid, 'der.object-identifier'],
    ['an OID arc with a leading 80', bytes(6, 2, 0x80, 1), readOid, 'der.object-identifier'],
    ['an OID cut inside an arc', bytes(6, 2, 0x2a, 0x86), readOid, 'der.object-identifier'],
    ['an OID of 200 kilobytes', tlv(6, new Uint8Array(200_000).fill(0x81)), readOid, 'der.object-identifier'],
    ['unused bits where octets are meant', bytes(3, 2, 1, 0xfe), readBitStringBytes, 'der.bit-string'],
    ['a BIT STRING without its first octet', bytes(3, 0), readBitStringBytes, 'der.bit-string'],
    ['eight unused bits', bytes(3, 2, 8, 0), readNamedBits, 'der.bit-string'],
    ['unused bits that are set', bytes(3, 2, 3, 0xff), readNamedBits, 'der.bit-string'],
    ['unused bits of nothing', bytes(3, 1, 4), readNamedBits, 'der.bit-string'],
    ['UTF-8 that is none', bytes(12, 2, 0xc0, 0x80), readText, 'der.utf8'],
    ['half a BMP character', bytes(0x1e, 1, 0), readText, 'der.text'],
    ['a character beyond Unicode', bytes(0x1c, 4, 0, 0x11, 0, 0), readText, 'der.text'],
    ['a number as text', bytes(2, 1, 1), readText, 'der.text'],
  ])('%s', (_, input, read, code) => {
    expect(() => read(decodeDer(input))).toThrowError(fault(code));
  });

  it.each([
    ['an offset from UTC', '260101000000+0700', 0x17],
    ['no seconds', '2601010000Z', 0x17],
    ['no Z', '20260101000000', 0x18],
    ['a fraction where PKIX forbids it', '20260101000000.5Z', 0x18],
    ['a 30th of February', '20260230000000Z', 0x18],
    ['a leap second', '20161231235960Z', 0x18],
    ['hour 24', '20260101240000Z', 0x18],
    ['a month 0', '20260001000000Z', 0x18],
    ['letters', 'yyyymmddhhmmssZ', 0x18],
    ['text as time', '20260101000000Z', 0x0c],
  ])('a time with %s', (_, text, tag) => {
    expect(() =>
      readTime(
        decodeDer(
          tlv(
            tag,
            Uint8Array.from(text, (c) => c.charCodeAt(0)),
          ),
        ),
      ),
    ).toThrowError(fault('der.time'));
  });

  it('fractions of genTime with trailing zeros or a bare point, while honest fractions are read', () => {
    const genTime = (text: string) =>
      readTime(
        decodeDer(
          tlv(
            0x18,
            Uint8Array.from(text, (c) => c.charCodeAt(0)),
          ),
        ),
        { fraction: true },
      );
    expect(genTime('20260101000000.057Z')).toBe(Date.UTC(2026, 0, 1) + 57);
    expect(genTime('20260101000000.1234567Z')).toBe(Date.UTC(2026, 0, 1) + 123);
    for (const bad of ['20260101000000.50Z', '20260101000000.Z', '20260101000000.0Z']) {
      expect(() => genTime(bad)).toThrowError(fault('der.time'));
    }
  });
});

describe('random and mutated input', () => {
  it('ends in a value or a FormatFault, and in nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          walk(decodeDerPrefix(input, { depth: 16, nodes: 1000 }));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatFault);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never reads outside the value it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 64 }), fc.nat({ max: 40 }), (input, cut) => {
        const whole = new Uint8Array(input.length + 64).fill(0x05);
        whole.set(input);
        const view = whole.subarray(0, Math.max(2, input.length - cut));
        try {
          const node = decodeDerPrefix(view);
          expect(node.end).toBeLessThanOrEqual(view.length);
          walk(node);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatFault);
        }
      }),
    );
  });
});
