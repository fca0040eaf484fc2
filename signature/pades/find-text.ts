import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { PageGlyph } from './page-glyphs.ts';
import { pageGlyphs } from './page-glyphs.ts';
import type { VisualRect } from './placement.ts';
import { toDisplayed } from './placement.ts';

export interface FoundText {
  /** 1-based. */
  readonly page: number;
  /** On the displayed page, from descender to ascender. */
  readonly rect: VisualRect;
}

/** A character where the reader sees it, upright text only. */
interface Placed {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
}

/** A letter with the marks that were drawn behind it, wherever they were put. */
type Cluster = readonly Placed[];

const ASCENT = 0.95;
const DESCENT = 0.25;
/** In font sizes: what parts words, and what parts columns. */
const WORD_GAP = 0.15;
const COLUMN_GAP = 2;
/** The same letter drawn again this near is bold made by hand. */
const DOUBLE_STRIKE = 0.12;
const ONE_LINE = 0.3;

/**
 * Where `wanted` stands on a page: whole words, any spacing between them, letters composed or not. Only text that the reader
 * sees upright is found; a wanted text that is broken over two lines is not.
 *
 * @returns from top to bottom, then left to right
 * @throws {FormatFault} `pdf.*` where the content of the page cannot be read
 */
export function findText(revision: PdfRevision, page: PdfPage, wanted: string): readonly FoundText[] {
  const needle = squeezed(wanted);
  if (needle === '') return [];
  const found = linesOf(page, pageGlyphs(revision, page)).flatMap((line) => searchLine(line, needle));
  found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return found.map((rect) => ({ page: page.index + 1, rect }));
}

/** Boxes of the lines of text of a page, from column gap to column gap. @throws as `findText` */
export function textLines(revision: PdfRevision, page: PdfPage): readonly VisualRect[] {
  return linesOf(page, pageGlyphs(revision, page))
    .filter((line) => line.some((glyph) => glyph.text.trim() !== ''))
    .map((line) => boxOf(line.filter((glyph) => glyph.text.trim() !== '')));
}

function squeezed(text: string): string {
  return text.normalize('NFC').replace(/[\s\u00a0\u00ad\u200b-\u200d\u2060\ufeff]+/g, '');
}

function linesOf(page: PdfPage, glyphs: readonly PageGlyph[]): Placed[][] {
  const lines: Cluster[][] = [];
  // Lines near this height are looked at, not all lines of the page.
  const byHeight = new Map<number, Cluster[][]>();
  for (const cluster of clustersOf(glyphs.flatMap((glyph) => placed(page, glyph) ?? []))) {
    const [letter] = cluster as readonly [Placed];
    const key = Math.round(letter.baseline / 4);
    const near = [key, key - 1, key + 1].flatMap((k) => byHeight.get(k) ?? []);
    const line = near.find((one) => sameLine(one[0]?.[0] as Placed, letter));
    if (line) line.push(cluster);
    else {
      const fresh = [cluster];
      lines.push(fresh);
      byHeight.set(key, [...(byHeight.get(key) ?? []), fresh]);
    }
  }
  return lines.flatMap((clusters) => columnsOf(clusters));
}

function placed(page: PdfPage, { text, matrix: [a, b, c, d, e, f], width }: PageGlyph): Placed | undefined {
  const [x0, y0] = toDisplayed(page, e, f);
  const [x1, y1] = toDisplayed(page, e + a * width, f + b * width);
  const [, top] = toDisplayed(page, e + c, f + d);
  const size = top - y0;
  // Turned, mirrored or without height: not what a person signs under.
  if (!(size > 0.5) || x1 < x0 || Math.abs(y1 - y0) > 0.1 * size) return undefined;
  return { text, left: x0, right: x1, baseline: y0, size };
}

function clustersOf(glyphs: readonly Placed[]): Cluster[] {
  const out: Placed[][] = [];
  for (const glyph of glyphs) {
    const last = out.at(-1);
    const belongs =
      /^\p{M}+$/u.test(glyph.text) || (glyph.text === '' && last !== undefined && sameLine(last[0] as Placed, glyph));
    if (last && belongs) last.push(glyph);
    else out.push([glyph]);
  }
  return out;
}

