import { concatBytes, fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import type { PdfRef } from '@antin/formats/pdf/objects';
import { HOUR, sign } from '../judging/documents.ts';
import type { TestPki } from '../pki/types.ts';
import { hybridPdf } from '../pdf/build-pdf.ts';
import type { Attack } from './surgery.ts';
import { lastOf, rawUpdate } from './surgery.ts';

type Entry = readonly [num: number, type: 0 | 1 | 2, a: number, b: number];

function xrefStream(num: number, entries: readonly Entry[], more: string): string {
  let data = '';
  let index = '';
  for (const [n, type, a, b] of entries) {
    index += `${n} 1 `;
    data += String.fromCharCode(type, (a >> 16) & 255, (a >> 8) & 255, a & 255, b);
  }
  return `${num} 0 obj\n<< /Type /XRef /W [1 3 1] /Index [${index}] /Length ${data.length} ${more} >>\nstream\n${data}\nendstream\nendobj\n`;
}

function objectStream(num: number, objects: Readonly<Record<number, string>>): string {
  let head = '';
  let body = '';
  for (const [n, text] of Object.entries(objects)) {
    head += `${n} ${body.length} `;
    body += `${text} `;
  }
  const data = head + body;
  const dict = `<< /Type /ObjStm /N ${Object.keys(objects).length} /First ${head.length} /Length ${data.length} >>`;
  return `${num} 0 obj\n${dict}\nstream\n${data}\nendstream\nendobj\n`;
}

const HONEST = 'BT /F1 14 Tf 72 720 Td (Quyet dinh) Tj ET';
const FORGED = 'BT /F1 14 Tf 72 720 Td (Khong dong) Tj ET';
const stream = (num: number, body: string): string =>
  `${num} 0 obj\n<< /Length ${body.length} >>\nstream\n${body}\nendstream\nendobj\n`;
const PAGE = (content: number): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 5 0 R >> >> >>`;

/** Catalog, tree, page and font packed into object stream 6; a second, unused page content lies in the signed bytes. */
function packedLetter(): Uint8Array {
  let out = '%PDF-1.7\n';
  const at: Record<number, number> = {};
  const put = (num: number, text: string): void => {
    at[num] = out.length;
    out += text;
  };
  put(4, stream(4, HONEST));
  put(9, stream(9, FORGED));
  put(
    6,
    objectStream(6, {
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      3: PAGE(4),
      5: '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>',
    }),
  );
  const xref = out.length;
  const rows: Entry[] = [
    [0, 0, 0, 255],
    ...[1, 2, 3, 5].map((num, i): Entry => [num, 2, 6, i]),
    [4, 1, at[4] as number, 0],
    [6, 1, at[6] as number, 0],
    [7, 1, xref, 0],
    [9, 1, at[9] as number, 0],
  ];
  return latin1(`${out}${xrefStream(7, rows, '/Size 10 /Root 1 0 R')}startxref\n${xref}\n%%EOF\n`);
}

/** One update with a cross-reference stream; `objects` are whole texts, `packed` point into an object stream. */
function update(file: Uint8Array, objects: Readonly<Record<number, string>>, packed: readonly Entry[] = []): Uint8Array {
  const last = lastOf(file);
  const size = Number(last.trailer.entries.get('Size'));
  let out = '';
  const rows: Entry[] = [...packed];
  for (const [num, text] of Object.entries(objects)) {
    rows.push([Number(num), 1, file.length + out.length, 0]);
    out += text;
  }
  const xref = file.length + out.length;
  rows.push([size + 90, 1, xref, 0]);
  const root = (last.trailer.entries.get('Root') as PdfRef).num;
  const more = `/Size ${size + 91} /Root ${root} 0 R /Prev ${last.startxref}`;
  return concatBytes(file, latin1(`${out}${xrefStream(size + 90, rows, more)}startxref\n${xref}\n%%EOF\n`));
}

const signedPacked = (pki: TestPki): Promise<Uint8Array> => sign(packedLetter(), { pki, by: 'leader', stampedAt: pki.now });

function packed(name: string, change: (file: Uint8Array) => Uint8Array): Attack {
  return { name, build: async ({ pki }) => change(await signedPacked(pki)) };
}

export const PACKED: readonly Attack[] = [
  packed('the object stream written again with another page', (file) =>
    update(file, {
      6: objectStream(6, {
        1: '<< /Type /Catalog /Pages 2 0 R >>',
        2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        3: PAGE(9),
        5: '<< >>',
      }),
    }),
  ),
  packed('the page taken from a new object stream', (file) =>
    update(file, { 70: objectStream(70, { 3: PAGE(9) }) }, [[3, 2, 70, 0]]),
  ),
  packed('the page written plainly over the packed one', (file) => update(file, { 3: `3 0 obj\n${PAGE(9)}\nendobj\n` })),
  packed('the content pointed to the one that lay in the signed bytes', (file) => {
    const at = fromLatin1(file).indexOf('9 0 obj');
    return update(file, {}, [[4, 1, at, 0]]);
  }),
  packed('the page taken from another place of the same object stream', (file) => update(file, {}, [[3, 2, 6, 1]])),
  packed('the page said to be in an object stream that is none', (file) => update(file, {}, [[3, 2, 4, 0]])),
  packed('the content said to be packed', (file) => update(file, { 70: objectStream(70, { 4: '(x)' }) }, [[4, 2, 70, 0]])),
  packed('the object stream freed', (file) => update(file, {}, [[6, 0, 0, 1]])),
  packed('a table over the cross-reference stream', (file) =>
    rawUpdate(file, [{ num: 4, body: `<< /Length ${FORGED.length} >>\nstream\n${FORGED}\nendstream` }]),
  ),
  {
    name: 'a hidden object of a hybrid file replaced by a table entry',
    build: async ({ pki }) => rawUpdate(await signedHybrid(pki), [{ num: 10, body: '(forged)' }]),
  },
  {
    name: 'a hybrid update whose table and stream disagree',
    build: async ({ pki }) => {
      const file = await signedHybrid(pki);
      const body = '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n';
      const at = file.length;
      const stm = xrefStream(60, [[3, 1, at, 0]], '/Size 61');
      const filler = concatBytes(file, latin1(body + stm));
      const xref = filler.length;
      const last = lastOf(file);
      const trailer = `xref\n0 0\ntrailer\n<< /Size 61 /Root 1 0 R /Prev ${last.startxref} /XRefStm ${at + body.length} >>\nstartxref\n${xref}\n%%EOF\n`;
      return concatBytes(filler, latin1(trailer));
    },
  },
];

const signedHybrid = (pki: TestPki): Promise<Uint8Array> => sign(hybridPdf(), { pki, by: 'leader', stampedAt: pki.now });

export const HONEST_PACKED: readonly Attack[] = [
  { name: 'packed objects, signed', build: ({ pki }) => signedPacked(pki) },
  {
    name: 'packed objects, signed twice',
    build: async ({ pki }) => sign(await signedPacked(pki), { pki, by: 'seal', stampedAt: pki.now + HOUR }),
  },
  packed('an update that brings an unused packed object', (file) =>
    update(file, { 70: objectStream(70, { 71: '(x)' }) }, [[71, 2, 70, 0]]),
  ),
  { name: 'a hybrid file', build: ({ pki }) => signedHybrid(pki) },
];
