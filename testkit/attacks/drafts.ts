import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { pdfArray, pdfDict, pdfName, pdfRef, withEntries } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { addReservedFields } from '@antin/signature/pades/fields';
import { HOUR, append, documentFont, letter, pdfOf, prepared, sign } from '../judging/documents.ts';
import type { Attack, Ground } from './surgery.ts';
import {
  addWidget,
  appearanceOf,
  edit,
  fieldFont,
  fieldOf,
  fill,
  formOf,
  formRef,
  formXObject,
  lastOf,
  text,
} from './surgery.ts';

const PAGE = pdfRef(3);

/**
 * The attacker drafted the document: something lies in the signed bytes that a later, harmless looking update brings out
 * (shadow attacks). What the leader saw when signing must stay what everybody sees.
 */
function drafted(
  name: string,
  draft: (update: PdfUpdate) => void,
  later: (update: PdfUpdate, ground: Ground) => void,
  signer?: string,
): Attack {
  return {
    name,
    async build(ground) {
      const { pki } = ground;
      const file = append(prepared(), draft);
      const signed = await sign(file, { pki, by: 'leader', stampedAt: pki.now });
      if (signer === undefined) return append(signed, (update) => later(update, ground));
      const stampedAt = pki.now + HOUR;
      const appearance = { page: 1, rect: [100, 400, 200, 40] as const, text: { lines: [' '], font: documentFont(), size: 8 } };
      return sign(signed, { pki, by: signer, when: stampedAt, stampedAt, fieldName: 'cho', appearance });
    },
  };
}

/** A font that shows the glyphs of the real one and says they mean something else. */
function liar(update: PdfUpdate): PdfRef {
  const { ref } = fieldFont(update.file.last);
  const rows = Array.from({ length: 400 }, (_, i) => `<${(i + 1).toString(16).padStart(4, '0')}> <0039>`);
  const blocks = [0, 100, 200, 300].map((at) => `100 beginbfchar\n${rows.slice(at, at + 100).join('\n')}\nendbfchar`);
  const map = update.addStream({}, latin1(`begincmap\n${blocks.join('\n')}\nendcmap`));
  return update.add(withEntries(update.get(ref) as PdfDict, { ToUnicode: map }));
}

function fillBy(update: PdfUpdate, { sealed }: Ground, font: PdfObject, fontName: string, value: PdfObject): void {
  const made = appearanceOf(lastOf(sealed), 'so');
  const own = /\/(\S+) [\d.]+ Tf/.exec(made.content)?.[1] as string;
  const content = made.content.replace(`/${own} `, `/${fontName} `);
  fill(update, 'so', value, {
    entries: { ...made.entries, Resources: pdfDict({ Font: pdfDict({ [fontName]: font }) }) },
    content,
  });
}

const widget = (update: PdfUpdate, entries: Record<string, PdfObject | undefined>): PdfRef =>
  update.add(
    pdfDict({
      Type: pdfName('Annot'),
      Subtype: pdfName('Widget'),
      F: 4,
      P: PAGE,
      Rect: pdfArray([100, 400, 300, 440]),
      ...entries,
    }),
  );

const says = (update: PdfUpdate, words: string): PdfDict =>
  pdfDict({
    N: formXObject(update, `BT /F 12 Tf 2 12 Td (${words}) Tj ET`, [0, 0, 200, 40], {
      Font: pdfDict({
        F: pdfDict({
          Type: pdfName('Font'),
          Subtype: pdfName('Type1'),
          BaseFont: pdfName('Helvetica'),
          Encoding: pdfName('WinAnsiEncoding'),
        }),
      }),
    }),
  });

const codesOf = ({ sealed }: Ground): number => {
  const match = /<([0-9a-fA-F]+)> Tj/.exec(appearanceOf(lastOf(sealed), 'so').content) as RegExpExecArray;
  return (match[1] as string).length / 4;
};

