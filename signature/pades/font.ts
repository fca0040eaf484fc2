import { fromLatin1, latin1 } from '@antin/formats/bytes/bytes';
import type { PdfDict, PdfObject, PdfRef } from '@antin/formats/pdf/objects';
import { isArray, isDict, isInteger, isStream, pdfArray, pdfDict, pdfName, pdfString } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { PdfUpdate } from '@antin/formats/pdf/update';
import { readTrueType } from '@antin/formats/truetype/font';
import { subsetTrueType } from '@antin/formats/truetype/subset';
import { SignatureFault } from '../fault.ts';
import type { Deflate } from './image.ts';

/** A font of the file that can write text. Sizes are in thousandths of the font size. */
export interface TextFont {
  readonly ref: PdfRef;
  readonly ascent: number;
  readonly descent: number;
  /** Two bytes a character (Identity-H). @throws {SignatureFault} `pades.no-glyph` */
  encode(text: string): Uint8Array;
  widthOf(text: string): number;
}

const VIETNAMESE = 'aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ';

/** Everything numbers, notations, dates and names can need: ASCII, all Vietnamese letters, usual punctuation. */
export const DOCUMENT_CHARACTERS: string =
  Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('') +
  VIETNAMESE.normalize('NFC') +
  VIETNAMESE.normalize('NFC').toUpperCase() +
  '\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u00b0\u00a7\u00b2\u00b3\u20ab';

/**
 * Embeds the glyphs of `characters` as Type0 / CIDFontType2 with Identity-H, `/W` and ToUnicode (ISO 32000-2 §9.7).
 *
 * @param fontFile a TrueType file whose licence allows embedding
 * @throws {FormatFault} `font.damaged`, `font.unsupported`
 * @throws {SignatureFault} `pades.no-glyph` when the font lacks one of the characters
 */
export function embedFont(update: PdfUpdate, fontFile: Uint8Array, characters: string, deflate: Deflate | undefined): TextFont {
  const made = subsetOf(fontFile, characters);
  const { font, cids, widths, program } = made;
  const name = `${subsetTag(characters)}+${font.postScriptName}`;
  const scaled = (units: number): number => Math.round((units * 1000) / font.unitsPerEm);
  const stored = deflate?.(program);
  const file = update.addStream(
    { Length1: program.length, ...(stored ? { Filter: pdfName('FlateDecode') } : {}) },
    stored ?? program,
  );
  const descriptor = update.add(
    pdfDict({
      Type: pdfName('FontDescriptor'),
      FontName: pdfName(name),
      // Nonsymbolic would promise Latin-1; a subset of its own encoding is symbolic (Table 121).
      Flags: 4,
      FontBBox: pdfArray(font.boundingBox.map(scaled)),
      ItalicAngle: 0,
      Ascent: scaled(font.ascent),
      Descent: scaled(font.descent),
      CapHeight: 662,
      StemV: 80,
      FontFile2: file,
    }),
  );
  const descendant = update.add(
    pdfDict({
      Type: pdfName('Font'),
      Subtype: pdfName('CIDFontType2'),
      BaseFont: pdfName(name),
      CIDSystemInfo: pdfDict({ Registry: ascii('Adobe'), Ordering: ascii('Identity'), Supplement: 0 }),
      FontDescriptor: descriptor,
      CIDToGIDMap: pdfName('Identity'),
      DW: 1000,
      W: pdfArray([0, pdfArray(widths)]),
    }),
  );
  const toUnicode = update.addStream({}, latin1(toUnicodeMap(cids)));
  const ref = update.add(
    pdfDict({
      Type: pdfName('Font'),
      Subtype: pdfName('Type0'),
      BaseFont: pdfName(name),
      Encoding: pdfName('Identity-H'),
      DescendantFonts: pdfArray([descendant]),
      ToUnicode: toUnicode,
    }),
  );
  return textFont(ref, cids, (cid) => widths[cid] ?? 1000, scaled(font.ascent), scaled(font.descent));
}

interface Made {
  readonly font: ReturnType<typeof readTrueType>;
  readonly cids: ReadonlyMap<string, number>;
  readonly widths: readonly number[];
  readonly program: Uint8Array;
}

const made = new WeakMap<Uint8Array, Map<string, Made>>();

/** Made once for a font file and a set of characters: a clerk's day is the same font a thousand times. */
function subsetOf(fontFile: Uint8Array, characters: string): Made {
  const perFile = made.get(fontFile) ?? new Map<string, Made>();
  made.set(fontFile, perFile);
  const known = perFile.get(characters);
  if (known) return known;
  const font = readTrueType(fontFile);
  const chars = [...new Set(characters.normalize('NFC'))];
  const glyphs = chars.map((char) => font.glyphOf(char.codePointAt(0) as number));
  const missing = chars.find((_, i) => glyphs[i] === 0);
  if (missing !== undefined) throw new SignatureFault('pades.no-glyph', `the font has no glyph for "${missing}"`);
  const subset = subsetTrueType(font, glyphs);
  const widths = [...subset.glyphs.keys()].map((glyph) => Math.round((font.advanceOf(glyph) * 1000) / font.unitsPerEm));
  const cids = new Map(chars.map((char, i) => [char, subset.glyphs.get(glyphs[i] as number) as number]));
  const value = { font, cids, widths, program: subset.bytes };
  perFile.set(characters, value);
  return value;
}

