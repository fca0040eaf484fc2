import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { isArray, isDict, isInteger, isName, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { parseToUnicode } from '../validation/pdf/font-text.ts';
import { readWidths } from './font.ts';
import { glyphNameText } from './glyph-names.ts';

export interface ReadGlyph {
  /** Empty where nobody can say what the code means. */
  readonly text: string;
  /** Fraction of the font size. */
  readonly width: number;
  /** The one-byte code 32, which word spacing widens (ISO 32000-2 §9.3.3). */
  readonly blank: boolean;
}

/** What the codes of a font mean, for finding words: a guess is welcome here, the judge has a reading of its own that doubts. */
export type FontReading = (bytes: Uint8Array) => ReadGlyph[];

const TO_UNICODE_BYTES = 4 << 20;

/** @throws {FormatFault} when a stream of the font is damaged */
export function readFontLeniently(revision: PdfRevision, font: PdfDict): FontReading | undefined {
  const get = (o: PdfObject | undefined): PdfObject => revision.resolve(o);
  const stream = get(font.entries.get('ToUnicode'));
  const map = isStream(stream) ? parseToUnicode(fromLatin1(revision.decodeStream(stream, TO_UNICODE_BYTES))) : undefined;
  const subtype = get(font.entries.get('Subtype'));
  if (isName(subtype, 'Type0')) return composite(font, map, get);
  return simple(font, map, get, isName(subtype, 'Type3'));
}

type Get = (o: PdfObject | undefined) => PdfObject;
type ToUnicode = ReadonlyMap<number, string> | undefined;

/** Two bytes a code, as every office program and browser writes; without ToUnicode the codes are glyphs without names. */
function composite(font: PdfDict, map: ToUnicode, get: Get): FontReading | undefined {
  const encoding = get(font.entries.get('Encoding'));
  if (map === undefined || (isName(encoding) && encoding.value.endsWith('V'))) return undefined;
  const descendants = get(font.entries.get('DescendantFonts'));
  const descendant = isArray(descendants) ? get(descendants.items[0]) : null;
  if (!isDict(descendant)) return undefined;
  const widths = readWidths(descendant, get);
  const dw = get(descendant.entries.get('DW'));
  return (bytes) => {
    const out: ReadGlyph[] = [];
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      const code = ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
      const width = widths.get(code) ?? (typeof dw === 'number' ? dw : 1000);
      out.push({ text: map.get(code) ?? '', width: width / 1000, blank: false });
    }
    return out;
  };
}

/** Where neither font nor file say how wide a character is: the middle of Times. */
const USUAL_WIDTH = 500;

function simple(font: PdfDict, map: ToUnicode, get: Get, type3: boolean): FontReading {
  const encoded = encodingOf(font, get);
  const first = get(font.entries.get('FirstChar'));
  const widths = get(font.entries.get('Widths'));
  const matrix = type3 ? get(font.entries.get('FontMatrix')) : null;
  const unit = isArray(matrix) ? get(matrix.items[0]) : 0.001;
  const scale = typeof unit === 'number' ? unit : 0.001;
  const widthOf = (code: number): number => {
    const width = isArray(widths) && isInteger(first) ? get(widths.items[code - first]) : null;
    return typeof width === 'number' ? width * scale : USUAL_WIDTH / 1000;
  };
  return (bytes) =>
    Array.from(bytes, (code) => ({
      text: map?.get(code) ?? encoded(code),
      width: widthOf(code),
      blank: code === 32,
    }));
}

/** `/Differences` by glyph name over WinAnsi, which agrees with the other Latin encodings in ASCII (Annex D.2). */
function encodingOf(font: PdfDict, get: Get): (code: number) => string {
  const encoding = get(font.entries.get('Encoding'));
  const changed = new Map<number, string>();
  const differences = isDict(encoding) ? get(encoding.entries.get('Differences')) : null;
  let code = 0;
  for (const item of isArray(differences) ? differences.items.map(get) : []) {
    if (isInteger(item)) code = item;
    else if (isName(item)) changed.set(code++, glyphNameText(item.value));
  }
  return (at) =>
    changed.get(at) ?? (at >= 0x20 && at < 0x7f ? String.fromCharCode(at) : at >= 0xa0 ? String.fromCharCode(at) : '');
}