export const DRAFTED: readonly Attack[] = [
  drafted(
    'a font of the draft that lies about its glyphs, used for the number',
    (update) => {
      const dr = update.file.last.resolve(formOf(update.file.last).entries.get('DR')) as PdfDict;
      const fonts = update.file.last.resolve(dr.entries.get('Font')) as PdfDict;
      edit(update, formRef(update.file.last), { DR: withEntries(dr, { Font: withEntries(fonts, { Liar: liar(update) }) }) });
    },
    (update, ground) => {
      const last = update.file.last;
      const dr = last.resolve(formOf(last).entries.get('DR')) as PdfDict;
      const font = (last.resolve(dr.entries.get('Font')) as PdfDict).entries.get('Liar') as PdfObject;
      fillBy(update, ground, font, 'Liar', text('9'.repeat(codesOf(ground))));
    },
  ),
  drafted(
    'an unsigned signature field that says something until somebody signs into it',
    (update) => addWidget(update, widget(update, { FT: pdfName('Sig'), T: text('cho'), AP: says(update, 'CHUA CO HIEU LUC') })),
    () => undefined,
    'seal',
  ),
  drafted(
    'a text field that says something else than its empty value until it is filled',
    (update) => {
      const { ref } = fieldOf(update.file.last, 'so');
      const ap = says(update, 'KHONG BAN HANH');
      const normal = ap.entries.get('N') as PdfRef;
      edit(update, ref, { AP: pdfDict({ N: normal }) });
    },
    (update, ground) => {
      const { dict } = fieldOf(lastOf(ground.sealed), 'so');
      const { ref } = fieldFont(update.file.last);
      fillBy(update, ground, ref, 'X', dict.entries.get('V') as PdfObject);
    },
  ),
  drafted(
    'an appearance that the page draws as well',
    (update) => {
      const { dict } = fieldOf(update.file.last, 'so');
      const n = (update.file.last.resolve(dict.entries.get('AP')) as PdfDict).entries.get('N') as PdfObject;
      const resources = (update.get(PAGE) as PdfDict).entries.get('Resources') as PdfDict;
      edit(update, PAGE, { Resources: withEntries(resources, { XObject: pdfDict({ X: n }) }) });
      update.setStream(pdfRef(4), {}, latin1('BT /F1 14 Tf 72 720 Td (Quyet dinh) Tj ET q 4 0 0 4 72 500 cm /X Do Q'));
    },
    (update, ground) => {
      const last = update.file.last;
      const made = appearanceOf(lastOf(ground.sealed), 'so');
      const { ref, dict } = fieldOf(last, 'so');
      const n = (last.resolve(dict.entries.get('AP')) as PdfDict).entries.get('N') as PdfRef;
      const name = /\/(\S+) [\d.]+ Tf/.exec(made.content)?.[1] as string;
      const entries = { ...made.entries, Resources: pdfDict({ Font: pdfDict({ [name]: fieldFont(last).ref }) }) };
      update.setStream(n, entries, latin1(made.content));
      edit(update, ref, { V: fieldOf(lastOf(ground.sealed), 'so').dict.entries.get('V') as PdfObject });
    },
  ),
  drafted(
    'a field whose entries are the fonts of the page',
    (update) => {
      const { ref } = fieldOf(update.file.last, 'so');
      edit(update, ref, { M: pdfRef(5) });
      edit(update, PAGE, { Resources: pdfDict({ Font: ref }) });
      update.setStream(pdfRef(4), {}, latin1('BT /M 14 Tf 72 720 Td (Khong dong y) Tj ET'));
    },
    (update, ground) => {
      const { ref } = fieldOf(update.file.last, 'so');
      fillBy(
        update,
        ground,
        fieldFont(update.file.last).ref,
        'X',
        fieldOf(lastOf(ground.sealed), 'so').dict.entries.get('V') as PdfObject,
      );
      const type3 = pdfDict({ Type: pdfName('Font'), Subtype: pdfName('Type3') });
      edit(update, ref, { M: update.add(type3) });
    },
  ),
  {
    name: 'a seal laid over the whole of the leader’s signature',
    build({ leader, pki }) {
      const stampedAt = pki.now + HOUR;
      const appearance = {
        page: 1,
        rect: [350, 130, 140, 80] as const,
        text: { lines: ['Le Van Khac'], font: documentFont(), size: 12 },
      };
      return sign(leader, { pki, by: 'leaderRsa', when: stampedAt, stampedAt, fieldName: 'them', appearance });
    },
  },
];

