import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { doors } from '@antin/testkit/pdf/signing';
import { codeOf } from '@antin/testkit/code-of';
import { decodeStreamData } from './filters.ts';
import type { PdfObject } from './objects.ts';
import { pdfArray, pdfDict, pdfName } from './objects.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function decode(data: Uint8Array, filters: readonly string[], parameters?: PdfObject, maxBytes = 1000): Uint8Array {
  const dict = pdfDict({ Filter: pdfArray(filters.map(pdfName)), DecodeParms: parameters });
  const door = { inflate: doors.inflate, resolve: (o: PdfObject | undefined) => o ?? null, maxFilters: 8 };
  return decodeStreamData({ kind: 'stream', dict, raw: () => data }, door, maxBytes);
}

describe('filters', () => {
  it.each<[string, Uint8Array, string[], number[]]>([
    ['hexadecimal', bytes('48 65 6C6c 6F7>junk'), ['ASCIIHexDecode'], [...bytes('Hellop')]],
    ['base 85', bytes('87cUR D]i,"Ebo7~>'), ['ASCII85Decode'], [...bytes('Hello World')]],
    ['base 85 zeros', bytes('z!!~>'), ['A85'], [0, 0, 0, 0, 0]],
    ['run lengths', Uint8Array.of(2, 1, 2, 3, 254, 9, 128, 77), ['RunLengthDecode'], [1, 2, 3, 9, 9, 9]],
    // The example of ISO 32000-2 §7.4.4.2.
    [
      'LZW',
      Uint8Array.of(0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01),
      ['LZWDecode'],
      [45, 45, 45, 45, 45, 65, 45, 45, 45, 66],
    ],
    ['a chain', bytes('80 0B 60 50 22 0C 0C 85 01>'), ['AHx', 'LZW'], [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]],
  ])('%s', (_, data, filters, expected) => {
    expect([...decode(data, filters)]).toEqual(expected);
  });

  it.each([
    ['none', 0, [5, 6, 7, 1, 2, 3]],
    ['sub', 1, [5, 11, 18, 1, 3, 6]],
    ['up', 2, [5, 6, 7, 6, 8, 10]],
    ['average', 3, [5, 8, 11, 3, 7, 12]],
    ['Paeth', 4, [5, 11, 18, 6, 13, 21]],
  ] as const)('PNG prediction %s', (_, type, expected) => {
    const rows = Uint8Array.of(type, 5, 6, 7, type, 1, 2, 3);
    const parameters = pdfDict({ Predictor: 12, Columns: 3 });
    expect([...decode(new Uint8Array(deflateSync(rows)), ['FlateDecode'], parameters)]).toEqual(expected);
  });

  it('TIFF prediction', () => {
    const parameters = pdfDict({ Predictor: 2, Columns: 2, Colors: 2 });
    expect([...decode(new Uint8Array(deflateSync(Uint8Array.of(1, 2, 3, 4, 9, 9, 1, 1))), ['Fl'], parameters)]).toEqual([
      1, 2, 4, 6, 9, 9, 10, 10,
    ]);
  });

  it.each<[string, Uint8Array, string, PdfObject | undefined, string]>([
    ['a letter in hexadecimal', bytes('4G>'), 'AHx', undefined, 'pdf.filter-damaged'],
    ['one lonely base-85 digit', bytes('87cUR!~>'), 'A85', undefined, 'pdf.filter-damaged'],
    ['a base-85 group above 2^32', bytes('uuuuu~>'), 'A85', undefined, 'pdf.filter-damaged'],
    ['a run without its bytes', Uint8Array.of(9, 1), 'RL', undefined, 'pdf.filter-damaged'],
    ['an LZW code from nowhere', Uint8Array.of(0x80, 0x7f, 0xff), 'LZW', undefined, 'pdf.filter-damaged'],
    [
      'an unknown PNG row type',
      new Uint8Array(deflateSync(Uint8Array.of(9, 1))),
      'Fl',
      pdfDict({ Predictor: 15 }),
      'pdf.filter-damaged',
    ],
    [
      'an unknown predictor',
      new Uint8Array(deflateSync(Uint8Array.of(0, 1))),
      'Fl',
      pdfDict({ Predictor: 7 }),
      'pdf.filter-damaged',
    ],
    [
      'columns without end',
      new Uint8Array(deflateSync(Uint8Array.of(0, 1))),
      'Fl',
      pdfDict({ Predictor: 15, Columns: 1e15 }),
      'pdf.filter-damaged',
    ],
    ['an image filter', bytes(''), 'DCTDecode', undefined, 'pdf.filter-unsupported'],
    ['a run-length bomb', new Uint8Array(64).fill(129), 'RL', undefined, 'pdf.budget'],
    ['a base-85 bomb', bytes('z'.repeat(2000)), 'A85', undefined, 'pdf.budget'],
  ])('refuses %s', (_, data, filter, parameters, code) => {
    expect(codeOf(() => decode(data, [filter], parameters))).toBe(code);
  });
});
