import { latin1 } from '@antin/formats/bytes/bytes';
import {
  isArray,
  isDict,
  isString,
  pdfArray,
  pdfDict,
  pdfName,
  pdfRef,
  pdfString,
  withEntries,
} from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { append } from '../judging/documents.ts';
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
  unicode,
} from './surgery.ts';

/** What the honest clerk wrote into the field `so`: the attacker knows it and has the font in the file. */
function honest({ sealed }: Ground) {
  const revision = lastOf(sealed);
  const { dict } = fieldOf(revision, 'so');
  const made = appearanceOf(revision, 'so');
  const match = /\/(\S+) ([\d.]+) Tf\s+([\d.]+) ([\d.]+) Td\s+<([0-9a-fA-F]+)> Tj/.exec(made.content) as RegExpExecArray;
  const [, font = '', size = '', x = '', y = '', glyphs = ''] = match;
  const codes = glyphs.match(/.{4}/g) as string[];
  return {
    ...made,
    value: dict.entries.get('V') as PdfObject,
    font,
    size: Number(size),
    x: Number(x),
    y: Number(y),
    glyphs,
    codes,
  };
}

type Honest = ReturnType<typeof honest>;

/** The honest value under a content of the attacker's. */
function drawnAs(
  name: string,
  content: (h: Honest) => string,
  more: (h: Honest) => Record<string, PdfObject> = () => ({}),
): Attack {
  return {
    name,
    build(ground) {
      const h = honest(ground);
      const entries = { ...h.entries, ...more(h) };
      return append(ground.leader, (update) => fill(update, 'so', h.value, { entries, content: content(h) }));
    },
  };
}

const body = (h: Honest, inside: string, before = ''): string =>
  `/Tx BMC\nq\n${before}BT\n0 g\n/${h.font} ${h.size} Tf\n${inside}\nET\nQ\nEMC\n`;
const at = (h: Honest): string => `${h.x} ${h.y} Td`;

