import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/source.ts';
import { defaultPdfBudget } from './budget.ts';
import type { PdfObject } from './objects.ts';
import { pdfArray, pdfDict, pdfName, pdfRef, pdfString } from './objects.ts';
import { PdfScanner } from './scanner.ts';
import { ByteSink, numberText, writeObject } from './serialize.ts';

function write(object: PdfObject): Uint8Array {
  const sink = new ByteSink();
  writeObject(sink, object, () => undefined);
  return sink.finish();
}

const byteText = fc.uint8Array({ maxLength: 12 }).map((bytes) => String.fromCharCode(...bytes));
const leaf: fc.Arbitrary<PdfObject> = fc.oneof(
  fc.constantFrom<PdfObject>(null, true, false),
  fc.integer(),
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100_000),
  byteText.map(pdfName),
  fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.boolean()).map(([bytes, hex]) => pdfString(bytes, hex)),
  fc.tuple(fc.nat(8_000_000), fc.nat(65_535)).map(([num, gen]) => pdfRef(num, gen)),
);
const object: fc.Arbitrary<PdfObject> = fc.letrec<{ any: PdfObject }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('any'), { maxLength: 6 }).map(pdfArray),
    fc
      .dictionary(
        byteText.filter((key) => key !== '__proto__'),
        tie('any'),
        { maxKeys: 6 },
      )
      .map(pdfDict),
  ),
})).any;

describe('writing', () => {
  it('is the inverse of reading, for every object', () => {
    fc.assert(
      fc.property(object, (value) => {
        const scanner = new PdfScanner(memorySource(write(value)), { budget: defaultPdfBudget, positions: false });
        expect(scanner.object()).toEqual(value);
        expect(scanner.pos).toBe(scanner.limit);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [1e-9, '0'],
    [0.1 + 0.2, '0.3'],
    [-12.5, '-12.5'],
    [1e14, '100000000000000'],
    [841.889763, '841.88976'],
  ])('never uses an exponent: %d', (value, text) => {
    expect(numberText(value)).toBe(text);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => numberText(value)).toThrow(expect.objectContaining({ code: 'pdf.syntax' }));
  });

  it('refuses names that are not bytes and objects without end', () => {
    expect(() => write(pdfName('Đ'))).toThrow(expect.objectContaining({ code: 'pdf.syntax' }));
    let deep: PdfObject = pdfArray([]);
    for (let i = 0; i < 1000; i++) deep = pdfArray([deep]);
    expect(() => write(deep)).toThrow(expect.objectContaining({ code: 'pdf.budget' }));
  });
});
