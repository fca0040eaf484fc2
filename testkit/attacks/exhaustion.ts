import { deflateSync } from 'node:zlib';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { pdfArray, pdfDict, pdfName, pdfRef } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { append, letter, pdfOf, sign } from '../judging/documents.ts';
import type { TestPki } from '../pki/types.ts';
import type { Attack } from './surgery.ts';
import { addWidget, edit, formOf, formRef, formXObject, lastOf, rawUpdate, text } from './surgery.ts';

const ROOT = pdfRef(1);
const PAGE = pdfRef(3);

/** Signed by the leader, then made expensive to read. None may take long; none may pass unless it is harmless. */
export const EXPENSIVE: readonly (Attack & { readonly harmless?: boolean })[] = [
  {
    name: 'two thousand revisions in five megabytes',
    build({ leader }) {
      const parts = [leader];
      let size = leader.length;
      let prev = lastOf(leader).startxref;
      const objects = Number(lastOf(leader).trailer.entries.get('Size'));
      for (let i = 0; i < 2000; i++) {
        const num = objects + i;
        const pad = 'x'.repeat(2200);
        const body = `${num} 0 obj\n(${pad})\nendobj\n`;
        const xref = size + body.length;
        const row = String(size).padStart(10, '0');
        const update = `${body}xref\n${num} 1\n${row} 00000 n \ntrailer\n<< /Size ${num + 1} /Root 1 0 R /Prev ${prev} >>\nstartxref\n${xref}\n%%EOF\n`;
        parts.push(latin1(update));
        size += update.length;
        prev = xref;
      }
      return concatBytes(...parts);
    },
  },
  {
    name: 'four hundred revisions over a thousand objects',
    async build({ pki }) {
      const base = await sign(
        append(letter(), (update) => manyObjects(update, 1000)),
        { pki, by: 'leader', stampedAt: pki.now },
      );
      let file = base;
      for (let i = 0; i < 400; i++) file = rawUpdate(file, [{ num: 5000 + i, body: '(x)' }]);
      return file;
    },
    harmless: true,
  },
  {
    name: 'ten thousand fields, all filled in one update',
    async build({ pki }) {
      const draft = append(letter(), (update) => {
        const fields: PdfObject[] = [];
        for (let i = 0; i < 10_000; i++) {
          fields.push(
            update.add(
              pdfDict({
                Type: pdfName('Annot'),
                Subtype: pdfName('Widget'),
                FT: pdfName('Tx'),
                T: text(`f${i}`),
                F: 4,
                Rect: pdfArray([10, 10, 60, 20]),
                P: PAGE,
              }),
            ),
          );
        }
        edit(update, ROOT, { AcroForm: update.add(pdfDict({ Fields: pdfArray(fields) })) });
        edit(update, PAGE, { Annots: pdfArray(fields) });
      });
      const signed = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        const last = update.file.last;
        for (const item of (last.resolve(formOf(last).entries.get('Fields')) as { items: readonly PdfObject[] }).items.slice(
          0,
          10_000,
        )) {
          edit(update, item as never, { V: text('1') });
        }
      });
    },
  },
  {
    name: 'four thousand new empty signature fields on one page',
    build({ leader }) {
      return append(leader, (update) => {
        const last = update.file.last;
        const form = formOf(last);
        const fields = [...(last.resolve(form.entries.get('Fields')) as { items: readonly PdfObject[] }).items];
        const page = last.object(3) as PdfDict;
        const annots = [...(last.resolve(page.entries.get('Annots')) as { items: readonly PdfObject[] }).items];
        for (let i = 0; i < 4000; i++) {
          const widget = update.add(
            pdfDict({
              Type: pdfName('Annot'),
              Subtype: pdfName('Widget'),
              FT: pdfName('Sig'),
              T: text(`s${i}`),
              F: 4,
              Rect: pdfArray([10, 10, 60, 20]),
              P: PAGE,
              AP: pdfDict({}),
            }),
          );
          fields.push(widget);
          annots.push(widget);
        }
        edit(update, formRef(last), { Fields: pdfArray(fields) });
        edit(update, PAGE, { Annots: pdfArray(annots) });
      });
    },
    harmless: true,
  },
  {
    name: 'ten thousand traces of a signature in a content stream, over a hundred thousand objects',
    async build({ pki }) {
      const noise = append(letter(), (update) => {
        update.setStream(update.allocate(), {}, latin1('/ByteRange '.repeat(9_900)));
        manyObjects(update, 100_000);
      });
      return sign(noise, { pki, by: 'leader', stampedAt: pki.now });
    },
    harmless: true,
  },
  {
    name: 'more traces of a signature than are looked at, in front of the one taken away',
    async build({ pki }) {
      const noise = pdfOf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
        `<< /Length 120000 >>\nstream\n${'/ByteRange  '.repeat(10_000)}\nendstream`,
      ]);
      const signed = await sign(noise, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => {
        edit(update, ROOT, { AcroForm: undefined });
        edit(update, PAGE, { Annots: undefined });
      });
    },
  },
  {
    name: 'a tree of references with two branches at forty levels, copied under other numbers',
    async build({ pki }) {
      const tree = (from: number): string[] =>
        Array.from({ length: 40 }, (_, i) => (i === 39 ? '(leaf)' : `[ ${from + i + 1} 0 R ${from + i + 1} 0 R ]`));
      const file = pdfOf([
        '<< /Type /Catalog /Pages 2 0 R /X 6 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
        '(x)',
        '(x)',
        ...tree(6),
        ...tree(46),
      ]);
      const signed = await sign(file, { pki, by: 'leader', stampedAt: pki.now });
      return append(signed, (update) => edit(update, ROOT, { X: pdfRef(46) }));
    },
    harmless: true,
  },
  {
    name: 'metadata of four megabytes of opened elements',
    build: ({ leader }) =>
      append(leader, (update) => {
        edit(update, ROOT, {
          Metadata: update.addStream({ Type: pdfName('Metadata') }, latin1('<xmp:ModifyDate>'.repeat(200_000))),
        });
      }),
  },
  {
    name: 'a font map of four megabytes of opened sections',
    build: ({ pki }) => noteOverFont(pki, 'beginbfchar '.repeat(300_000)),
  },
  {
    name: 'a font map with a hundred thousand ranges of all codes',
    build: ({ pki }) => noteOverFont(pki, `beginbfrange ${'<0000> <ffff> <0000> '.repeat(100_000)}endbfrange`),
  },
  {
    name: 'forms that draw forms a hundred times, twelve levels deep, and never anything',
    async build({ pki }) {
      const calls = '/X Do '.repeat(100);
      const level = (next: number): string =>
        `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${next} 0 R >> >> /Length ${calls.length} >>\nstream\n${calls}\nendstream`;
      const file = pdfOf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>',
        `<< /Length ${calls.length} >>\nstream\n${calls}\nendstream`,
        ...Array.from({ length: 10 }, (_, i) => level(6 + i)),
        '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream',
      ]);
      const signed = await sign(file, { pki, by: 'leader', stampedAt: pki.now });
      return note(signed);
    },
  },
  {
    name: 'arrays a hundred thousand deep',
    build: ({ leader }) => rawUpdate(leader, [{ num: 900, body: '['.repeat(100_000) }], { trailer: '/X 900 0 R ' }),
  },
  {
    name: 'a million dictionaries in one array of the catalog',
    build: ({ leader }) => rawUpdate(leader, [{ num: 900, body: `[${'<<>>'.repeat(1_000_000)}]` }], { trailer: '/X 900 0 R ' }),
  },
  {
    name: 'a security store that unfolds a thousandfold',
    build: ({ leader }) =>
      append(leader, (update) => {
        const bomb = deflateSync(new Uint8Array(200 << 20));
        const stream = update.addStream({ Filter: pdfName('FlateDecode') }, new Uint8Array(bomb));
        edit(update, ROOT, { DSS: pdfDict({ Certs: pdfArray([stream]) }) });
      }),
  },
  {
    name: 'four thousand certificates in the security store',
    build: ({ leader, pki }) =>
      append(leader, (update) => {
        const { raw, serialNumber } = pki.certificate('leader');
        const at = raw.findIndex((_, i) => serialNumber.every((byte, k) => raw[i + k] === byte));
        const certs = Array.from({ length: 4000 }, (_, i) => {
          const other = raw.slice();
          other[at + 4] = i & 255;
          other[at + 5] = i >> 8;
          return update.addStream({}, other);
        });
        edit(update, ROOT, { DSS: pdfDict({ Certs: pdfArray(certs) }) });
      }),
  },
  {
    name: 'a field tree that comes back',
    build: ({ leader }) =>
      append(leader, (update) => {
        const a = update.allocate();
        const b = update.allocate();
        update.set(a, pdfDict({ FT: pdfName('Sig'), T: text('a'), Kids: pdfArray([b]) }));
        update.set(b, pdfDict({ T: text('b'), Kids: pdfArray([a]) }));
        addWidget(update, a);
      }),
  },
];

function manyObjects(update: Parameters<typeof addWidget>[0], count: number): void {
  const items: PdfObject[] = [];
  for (let i = 0; i < count; i++) items.push(update.add(i));
  edit(update, ROOT, { PieceInfo: update.add(pdfArray(items)) });
}

/** A page whose font has this ToUnicode map, signed, then a note on it, so that somebody asks what the page shows. */
async function noteOverFont(pki: TestPki, map: string): Promise<Uint8Array> {
  const draft = append(letter(), (update) => {
    const stream = update.addStream({ Filter: pdfName('FlateDecode') }, new Uint8Array(deflateSync(latin1(map))));
    edit(update, pdfRef(5), { ToUnicode: stream });
  });
  return note(await sign(draft, { pki, by: 'leader', stampedAt: pki.now }));
}

function note(signed: Uint8Array): Uint8Array {
  return append(signed, (update) => {
    const AP = pdfDict({ N: formXObject(update, '0 0 9 9 re f', [0, 0, 9, 9]) });
    const stamp = { Type: pdfName('Annot'), Subtype: pdfName('Stamp'), F: 4, Rect: pdfArray([300, 300, 340, 340]), AP };
    addWidget(update, update.add(pdfDict(stamp)), false);
  });
}