/** Appearances that draw the codes of the value and yet show something else, or nothing. */
export const DRAWING_TRICKS: readonly Attack[] = [
  {
    name: 'the last digits cut off by the field, in a font whose widths the file does not tell',
    build(ground) {
      return append(ground.leader, (update) => inHelvetica(update, honest(ground), 'MMMMMM MMMMMM 1000'));
    },
  },
  drawnAs('character spacing so negative that the text runs backwards', (h) =>
    body(h, `-20 Tc ${h.x + 60} ${h.y} Td <${h.glyphs}> Tj`),
  ),
  drawnAs('character spacing that stacks all glyphs on one place', (h) => body(h, `-7 Tc ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('horizontal scaling of one per cent', (h) => body(h, `1 Tz ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('negative horizontal scaling mirrors the text', (h) => body(h, `-100 Tz ${h.x + 90} ${h.y} Td <${h.glyphs}> Tj`)),
  drawnAs('a text matrix that squeezes the text to a line', (h) => body(h, `0.01 0 0 1 ${h.x} ${h.y} Tm <${h.glyphs}> Tj`)),
  drawnAs('text rise lifts a part out of the field', (h) =>
    body(h, `${at(h)} <${h.codes[0]}> Tj 1000 Ts <${h.codes.slice(1).join('')}> Tj`),
  ),
  drawnAs('two strings for one operator, readers show the first or the last', (h) =>
    body(h, `${at(h)} <${h.glyphs}> <${h.codes[0]}> Tj`),
  ),
  drawnAs('two strings for one operator, the other way round', (h) => body(h, `${at(h)} <${h.codes[0]}> <${h.glyphs}> Tj`)),
  drawnAs('four operands for the grey operator', (h) => body(h, `0 0 0 1 g ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('two font choices for one operator', (h) =>
    body(h, `/${h.font} ${h.size} /Other ${h.size} Tf ${at(h)} <${h.glyphs}> Tj`),
  ),
  drawnAs(
    'text outside a text object',
    (h) => `${body(h, `${at(h)} <${h.codes[0]}> Tj`)}/${h.font} ${h.size} Tf <${h.codes.slice(1).join('')}> Tj`,
  ),
  drawnAs('an optional-content mark around a part of the text', (h) =>
    body(h, `${at(h)} <${h.codes[0]}> Tj /OC /Hidden BDC <${h.codes.slice(1).join('')}> Tj EMC`),
  ),
  drawnAs('an even-odd clip of the same box twice hides all', (h) =>
    body(h, `${at(h)} <${h.glyphs}> Tj`, '0 0 120 18 re 0 0 120 18 re W* n\n'),
  ),
  drawnAs(
    'a box a hundred times larger than the field',
    (h) => body(h, `${at(h)} <${h.glyphs}> Tj`),
    () => ({ BBox: pdfArray([0, 0, 12_000, 1_800]) }),
  ),
  drawnAs(
    'a matrix that turns the appearance upside down',
    (h) => body(h, `${at(h)} <${h.glyphs}> Tj`),
    () => ({ Matrix: pdfArray([-1, 0, 0, -1, 0, 0]) }),
  ),
  drawnAs(
    'a matrix that makes the appearance vanish',
    (h) => body(h, `${at(h)} <${h.glyphs}> Tj`),
    () => ({ Matrix: pdfArray([0, 0, 0, 0, 0, 0]) }),
  ),
  drawnAs(
    'an optional-content group on the appearance',
    (h) => body(h, `${at(h)} <${h.glyphs}> Tj`),
    () => ({ OC: pdfDict({ Type: pdfName('OCG'), Name: text('x') }) }),
  ),
  drawnAs('a soft mask by graphics state', (h) => body(h, `/G gs ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('invisible render mode', (h) => body(h, `3 Tr ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('clipping render mode', (h) => body(h, `7 Tr ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('white on white', (h) => body(h, `1 g ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('almost white in CMYK', (h) => body(h, `0.02 0.02 0.02 0 k ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('a colour space nobody looks at', (h) => body(h, `/Pattern cs /P scn ${at(h)} <${h.glyphs}> Tj`)),
  drawnAs('text outside the box', (h) => body(h, `500 ${h.y} Td <${h.glyphs}> Tj`)),
  drawnAs('text half above the box', (h) => body(h, `${h.x} 12 Td <${h.glyphs}> Tj`)),
  drawnAs('an image over the text', (h) => `${body(h, `${at(h)} <${h.glyphs}> Tj`)}q /Im Do Q`),
  drawnAs(
    'an inline image over the text',
    (h) => `${body(h, `${at(h)} <${h.glyphs}> Tj`)}q 120 0 0 18 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q`,
  ),
  drawnAs('a filled box over the text', (h) => `${body(h, `${at(h)} <${h.glyphs}> Tj`)}0 0 120 18 re f`),
  drawnAs('a thick stroke over the text', (h) => `${body(h, `${at(h)} <${h.glyphs}> Tj`)}40 w 0 9 m 120 9 l S`),
  drawnAs('a shading over the text', (h) => `${body(h, `${at(h)} <${h.glyphs}> Tj`)}/S sh`),
  drawnAs('a scaled coordinate system', (h) => body(h, `${at(h)} <${h.glyphs}> Tj`, '0.01 0 0 0.01 0 0 cm\n')),
  drawnAs(
    'a font choice that a restore takes back',
    (h) => `/Tx BMC\nq\n/Second ${h.size} Tf\nq /${h.font} ${h.size} Tf Q\nBT\n0 g\n${at(h)}\n<${h.glyphs}> Tj\nET\nQ\nEMC\n`,
    (h) => ({
      Resources: secondFont(h),
    }),
  ),
  drawnAs('another part of the value drawn in a second string over the first', (h) =>
    body(h, `${at(h)} <${h.codes[0]}> Tj ${-3} 0 Td <${h.codes.slice(1).join('')}> Tj`),
  ),
  drawnAs('nothing at all', () => '/Tx BMC\nEMC\n'),
];

/** Both names lead to the signed font: what is at stake is which of them the reader thinks is chosen. */
function secondFont(h: Honest): PdfObject {
  const fonts = (h.entries['Resources'] as PdfDict).entries.get('Font') as PdfDict;
  const font = fonts.entries.get(h.font) as PdfObject;
  const courier = pdfDict({ Type: pdfName('Font'), Subtype: pdfName('Type1'), BaseFont: pdfName('Courier') });
  return pdfDict({ Font: pdfDict({ [h.font]: font, Second: courier }) });
}

function fillWith(
  name: string,
  change: (update: PdfUpdate, h: Honest, ground: Ground) => void,
  from: 'leader' | 'sealed' = 'leader',
): Attack {
  return { name, build: (ground) => append(ground[from], (update) => change(update, honest(ground), ground)) };
}

const fillHonestly = (update: PdfUpdate, h: Honest): void => fill(update, 'so', h.value, h);

const lyingFont = (update: PdfUpdate, h: Honest): PdfObject => {
  const last = update.file.last;
  const { ref } = fieldFont(last);
  const dict = last.resolve(ref) as PdfDict;
  // Codes and their text swapped: the codes of "123" are said to mean "999".
  const rows = h.codes.map(
    (code, i) =>
      `<${code}> <${'999/QD-UBND'
        .charCodeAt(i % 3)
        .toString(16)
        .padStart(4, '0')}>`,
  );
  const map = `begincmap\n${rows.length} beginbfchar\n${rows.join('\n')}\nendbfchar\nendcmap`;
  return update.add(withEntries(dict, { ToUnicode: update.addStream({}, latin1(map)) }));
};

/** What the lying font says the honest codes mean. */
const lyingValue = (h: Honest): PdfObject => text('9'.repeat(h.codes.length));

const withFont = (h: Honest, font: PdfObject): Record<string, PdfObject> => ({
  ...h.entries,
  Resources: pdfDict({ Font: pdfDict({ [h.font]: font }) }),
});

const redrawAs = (update: PdfUpdate, h: Honest, font: PdfObject, value: PdfObject): void =>
  fill(update, 'so', value, { entries: withFont(h, font), content: h.content });

/** Values, widgets and fonts. */
export const FIELD_TRICKS: readonly Attack[] = [
  fillWith('another value than the appearance shows', (update, h) => fill(update, 'so', text('999'), h)),
  fillWith('a value that is a stream of text', (update, h) =>
    fill(update, 'so', update.addStream({}, latin1('999')), { ...h, content: '/Tx BMC\nEMC\n' }),
  ),
  fillWith('a value that is a name', (update, h) => fill(update, 'so', pdfName('999'), { ...h, content: '/Tx BMC\nEMC\n' })),
  fillWith('a value without its appearance', (update, h) =>
    edit(update, fieldOf(update.file.last, 'so').ref, { V: h.value, AP: undefined }),
  ),
  fillWith('rich text that says something else', (update, h) => {
    fillHonestly(update, h);
    edit(update, fieldOf(update.file.last, 'so').ref, { RV: text('<p>999</p>') });
  }),
  ...Object.entries({
    'moved to another place': { Rect: pdfArray([72, 700, 300, 740]) },
    'made larger': { Rect: pdfArray([0, 0, 595, 842]) },
    hidden: { F: 2 },
    'not shown on the screen': { F: 32 },
    'not printed': { F: 0 },
    'another default appearance': { DA: text('/Helv 40 Tf 1 g') },
    'a background': { MK: pdfDict({ BG: pdfArray([1, 1, 1]) }) },
    'a turned widget': { MK: pdfDict({ R: 180 }) },
    'an action': { A: pdfDict({ S: pdfName('URI'), URI: text('http://x.invalid') }) },
    'additional actions': { AA: pdfDict({ F: pdfDict({ S: pdfName('JavaScript'), JS: text('event.value = 9') }) }) },
    'another name': { T: text('so2') },
    'another type': { FT: pdfName('Ch') },
    'other flags': { Ff: 0 },
    'another alignment': { Q: 2 },
    'an optional-content group': { OC: pdfDict({ Type: pdfName('OCG') }) },
    'a border': { BS: pdfDict({ W: 9 }) },
    'another page': { P: pdfRef(2) },
  } satisfies Record<string, Record<string, PdfObject>>).map(([what, entries]) =>
    fillWith(`filled and ${what}`, (update, h) => {
      fillHonestly(update, h);
      edit(update, fieldOf(update.file.last, 'so').ref, entries);
    }),
  ),
  fillWith('a normal appearance with states', (update, h) => {
    const stream = formXObject(update, '/Tx BMC\nEMC\n', [0, 0, 120, 18]);
    edit(update, fieldOf(update.file.last, 'so').ref, {
      V: h.value,
      AP: pdfDict({ N: pdfDict({ On: stream }) }),
      AS: pdfName('On'),
    });
  }),
  fillWith('a rollover appearance that shows another number', (update, h) => {
    fillHonestly(update, h);
    const { ref } = fieldOf(update.file.last, 'so');
    const ap = (update.get(ref) as PdfDict).entries.get('AP') as PdfDict;
    edit(update, ref, { AP: withEntries(ap, { R: formXObject(update, '0 0 9 9 re f', [0, 0, 120, 18]) }) });
  }),
  fillWith('appearances to be made anew by the viewer', (update, h) => {
    fillHonestly(update, h);
    edit(update, formRef(update.file.last), { NeedAppearances: true });
  }),
  fillWith('an XFA form beside the fields', (update, h) => {
    fillHonestly(update, h);
    edit(update, formRef(update.file.last), { XFA: update.addStream({}, latin1('<xdp/>')) });
  }),
  fillWith('a calculation order', (update, h) => {
    fillHonestly(update, h);
    edit(update, formRef(update.file.last), { CO: pdfArray([fieldOf(update.file.last, 'so').ref]) });
  }),
  fillWith('a font of the attacker', (update, h) => redrawAs(update, h, lyingFont(update, h), lyingValue(h))),
  {
    name: 'a font of the attacker, brought one update earlier',
    build(ground) {
      const h = honest(ground);
      let font: PdfObject = null;
      const first = append(ground.leader, (update) => void (font = lyingFont(update, h)));
      return append(first, (update) => redrawAs(update, h, font, lyingValue(h)));
    },
  },
  {
    name: 'a font of the attacker, entered into the default resources one update earlier',
    build(ground) {
      const h = honest(ground);
      let font: PdfObject = null;
      const first = append(ground.leader, (update) => {
        font = lyingFont(update, h);
        const form = formOf(update.file.last);
        const dr = update.file.last.resolve(form.entries.get('DR')) as PdfDict;
        const fonts = update.file.last.resolve(dr.entries.get('Font')) as PdfDict;
        edit(update, formRef(update.file.last), { DR: withEntries(dr, { Font: withEntries(fonts, { Extra: font }) }) });
      });
      return append(first, (update) => redrawAs(update, h, font, lyingValue(h)));
    },
  },
  {
    name: 'the font of the fields rewritten while the default resources grow, filled one update later',
    build(ground) {
      const h = honest(ground);
      const first = append(ground.leader, (update) => {
        const last = update.file.last;
        const { ref } = fieldFont(last);
        const lying = update.get(lyingFont(update, h) as never) as PdfDict;
        update.set(ref, lying);
        const dr = last.resolve(formOf(last).entries.get('DR')) as PdfDict;
        const fonts = last.resolve(dr.entries.get('Font')) as PdfDict;
        const extra = pdfDict({ Type: pdfName('Font'), Subtype: pdfName('Type1'), BaseFont: pdfName('Courier') });
        edit(update, formRef(last), { DR: withEntries(dr, { Font: withEntries(fonts, { Extra: extra }) }) });
      });
      return append(first, (update) => redrawAs(update, h, fieldFont(update.file.last).ref, lyingValue(h)));
    },
  },
  fillWith(
    'the field drawn again after the seal in a font of the attacker, the value kept',
    (update, h) => redrawAs(update, h, lyingFont(update, h), h.value),
    'sealed',
  ),
  fillWith(
    'another number after the seal',
    (update, h) => {
      const content = h.content.replace(h.glyphs, [h.codes[1], h.codes[0], ...h.codes.slice(2)].join(''));
      const v = h.value;
      const old = isString(v) ? v.bytes.slice() : new Uint8Array();
      [old[3], old[5]] = [old[5] as number, old[3] as number];
      fill(update, 'so', pdfString(old), { ...h, content });
    },
    'sealed',
  ),
  fillWith(
    'the number taken away after the seal',
    (update, h) => fill(update, 'so', text(''), { ...h, content: '/Tx BMC\nEMC\n' }),
    'sealed',
  ),
  fillWith(
    'the appearance of the number taken away after the seal',
    (update) => edit(update, fieldOf(update.file.last, 'so').ref, { AP: undefined }),
    'sealed',
  ),
  fillWith(
    'the field taken out of the form',
    (update) => {
      const { ref } = fieldOf(update.file.last, 'so');
      const form = formOf(update.file.last);
      const fields = update.file.last.resolve(form.entries.get('Fields'));
      const items = isArray(fields)
        ? fields.items.filter((item) => !isDict(item) && (item as { num: number }).num !== ref.num)
        : [];
      edit(update, formRef(update.file.last), { Fields: pdfArray(items) });
    },
    'sealed',
  ),
  fillWith(
    'a second field of the same name over the first',
    (update) => {
      const stream = formXObject(update, 'BT /F 12 Tf 2 4 Td (999/QD) Tj ET', [0, 0, 120, 18], {
        Font: pdfDict({ F: pdfDict({ Type: pdfName('Font'), Subtype: pdfName('Type1'), BaseFont: pdfName('Helvetica') }) }),
      });
      const widget = update.add(
        pdfDict({
          Type: pdfName('Annot'),
          Subtype: pdfName('Widget'),
          FT: pdfName('Tx'),
          T: text('so'),
          V: text('999/QD'),
          F: 4,
          Rect: pdfArray([100, 660, 220, 678]),
          AP: pdfDict({ N: stream }),
          P: update.file.last.page(0).ref,
        }),
      );
      addWidget(update, widget);
    },
    'sealed',
  ),
  fillWith('a second widget for the field elsewhere on the page', (update, h) => {
    const { ref, dict } = fieldOf(update.file.last, 'so');
    fillHonestly(update, h);
    const kid = update.add(withEntries(dict, { T: undefined, FT: undefined, Parent: ref, Rect: pdfArray([72, 715, 300, 740]) }));
    edit(update, ref, { Kids: pdfArray([kid]) });
    addWidget(update, kid, false);
  }),
];

/** The twins: what an honest clerk's program may do with the same field. */
export const HONEST_FILLS: readonly Attack[] = [
  fillWith('the value as the clerk wrote it', (update, h) => fillHonestly(update, h)),
  {
    name: 'the value in a clip of the size of the field, in black, positioned by a matrix',
    build(ground) {
      const h = honest(ground);
      const content = `/Tx BMC\nq\n0 0 120 18 re W n\nBT\n0 0 0 rg\n/${h.font} ${h.size} Tf\n1 0 0 1 ${h.x} ${h.y} Tm\n<${h.glyphs}> Tj\nET\nQ\nEMC\n`;
      return append(ground.leader, (update) => fill(update, 'so', h.value, { ...h, content }));
    },
  },
  {
    name: 'the value in kerned pieces',
    build(ground) {
      const h = honest(ground);
      const content = body(h, `${at(h)} [<${h.codes.slice(0, 3).join('')}> -15 <${h.codes.slice(3).join('')}>] TJ`);
      return append(ground.leader, (update) => fill(update, 'so', h.value, { ...h, content }));
    },
  },
  {
    name: 'the value in Helvetica of the viewer',
    build(ground) {
      const h = honest(ground);
      return append(ground.leader, (update) => inHelvetica(update, h, '45/QD-UBND'));
    },
  },
];

/** In a font that every viewer has, and whose widths the file need not tell. */
function inHelvetica(update: PdfUpdate, h: Honest, value: string): void {
  const font = pdfDict({
    Type: pdfName('Font'),
    Subtype: pdfName('Type1'),
    BaseFont: pdfName('Helvetica'),
    Encoding: pdfName('WinAnsiEncoding'),
  });
  const content = `/Tx BMC\nq\nBT\n0 g\n/Helv 12 Tf\n2 5 Td\n(${value}) Tj\nET\nQ\nEMC\n`;
  const entries = { ...h.entries, Resources: pdfDict({ Font: pdfDict({ Helv: font }) }) };
  fill(update, 'so', unicode(value), { entries, content });
}
