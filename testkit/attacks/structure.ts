import { concatBytes, fromLatin1, indexOfBytes, latin1 } from '@antin/formats/bytes/bytes';
import type { PdfRef } from '@antin/formats/pdf/objects';
import type { Attack } from './surgery.ts';
import { lastOf, rawUpdate } from './surgery.ts';

const FORGED = latin1('BT /F1 14 Tf 72 720 Td (Noi dung khac) Tj ET');

const rowOf = (num: number, at: number, gen = 0, kind: 'n' | 'f' = 'n'): string =>
  `${num} 1\n${String(at).padStart(10, '0')} ${String(gen).padStart(5, '0')} ${kind} \n`;

/** Cross-references that one reader follows and another does not. */
export const STRUCTURE: readonly Attack[] = [
  { name: 'the page content freed', build: ({ sealed }) => rawUpdate(sealed, [], { rows: rowOf(4, 0, 1, 'f') }) },
  {
    name: 'the page content freed, then used again',
    build: ({ sealed }) => {
      const freed = rawUpdate(sealed, [], { rows: rowOf(4, 0, 1, 'f') });
      return rawUpdate(freed, [
        { num: 4, gen: 1, body: `<< /Length ${FORGED.length} >>\nstream\n${fromLatin1(FORGED)}\nendstream` },
      ]);
    },
  },
  {
    name: 'a new generation of the page',
    build: ({ sealed }) => rawUpdate(sealed, [{ num: 3, gen: 1, body: '<< /Type /Page /Parent 2 0 R >>' }]),
  },
  {
    name: 'an entry that points to another object',
    build: ({ sealed }) => rawUpdate(sealed, [], { rows: rowOf(4, indexOfBytes(sealed, latin1('5 0 obj'))) }),
  },
  {
    name: 'an entry that points into the signature',
    build: ({ sealed }) => rawUpdate(sealed, [], { rows: rowOf(4, sealed.length - 5000) }),
  },
  {
    name: 'an update that leaves the newest revision out of the chain',
    build: ({ sealed, leader }) => rawUpdate(sealed, [], { prev: lastOf(leader).startxref, rows: '0 0\n' }),
  },
  {
    name: 'an update that leaves all revisions out of the chain',
    build: ({ sealed }) => rawUpdate(sealed, [], { prev: 0, rows: '0 0\n' }),
  },
  { name: 'a chain that comes back', build: ({ sealed }) => rawUpdate(sealed, [], { prev: sealed.length, rows: '0 0\n' }) },
  { name: 'a smaller /Size', build: ({ sealed }) => rawUpdate(sealed, [], { size: 4, rows: '0 0\n' }) },
  { name: 'two root entries', build: ({ sealed }) => rawUpdate(sealed, [], { trailer: '/Root 2 0 R ', rows: '0 0\n' }) },
  {
    name: 'encryption added',
    build: ({ sealed }) =>
      rawUpdate(sealed, [{ num: 900, body: '<< /Filter /Standard /V 1 >>' }], { trailer: '/Encrypt 900 0 R ' }),
  },
  {
    name: 'a hybrid part that is no stream',
    build: ({ sealed }) => rawUpdate(sealed, [], { trailer: '/XRefStm 20 ', rows: '0 0\n' }),
  },
  { name: 'an unknown trailer entry', build: ({ sealed }) => rawUpdate(sealed, [], { trailer: '/Extra 4 0 R ', rows: '0 0\n' }) },
  {
    name: 'an update without a cross-reference',
    build: ({ sealed }) => concatBytes(sealed, latin1('4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n')),
  },
  {
    name: 'an update without a trailer',
    build: ({ sealed }) => concatBytes(sealed, latin1(`xref\n0 1\n0000000000 65535 f \nstartxref\n${sealed.length}\n%%EOF\n`)),
  },
  { name: 'a startxref that says something else', build: ({ sealed }) => concatBytes(sealed, latin1('startxref\n9\n%%EOF\n')) },
  { name: 'junk in front of the header', build: ({ sealed }) => concatBytes(latin1('\n'), sealed) },
  { name: 'a second file in front', build: ({ sealed, prepared }) => concatBytes(prepared, sealed) },
  { name: 'a second file behind', build: ({ sealed, prepared }) => concatBytes(sealed, prepared) },
  {
    name: 'a cut in the middle of the seal',
    build: ({ sealed, leader }) => sealed.subarray(0, (sealed.length + leader.length) >> 1),
  },
  {
    name: 'page content packed into an object stream',
    build: ({ sealed }) => rawUpdate(sealed, [{ num: 3, body: '[ << /Type /Page >> ]' }]),
  },
  {
    name: 'the catalog with a key twice',
    build: ({ sealed }) => {
      const form = (lastOf(sealed).catalog.entries.get('AcroForm') as PdfRef).num;
      return rawUpdate(sealed, [{ num: 1, body: `<< /Type /Catalog /Pages 5 0 R /Pages 2 0 R /AcroForm ${form} 0 R >>` }]);
    },
  },
];
