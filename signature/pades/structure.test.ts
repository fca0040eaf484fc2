import { describe, expect, it } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { openPdf } from '@antin/formats/pdf/file';
import type { PdfArray, PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { judged, sign } from '@antin/testkit/judging/documents';
import { buildPdf, plainObjects } from '@antin/testkit/pdf/build-pdf';
import { qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { doors, joined, tinos } from '@antin/testkit/pdf/signing';
import { testPki } from '@antin/testkit/pki/test-pki';
import { addReservedFields } from './fields.ts';

const pki = testPki();

const tagged = (root: string, tree: string, more: Record<number, string> = {}): Uint8Array =>
  buildPdf({
    ...plainObjects(['/StructParents 0']),
    1: '<</Type/Catalog/Pages 2 0 R/MarkInfo<</Marked true>>/StructTreeRoot 20 0 R>>',
    20: `<</Type/StructTreeRoot/K ${root}/ParentTree 21 0 R/ParentTreeNextKey 1>>`,
    21: tree,
    22: '<</Type/StructElem/S/Document/P 20 0 R/K 23 0 R>>',
    23: '<</Type/StructElem/S/P/P 22 0 R/Pg 100 0 R/K 0>>',
    ...more,
  }).bytes;

const flat = '<</Nums[0[23 0 R]]>>';

function lastOf(bytes: Uint8Array) {
  return openPdf(memorySource(bytes), { inflate: doors.inflate, mode: 'strict' }).last;
}

/** Number tree as pairs, leaves in order. */
function pairs(bytes: Uint8Array): [number, PdfObject][] {
  const last = lastOf(bytes);
  const out: [number, PdfObject][] = [];
  const walk = (node: PdfDict): void => {
    const { items = [] } = (last.resolve(node.entries.get('Nums')) ?? {}) as Partial<PdfArray>;
    for (let i = 0; i < items.length; i += 2) out.push([items[i] as number, items[i + 1]!]);
    const kids = last.resolve(node.entries.get('Kids')) as PdfArray | null;
    for (const kid of kids?.items ?? []) walk(last.resolve(kid) as PdfDict);
  };
  walk(last.resolve((last.object(20) as PdfDict).entries.get('ParentTree')) as PdfDict);
  return out;
}

const reserve = (bytes: Uint8Array): Uint8Array =>
  joined(
    bytes,
    addReservedFields(
      memorySource(bytes),
      {
        font: tinos(),
        number: { page: 1, rect: [100, 700, 80, 16] },
        signatures: [{ name: 'ky', page: 1, rect: [300, 300, 90, 40], label: 'Chữ ký của lãnh đạo' }],
      },
      doors,
    ),
  );

describe('a field added to a tagged file joins its structure', () => {
  it.each([
    ['flat', tagged('[22 0 R]', flat), 22, 1],
    ['one element under the root, not in a list', tagged('22 0 R', flat), 22, 1],
    ['in two leaves', tagged('[22 0 R]', '<</Kids[24 0 R]>>', { 24: '<</Limits[0 6]/Nums[0[23 0 R]6 23 0 R]>>' }), 22, 7],
    ['without a document element', tagged('[23 0 R]', flat), 20, 1],
  ])('whose parent tree is %s', (_, input, above, firstKey) => {
    const bytes = reserve(input);
    const last = lastOf(bytes);
    const tree = pairs(bytes);
    expect(tree.map(([key]) => key).slice(-2)).toEqual([firstKey, firstKey + 1]);
    expect((last.object(20) as PdfDict).entries.get('ParentTreeNextKey')).toBe(firstKey + 2);
    const kids = last.resolve((last.object(above) as PdfDict).entries.get('K')) as PdfArray;
    for (const [key, ref] of tree.slice(-2)) {
      expect(kids.items).toContainEqual(ref);
      const element = last.resolve(ref) as PdfDict;
      expect(element.entries.get('S')).toMatchObject({ value: 'Form' });
      expect(element.entries.get('P')).toMatchObject({ num: above });
      const objr = element.entries.get('K') as PdfDict;
      const widget = last.resolve(objr.entries.get('Obj')) as PdfDict;
      expect(widget.entries.get('StructParent')).toBe(key);
      expect(widget.entries.has('TU')).toBe(true);
      expect((last.page(0).dict.entries.get('Annots') as PdfArray).items).toContainEqual(objr.entries.get('Obj') as PdfRef);
    }
    expect(last.page(0).dict.entries.get('Tabs')).toMatchObject({ value: 'S' });
    if (tools.qpdf) expect(qpdfCheck(bytes).status).toBe(0);
  });

  it('and every signature on it stands', async () => {
    const first = await sign(reserve(tagged('[22 0 R]', flat)), { pki, by: 'leader', fieldName: 'ky' });
    const both = await sign(first, { pki, by: 'seal', fill: { so: '12/QĐ' } });
    expect(judged(both, pki).signatures.map(({ indication }) => indication)).toEqual(['TOTAL_PASSED', 'TOTAL_PASSED']);
  });

  it('but never behind a signature, which could not tell it from a forged structure', async () => {
    const first = await sign(tagged('[22 0 R]', flat), { pki, by: 'leader' });
    expect(pairs(first)).toHaveLength(2);
    expect(pairs(await sign(first, { pki, by: 'seal' }))).toHaveLength(2);
  });

  it.each([
    ['no parent tree', tagged('[22 0 R]', 'null')],
    ['a parent tree without end', tagged('[22 0 R]', '<</Kids[21 0 R]>>')],
    ['keys at the end of numbers', tagged('[22 0 R]', '<</Nums[9007199254740991 23 0 R]>>')],
    ['no structure', buildPdf(plainObjects()).bytes],
  ])('with %s the field is added all the same', (_, input) => {
    const { last } = openPdf(memorySource(reserve(input)), { inflate: doors.inflate, mode: 'strict' });
    expect((last.page(0).dict.entries.get('Annots') as PdfArray).items).toHaveLength(2);
  });
});
