import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { appendRevision, buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors } from '@antin/testkit/pdf/signing';
import { codeOf } from '@antin/testkit/code-of';
import { memorySource } from '../bytes/source.ts';
import type { OpenPdfOptions, PdfFile } from './file.ts';
import { openPdf } from './file.ts';
import { isStream } from './objects.ts';

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const bytes = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));

function open(input: Uint8Array, options: Partial<OpenPdfOptions> = {}): PdfFile {
  return openPdf(memorySource(input), { inflate: doors.inflate, mode: 'strict', ...options });
}

const base = buildPdf(plainObjects());
const edit = (from: string | RegExp, to: string): Uint8Array => bytes(text(base.bytes).replace(from, to));

describe('a file that readers would understand differently is refused', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing at all', new Uint8Array(0), 'pdf.header'],
    ['another format', bytes('PK\x03\x04 something else'), 'pdf.header'],
    ['junk in front of the header', bytes(`GET / HTTP\r\n${text(base.bytes)}`), 'pdf.header'],
    ['bytes behind the last %%EOF', bytes(`${text(base.bytes)}<script>`), 'pdf.trailing-data'],
    ['no startxref', edit('startxref', 'startxxxx'), 'pdf.startxref'],
    ['no %%EOF', edit('%%EOF', ''), 'pdf.startxref'],
    ['a negative startxref', edit(/startxref\n\d+/, 'startxref\n-5'), 'pdf.startxref'],
    ['startxref beyond the file', edit(/startxref\n\d+/, 'startxref\n99999999'), 'pdf.xref-damaged'],
    ['startxref off by one', edit(/startxref\n\d+/, `startxref\n${base.startxref - 1}`), 'pdf.xref-damaged'],
    ['startxref inside an object', edit(/startxref\n\d+/, `startxref\n${base.offsets.get(2)!}`), 'pdf.xref-damaged'],
    ['an entry of 19 bytes', edit('65535 f \n', '65535 f\n'), 'pdf.xref-damaged'],
    ['more entries than there are', edit(/xref\n0 \d+/, 'xref\n0 99999'), 'pdf.xref-damaged'],
    ['a negative count', edit(/xref\n0 \d+/, 'xref\n0 -5'), 'pdf.xref-damaged'],
    ['no /Size', edit(/\/Size \d+/, ''), 'pdf.xref-damaged'],
    ['a /Size below the objects', edit(/\/Size \d+/, '/Size 3'), 'pdf.xref-size'],
    ['two /Root', edit('/Root 1 0 R', '/Root 1 0 R /Root 2 0 R'), 'pdf.duplicate-key'],
    ['no /Root', edit('/Root 1 0 R', ''), 'pdf.catalog'],
    ['a /Root that is a number', edit('/Root 1 0 R', '/Root 17'), 'pdf.catalog'],
    ['a /Prev that is the section itself', edit('/Root 1 0 R', `/Root 1 0 R /Prev ${base.startxref}`), 'pdf.prev-loop'],
    ['a negative /Prev', edit('/Root 1 0 R', '/Root 1 0 R /Prev -1'), 'pdf.xref-damaged'],
    ['a /Prev that is a reference', edit('/Root 1 0 R', '/Root 1 0 R /Prev 2 0 R'), 'pdf.xref-damaged'],
    ['encryption', edit('/Root 1 0 R', '/Root 1 0 R /Encrypt <<>>'), 'pdf.encrypted'],
    ['a page tree that is its own kid', edit('/Kids[100 0 R]', '/Kids[  2 0 R]'), 'pdf.page-tree'],
    ['a page that is no dictionary', edit('/Kids[100 0 R]', '/Kids[999 0 R]'), 'pdf.page-tree'],
    ['no page', edit('/Kids[100 0 R]', '/Kids[       ]'), 'pdf.no-page'],
  ])('%s', (_, input, code) => {
    expect(codeOf(() => open(input).last.pages())).toBe(code);
  });

  it('the honest twin of all of these opens', () => {
    expect(open(base.bytes).last.pages()).toHaveLength(1);
  });

  it('a /Prev cycle over several revisions', () => {
    const first = buildPdf(plainObjects(), { trailer: '/Prev 0000000000' });
    const second = appendRevision(first, { 10: 'null' }, { size: 101 });
    const cycle = text(second.bytes).replace('/Prev 0000000000', `/Prev ${String(second.startxref).padStart(10, '0')}`);
    expect(codeOf(() => open(bytes(cycle)))).toBe('pdf.revision-order');
    const backwards = appendRevision(second, { 10: 'null' }, { size: 101, prev: second.startxref });
    const self = text(backwards.bytes).replace('/Prev 0000000000', `/Prev ${String(first.startxref).padStart(10, '0')}`);
    expect(codeOf(() => open(bytes(self)))).toBe('pdf.prev-loop');
  });

  it('a /Prev that points forward in a file not linearised', () => {
    // Two sections of the same revision order, the last startxref naming the first one.
    const inner = text(buildPdf(plainObjects()).bytes);
    const at = inner.indexOf('xref\n0');
    const forward = inner.replace('/Root 1 0 R', `/Root 1 0 R /Prev ${inner.length + 30}`);
    expect(codeOf(() => open(bytes(`${forward}xref\n0 0\ntrailer\n<</Size 1>>\nstartxref\n${at}\n%%EOF\n`)))).toBe(
      'pdf.revision-order',
    );
  });

  it('a newer revision with a smaller /Size, which hides objects from some readers', () => {
    expect(codeOf(() => open(appendRevision(base, { 10: 'null' }, { size: 11 }).bytes))).toBe('pdf.xref-size');
  });

  it('a startxref of an older revision that lies about where its section stands', () => {
    const second = appendRevision(base, { 10: 'null' }, { size: 101 });
    const lying = bytes(
      text(second.bytes).replace(/startxref\n\d+/, (all) => all.replace(/\d$/, (d) => String((Number(d) + 1) % 10))),
    );
    expect(codeOf(() => open(lying))).toBe('pdf.startxref');
  });

  it('an entry that points into a later revision', () => {
    const late = text(appendRevision(base, { 10: '(late)' }, { size: 101 }).bytes);
    const target = late.lastIndexOf('10 0 obj');
    const input = bytes(late.replace('0000000000 00000 f \n', `${String(target).padStart(10, '0')} 00000 n \n`));
    expect(codeOf(() => open(input).revisions[0]!.object(3))).toBe('pdf.xref-damaged');
  });
});

