import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { operationsOf } from './content-tokens.ts';
import { readFont } from './font-text.ts';
import type { FontReading } from './font-text.ts';
import type { Rect } from './rect.ts';

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
const MAX_BOXES = 200_000;
/** Operations of one page, those of the forms it draws counted as often as they are drawn. */
const MAX_OPERATIONS = 2_000_000;

interface Work {
  operations: number;
  /** Lines and areas count too, not only text and pictures. */
  readonly paths: boolean;
}

interface State {
  ctm: Matrix;
  white: boolean;
  font: FontReading | undefined;
  size: number;
  leading: number;
  charSpace: number;
  wordSpace: number;
  scale: number;
  rise: number;
}

const FRESH: State = {
  ctm: IDENTITY,
  white: false,
  font: undefined,
  size: 0,
  leading: 0,
  charSpace: 0,
  wordSpace: 0,
  scale: 1,
  rise: 0,
};

/**
 * Boxes of everything a page draws, in page space, or the reason why that cannot be told.
 *
 * On the safe side: clipping is ignored, text whose widths are unknown is taken as wide, a whole form or image counts with
 * its box. Only areas filled with plain white do not count: office programs paint the paper.
 */
export function contentBoxes(revision: PdfRevision, page: PdfPage, maxBytes: number, paths = true): readonly Rect[] | string {
  try {
    const contents = revision.resolve(page.dict.entries.get('Contents'));
    const streams = isStream(contents) ? [contents] : isArray(contents) ? contents.items.map((one) => revision.resolve(one)) : [];
    const parts: Uint8Array[] = [];
    let left = maxBytes;
    for (const stream of streams) {
      if (!isStream(stream)) continue;
      const bytes = revision.decodeStream(stream, left);
      left -= bytes.length;
      parts.push(bytes, latin1('\n'));
    }
    const boxes: Rect[] = [];
    interpret(revision, concatBytes(...parts), page.resources, FRESH, boxes, 0, { operations: 0, paths });
    return boxes;
  } catch (error) {
    if (error instanceof FormatFault) return `the content of the page cannot be read: ${error.message}`;
    throw error;
  }
}

function interpret(
  revision: PdfRevision,
  content: Uint8Array,
  resources: PdfDict,
  initial: State,
  boxes: Rect[],
  depth: number,
  work: Work,
): void {
  if (depth > 12) throw new FormatFault('pdf.content', 'forms nested too deep');
  // A form begins with the state of whoever draws it, its font included (§8.10.1).
  let state: State = { ...initial };
  const stack: State[] = [];
  const fonts = new Map<string, FontReading | undefined>();
  let path: Rect | undefined;
  let at: [number, number] = [0, 0];
  let tm: Matrix = IDENTITY;
  let line: Matrix = IDENTITY;

  const add = (box: Rect): void => {
    if (boxes.length >= MAX_BOXES) throw new FormatFault('pdf.budget', 'more drawn things than the limit');
    boxes.push(box);
  };
  const point = (x: number, y: number): void => {
    at = [x, y];
    const [px, py] = apply(state.ctm, x, y);
    path =
      path === undefined
        ? [px, py, px, py]
        : [Math.min(path[0], px), Math.min(path[1], py), Math.max(path[2], px), Math.max(path[3], py)];
  };
  const paint = (invisible: boolean): void => {
    if (path !== undefined && !invisible && work.paths) add([path[0] - 0.5, path[1] - 0.5, path[2] + 0.5, path[3] + 0.5]);
    path = undefined;
  };
  const show = (bytes: Uint8Array): void => {
    const read = state.font?.decode(bytes);
    const blanks = bytes.reduce((sum, byte) => sum + (byte === 32 ? 1 : 0), 0);
    const spacing = state.charSpace * (read?.glyphs ?? bytes.length) + state.wordSpace * blanks;
    const width = (read === undefined ? bytes.length * state.size : (read.width / 1000) * state.size) + spacing;
    const visible = read === undefined || read.text.trim() !== '';
    const full = multiply([state.scale, 0, 0, 1, 0, state.rise], multiply(tm, state.ctm));
    if (visible) add(boxOf(full, [0, -0.25 * state.size, width, 0.95 * state.size]));
    tm = multiply([1, 0, 0, 1, width * state.scale, 0], tm);
  };
  const newLine = (x: number, y: number): void => {
    line = multiply([1, 0, 0, 1, x, y], line);
    tm = line;
  };

  // A form that draws nothing may be drawn by a form that is drawn a hundred times, and so on.
  work.operations += 10;
  for (const { operator, operands } of operationsOf(content)) {
    if (++work.operations > MAX_OPERATIONS) throw new FormatFault('pdf.budget', 'more drawing operations than the limit');
    const v = operands.filter((one) => typeof one === 'number');
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = v;
    switch (operator) {
      case 'q':
        if (stack.length > 256) throw new FormatFault('pdf.content', 'graphics states nested too deep');
        stack.push({ ...state });
        break;
      case 'Q':
        state = stack.pop() ?? state;
        break;
      case 'cm':
        state.ctm = multiply([a, b, c, d, e, f], state.ctm);
        break;
      case 'm':
      case 'l':
        point(a, b);
        break;
      case 'c':
        point(a, b);
        point(c, d);
        point(e, f);
        break;
      case 'v':
      case 'y':
        point(a, b);
        point(c, d);
        break;
      case 're':
        point(a, b);
        point(a + c, b + d);
        point(a, b + d);
        point(a + c, b);
        at = [a, b];
        break;
      case 'h':
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
      case 'BT':
        tm = IDENTITY;
        line = IDENTITY;
        break;
      case 'Tf': {
        const name = operands[0];
        state.size = a;
        if (!isName(name)) break;
        if (!fonts.has(name.value)) fonts.set(name.value, fontOf(revision, resources, name.value));
        state.font = fonts.get(name.value);
        break;
      }
      case 'Td':
        newLine(a, b);
        break;
      case 'TD':
        state.leading = -b;
        newLine(a, b);
        break;
      case 'Tm':
        line = [a, b, c, d, e, f];
        tm = line;
        break;
      case 'T*':
        newLine(0, -state.leading);
        break;
      case 'TL':
        state.leading = a;
        break;
      case 'Tc':
        state.charSpace = a;
        break;
      case 'Tw':
        state.wordSpace = a;
        break;
      case 'Tz':
        state.scale = a / 100;
        break;
      case 'Ts':
        state.rise = a;
        break;
      case 'Tj':
        if (isString(operands[0])) show(operands[0].bytes);
        break;
      case "'":
      case '"':
        if (operator === '"') [state.wordSpace, state.charSpace] = [a, b];
        newLine(0, -state.leading);
        for (const item of operands) if (isString(item)) show(item.bytes);
        break;
      case 'TJ':
        for (const item of isArray(operands[0]) ? operands[0].items : []) {
          if (isString(item)) show(item.bytes);
          else if (typeof item === 'number') tm = multiply([1, 0, 0, 1, (-item / 1000) * state.size * state.scale, 0], tm);
        }
        break;
      case 'BI':
        add(boxOf(state.ctm, [0, 0, 1, 1]));
        break;
      case 'gs':
        refuseHiddenFont(revision, resources, operands[0]);
        break;
      case 'sh':
        throw new FormatFault('pdf.content', 'a shading fills an area that only clipping limits');
      case 'Do':
        draw(revision, resources, operands[0], state, boxes, add, depth, work);
        break;
      default:
        break;
    }
  }
  void at;
}