function sameLine(a: Placed, b: Placed): boolean {
  return Math.abs(a.baseline - b.baseline) < ONE_LINE * Math.max(a.size, b.size);
}

/** From left to right: LibreOffice draws the letters a font lacks after the whole line, in another font. */
function columnsOf(clusters: readonly Cluster[]): Placed[][] {
  const sorted = [...clusters].sort((a, b) => (a[0] as Placed).left - (b[0] as Placed).left);
  const columns: Placed[][] = [];
  let last: Cluster | undefined;
  for (const cluster of sorted) {
    const [letter] = cluster as readonly [Placed];
    const [before] = last ?? [];
    const twice = before?.text === letter.text && letter.left - before.left < DOUBLE_STRIKE * letter.size;
    if (twice && letter.text.trim() !== '') continue;
    const column = columns.at(-1);
    const end = (last ?? []).reduce((most, one) => Math.max(most, one.right), Number.NEGATIVE_INFINITY);
    if (column && letter.left - end < COLUMN_GAP * letter.size) column.push(...cluster);
    else columns.push([...cluster]);
    last = cluster;
  }
  return columns;
}

/** Every place of `needle` in the line, which is read without its blanks. */
function searchLine(line: readonly Placed[], needle: string): VisualRect[] {
  let text = '';
  /** For each code unit of `text` the glyph it came from, and whether a new word begins there. */
  const from: number[] = [];
  const begins: boolean[] = [];
  let apart = true;
  line.forEach((glyph, i) => {
    const before = line[i - 1];
    if (before && glyph.left - before.right > WORD_GAP * glyph.size) apart = true;
    if (/^\s|^\u00a0/.test(glyph.text)) apart = true;
    const piece = squeezed(glyph.text);
    for (let k = 0; k < piece.length; k++) {
      from.push(i);
      begins.push(apart && k === 0);
      apart = false;
    }
    text += piece;
    if (/[\s\u00a0]$/.test(glyph.text)) apart = true;
  });
  const composed = compose(text, from, begins);
  const out: VisualRect[] = [];
  for (let at = composed.text.indexOf(needle); at !== -1; at = composed.text.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    if (inWord(composed, at) || inWord(composed, end)) continue;
    let last = composed.from[end - 1] as number;
    // Glyphs that say nothing by themselves belong to what was said before them.
    while (line[last + 1]?.text === '') last++;
    out.push(boxOf(line.slice(composed.from[at], last + 1)));
  }
  return out;
}

interface Composed {
  readonly text: string;
  readonly from: readonly number[];
  readonly begins: readonly boolean[];
}

/** NFC, with each letter still knowing its glyph: a letter and the marks behind it become one. */
function compose(text: string, from: readonly number[], begins: readonly boolean[]): Composed {
  const out = { text: '', from: [] as number[], begins: [] as boolean[] };
  for (const match of text.matchAll(/\P{M}\p{M}*|\p{M}+/gsu)) {
    const letter = match[0].normalize('NFC');
    for (let k = 0; k < letter.length; k++) {
      out.from.push(from[match.index] as number);
      out.begins.push(k === 0 && (begins[match.index] as boolean));
    }
    out.text += letter;
  }
  return out;
}

/** "Văn An" is not found in "Văn Anh". */
function inWord({ text, begins }: Composed, at: number): boolean {
  if (at === 0 || at >= text.length || begins[at]) return false;
  const letter = /[\p{L}\p{M}\p{N}]/u;
  return letter.test(text[at - 1] as string) && letter.test(text[at] as string);
}

function boxOf(glyphs: readonly Placed[]): VisualRect {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  // A loop: a hostile page has more glyphs on a line than a function takes arguments.
  for (const one of glyphs) {
    left = Math.min(left, one.left);
    right = Math.max(right, one.right);
    bottom = Math.min(bottom, one.baseline - DESCENT * one.size);
    top = Math.max(top, one.baseline + ASCENT * one.size);
  }
  return [left, bottom, right - left, top - bottom];
}