describe('objects that are not what the cross-reference promises', () => {
  const stream = (length: string, data = 'abcdefghij'): PdfFile =>
    open(
      buildPdf({ ...plainObjects(), 10: `<</Length ${length}>>\nstream\n${data}\nendstream`, 11: '12 0 R', 12: '11 0 R' }).bytes,
    );

  it.each<[string, () => unknown, string]>([
    ['another object number', () => open(edit('100 0 obj', '999 0 obj')).last.object(100), 'pdf.object-mismatch'],
    ['another generation', () => open(edit('100 0 obj', '100 1 obj')).last.object(100), 'pdf.object-mismatch'],
    ['no endobj', () => open(edit(/endobj\nxref/, 'endxxx\nxref')).last.object(100), 'pdf.syntax'],
    ['a length too short', () => stream('5').last.object(10), 'pdf.stream-length'],
    ['a length too long', () => stream('5000').last.object(10), 'pdf.stream-length'],
    ['a negative length', () => stream('-1').last.object(10), 'pdf.stream-length'],
    ['no length', () => stream('null').last.object(10), 'pdf.stream-length'],
    ['a length that is the stream itself', () => stream('10 0 R').last.object(10), 'pdf.budget'],
    ['references in a circle', () => stream('10').last.resolve({ kind: 'ref', num: 11, gen: 0 }), 'pdf.budget'],
    ['the right length', () => stream('10').last.object(10), 'no fault'],
  ])('%s', (_, run, code) => {
    expect(codeOf(run)).toBe(code);
  });
});