function draw(
  revision: PdfRevision,
  resources: PdfDict,
  name: PdfObject | undefined,
  state: State,
  boxes: Rect[],
  add: (box: Rect) => void,
  depth: number,
  work: Work,
): void {
  const objects = revision.resolve(resources.entries.get('XObject'));
  const object = isName(name) && isDict(objects) ? revision.resolve(objects.entries.get(name.value)) : null;
  if (!isStream(object)) return;
  if (!isName(revision.resolve(object.dict.entries.get('Subtype')), 'Form')) {
    add(boxOf(state.ctm, [0, 0, 1, 1]));
    return;
  }
  const matrix = revision.resolve(object.dict.entries.get('Matrix'));
  const m = isArray(matrix) ? matrix.items.filter((one) => typeof one === 'number') : [];
  const own: Matrix = m.length === 6 ? (m as unknown as Matrix) : IDENTITY;
  const inner = revision.resolve(object.dict.entries.get('Resources'));
  interpret(
    revision,
    revision.decodeStream(object, 8 << 20),
    isDict(inner) ? inner : resources,
    { ...state, ctm: multiply(own, state.ctm) },
    boxes,
    depth + 1,
    work,
  );
}

/** A graphics state may choose a font too (Table 57); whoever does so wants to be overlooked. */
function refuseHiddenFont(revision: PdfRevision, resources: PdfDict, name: PdfObject | undefined): void {
  const states = revision.resolve(resources.entries.get('ExtGState'));
  const state = isName(name) && isDict(states) ? revision.resolve(states.entries.get(name.value)) : null;
  if (isDict(state) && state.entries.has('Font')) throw new FormatFault('pdf.content', 'a graphics state chooses a font');
}

function fontOf(revision: PdfRevision, resources: PdfDict, name: string): FontReading | undefined {
  const fonts = revision.resolve(resources.entries.get('Font'));
  const font = isDict(fonts) ? revision.resolve(fonts.entries.get(name)) : null;
  if (!isDict(font)) return undefined;
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

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[1] * n[2],
    m[0] * n[1] + m[1] * n[3],
    m[2] * n[0] + m[3] * n[2],
    m[2] * n[1] + m[3] * n[3],
    m[4] * n[0] + m[5] * n[2] + n[4],
    m[4] * n[1] + m[5] * n[3] + n[5],
  ];
}

function apply(m: Matrix, x: number, y: number): [number, number] {
  return [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]];
}

function boxOf(m: Matrix, rect: Rect): Rect {
  const corners = [
    apply(m, rect[0], rect[1]),
    apply(m, rect[2], rect[1]),
    apply(m, rect[0], rect[3]),
    apply(m, rect[2], rect[3]),
  ];
  const xs = corners.map((one) => one[0]);
  const ys = corners.map((one) => one[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
