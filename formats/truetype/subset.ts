import { FormatFault } from '../fault.ts';
import type { TrueTypeFont } from './font.ts';

export interface FontSubset {
  /** A TrueType font with the tables PDF needs (ISO 32000-2 §9.9.1): head, hhea, hmtx, maxp, loca, glyf. */
  readonly bytes: Uint8Array;
  /** Old glyph number → new glyph number. */
  readonly glyphs: ReadonlyMap<number, number>;
}

/**
 * A font with only these glyphs, and the parts that composite glyphs are made of, renumbered in the order given.
 * Hinting programs are dropped: at document sizes nobody sees them, and half of the bytes go.
 *
 * @param wanted glyph numbers; glyph 0 (missing character) is always first
 * @throws {FormatFault} `font.damaged`
 */
export function subsetTrueType(font: TrueTypeFont, wanted: Iterable<number>): FontSubset {
  const glyf = font.table('glyf') as DataView;
  const glyphs = new Map<number, number>([[0, 0]]);
  for (const glyph of wanted) if (!glyphs.has(glyph)) glyphs.set(glyph, glyphs.size);
  const outlines: Uint8Array[] = [];
  // Composite glyphs append their parts to the map while it is walked.
  for (const [glyph] of glyphs) {
    const { start, end } = font.outline(glyph);
    outlines.push(withoutHints(new DataView(glyf.buffer, glyf.byteOffset + start, end - start), glyphs));
  }
  const count = glyphs.size;
  const loca = new DataView(new ArrayBuffer(4 * (count + 1)));
  let at = 0;
  outlines.forEach((outline, i) => {
    loca.setUint32(4 * i, at);
    at += outline.length;
  });
  loca.setUint32(4 * count, at);
  const packed = new Uint8Array(at);
  outlines.forEach((outline, i) => packed.set(outline, loca.getUint32(4 * i)));
  const hmtx = new DataView(new ArrayBuffer(4 * count));
  [...glyphs.keys()].forEach((glyph, i) => {
    hmtx.setUint16(4 * i, font.advanceOf(glyph));
    hmtx.setInt16(4 * i + 2, outlines[i]?.length ? new DataView((outlines[i] as Uint8Array).buffer).getInt16(2) : 0);
  });
  const head = copy(font.table('head'));
  head.setInt16(50, 1);
  head.setUint32(8, 0);
  const hhea = copy(font.table('hhea'));
  hhea.setUint16(34, count);
  const maxp = copy(font.table('maxp'));
  maxp.setUint16(4, count);
  const tables: [string, Uint8Array][] = [
    ['glyf', packed],
    ['head', bytesOf(head)],
    ['hhea', bytesOf(hhea)],
    ['hmtx', bytesOf(hmtx)],
    ['loca', bytesOf(loca)],
    ['maxp', bytesOf(maxp)],
  ];
  return { bytes: assemble(tables), glyphs };
}

const MORE_COMPONENTS = 0x0020;
const HAS_INSTRUCTIONS = 0x0100;

/** One outline, padded to four bytes, with its instructions removed and its components renumbered. */
function withoutHints(outline: DataView, glyphs: Map<number, number>): Uint8Array {
  if (outline.byteLength === 0) return new Uint8Array(0);
  const contours = outline.getInt16(0);
  if (contours < 0) return composite(outline, glyphs);
  const lengthAt = 10 + 2 * contours;
  const instructions = outline.getUint16(lengthAt);
  const rest = lengthAt + 2 + instructions;
  if (rest > outline.byteLength) throw new FormatFault('font.damaged', 'the instructions of a glyph leave it');
  const out = padded(outline.byteLength - instructions);
  const from = bytesOf(outline);
  out.set(from.subarray(0, lengthAt));
  out.set(from.subarray(rest), lengthAt + 2);
  return out;
}

function composite(outline: DataView, glyphs: Map<number, number>): Uint8Array {
  const out = padded(outline.byteLength);
  out.set(bytesOf(outline));
  const view = new DataView(out.buffer);
  let at = 10;
  for (let flags = MORE_COMPONENTS; flags & MORE_COMPONENTS;) {
    flags = outline.getUint16(at);
    const part = outline.getUint16(at + 2);
    if (!glyphs.has(part)) glyphs.set(part, glyphs.size);
    view.setUint16(at, flags & ~HAS_INSTRUCTIONS);
    view.setUint16(at + 2, glyphs.get(part) as number);
    // Arguments as words, then a scale, an x and y scale, or a two by two matrix.
    at += 4 + (flags & 0x0001 ? 4 : 2) + (flags & 0x0008 ? 2 : flags & 0x0040 ? 4 : flags & 0x0080 ? 8 : 0);
  }
  return out.slice(0, (at + 3) & ~3);
}

function padded(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((length + 3) & ~3);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function copy(view: DataView | undefined): DataView {
  if (!view) throw new FormatFault('font.damaged', 'a table is missing');
  return new DataView(bytesOf(view).slice().buffer);
}

function assemble(tables: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const count = tables.length;
  const log = Math.floor(Math.log2(count));
  const size = tables.reduce((sum, [, bytes]) => sum + ((bytes.length + 3) & ~3), 12 + 16 * count);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x00010000);
  view.setUint16(4, count);
  view.setUint16(6, 16 * 2 ** log);
  view.setUint16(8, log);
  view.setUint16(10, 16 * count - 16 * 2 ** log);
  let at = 12 + 16 * count;
  let headAt = 0;
  tables.forEach(([tag, bytes], i) => {
    if (tag === 'head') headAt = at;
    out.set(bytes, at);
    const entry = 12 + 16 * i;
    for (let k = 0; k < 4; k++) out[entry + k] = tag.charCodeAt(k);
    view.setUint32(entry + 4, checksum(view, at, bytes.length));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, bytes.length);
    at += (bytes.length + 3) & ~3;
  });
  view.setUint32(headAt + 8, (0xb1b0afba - checksum(view, 0, size)) >>> 0);
  return out;
}

/** Sum of big-endian words; `out` is zero-padded, so reading past a table's end reads zeros. */
function checksum(view: DataView, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}
