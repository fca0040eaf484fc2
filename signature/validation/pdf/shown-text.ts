import { isArray, isName, isString } from '@antin/formats/pdf/objects';
import type { PdfObject } from '@antin/formats/pdf/objects';
import { operationsOf } from './content-tokens.ts';
import type { FontReading } from './font-text.ts';
import type { Rect } from './rect.ts';

/** Nobody can tell whether the appearance shows its value. */
export class Doubt extends Error {
  override readonly name = 'Doubt';
}

/**
 * Every operator an honest text appearance needs, with its exact number of operands: viewers disagree which of several
 * operands counts, so that one string could be read and another shown. Anything else is refused.
 */
const OPERANDS: Readonly<Record<string, number>> = {
  ...{ q: 0, Q: 0, re: 4, W: 0, 'W*': 0, n: 0, BT: 0, ET: 0, Tf: 2, Td: 2, TD: 2, Tm: 6, 'T*': 0, Tj: 1, "'": 1, TJ: 1 },
  ...{ Tc: 1, Tw: 1, Tz: 1, TL: 1, Tr: 1, Ts: 1, g: 1, rg: 3, k: 4, G: 1, RG: 3, K: 4, BMC: 1, BDC: 2, EMC: 0, MP: 1, DP: 2 },
};
const IN_TEXT: ReadonlySet<string> = new Set(['ET', 'Td', 'TD', 'Tm', 'T*', 'Tj', "'", 'TJ']);
const OUT_OF_TEXT: ReadonlySet<string> = new Set(['BT', 'q', 'Q', 're', 'W', 'W*', 'n']);
const NUMBERS: ReadonlySet<string> = new Set('re Td TD Tm Tc Tw Tz TL Tr Ts g rg k G RG K'.split(' '));

