import { toHex } from '@antin/formats/bytes/text-encodings';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import { isArray, isDict, isInteger, isRef, pdfDict, withEntries } from '@antin/formats/pdf/objects';
import { boxOf } from '@antin/formats/pdf/pages';
import { nameText, numberText as n } from '@antin/formats/pdf/serialize';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { SignatureFault } from '../fault.ts';
import type { FormEditor, FormField } from './acro-form.ts';
import { through } from './acro-form.ts';
import { formXObject, startOf } from './appearance.ts';
import type { TextFont } from './font.ts';
import { fontInFile } from './font.ts';
import { textString } from './text-string.ts';

/**
 * Writes values into existing text fields: `/V`, and an appearance that shows exactly this value with the font that is there.
 * Nothing else changes, so that earlier signatures see a form fill and nothing more.
 *
 * @throws {SignatureFault} `pades.field-missing`, `pades.field-type`, `pades.font-unusable`, `pades.no-glyph`, `pades.value-too-long`
 */
export function fillFields(update: PdfUpdate, form: FormEditor, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const field = form.fields.find((candidate) => candidate.fullName === name);
    if (!field) throw new SignatureFault('pades.field-missing', `the form has no field "${name}"`);
    if (field.type !== 'Tx') throw new SignatureFault('pades.field-type', `"${name}" is not a text field`);
    fillField(update, form, field, value.normalize('NFC'));
  }
}

function fillField(update: PdfUpdate, form: FormEditor, field: FormField, value: string): void {
  const da = /\/(\S+)\s+(\d+(?:\.\d+)?)\s+Tf/.exec(field.defaultAppearance ?? '');
  const fontName = da?.[1] ?? '';
  const ref = form.fontOf(fontName);
  if (!da || !isRef(ref)) {
    throw new SignatureFault('pades.font-unusable', `"${field.fullName}" names no font that is in the file`);
  }
  const font = fontInFile(update.file.last, ref, through(update));
  const color = (field.defaultAppearance ?? '').replace(da[0], '').trim();
  const style = { fontName, font, size: Number(da[2]), color: /^[\d.\s]*(g|rg|k)?$/.test(color) ? color : '0 g' };
  const fieldDict = update.get(field.ref) as PdfDict;
  let next = withEntries(fieldDict, { V: textString(value) });
  for (const widget of field.widgets) {
    if (widget.num === field.ref.num) next = withEntries(next, { AP: drawValue(update, next, field.quadding, value, style) });
    else {
      const dict = update.get(widget);
      if (isDict(dict)) update.set(widget, withEntries(dict, { AP: drawValue(update, dict, field.quadding, value, style) }));
    }
  }
  update.set(field.ref, next);
}

interface Style {
  readonly fontName: string;
  readonly font: TextFont;
  readonly size: number;
  readonly color: string;
}

const SMALLEST = 6;
const ALIGN = ['left', 'center', 'right'] as const;

function drawValue(update: PdfUpdate, widget: PdfDict, quadding: number, value: string, style: Style): PdfDict {
  const { font } = style;
  const { width, height, matrix } = spaceOf(update, widget);
  const unit = font.widthOf(value) / 1000;
  const wanted = style.size === 0 ? Math.min(12, height * 0.8) : style.size;
  const size = unit === 0 ? wanted : Math.min(wanted, width / unit);
  // Smaller than this nobody reads it on paper; the drafter gave the field too little room.
  if (size < Math.min(SMALLEST, wanted)) {
    throw new SignatureFault('pades.value-too-long', `"${value}" does not fit into its field of ${width.toFixed(0)} points`);
  }
  const x = startOf(ALIGN[quadding], width, unit * size);
  const y = baseline(height, size, font);
  const content = `/Tx BMC\nq\nBT\n${style.color}\n${nameText(style.fontName)} ${n(size)} Tf\n${n(x)} ${n(y)} Td\n<${toHex(font.encode(value))}> Tj\nET\nQ\nEMC\n`;
  const resources = { Font: pdfDict({ [style.fontName]: font.ref }) };
  return pdfDict({ N: formXObject(update, { width, height, matrix, resources, content }) });
}

/** Ascent and descent centred in the height: the drafter's rectangle decides where the line stands. */
export function baseline(height: number, size: number, font: Pick<TextFont, 'ascent' | 'descent'>): number {
  return (height - ((font.ascent + font.descent) * size) / 1000) / 2;
}

/** Box and matrix of the appearance that is there, so that a turned page stays turned; else from `/Rect` and `/MK /R`. */
function spaceOf(update: PdfUpdate, widget: PdfDict): { width: number; height: number; matrix: readonly number[] } {
  const get = through(update);
  const ap = get(widget.entries.get('AP'));
  const normal = isDict(ap) ? get(ap.entries.get('N')) : null;
  if (typeof normal === 'object' && normal?.kind === 'stream') {
    const box = boxOf({ resolve: get }, normal.dict.entries.get('BBox'));
    const matrix = numbers(get(normal.dict.entries.get('Matrix')), get);
    if (box && box[0] === 0 && box[1] === 0) return { width: box[2], height: box[3], matrix: matrix ?? [1, 0, 0, 1, 0, 0] };
  }
  const rect = boxOf({ resolve: get }, widget.entries.get('Rect')) ?? [0, 0, 1, 1];
  const mk = get(widget.entries.get('MK'));
  const turn = isDict(mk) ? get(mk.entries.get('R')) : null;
  const [width, height] = [rect[2] - rect[0], rect[3] - rect[1]];
  if (isInteger(turn) && turn % 180 !== 0) {
    return { width: height, height: width, matrix: turn % 360 === 90 ? [0, 1, -1, 0, 0, 0] : [0, -1, 1, 0, 0, 0] };
  }
  return { width, height, matrix: [1, 0, 0, 1, 0, 0] };
}

function numbers(value: PdfObject, get: (o: PdfObject | undefined) => PdfObject): number[] | undefined {
  if (!isArray(value) || value.items.length !== 6) return undefined;
  const items = value.items.map(get);
  return items.every((item) => typeof item === 'number') ? items : undefined;
}
