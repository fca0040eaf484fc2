import { FormatFault } from '@antin/formats/fault';
import { isDict, isName } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { freshText, namedIn, walkContent } from './content-walk.ts';
import type { ContentReader, TextState } from './content-walk.ts';
import { readFont } from './font-text.ts';
import type { FontReading } from './font-text.ts';
import { apply, boxOf, multiply } from './matrix.ts';
import type { Rect } from './rect.ts';

const MAX_BOXES = 200_000;

interface State extends TextState<FontReading> {
  /** The colour of areas is plain white. */
  white: boolean;
}

/**
 * Boxes of everything a page draws, in page space, or the reason why that cannot be told.
 *
 * On the safe side: clipping is ignored, text whose widths are unknown is taken as wide, a whole form or image counts with
 * its box. Only areas filled with plain white do not count: office programs paint the paper.
 *
 * @param paths lines and areas count too, not only text and pictures
 */
export function contentBoxes(revision: PdfRevision, page: PdfPage, maxBytes: number, paths = true): readonly Rect[] | string {
  try {
    const boxes: Rect[] = [];
    walkContent(revision, page, () => boxReader(revision, boxes, paths), { ...freshText, white: false }, maxBytes);
    return boxes;
  } catch (error) {
    if (error instanceof FormatFault) return `the content of the page cannot be read: ${error.message}`;
    throw error;
  }
}

function boxReader(revision: PdfRevision, boxes: Rect[], paths: boolean): ContentReader<FontReading, State> {
  let path: Rect | undefined;
  const add = (box: Rect): void => {
    if (boxes.length >= MAX_BOXES) throw new FormatFault('pdf.budget', 'more drawn things than the limit');
    boxes.push(box);
  };
  const point = (state: State, x: number, y: number): void => {
    const [px, py] = apply(state.ctm, x, y);
    path =
      path === undefined
        ? [px, py, px, py]
        : [Math.min(path[0], px), Math.min(path[1], py), Math.max(path[2], px), Math.max(path[3], py)];
  };
  const paint = (invisible: boolean): void => {
    if (path !== undefined && !invisible && paths) add([path[0] - 0.5, path[1] - 0.5, path[2] + 0.5, path[3] + 0.5]);
    path = undefined;
  };
  return {
    fontOf: (font) => fontOf(revision, font),
    show(bytes, state, tm) {
      const read = state.font?.decode(bytes);
      const blanks = bytes.reduce((sum, byte) => sum + (byte === 32 ? 1 : 0), 0);
      const spacing = state.charSpace * (read?.glyphs ?? bytes.length) + state.wordSpace * blanks;
      const width = (read === undefined ? bytes.length * state.size : (read.width / 1000) * state.size) + spacing;
      const visible = read === undefined || read.text.trim() !== '';
      const full = multiply([state.scale, 0, 0, 1, 0, state.rise], multiply(tm, state.ctm));
      if (visible) add(boxOf(full, [0, -0.25 * state.size, width, 0.95 * state.size]));
      return width;
    },
    image: (state) => add(boxOf(state.ctm, [0, 0, 1, 1])),
    other(operator, operands, state, resources) {
      const v = operands.filter((one) => typeof one === 'number');
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = v;
      switch (operator) {
        case 'm':
        case 'l':
          point(state, a, b);
          break;
        case 'c':
          point(state, a, b);
          point(state, c, d);
          point(state, e, f);
          break;
        case 'v':
        case 'y':
          point(state, a, b);
          point(state, c, d);
          break;
        case 're':
          point(state, a, b);
          point(state, a + c, b + d);
          point(state, a, b + d);
          point(state, a + c, b);
          break;
        case 'f':
        case 'F':
        case 'f*':
          paint(state.white);
          break;
        case 'S':
        case 's':
        case 'B':
        case 'B*':
        case 'b':
        case 'b*':
          paint(false);
          break;
        case 'n':
          paint(true);
          break;
        case 'g':
          state.white = a === 1;
          break;
        case 'rg':
          state.white = a === 1 && b === 1 && c === 1;
          break;
        case 'k':
          state.white = v.length === 4 && v.every((one) => one === 0);
          break;
        case 'cs':
        case 'sc':
        case 'scn':
          // The colour space may be any; three ones in one of Chromium's sRGB spaces are white too, but who knows.
          state.white = false;
          break;
        case 'gs':
          refuseHiddenFont(revision, resources, operands[0]);
          break;
        case 'sh':
          throw new FormatFault('pdf.content', 'a shading fills an area that only clipping limits');
        default:
          break;
      }
    },
  };
}

/** A graphics state may choose a font too (Table 57); whoever does so wants to be overlooked. */
function refuseHiddenFont(revision: PdfRevision, resources: PdfDict, name: PdfObject | undefined): void {
  const state = namedIn(revision, resources, 'ExtGState', name);
  if (isDict(state) && state.entries.has('Font')) throw new FormatFault('pdf.content', 'a graphics state chooses a font');
}

function fontOf(revision: PdfRevision, font: PdfDict): FontReading | undefined {
  // Glyphs of any size and text that runs downwards: where it is drawn cannot be told from widths.
  if (isName(revision.resolve(font.entries.get('Subtype')), 'Type3')) throw new FormatFault('pdf.content', 'a Type 3 font');
  const encoding = revision.resolve(font.entries.get('Encoding'));
  if (isName(encoding) && encoding.value.endsWith('-V')) throw new FormatFault('pdf.content', 'text that runs downwards');
  try {
    return readFont(revision, font);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}
