import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isStream } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { standardWidth } from './standard-widths.ts';
import { utf16be } from './text.ts';

/** How a font turns the bytes of a shown string into text and widths (ISO 32000-2 §9.10.2); widths in thousandths of an em. */
export interface FontReading {
  decode(
    bytes: Uint8Array,
  ): { readonly text: string; readonly width: number; readonly spaces: number; readonly glyphs: number } | undefined;
}

export const STANDARD_14: ReadonlySet<string> = new Set([
  'Helvetica',
  'Helvetica-Bold',
  'Helvetica-Oblique',
  'Helvetica-BoldOblique',
  'Times-Roman',
  'Times-Bold',
  'Times-Italic',
  'Times-BoldItalic',
  'Courier',
  'Courier-Bold',
  'Courier-Oblique',
  'Courier-BoldOblique',
]);

/** Undefined when nothing certain can be said about what the font shows. */
export function readFont(revision: PdfRevision, font: PdfDict): FontReading | undefined {
  const subtype = revision.resolve(font.entries.get('Subtype'));
  const toUnicode = revision.resolve(font.entries.get('ToUnicode'));
  const map = isStream(toUnicode) ? parseToUnicode(fromLatin1(revision.decodeStream(toUnicode, 4 << 20))) : undefined;
  if (isName(subtype, 'Type0')) return map === undefined ? undefined : readComposite(revision, font, map);
  if (!isName(subtype, 'Type1') && !isName(subtype, 'TrueType') && !isName(subtype, 'MMType1')) return undefined;
  return readSimple(revision, font, map);
}

function readComposite(revision: PdfRevision, font: PdfDict, map: ReadonlyMap<number, string>): FontReading | undefined {
  if (!isName(revision.resolve(font.entries.get('Encoding')), 'Identity-H')) return undefined;
  const descendants = revision.resolve(font.entries.get('DescendantFonts'));
  const descendant = isArray(descendants) ? revision.resolve(descendants.items[0]) : null;
  if (!isDict(descendant)) return undefined;
  const dw = revision.resolve(descendant.entries.get('DW'));
  const widths = compositeWidths(revision, revision.resolve(descendant.entries.get('W')));
  return {
    decode(bytes) {
      if (bytes.length % 2 !== 0) return undefined;
      let text = '';
      let width = 0;
      for (let i = 0; i < bytes.length; i += 2) {
        const code = ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
        const one = map.get(code);
        if (one === undefined) return undefined;
        text += one;
        width += widths.get(code) ?? (typeof dw === 'number' ? dw : 1000);
      }
      return { text, width, spaces: 0, glyphs: bytes.length / 2 };
    },
  };
}

/** `c [w1 w2 …]` and `first last w` (§9.7.4.3). */
function compositeWidths(revision: PdfRevision, w: PdfObject): Map<number, number> {
  const out = new Map<number, number>();
  if (!isArray(w)) return out;
  const items = w.items.map((item) => revision.resolve(item));
  let named = 0;
  for (let i = 0; i < items.length;) {
    if (named > MOST_CODES) throw new FormatFault('pdf.budget', '/W names more codes than the limit');
    const first = items[i];
    const second = items[i + 1];
    if (typeof first !== 'number') break;
    if (isArray(second)) {
      second.items.forEach((item, k) => {
        const width = revision.resolve(item);
        if (typeof width === 'number') out.set(first + k, width);
      });
      i += 2;
    } else {
      const width = items[i + 2];
      if (typeof second !== 'number' || typeof width !== 'number' || second - first > 65_535) break;
      named += second - first + 1;
      for (let code = first; code <= second; code++) out.set(code, width);
      i += 3;
    }
  }
  return out;
}

function readSimple(revision: PdfRevision, font: PdfDict, map: ReadonlyMap<number, string> | undefined): FontReading | undefined {
  const table = simpleEncoding(revision, font);
  if (map === undefined && table === undefined) return undefined;
  const firstChar = revision.resolve(font.entries.get('FirstChar'));
  const widths = revision.resolve(font.entries.get('Widths'));
  const base = revision.resolve(font.entries.get('BaseFont'));
  const widthOf = (code: number, character: string): number => {
    const width = isArray(widths) && typeof firstChar === 'number' ? revision.resolve(widths.items[code - firstChar]) : null;
    if (typeof width === 'number') return width;
    return (isName(base) ? standardWidth(base.value, character) : undefined) ?? 520;
  };
  return {
    decode(bytes) {
      let text = '';
      let width = 0;
      let spaces = 0;
      for (const code of bytes) {
        const named = map?.get(code);
        const encoded = table?.(code);
        // A map that contradicts the encoding: what is copied is not what is seen.
        if (named !== undefined && encoded !== undefined && named !== encoded) return undefined;
        const one = named ?? encoded;
        if (one === undefined) return undefined;
        text += one;
        width += widthOf(code, one);
        if (code === 32) spaces++;
      }
      return { text, width, spaces, glyphs: bytes.length };
    },
  };
}

const WIN_80 = '€\u0000‚ƒ„…†‡ˆ‰Š‹Œ\u0000Ž\u0000\u0000‘’“”•–—˜™š›œ\u0000žŸ';

