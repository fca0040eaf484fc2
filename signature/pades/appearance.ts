import { latin1 } from '@antin/formats/bytes/bytes';
import type { Inflate } from '@antin/formats/bytes/source';
import { toHex } from '@antin/formats/bytes/text-encodings';
import type { PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { pdfArray, pdfDict, pdfName } from '@antin/formats/pdf/objects';
import { numberText } from '@antin/formats/pdf/serialize';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import type { TextFont } from './font.ts';
import { embedFont } from './font.ts';
import type { Deflate } from './image.ts';
import { embedPng } from './image.ts';
import type { VisualRect } from './placement.ts';

/** What a signature shows. A person: a picture alone. An organisation: the seal. Annex or copy: text alone. */
export interface SignatureAppearance {
  /** PNG; fitted into the rectangle, centred, proportions kept. */
  readonly image?: Uint8Array;
  readonly text?: AppearanceText;
}

export interface AppearanceText {
  readonly lines: readonly string[];
  /** TrueType file; only the characters used are embedded. */
  readonly font: Uint8Array;
  /** Points; made smaller when a line would not fit. */
  readonly size: number;
  /** Red, green, blue from 0 to 1; default black. */
  readonly color?: readonly [number, number, number];
  readonly align?: 'left' | 'center' | 'right';
}

export interface PlacedAppearance extends SignatureAppearance {
  /** 1-based. */
  readonly page: number;
  readonly rect: VisualRect;
}

export interface DrawingDoors {
  readonly inflate: Inflate;
  readonly deflate?: Deflate | undefined;
}

/** The appearance stream: a form XObject of the displayed size, turned upright by `matrix` (ISO 32000-2 §12.5.5). */
export function drawAppearance(
  update: PdfUpdate,
  appearance: SignatureAppearance,
  [width, height]: readonly [number, number],
  matrix: readonly number[],
  doors: DrawingDoors,
): PdfRef {
  const resources: Record<string, PdfObject> = {};
  let content = '';
  if (appearance.image) {
    const image = embedPng(update, appearance.image, doors.inflate, doors.deflate);
    resources['XObject'] = pdfDict({ Im: image.ref });
    const scale = Math.min(width / image.width, height / image.height);
    const [w, h] = [image.width * scale, image.height * scale];
    content += `q ${n(w)} 0 0 ${n(h)} ${n((width - w) / 2)} ${n((height - h) / 2)} cm /Im Do Q\n`;
  }
  if (appearance.text && appearance.text.lines.length > 0) {
    const { text } = appearance;
    const font = embedFont(update, text.font, [...new Set(text.lines.join('').normalize('NFC'))].sort().join(''), doors.deflate);
    resources['Font'] = pdfDict({ F: font.ref });
    content += textBlock(text, font, width, height);
  }
  return formXObject(update, { width, height, matrix, resources, content });
}

export interface FormXObject {
  readonly width: number;
  readonly height: number;
  readonly matrix: readonly number[];
  readonly resources: Readonly<Record<string, PdfObject>>;
  readonly content: string;
}

export function formXObject(update: PdfUpdate, form: FormXObject): PdfRef {
  const entries = {
    Type: pdfName('XObject'),
    Subtype: pdfName('Form'),
    BBox: pdfArray([0, 0, form.width, form.height]),
    Matrix: pdfArray(form.matrix),
    Resources: pdfDict(form.resources),
  };
  return update.addStream(entries, latin1(form.content));
}

/** Line height in sizes. */
export const LEADING = 1.2;

/** Lines from the top, the whole block in one size that fits width and height. */
function textBlock(text: AppearanceText, font: TextFont, width: number, height: number): string {
  const widest = Math.max(...text.lines.map((line) => font.widthOf(line)), 1) / 1000;
  const size = Math.min(text.size, width / widest, height / (text.lines.length * LEADING));
  const [red, green, blue] = text.color ?? [0, 0, 0];
  const ascent = (font.ascent * size) / 1000;
  let out = `q BT ${n(red)} ${n(green)} ${n(blue)} rg /F ${n(size)} Tf\n`;
  text.lines.forEach((line, i) => {
    const x = startOf(text.align, width, (font.widthOf(line) * size) / 1000);
    const y = height - ascent - i * size * LEADING;
    out += `1 0 0 1 ${n(x)} ${n(y)} Tm <${toHex(font.encode(line))}> Tj\n`;
  });
  return `${out}ET Q\n`;
}

export function startOf(align: AppearanceText['align'], width: number, used: number): number {
  return align === 'right' ? width - used : align === 'center' ? (width - used) / 2 : 0;
}

const n = numberText;
