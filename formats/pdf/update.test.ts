import { describe, expect, it } from 'vitest';
import { buildPdf, hybridPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { qpdfCheck, qpdfRewrite, tools } from '@antin/testkit/pdf/outside';
import { doors, joined } from '@antin/testkit/pdf/signing';
import { memorySource } from '../bytes/source.ts';
import type { PdfFile } from './file.ts';
import type { PdfArray, PdfDict, PdfString } from './objects.ts';
import { openPdf } from './file.ts';
import { isStream, pdfArray, pdfDict, pdfName, pdfString, withEntries } from './objects.ts';
import { beginUpdate } from './update.ts';

const open = (bytes: Uint8Array): PdfFile => openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' });

function changed(bytes: Uint8Array): { file: PdfFile; out: Uint8Array } {
  const file = open(bytes);
  const update = beginUpdate(file);
  update.set(file.last.rootRef, withEntries(file.last.catalog, { Lang: pdfString(Uint8Array.of(0x76, 0x69)) }));
  const stream = update.addStream({ Type: pdfName('Anything') }, Uint8Array.of(1, 2, 3));
  update.add(pdfDict({ Stream: stream, Mark: { kind: 'raw', mark: 'here', bytes: Uint8Array.of(0x37) } }));
  const finished = update.finish({ id: new Uint8Array(16).fill(7) });
  const out = joined(bytes, finished.appended);
  const mark = finished.marks.get('here')!;
  expect(out[mark.start]).toBe(0x37);
  for (const [num, { start, end }] of finished.objects) {
    const written = String.fromCharCode(...out.subarray(start, end));
    expect(written.startsWith(`${num} 0 obj`) && written.endsWith('endobj')).toBe(true);
  }
  return { file: open(out), out };
}

const id = '/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]';
const classic = buildPdf(plainObjects(), { trailer: id }).bytes;
const inputs: [string, () => Uint8Array, 'table' | 'stream'][] = [
  ['a table', () => classic, 'table'],
  ['a table without a line end behind %%EOF', () => buildPdf(plainObjects(), { end: '' }).bytes, 'table'],
  ...(tools.qpdf
    ? ([
        ['object streams', () => qpdfRewrite(classic, '--object-streams=generate'), 'stream'],
        ['a linearised table', () => qpdfRewrite(classic, '--linearize', '--object-streams=disable'), 'table'],
        ['linearised streams', () => qpdfRewrite(classic, '--linearize', '--object-streams=generate'), 'stream'],
      ] satisfies [string, () => Uint8Array, 'table' | 'stream'][])
    : []),
];

describe.each(inputs)('an update of %s', (_, make, kind) => {
  const input = make();
  const { file, out } = changed(input);

  it('begins with the input, byte for byte', () => {
    expect(out.subarray(0, input.length)).toEqual(input);
  });

  it('is one more revision of the same kind that reads back', () => {
    expect(file.revisions).toHaveLength(2);
    expect(file.last.kind).toBe(kind);
    expect(file.last.catalog.entries.get('Lang')).toMatchObject({ kind: 'string' });
    expect(file.revisions[0]!.catalog.entries.has('Lang')).toBe(false);
    const streams = [...file.last.own.keys()].map((num) => file.last.object(num)).filter(isStream);
    expect(streams.some((s) => s.raw().join() === '1,2,3')).toBe(true);
    expect(file.last.pages()).toHaveLength(1);
  });

  it('can be updated again', () => {
    expect(changed(out).file.revisions).toHaveLength(3);
  });

  it.skipIf(!tools.qpdf)('satisfies qpdf', () => {
    expect(qpdfCheck(out)).toMatchObject({ status: 0 });
  });
});

describe('the trailer', () => {
  it('keeps the first part of /ID and renews the second', () => {
    const { file } = changed(classic);
    const [first, second] = (file.last.trailer.entries.get('ID') as PdfArray).items as PdfString[];
    expect(first!.bytes[1]).toBe(0x11);
    expect(second!.bytes).toEqual(new Uint8Array(16).fill(7));
  });

  it('uses numbers that no revision ever named', () => {
    const update = beginUpdate(open(buildPdf(plainObjects(), { size: 5000 }).bytes));
    expect(update.allocate().num).toBe(5000);
  });
});

describe('after a hybrid revision', () => {
  it('the hidden object is seen, and stays seen after an update with a plain table', () => {
    const input = hybridPdf();
    expect(open(input).last).toMatchObject({ kind: 'hybrid' });
    expect(open(input).last.object(10)).toMatchObject({ kind: 'string' });
    const { file } = changed(input);
    expect(file.last.kind).toBe('table');
    expect(file.last.trailer.entries.has('XRefStm')).toBe(false);
    expect(file.last.object(10)).toMatchObject({ kind: 'string' });
  });
});

it('writes names with bytes that need an escape', () => {
  const file = open(classic);
  const update = beginUpdate(file);
  const ref = update.add(pdfDict({ 'A B#(': pdfArray([file.last.rootRef, pdfName('\xc4\x90\n')]) }));
  const again = open(joined(classic, update.finish().appended)).last.object(ref.num) as PdfDict;
  expect([...again.entries]).toEqual([['A B#(', pdfArray([file.last.rootRef, pdfName('\xc4\x90\n')])]]);
});