describe('cross-reference and object streams', () => {
  const withStream = (dict: string, data: Uint8Array, before = ''): Uint8Array => {
    const head = `%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n${before}`;
    const at = head.length;
    const object = `9 0 obj\n<</Type/XRef/Root 1 0 R ${dict}/Length ${data.length}>>\nstream\n${text(data)}\nendstream\nendobj\n`;
    return bytes(`${head}${object}startxref\n${at}\n%%EOF\n`);
  };
  const entry = (type: number, a: number, b = 0): number[] => [type, a >> 8, a & 255, b];
  const rows = Uint8Array.from([entry(0, 0, 255), entry(1, 9)].flat());

  it.each<[string, string, Uint8Array, string]>([
    ['entries of four widths', '/Size 2/W[1 2 1]', rows, 'no fault'],
    ['/W of two numbers', '/Size 2/W[1 2]', rows, 'pdf.xref-damaged'],
    ['/W of negative numbers', '/Size 2/W[1 2 -1]', rows, 'pdf.xref-damaged'],
    ['/W of nine bytes', '/Size 2/W[1 9 1]', rows, 'pdf.xref-damaged'],
    ['less data than entries', '/Size 9/W[1 2 1]', rows, 'pdf.xref-damaged'],
    ['more data than entries', '/Size 2/W[1 2 1]/Index[0 1]', rows, 'pdf.xref-damaged'],
    ['an object twice', '/Size 2/W[1 2 1]/Index[1 1 1 1]', rows, 'pdf.xref-damaged'],
    ['an entry type of tomorrow', '/Size 2/W[1 2 1]', Uint8Array.from([entry(0, 0), entry(7, 9)].flat()), 'pdf.xref-damaged'],
    ['entries of no bytes', '/Size 900000/W[0 0 0]', new Uint8Array(0), 'pdf.xref-damaged'],
    ['a size beyond all budgets', '/Size 99999999999/W[0 0 0]', new Uint8Array(0), 'pdf.budget'],
    ['a filter nobody knows', '/Size 2/W[1 2 1]/Filter/Mystery', rows, 'pdf.filter-unsupported'],
    ['damaged compression', '/Size 2/W[1 2 1]/Filter/FlateDecode', rows, 'pdf.filter-damaged'],
    ['a chain of a hundred filters', `/Size 2/W[1 2 1]/Filter[${'/AHx '.repeat(100)}]`, rows, 'pdf.budget'],
  ])('%s', (_, dict, data, code) => {
    expect(codeOf(() => open(withStream(dict, data)))).toBe(code);
  });

  it('eight-byte offsets are read, larger numbers than 2^53 refused', () => {
    const wide = (first: number[]): Uint8Array => Uint8Array.from([0, ...first, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0]);
    const fine = wide([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(codeOf(() => open(withStream('/Size 2/W[1 8 1]', fine)))).toBe('no fault');
    expect(codeOf(() => open(withStream('/Size 2/W[1 8 1]', wide([255, 255, 255, 255, 255, 255, 255, 255]))))).toBe(
      'pdf.xref-damaged',
    );
  });

  it('a bomb in the cross-reference stops at the budget', () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(5_000_000)));
    const input = withStream('/Size 1250000/W[1 2 1]/Filter/FlateDecode', bomb);
    expect(codeOf(() => open(input, { budget: { decodedBytes: 1_000_000 } }))).toBe('pdf.budget');
  });

  it.each<[string, string, number, string]>([
    ['the object it promises', '3 0 4 5 (three) (four)', 0, 'no fault'],
    ['another object at the index', '5 0 4 5 (three) (four)', 0, 'pdf.object-stream'],
    ['an index beyond the pairs', '3 0 4 5 (three) (four)', 7, 'pdf.object-stream'],
    ['offsets that fall', '3 5 4 0 (three) (four)', 0, 'pdf.object-stream'],
    ['an offset beyond the data', '3 0 4 500 (three) (four)', 0, 'pdf.object-stream'],
  ])('an object stream holding %s', (_, pairs, index, code) => {
    const first = pairs.indexOf('(');
    const body = pairs.replace('(three) (four)', '(3)  (4) ');
    const at = '%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n'.length;
    const container = `2 0 obj\n<</Type/ObjStm/N 2/First ${first}/Length ${body.length}>>\nstream\n${body}\nendstream\nendobj\n`;
    const table = [entry(0, 0, 255), entry(1, 9), entry(1, at), entry(2, 2, index)];
    const input = withStream('/Size 4/W[1 2 1]', Uint8Array.from(table.flat()), container);
    expect(codeOf(() => open(input).last.object(3))).toBe(code);
  });

  it('object streams that together unfold to more than may stay in memory', () => {
    const at = '%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n'.length;
    const container = `2 0 obj\n<</Type/ObjStm/N 1/First 4/Length 8>>\nstream\n3 0 (a) \nendstream\nendobj\n`;
    const table = [entry(0, 0, 255), entry(1, 9), entry(1, at), entry(2, 2, 0)];
    const input = withStream('/Size 4/W[1 2 1]', Uint8Array.from(table.flat()), container);
    expect(codeOf(() => open(input, { budget: { objectStreamBytes: 7 } }).last.object(3))).toBe('pdf.budget');
    expect(codeOf(() => open(input, { budget: { objectStreamBytes: 8 } }).last.object(3))).toBe('no fault');
  });

  it('an object stream that is inside itself', () => {
    const table = [entry(0, 0, 255), entry(1, 9), entry(2, 2, 0)];
    expect(codeOf(() => open(withStream('/Size 3/W[1 2 1]', Uint8Array.from(table.flat()))).last.object(2))).toBe(
      'pdf.object-stream',
    );
  });
});

