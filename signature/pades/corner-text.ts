import { FormatFault } from '@antin/formats/fault';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import type { TrueTypeFont } from '@antin/formats/truetype/font';
import { readTrueType } from '@antin/formats/truetype/font';
import type { AppearanceText, PlacedAppearance } from './appearance.ts';
import { LEADING } from './appearance.ts';
import { textLines } from './find-text.ts';
import type { VisualRect } from './placement.ts';
import { displayedSize } from './placement.ts';

export interface CornerTextOptions {
  /** As `annexLines` or `copyLines` make them. */
  readonly lines: readonly string[];
  /** TrueType file with the metrics of Times New Roman. */
  readonly font: Uint8Array;
  /** Points; Decree 30/2020 Appendix I says 10, so a long line is broken and never made smaller. */
  readonly size?: number;
  /** Points; default 70 mm. */
  readonly maxWidth?: number;
  readonly align?: AppearanceText['align'];
}

const MILLIMETRE = 72 / 25.4;
const RIGHT_MARGIN = 10 * MILLIMETRE;
const TOP_MARGIN = 10 * MILLIMETRE;
/** What a printer still prints. */
const SMALLEST_MARGIN = 4 * MILLIMETRE;
/** Clear of what is written below. */
const CLEARANCE = 2;

/**
 * The organisation's signature on an annex in its own file or on a certified copy: text alone, black and upright, at the top
 * right of the first page (Decree 30/2020, Appendix I). It stands in the top margin, higher where the letterhead comes near.
 *
 * @throws {FormatFault} `font.*`, `pdf.no-page`, `pdf.page-tree`
 */
export function cornerText(revision: PdfRevision, options: CornerTextOptions): PlacedAppearance {
  const { size = 10, maxWidth = 70 * MILLIMETRE, align = 'right' } = options;
  const font = readTrueType(options.font);
  const width = (text: string): number => (widthOf(font, text) * size) / 1000;
  const page = revision.page(0);
  const shown = displayedSize(page);
  const widest = Math.min(maxWidth, shown.width - 2 * SMALLEST_MARGIN);
  const lines = options.lines.flatMap((line) => broken(line.normalize('NFC'), widest, width));
  // A hair wider than the longest line: rounding must not make the text smaller.
  const w = Math.max(...lines.map(width), 1) + 0.5;
  const h = lines.length * size * LEADING + 0.5;
  const x = Math.max(0, shown.width - RIGHT_MARGIN - w);
  const top = topMargin(readableLines(revision, page), x, w, h, shown.height);
  return {
    page: 1,
    rect: [x, shown.height - top - h, w, h],
    text: { lines, font: options.font, size, align },
  };
}

/** A page whose content cannot be read is no reason not to sign it: the text then stands where it usually does. */
function readableLines(revision: PdfRevision, page: PdfPage): readonly VisualRect[] {
  try {
    return textLines(revision, page);
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    return [];
  }
}

function topMargin(lines: readonly VisualRect[], x: number, w: number, h: number, height: number): number {
  const below = lines.filter(([left, , width]) => left < x + w && left + width > x).map(([, y, , high]) => y + high);
  const free = height - Math.max(...below, 0) - CLEARANCE;
  return Math.max(SMALLEST_MARGIN, Math.min(TOP_MARGIN, free - h));
}

/** Between words; a word longer than the line between letters. */
function broken(line: string, widest: number, width: (text: string) => number): string[] {
  const out: string[] = [];
  let current = '';
  const take = (word: string): void => {
    const longer = current === '' ? word : `${current} ${word}`;
    if (width(longer) <= widest) current = longer;
    else {
      if (current !== '') out.push(current);
      current = '';
      for (const letter of word) {
        if (current !== '' && width(current + letter) > widest) {
          out.push(current);
          current = '';
        }
        current += letter;
      }
    }
  };
  for (const word of line.split(/ +/)) take(word);
  out.push(current);
  return out;
}

/** In thousandths of the size. A missing glyph is refused when the font is embedded. */
function widthOf(font: TrueTypeFont, text: string): number {
  let units = 0;
  for (const letter of text) units += font.advanceOf(font.glyphOf(letter.codePointAt(0) as number));
  return (units * 1000) / font.unitsPerEm;
}