function simpleEncoding(revision: PdfRevision, font: PdfDict): ((code: number) => string | undefined) | undefined {
  const base = revision.resolve(font.entries.get('BaseFont'));
  const encoding = revision.resolve(font.entries.get('Encoding'));
  const embedded = revision.resolve(font.entries.get('FontDescriptor')) !== null;
  // Without a named encoding an embedded font program says itself what a code draws: nothing we can know.
  if (encoding === null && (embedded || !isName(base) || !STANDARD_14.has(base.value))) return undefined;
  if (isDict(encoding)) {
    const named = revision.resolve(encoding.entries.get('BaseEncoding'));
    const differences = revision.resolve(encoding.entries.get('Differences'));
    const table = baseTable(isName(named) ? named.value : 'StandardEncoding');
    const changed = new Map<number, string | undefined>();
    if (isArray(differences)) {
      let code = 0;
      for (const item of differences.items) {
        const one = revision.resolve(item);
        if (typeof one === 'number') code = one;
        else if (isName(one)) changed.set(code++, glyphText(one.value));
      }
    }
    return (code) => (changed.has(code) ? changed.get(code) : table(code));
  }
  return baseTable(isName(encoding) ? encoding.value : 'StandardEncoding');
}

const LATIN: ReadonlySet<string> = new Set(['StandardEncoding', 'WinAnsiEncoding', 'MacRomanEncoding', 'PDFDocEncoding']);

/** ASCII is common to all Latin encodings but for two quotes of StandardEncoding; WinAnsi adds the rest. */
function baseTable(name: string): (code: number) => string | undefined {
  // MacExpertEncoding and names nobody knows put other glyphs at ASCII codes.
  if (!LATIN.has(name)) return () => undefined;
  return (code) => {
    if (name === 'StandardEncoding' && code === 0x27) return '’';
    if (name === 'StandardEncoding' && code === 0x60) return '‘';
    if (code >= 0x20 && code < 0x7f) return String.fromCharCode(code);
    if (name !== 'WinAnsiEncoding') return undefined;
    if (code >= 0xa0) return String.fromCharCode(code);
    const one = code >= 0x80 ? WIN_80[code - 0x80] : undefined;
    return one === '\u0000' ? undefined : one;
  };
}

const GLYPHS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'space   exclam ! quotedbl " numbersign # dollar $ percent % ampersand & quotesingle \' parenleft ( parenright ) asterisk * ' +
    'plus + comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 colon : ' +
    'semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ] underscore _'
  )
    .split(/ (?=[a-z]+ )/)
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf(' ')), pair.slice(pair.indexOf(' ') + 1).trim() || ' ']),
);

function glyphText(name: string): string | undefined {
  if (/^[A-Za-z]$/.test(name)) return name;
  const uni = /^uni([0-9A-F]{4})$/.exec(name);
  if (uni !== null) return String.fromCharCode(Number.parseInt(uni[1] as string, 16));
  return Object.hasOwn(GLYPHS, name) ? GLYPHS[name] : undefined;
}

/** Codes one map may name: a font has at most 65,536 of them, and honest maps name none of them often. */
const MOST_CODES = 200_000;

/** bfchar and bfrange of a ToUnicode CMap (§9.10.3). @throws {FormatFault} `pdf.budget` */
export function parseToUnicode(cmap: string): Map<number, string> {
  const out = new Map<number, string>();
  let named = 0;
  const put = (code: number, shown: string): void => {
    if (++named > MOST_CODES) throw new FormatFault('pdf.budget', 'a ToUnicode map names more codes than the limit');
    out.set(code, shown);
  };
  const text = (hex: string): string =>
    utf16be(fromHex(hex.length % 4 === 0 ? hex : hex.padStart(Math.ceil(hex.length / 4) * 4, '0')));
  for (const block of sections(cmap, 'beginbfchar', 'endbfchar')) {
    for (const pair of block.matchAll(/<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>/g)) {
      put(Number.parseInt(strip(pair[1]), 16), text(strip(pair[2])));
    }
  }
  for (const block of sections(cmap, 'beginbfrange', 'endbfrange')) {
    const rows = block.matchAll(/<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[([^\]]*)\])/g);
    for (const row of rows) {
      const first = Number.parseInt(strip(row[1]), 16);
      const last = Number.parseInt(strip(row[2]), 16);
      if (!(last >= first) || last - first > 65_535) continue;
      if (row[4] !== undefined) {
        [...row[4].matchAll(/<([0-9A-Fa-f\s]*)>/g)].forEach((one, i) => put(first + i, text(strip(one[1]))));
        continue;
      }
      const start = text(strip(row[3]));
      const head = start.slice(0, -1);
      const tail = start.charCodeAt(start.length - 1);
      for (let code = first; code <= last; code++) put(code, head + String.fromCharCode(tail + code - first));
    }
  }
  return out;
}

/** What stands between two words, found in one pass: an expression would look for each missing end to the end of the map. */
function* sections(cmap: string, begin: string, end: string): Generator<string> {
  for (let from = cmap.indexOf(begin); from !== -1;) {
    const to = cmap.indexOf(end, from);
    if (to === -1) return;
    yield cmap.slice(from + begin.length, to);
    from = cmap.indexOf(begin, to);
  }
}

function strip(hex: string | undefined): string {
  return (hex ?? '').replace(/\s+/g, '');
}
