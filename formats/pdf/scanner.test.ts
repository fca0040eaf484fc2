import { describe, expect, it } from 'vitest';
import { codeOf } from '@antin/testkit/code-of';
import { memorySource } from '../bytes/source.ts';
import { defaultPdfBudget } from './budget.ts';
import type { PdfArray, PdfDict, PdfObject } from './objects.ts';
import { PdfScanner } from './scanner.ts';
import { ByteSink, writeObject } from './serialize.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function read(text: string, options: { depth?: number; tokens?: number } = {}): PdfObject {
  const budget = { ...defaultPdfBudget, ...options };
  return new PdfScanner(memorySource(bytes(text)), { budget, positions: true }).object();
}

const name = (value: string) => ({ kind: 'name', value });

describe('objects of ISO 32000-2 §7.3', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['% a comment\n false ', false],
    ['0', 0],
    ['+17', 17],
    ['-98', -98],
    ['34.5', 34.5],
    ['-.002', -0.002],
    ['4.', 4],
    ['/Name1', name('Name1')],
    ['/', name('')],
    ['/A;Name_With-Various***Characters?', name('A;Name_With-Various***Characters?')],
    ['/Lime#20Green', name('Lime Green')],
    ['/paired#28#29parentheses', name('paired()parentheses')],
    ['12 0 R', { kind: 'ref', num: 12, gen: 0 }],
    ['[1 0 R 2 3]', { kind: 'array', items: [{ kind: 'ref', num: 1, gen: 0 }, 2, 3] }],
    ['[0 1 2]', { kind: 'array', items: [0, 1, 2] }],
    ['[]', { kind: 'array', items: [] }],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each<[string, string]>([
    ['(simple)', 'simple'],
    ['(balanced (parentheses) inside)', 'balanced (parentheses) inside'],
    ['(\\n\\r\\t\\b\\f\\(\\)\\\\)', '\n\r\t\b\f()\\'],
    ['(\\0053\\053\\53x)', '\u00053++x'],
    ['(line \\\nbreak)', 'line break'],
    ['(line \\\r\nbreak)', 'line break'],
    ['(a\r\nb\rc)', 'a\nb\nc'],
    ['<4E6F 76 20 >', 'Nov '],
    ['<901FA>', '\x90\x1f\xa0'],
    ['()', ''],
    ['<>', ''],
  ])('string %j', (text, expected) => {
    const value = read(text) as { bytes: Uint8Array };
    expect(String.fromCharCode(...value.bytes)).toBe(expected);
  });

  it('knows where a string stands, delimiters included', () => {
    const dict = read('<</Contents <0102> >>') as PdfDict;
    expect(dict.entries.get('Contents')).toMatchObject({ start: 12, end: 18, hex: true });
  });

  it('reads across the borders of its window', () => {
    const long = `[(${'x'.repeat(5000)}) ${'1 '.repeat(3000)}/End]`;
    const array = read(long) as PdfArray;
    expect(array.items).toHaveLength(3002);
    expect(array.items.at(-1)).toEqual(name('End'));
  });

  it('writes what it reads', () => {
    const text = '<</A [1 -2.5 true null (x\\(\\\\\\r) <0aff> /B#20C 7 0 R]/D <</E /F>>>>';
    const sink = new ByteSink();
    writeObject(sink, read(text), () => undefined);
    const again = String.fromCharCode(...sink.finish());
    const plain = (o: PdfObject): unknown =>
      JSON.parse(JSON.stringify(o, (k, v) => (k === 'start' || k === 'end' ? undefined : v instanceof Map ? [...v] : v)));
    expect(plain(read(again))).toEqual(plain(read(text)));
  });
});

describe('long hexadecimal strings', () => {
  it('read the same however white space, odd digits and the window cut them', () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 60; round++) {
      const digits = Array.from({ length: random(9000) }, () => '0123456789abcdefABCDEF'.charAt(random(22)));
      const gaps = random(3) * 20;
      const text = digits.map((digit) => (gaps > 0 && random(gaps) === 0 ? `${digit}\n ` : digit)).join('');
      const padded = digits.length % 2 === 0 ? digits : [...digits, '0'];
      expect(read(`<${text}>`)).toMatchObject({ bytes: Uint8Array.from(Buffer.from(padded.join(''), 'hex')), hex: true });
    }
  });

  it('end where the object must end, not where digits do', () => {
    const scanner = new PdfScanner(memorySource(bytes(`<${'ab'.repeat(100)}>`)), {
      budget: defaultPdfBudget,
      positions: true,
      limit: 100,
    });
    expect(codeOf(() => scanner.object())).toBe('pdf.syntax');
  });
});

describe('what has no single meaning is refused', () => {
  it.each<[string, string]>([
    ['<</A 1 /A 2>>', 'pdf.duplicate-key'],
    ['<</A 1 /#41 2>>', 'pdf.duplicate-key'],
    ['<<1 2>>', 'pdf.syntax'],
    ['<</A>>', 'pdf.syntax'],
    ['--5', 'pdf.syntax'],
    ['1.2.3', 'pdf.syntax'],
    ['nul', 'pdf.syntax'],
    ['truex', 'pdf.syntax'],
    ['(open', 'pdf.syntax'],
    ['<41', 'pdf.syntax'],
    ['<4g>', 'pdf.syntax'],
    ['/A#G1', 'pdf.syntax'],
    ['[1 2', 'pdf.syntax'],
    [']', 'pdf.syntax'],
    ['', 'pdf.syntax'],
    ['1 99999 R', 'pdf.syntax'],
  ])('%s', (text, code) => {
    expect(codeOf(() => read(text))).toBe(code);
  });

  it('stops at the depth and token budgets, not at the end of the stack', () => {
    expect(codeOf(() => read('['.repeat(100_000)))).toBe('pdf.budget');
    expect(codeOf(() => read('<</A'.repeat(100_000)))).toBe('pdf.budget');
    expect(codeOf(() => read('[1 2 3 4 5 6]', { tokens: 5 }))).toBe('pdf.budget');
    expect(codeOf(() => read('[[[1]]]', { depth: 2 }))).toBe('pdf.budget');
    expect(codeOf(() => read('[[[1]]]', { depth: 3 }))).toBe('no fault');
  });
});
