import { FormatFault } from '../fault.ts';

/** What a PDF needs to know of a TrueType font (ISO/IEC 14496-22): metrics, the character map, and the tables themselves. */
export interface TrueTypeFont {
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  readonly boundingBox: readonly [number, number, number, number];
  readonly glyphCount: number;
  /** PostScript name of the name table, or `Font`. */
  readonly postScriptName: string;
  table(tag: string): DataView | undefined;
  /** Glyph number of a code point; 0 when the font has none. */
  glyphOf(codePoint: number): number;
  /** In font units. */
  advanceOf(glyph: number): number;
  /** Offsets of a glyph's outline in `glyf`. */
  outline(glyph: number): { readonly start: number; readonly end: number };
}

const damaged = (message: string): FormatFault => new FormatFault('font.damaged', message);

/** @throws {FormatFault} `font.damaged`, `font.unsupported` (CFF outlines, collections, WOFF) */
export function readTrueType(bytes: Uint8Array): TrueTypeFont {
  try {
    return read(bytes);
  } catch (cause) {
    // DataView refuses every read outside its table.
    if (cause instanceof RangeError) throw new FormatFault('font.damaged', 'a font table ends too early', undefined, { cause });
    throw cause;
  }
}

function read(bytes: Uint8Array): TrueTypeFont {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = file.getUint32(0);
  if (version !== 0x00010000 && version !== 0x74727565) {
    throw new FormatFault('font.unsupported', 'expected a TrueType font (not OpenType/CFF, WOFF or a collection)');
  }
  const tables = new Map<string, DataView>();
  for (let i = 0; i < file.getUint16(4); i++) {
    const at = 12 + 16 * i;
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const [start, length] = [file.getUint32(at + 8), file.getUint32(at + 12)];
    if (start + length > bytes.length) throw damaged(`table ${tag} leaves the file`);
    tables.set(tag, new DataView(bytes.buffer, bytes.byteOffset + start, length));
  }
  const need = (tag: string): DataView => {
    const table = tables.get(tag);
    if (!table) throw damaged(`the font has no table ${tag}`);
    return table;
  };
  const head = need('head');
  const hhea = need('hhea');
  const hmtx = need('hmtx');
  const loca = need('loca');
  const glyf = need('glyf');
  const glyphCount = need('maxp').getUint16(4);
  const metrics = hhea.getUint16(34);
  const unitsPerEm = head.getUint16(18);
  if (unitsPerEm < 16 || unitsPerEm > 16_384 || metrics < 1) throw damaged('impossible font metrics');
  const long = head.getInt16(50) === 1;
  const offset = (i: number): number => (long ? loca.getUint32(4 * i) : 2 * loca.getUint16(2 * i));
  const cmap = readCmap(need('cmap'));
  return {
    unitsPerEm,
    ascent: hhea.getInt16(4),
    descent: hhea.getInt16(6),
    boundingBox: [head.getInt16(36), head.getInt16(38), head.getInt16(40), head.getInt16(42)],
    glyphCount,
    postScriptName: readPostScriptName(tables.get('name')),
    table: (tag) => tables.get(tag),
    glyphOf(codePoint) {
      const glyph = cmap(codePoint);
      return glyph < glyphCount ? glyph : 0;
    },
    advanceOf: (glyph) => hmtx.getUint16(4 * Math.min(glyph, metrics - 1)),
    outline(glyph) {
      if (glyph >= glyphCount) throw damaged(`the font has no glyph ${glyph}`);
      const [start, end] = [offset(glyph), offset(glyph + 1)];
      if (end < start || end > glyf.byteLength) throw damaged(`glyph ${glyph} leaves its table`);
      return { start, end };
    },
  };
}

/** Unicode subtables, format 12 before format 4. */
function readCmap(cmap: DataView): (codePoint: number) => number {
  let best: { format: number; at: number } | undefined;
  for (let i = 0; i < cmap.getUint16(2); i++) {
    const platform = cmap.getUint16(4 + 8 * i);
    const encoding = cmap.getUint16(6 + 8 * i);
    const at = cmap.getUint32(8 + 8 * i);
    const unicode = platform === 0 || (platform === 3 && (encoding === 1 || encoding === 10));
    const format = cmap.getUint16(at);
    if (unicode && (format === 4 || format === 12) && format > (best?.format ?? 0)) best = { format, at };
  }
  if (!best) throw new FormatFault('font.unsupported', 'the font has no Unicode character map');
  return best.format === 12 ? format12(cmap, best.at) : format4(cmap, best.at);
}

function format12(cmap: DataView, at: number): (codePoint: number) => number {
  const groups = cmap.getUint32(at + 12);
  return (codePoint) => {
    for (let i = 0; i < groups; i++) {
      const group = at + 16 + 12 * i;
      const start = cmap.getUint32(group);
      if (codePoint >= start && codePoint <= cmap.getUint32(group + 4)) return cmap.getUint32(group + 8) + codePoint - start;
    }
    return 0;
  };
}

function format4(cmap: DataView, at: number): (codePoint: number) => number {
  const doubled = cmap.getUint16(at + 6);
  return (codePoint) => {
    for (let i = 0; i < doubled; i += 2) {
      if (codePoint > cmap.getUint16(at + 14 + i)) continue;
      const start = cmap.getUint16(at + 16 + doubled + i);
      if (codePoint < start) return 0;
      const delta = cmap.getInt16(at + 16 + 2 * doubled + i);
      const rangeAt = at + 16 + 3 * doubled + i;
      const range = cmap.getUint16(rangeAt);
      if (range === 0) return (codePoint + delta) & 0xffff;
      const glyph = cmap.getUint16(rangeAt + range + 2 * (codePoint - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

function readPostScriptName(name: DataView | undefined): string {
  if (!name) return 'Font';
  const storage = name.getUint16(4);
  for (let i = 0; i < name.getUint16(2); i++) {
    const at = 6 + 12 * i;
    if (name.getUint16(at) !== 3 || name.getUint16(at + 6) !== 6) continue;
    const start = storage + name.getUint16(at + 10);
    let out = '';
    for (let k = 1; k < name.getUint16(at + 8); k += 2) out += String.fromCharCode(name.getUint8(start + k));
    if (/^[A-Za-z0-9-]{1,63}$/.test(out)) return out;
  }
  return 'Font';
}
