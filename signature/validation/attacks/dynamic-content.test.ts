import { latin1 } from '@antin/formats/bytes/bytes';
import { pdfArray, pdfDict, pdfName, pdfRef, pdfString } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { addWidget, edit } from '@antin/testkit/attacks/surgery';
import { append, judged, letter, prepared, sign } from '@antin/testkit/judging/documents';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';

const pki = testPki();
const CATALOG = pdfRef(1);
const PAGE = pdfRef(3);
const action = (kind: string, more: Record<string, PdfObject> = {}) => pdfDict({ S: pdfName(kind), ...more });
const script = () => action('JavaScript', { JS: pdfString(latin1('this.getField("so").value = "1"')) });

function annotation(update: PdfUpdate, entries: Record<string, PdfObject>): void {
  const rect = pdfArray([10, 10, 20, 20]);
  const dict = pdfDict({ Type: pdfName('Annot'), Subtype: pdfName('Link'), Rect: rect, F: 4, ...entries });
  addWidget(update, update.add(dict), false);
}

function field(update: PdfUpdate, entries: Record<string, PdfObject>): void {
  const dict = { Subtype: pdfName('Widget'), FT: pdfName('Tx'), T: pdfString(latin1('tong')), Rect: pdfArray([0, 0, 0, 0]) };
  addWidget(update, update.add(pdfDict({ ...dict, ...entries })));
}

type Draft = (update: PdfUpdate) => void;
const acting: readonly (readonly [name: string, place: string, draft: Draft])[] = [
  ['a script when the file opens', '/OpenAction', (u) => edit(u, CATALOG, { OpenAction: script() })],
  ['a script when the page opens', '/AA of page 1', (u) => edit(u, PAGE, { AA: pdfDict({ O: script() }) })],
  ['a script that calculates a field', '/AA of field "tong"', (u) => field(u, { AA: pdfDict({ C: script() }) })],
  ['a button that hides', '/A of field "tong"', (u) => field(u, { A: action('Hide', { T: pdfString(latin1('so')) }) })],
  ['a link that starts a program', '/A of an annotation on page 1', (u) => annotation(u, { A: action('Launch') })],
  [
    'a script behind a harmless action',
    '/A of an annotation on page 1',
    (u) => annotation(u, { A: action('URI', { Next: pdfArray([script()]) }) }),
  ],
  ['layers that switch', '/AA of an annotation on page 1', (u) => annotation(u, { AA: pdfDict({ PO: action('SetOCGState') }) })],
  ['a film', '/Movie on page 1', (u) => annotation(u, { Subtype: pdfName('Movie') })],
];

const still: readonly (readonly [name: string, draft: Draft])[] = [
  ['a link to an address', (u) => annotation(u, { A: action('URI', { URI: pdfString(latin1('https://example.vn')) }) })],
  ['a link to a page', (u) => annotation(u, { A: action('GoTo', { D: pdfArray([PAGE, pdfName('Fit')]) }) })],
  ['a page to open at', (u) => edit(u, CATALOG, { OpenAction: pdfArray([PAGE, pdfName('Fit')]) })],
  ['an action that leads back to itself', (u) => annotation(u, { A: loop(u) })],
];

function loop(update: PdfUpdate): PdfObject {
  const ref = update.allocate();
  update.set(ref, action('Named', { N: pdfName('NextPage'), Next: ref }));
  return ref;
}

const told = (file: Uint8Array) =>
  judged(file, pki)
    .warnings.filter((one) => one.code === 'pdf.dynamic-content')
    .map((one) => one.message);

describe('what a file does by itself', () => {
  it.each(acting)('is told: %s', async (_name, place, draft) => {
    const file = await sign(append(prepared(), draft), { pki, by: 'leader', stampedAt: pki.now });
    expect(judged(file, pki).verdict).toBe('valid');
    expect(told(file)).toEqual([`the file acts by itself: ${place}`]);
  });

  it.each(still)('is not claimed of %s', async (_name, draft) => {
    const file = await sign(append(prepared(), draft), { pki, by: 'leader', stampedAt: pki.now });
    expect(judged(file, pki).verdict).toBe('valid');
    expect(told(file)).toEqual([]);
  });

  it.each(acting)('brought in after signing it never passes: %s', async (_name, place, draft) => {
    const signed = await sign(prepared(letter()), { pki, by: 'leader', stampedAt: pki.now });
    expect(judged(signed, pki).verdict).toBe('valid');
    const file = append(signed, draft);
    expect(judged(file, pki).verdict).toBe('invalid');
    expect(told(file)).toEqual([`the file acts by itself: ${place}`]);
  });
});

it('is told where there are more pages than are looked at', async () => {
  const long = (count: number) => buildPdf(plainObjects(Array.from({ length: count }, () => ''))).bytes;
  const told = (report: ReturnType<typeof judged>) => [report.verdict, report.information?.map((one) => one.code)];
  expect(told(judged(await sign(long(100), { pki, by: 'leader' }), pki))).toEqual(['valid', undefined]);
  expect(told(judged(await sign(long(101), { pki, by: 'leader' }), pki))).toEqual(['valid', ['pdf.dynamic-content-limit']]);
});