interface Run {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

interface State {
  clip: Rect;
  font: FontReading | undefined;
  size: number;
  charSpace: number;
  wordSpace: number;
  /** 1 = unscaled. */
  stretch: number;
  leading: number;
}

type Matrix = readonly [number, number, number, number, number, number];

/**
 * The text an appearance stream shows, read as a person would.
 *
 * @param box outside it nothing is seen
 * @throws {Doubt} when it draws anything but text, or text that is hard to see or seen differently by different viewers
 */
export function shownText(content: Uint8Array, box: Rect, fontOf: (name: string) => FontReading): string {
  const runs: Run[] = [];
  let state: State = { clip: box, font: undefined, size: 0, charSpace: 0, wordSpace: 0, stretch: 1, leading: 0 };
  const saved: State[] = [];
  let paths: Rect[] = [];
  let inText = false;
  let tm: Matrix = [1, 0, 0, 1, 0, 0];
  let line: Matrix = tm;
  const move = (x: number, y: number): void => {
    line = [line[0], 0, 0, line[3], line[4] + x * line[0], line[5] + y * line[3]];
    tm = line;
  };
  const show = (bytes: Uint8Array): void => {
    const { font, size, charSpace, wordSpace, stretch, clip } = state;
    if (font === undefined) throw new Doubt('text is shown before a font is chosen');
    const read = font.decode(bytes);
    if (read === undefined) throw new Doubt('the font does not say which characters it shows');
    // Negative spacing turns the order of the letters round, large spacing tears them apart.
    if (charSpace < -0.1 * size || charSpace > size || wordSpace < -0.1 * size || wordSpace > 3 * size) {
      throw new Doubt('the letters are not spaced as text is');
    }
    const height = size * tm[3];
    const squeezed = (tm[0] * stretch) / tm[3];
    if (!(squeezed > 0.5 && squeezed < 2)) throw new Doubt('the text is squeezed or mirrored');
    if (!(height >= 3)) throw new Doubt('the text is too small to read');
    const left = tm[4];
    const advance = (read.width / 1000) * size + charSpace * read.glyphs + wordSpace * read.spaces;
    const right = left + advance * tm[0] * stretch;
    const y = tm[5];
    if (read.text.trim() !== '') {
      const slack = 0.15 * height + 0.5;
      const across = left >= clip[0] - slack && right <= clip[2] + slack;
      const upright = y >= clip[1] - 0.1 * height - 0.5 && y + 0.6 * height <= clip[3] + 0.05 * height + 0.5;
      if (!across || !upright) throw new Doubt('a part of the value lies outside what the field shows');
    }
    if (read.text !== '') runs.push({ text: read.text, left, right, y, size: height });
    tm = [tm[0], 0, 0, tm[3], right, y];
  };

  for (const { operator, operands } of operationsOf(content)) {
    if (!Object.hasOwn(OPERANDS, operator))
      throw new Doubt(`the appearance draws more than text (operator ${operator.slice(0, 8)})`);
    if (operands.length !== OPERANDS[operator]) throw new Doubt(`operator ${operator} has ${operands.length} operands`);
    const v = operands.filter((one) => typeof one === 'number');
    if (NUMBERS.has(operator) && v.length !== operands.length)
      throw new Doubt(`operator ${operator} has an operand that is no number`);
    if (inText ? OUT_OF_TEXT.has(operator) : IN_TEXT.has(operator))
      throw new Doubt(`operator ${operator} stands where viewers disagree`);
    const [p = 0, q = 0, r = 0, s = 0, t = 0, u = 0] = v;
    const [first] = operands;
    switch (operator) {
      case 'q':
        saved.push({ ...state });
        break;
      case 'Q':
        state = saved.pop() ?? state;
        break;
      case 're':
        paths.push([Math.min(p, p + r), Math.min(q, q + s), Math.max(p, p + r), Math.max(q, q + s)]);
        break;
      case 'W':
      case 'W*':
        // Two boxes may cancel each other out under the even-odd rule.
        if (paths.length !== 1) throw new Doubt('the appearance is clipped by more than one box');
        state.clip = intersect(state.clip, paths[0] as Rect);
        break;
      case 'n':
        paths = [];
        break;
      case 'BT':
        inText = true;
        tm = [1, 0, 0, 1, 0, 0];
        line = tm;
        break;
      case 'ET':
        inText = false;
        break;
      case 'Tf': {
        const [name, size] = operands;
        if (!isName(name) || typeof size !== 'number') throw new Doubt('a damaged font choice');
        state.font = fontOf(name.value);
        state.size = size;
        break;
      }
      case 'Td':
        move(p, q);
        break;
      case 'TD':
        state.leading = -q;
        move(p, q);
        break;
      case 'Tm':
        if (q !== 0 || r !== 0 || p <= 0 || s <= 0) throw new Doubt('the text is turned or mirrored');
        line = [p, 0, 0, s, t, u];
        tm = line;
        break;
      case 'T*':
        move(0, -state.leading);
        break;
      case 'Tj':
      case "'":
        if (operator === "'") move(0, -state.leading);
        if (!isString(first)) throw new Doubt('a damaged string');
        show(first.bytes);
        break;
      case 'TJ':
        showAll(first, show, (units) => {
          tm = [tm[0], 0, 0, tm[3], tm[4] - (units / 1000) * state.size * tm[0] * state.stretch, tm[5]];
        });
        break;
      case 'Tc':
        state.charSpace = p;
        break;
      case 'Tw':
        state.wordSpace = p;
        break;
      case 'Tz':
        state.stretch = p / 100;
        break;
      case 'TL':
        state.leading = p;
        break;
      case 'Tr':
        if (p !== 0) throw new Doubt('the text is drawn invisibly or as a shape');
        break;
      case 'Ts':
        if (p !== 0) throw new Doubt('the text is lifted off its line');
        break;
      case 'g':
      case 'rg':
      case 'k':
        if (paleness(v) > 0.85) throw new Doubt('the text is drawn in a colour that cannot be seen on paper');
        break;
      case 'BDC':
      case 'BMC':
        if (isName(first, 'OC')) throw new Doubt('a part of the appearance may be switched off');
        break;
      default:
        break;
    }
  }
  return joined(runs);
}

function showAll(list: PdfObject | undefined, show: (bytes: Uint8Array) => void, kern: (units: number) => void): void {
  if (!isArray(list)) throw new Doubt('a damaged string');
  for (const item of list.items) {
    if (typeof item === 'number') kern(item);
    else if (isString(item)) show(item.bytes);
    else throw new Doubt('a damaged string');
  }
}

/** Reading order must be drawing order: text drawn out of order or over itself shows something else than it says. */
function joined(runs: readonly Run[]): string {
  let text = '';
  let last: Run | undefined;
  for (const run of runs) {
    if (last !== undefined) {
      const down = last.y - run.y;
      const same = Math.abs(down) < 0.3 * run.size;
      if (same && run.left < last.right - 0.35 * run.size) throw new Doubt('pieces of the text lie over each other');
      if (!same && down < 0.7 * run.size) throw new Doubt('the lines of the text are out of order');
      if (!same || run.left - last.right > 0.18 * run.size) text += ' ';
    }
    text += run.text;
    last = run;
  }
  return text;
}

function intersect(a: Rect, b: Rect): Rect {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
}

/** 0 black … 1 white. */
function paleness(v: readonly number[]): number {
  if (v.length === 1) return v[0]!;
  if (v.length === 3) return 0.3 * v[0]! + 0.59 * v[1]! + 0.11 * v[2]!;
  if (v.length === 4) return (1 - v[3]!) * (1 - (0.3 * v[0]! + 0.59 * v[1]! + 0.11 * v[2]!));
  return 1;
}