/**
 * A font already in the file, for filling a field without adding one: characters from its ToUnicode, widths from `/W`.
 *
 * @throws {SignatureFault} `pades.font-unusable` when it is not Type0 with Identity-H and ToUnicode
 */
export function fontInFile(revision: PdfRevision, ref: PdfRef, get: (o: PdfObject | undefined) => PdfObject): TextFont {
  const unusable = new SignatureFault('pades.font-unusable', 'the field has no font that a value could be written with');
  const dict = get(ref);
  if (!isDict(dict)) throw unusable;
  const toUnicode = get(dict.entries.get('ToUnicode'));
  const descendants = get(dict.entries.get('DescendantFonts'));
  const descendant = isArray(descendants) ? get(descendants.items[0]) : null;
  if (!isStream(toUnicode) || !isDict(descendant)) throw unusable;
  const cids = readToUnicode(fromLatin1(revision.decodeStream(toUnicode, 1 << 20)));
  const widths = readWidths(descendant, get);
  const descriptor = get(descendant.entries.get('FontDescriptor'));
  const metric = (key: string, otherwise: number): number => {
    const value = isDict(descriptor) ? get(descriptor.entries.get(key)) : null;
    return typeof value === 'number' ? value : otherwise;
  };
  return textFont(ref, cids, (cid) => widths.get(cid) ?? 1000, metric('Ascent', 891), metric('Descent', -216));
}

function textFont(
  ref: PdfRef,
  cids: ReadonlyMap<string, number>,
  width: (cid: number) => number,
  ascent: number,
  descent: number,
): TextFont {
  const cidOf = (char: string): number => {
    const cid = cids.get(char);
    if (cid === undefined) throw new SignatureFault('pades.no-glyph', `the font in the file has no glyph for "${char}"`);
    return cid;
  };
  const cidsOf = (text: string): number[] => [...text.normalize('NFC')].map(cidOf);
  return {
    ref,
    ascent,
    descent,
    encode: (text) => Uint8Array.from(cidsOf(text).flatMap((cid) => [cid >> 8, cid & 0xff])),
    widthOf: (text) => cidsOf(text).reduce((sum, cid) => sum + width(cid), 0),
  };
}

function ascii(text: string): PdfObject {
  return pdfString(latin1(text));
}

/** Six letters (§9.9.2), the same for the same characters. */
function subsetTag(characters: string): string {
  let hash = 0;
  for (const char of characters) hash = (hash * 31 + (char.codePointAt(0) as number)) % 308_915_776;
  let tag = '';
  for (let i = 0; i < 6; i++) {
    tag += String.fromCharCode(65 + (hash % 26));
    hash = Math.floor(hash / 26);
  }
  return tag;
}

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');

function toUnicodeMap(cids: ReadonlyMap<string, number>): string {
  const byCid = [...cids].sort((a, b) => a[1] - b[1]);
  const lines = byCid.map(([char, cid]) => `<${hex4(cid)}> <${[...utf16(char)].map(hex4).join('')}>`);
  const blocks: string[] = [];
  for (let i = 0; i < lines.length; i += 100) {
    const block = lines.slice(i, i + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
`;
}

function* utf16(text: string): Generator<number> {
  for (let i = 0; i < text.length; i++) yield text.charCodeAt(i);
}

/** Single mappings only, as `toUnicodeMap` writes them; the first code of a character wins. */
function readToUnicode(cmap: string): Map<string, number> {
  const cids = new Map<string, number>();
  for (const [, section] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, code, text] of (section as string).matchAll(/<([0-9a-fA-F]{4})>\s*<((?:[0-9a-fA-F]{4})+)>/g)) {
      const units = (text as string).match(/.{4}/g) as string[];
      const char = String.fromCharCode(...units.map((u) => Number.parseInt(u, 16)));
      if (!cids.has(char)) cids.set(char, Number.parseInt(code as string, 16));
    }
  }
  return cids;
}

/** `/W` of §9.7.4.3: `c [w w …]` and `first last w`. */
export function readWidths(descendant: PdfDict, get: (o: PdfObject | undefined) => PdfObject): Map<number, number> {
  const widths = new Map<number, number>();
  const w = get(descendant.entries.get('W'));
  const items = isArray(w) ? w.items.map(get) : [];
  for (let i = 0; i + 1 < items.length;) {
    const first = items[i];
    const second = items[i + 1] as PdfObject;
    if (!isInteger(first)) break;
    if (isArray(second)) {
      second.items.forEach((item, k) => {
        if (typeof item === 'number') widths.set(first + k, item);
      });
      i += 2;
    } else {
      const width = items[i + 2];
      if (!isInteger(second) || typeof width !== 'number' || second - first > 65_535) break;
      for (let cid = first; cid <= second; cid++) widths.set(cid, width);
      i += 3;
    }
  }
  return widths;
}