describe('budgets', () => {
  it('more revisions than allowed', () => {
    let file = base;
    for (let i = 0; i < 5; i++) file = appendRevision(file, { 100: '<</Type/Page/Parent 2 0 R>>' });
    expect(codeOf(() => open(file.bytes, { budget: { sections: 5 } }))).toBe('pdf.budget');
    expect(open(file.bytes, { budget: { sections: 6 } }).revisions).toHaveLength(6);
  });

  it('a page tree deeper or wider than allowed', () => {
    const objects: Record<number, string> = { 1: '<</Type/Catalog/Pages 2 0 R>>' };
    for (let i = 2; i < 200; i++) objects[i] = `<</Type/Pages/Count 1/Kids[${i + 1} 0 R]>>`;
    objects[200] = '<</Type/Page>>';
    expect(codeOf(() => open(buildPdf(objects).bytes).last.pages())).toBe('pdf.budget');
    const many = buildPdf(plainObjects(Array.from({ length: 50 }, () => '')));
    expect(codeOf(() => open(many.bytes, { budget: { pageNodes: 20 } }).last.pages())).toBe('pdf.budget');
  });

  it('a content stream that unfolds without end', () => {
    const data = text(new Uint8Array(deflateSync(new Uint8Array(3_000_000))));
    const object = `<</Filter[/FlateDecode]/Length ${data.length}>>\nstream\n${data}\nendstream`;
    const { last } = open(buildPdf({ ...plainObjects(), 10: object }).bytes);
    const stream = last.object(10);
    if (!isStream(stream)) throw new Error('object 10 is a stream');
    expect(codeOf(() => last.decodeStream(stream, 1_000_000))).toBe('pdf.budget');
    expect(last.decodeStream(stream, 3_000_000)).toHaveLength(3_000_000);
  });
});

it('flipping any byte opens, or is a fault with a code, and never anything else', () => {
  const { bytes: honest } = appendRevision(buildPdf(plainObjects()), { 10: '<</A[1 2 R (x)]>>' }, { size: 101 });
  for (let at = 0; at < honest.length; at++) {
    for (const flip of [0x01, 0x10, 0x80]) {
      const flipped = honest.slice();
      flipped[at] = (flipped[at] as number) ^ flip;
      const code = codeOf(() => {
        const file = open(flipped);
        file.last.pages();
        for (const num of file.last.own.keys()) file.last.object(num);
      });
      expect(code).toMatch(/^(no fault|pdf\.[a-z-]+)$/);
    }
  }
});

describe('tolerant mode', () => {
  it('passes over bytes behind the end and takes the later of two keys, and says so', () => {
    const input = bytes(`${text(base.bytes).replace('/Type/Page/', '/Type/Page/Tabs/S/Tabs/R/')}\0\0\0`);
    const moved = bytes(text(input).replace(/startxref\n\d+/, `startxref\n${text(input).indexOf('xref\n0')}`));
    const file = open(moved, { mode: 'tolerant' });
    file.last.pages();
    expect(file.leniencies.map((l) => l.code)).toEqual(['pdf.trailing-data', 'pdf.duplicate-key']);
  });

  it('repairs nothing', () => {
    expect(codeOf(() => open(edit(/startxref\n\d+/, 'startxref\n7'), { mode: 'tolerant' }))).toBe('pdf.xref-damaged');
  });
});