/** The same steps with nothing up the sleeve. */
/** Content that a reader of the page could overlook; the picture of a later signature is laid over it. */
function overlooked(name: string, content: string, resources: string, ...more: string[]): Attack {
  return {
    name: `a picture over ${name}`,
    async build({ pki }) {
      const file = pdfOf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << ${resources} >> >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
        '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
        ...more,
      ]);
      const signed = await sign(file, { pki, by: 'leader', stampedAt: pki.now });
      const appearance = { page: 1, rect: [300, 495, 120, 30] as const, text: { lines: ['x'], font: documentFont(), size: 8 } };
      return sign(signed, { pki, by: 'seal', stampedAt: pki.now + HOUR, appearance });
    },
  };
}

const stream = (entries: string, body: string): string => `<< ${entries} /Length ${body.length} >>\nstream\n${body}\nendstream`;
const FORM = '/Type /XObject /Subtype /Form /BBox [0 0 595 842]';

export const OVERLOOKED: readonly Attack[] = [
  overlooked('plain text', 'BT /F 12 Tf 280 500 Td (mot trieu dong) Tj ET', '/Font << /F 5 0 R >>'),
  overlooked('text with wide words', 'BT /F 12 Tf 240 Tw 72 500 Td (a b) Tj ET', '/Font << /F 5 0 R >>'),
  overlooked(
    'text in a form that takes its font from the page',
    'BT /F 12 Tf ET /X Do',
    '/Font << /F 5 0 R >> /XObject << /X 6 0 R >>',
    stream(FORM, 'BT 72 500 Td (mot trieu dong mot trieu dong mot trieu) Tj ET'),
  ),
  overlooked(
    'text whose font a graphics state chooses',
    'BT /G gs 72 500 Td (mot trieu dong mot trieu dong mot trieu) Tj ET',
    '/ExtGState << /G << /Font [5 0 R 12] >> >>',
  ),
  overlooked(
    'glyphs that are programs of any size',
    'BT /T 1 Tf 72 500 Td (a) Tj ET',
    '/Font << /T 6 0 R >>',
    '<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [1] /Encoding << /Differences [97 /a] >> /CharProcs << /a 7 0 R >> >>',
    stream('', '1 0 d0 200 0 200 20 re f'),
  ),
  overlooked(
    'a picture',
    'q 120 0 0 30 300 495 cm /X Do Q',
    '/XObject << /X 6 0 R >>',
    stream('/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray', 'x'),
  ),
  overlooked('a shading', '/S sh', '/Shading << /S << /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 1 1] >> >>'),
  overlooked('a line', '0 510 m 595 510 l S', ''),
];

export const HONEST_DRAFTS: readonly Attack[] = [
  drafted(
    'an empty signature field of the draft is signed into',
    (update) => addWidget(update, widget(update, { FT: pdfName('Sig'), T: text('cho') })),
    () => undefined,
    'seal',
  ),
  {
    ...overlooked(
      'nothing, above and below the text',
      'BT /F 12 Tf 72 600 Td (mot trieu dong) Tj 0 -200 Td (hai trieu dong) Tj ET',
      '/Font << /F 5 0 R >>',
    ),
  },
  ...[90, 180, 270].map((turn): Attack => ({
    name: `the walk on a page turned by ${turn}`,
    build: ({ pki }) => walkOn(pki, `/Rotate ${turn} `),
  })),
  { name: 'the walk on a page of large units', build: ({ pki }) => walkOn(pki, '/UserUnit 2 ') },
];

async function walkOn(pki: Ground['pki'], extra: string): Promise<Uint8Array> {
  const file = letter('Quyet dinh', extra);
  const fields = {
    font: documentFont(),
    number: { page: 1, rect: [100, 400, 120, 18] },
    date: { page: 1, rect: [300, 400, 200, 18] },
    signatures: [{ name: 'seal', page: 1, rect: [300, 130, 90, 90] }],
  } as const;
  const draft = concatBytes(file, addReservedFields(memorySource(file), fields, { inflate: nodeInflate }));
  const leader = await sign(draft, { pki, by: 'leader', stampedAt: pki.now });
  const stampedAt = pki.now + HOUR;
  return sign(leader, {
    pki,
    by: 'seal',
    when: stampedAt,
    stampedAt,
    fieldName: 'seal',
    fill: { so: '7/QĐ', ngay: 'ngày 02 tháng 3' },
    appearance: { page: 1, rect: [0, 0, 1, 1], text: { lines: ['DẤU'], font: documentFont(), size: 12 } },
  });
}
