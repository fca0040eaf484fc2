import { describe, expect, it } from 'vitest';
import { appendRevision, buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { doors } from '@antin/testkit/pdf/signing';
import { qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { memorySource } from '../bytes/source.ts';
import type { PdfFile } from './file.ts';
import { openPdf } from './file.ts';

const open = (bytes: Uint8Array): PdfFile => openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' });

describe('revisions', () => {
  const base = buildPdf({ ...plainObjects(['', '']), 10: '(first)' });
  const second = appendRevision(base, { 10: '(second)', 11: '(new)' });
  const third = appendRevision(second, { 11: '(newer)' });

  it('cuts the file where each %%EOF closes a revision', () => {
    const file = open(third.bytes);
    expect(file.revisions.map((r) => [r.start, r.end, r.startxref, r.kind])).toEqual([
      [0, base.bytes.length, base.startxref, 'table'],
      [base.bytes.length, second.bytes.length, second.startxref, 'table'],
      [second.bytes.length, third.bytes.length, third.startxref, 'table'],
    ]);
  });

  it('shows each object as the revision saw it', () => {
    const [r0, r1, r2] = open(third.bytes).revisions;
    const text = (o: unknown): string => String.fromCharCode(...(o as { bytes: Uint8Array }).bytes);
    expect([r0, r1, r2].map((r) => text(r!.object(10)))).toEqual(['first', 'second', 'second']);
    expect(r0!.object(11)).toBeNull();
    expect(text(r1!.object(11))).toBe('new');
    expect(text(r2!.object(11))).toBe('newer');
    expect([...r1!.own.keys()]).toEqual([10, 11]);
    expect([...r2!.own.keys()]).toEqual([11]);
  });

  it('says where an object stands', () => {
    const { last } = open(third.bytes);
    const { start, end } = last.location(10)!;
    expect(String.fromCharCode(...third.bytes.subarray(start, end))).toBe('10 0 obj\n(second)\nendobj');
    expect(last.location(999)).toBeUndefined();
  });

  it('treats a free object, a wrong generation and a missing one as null', () => {
    const { last } = open(third.bytes);
    expect([last.object(0), last.object(10, 7), last.object(5000)]).toEqual([null, null, null]);
  });

  it('takes the end-of-file marker with and without a line end', () => {
    for (const [end, extra] of [
      ['', 0],
      ['\n', 1],
      ['\r\n', 2],
      ['\r', 1],
      ['\n\n \r\n', 5],
    ] as const) {
      const { bytes } = buildPdf(plainObjects(), { end });
      const file = open(bytes);
      expect(file.last.end).toBe(bytes.length);
      expect(file.last.eof).toBe(bytes.length - extra);
    }
  });

  it('reads the version from the header or a later catalog', () => {
    expect(open(base.bytes).version).toBe('1.7');
    const newer = appendRevision(base, { 1: '<</Type/Catalog/Pages 2 0 R/Version/2.0>>' });
    expect(open(newer.bytes).version).toBe('2.0');
    const older = appendRevision(base, { 1: '<</Type/Catalog/Pages 2 0 R/Version/1.3>>' });
    expect(open(older.bytes).version).toBe('1.7');
  });
});

describe('pages', () => {
  it('inherits boxes, rotation and resources, and cuts the crop box to the media box', () => {
    const { bytes } = buildPdf({
      1: '<</Type/Catalog/Pages 2 0 R>>',
      2: '<</Type/Pages/Count 2/Kids[3 0 R 6 0 R]/MediaBox[0 0 500 700]/Rotate 90>>',
      3: '<</Type/Pages/Count 1/Kids[4 0 R]/CropBox[-10 20 400 9000]>>',
      4: '<</Type/Page/UserUnit 2/Resources 5 0 R>>',
      5: '<</ProcSet[/PDF]>>',
      6: '<</Type/Page/MediaBox[300 200 0 0]/Rotate -90>>',
    });
    const [first, second] = open(bytes).last.pages();
    expect(first).toMatchObject({ index: 0, mediaBox: [0, 0, 500, 700], cropBox: [0, 20, 400, 700], rotate: 90, userUnit: 2 });
    expect([...first!.resources.entries.keys()]).toEqual(['ProcSet']);
    expect(second).toMatchObject({ index: 1, ref: { num: 6 }, mediaBox: [0, 0, 300, 200], rotate: 270 });
  });
});

describe.skipIf(!tools.qpdf)('files made by qpdf', () => {
  const { bytes } = buildPdf({ ...plainObjects(['/Contents 10 0 R', '']), 10: '<</Length 5>>\nstream\nq Q\nq\nendstream' });

  it.each([
    ['object streams', ['--object-streams=generate'], 'stream'],
    ['a linearised table', ['--linearize', '--object-streams=disable'], 'table'],
    ['linearised streams', ['--linearize', '--object-streams=generate'], 'stream'],
  ] as const)('%s: one revision, both pages', (_, options, kind) => {
    const rewritten = qpdfRewrite(bytes, ...options);
    const file = open(rewritten);
    expect(file.revisions).toHaveLength(1);
    expect(file.last.kind).toBe(kind);
    expect(file.last.end).toBe(rewritten.length);
    const pages = file.last.pages();
    expect(pages.map((page) => page.mediaBox)).toEqual([
      [0, 0, 595, 842],
      [0, 0, 595, 842],
    ]);
    const content = file.last.resolve(pages[0]!.dict.entries.get('Contents'));
    expect(String.fromCharCode(...file.last.decodeStream(content as never)).trim()).toBe('q Q\nq');
  });
});

it('opens a file of 5 MB without reading its objects', () => {
  const objects: Record<number, string> = { ...plainObjects() };
  for (let i = 200; i < 700; i++) objects[i] = `<</Length 10000>>\nstream\n${'x'.repeat(10_000)}\nendstream`;
  const { bytes } = buildPdf(objects);
  let touched = 0;
  const memory = memorySource(bytes);
  const source = { size: memory.size, read: (o: number, n: number) => ((touched += n), memory.read(o, n)) };
  openPdf(source, { inflate: doors.inflate, mode: 'strict' }).last.page(0);
  expect(bytes.length).toBeGreaterThan(5_000_000);
  expect(touched).toBeLessThan(150_000);
});
