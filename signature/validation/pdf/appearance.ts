import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isRef, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfStream } from '@antin/formats/pdf/objects';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { operationsOf } from './content-tokens.ts';
import { STANDARD_14, readFont } from './font-text.ts';
import type { FontReading } from './font-text.ts';
import { below, sameValue } from './semantic.ts';
import type { Step } from './step.ts';
import { normalText } from './text.ts';
import { rectOf } from './widgets.ts';
import type { Rect } from './widgets.ts';

/** `certain`: it shows something else than its value. Otherwise nobody can tell. */
export interface NotRendering {
  readonly certain: boolean;
  readonly text: string;
}

const FORM_KEYS: ReadonlySet<string> = new Set(
  'Type Subtype FormType BBox Matrix Resources Length Filter DecodeParms'.split(' '),
);
const NOTHING_DRAWN: ReadonlySet<string> = new Set('BMC BDC EMC MP DP q Q BT ET W W* n re Tc Tw Tz TL Ts'.split(' '));

/**
 * Why the new appearance of a text field is not simply its value drawn in a font that was signed; undefined when it is.
 *
 * This is what separates an honest form fill from "shadow replace": content prepared before signing so that a harmless
 * looking change of an appearance shows another text than the value says.
 */
export function whyNotRendering(step: Step, widget: PdfDict, value: string, old: PdfDict): NotRendering | undefined {
  try {
    return examine(step, widget, value, old);
  } catch (error) {
    if (error instanceof FormatFault) return doubt(`the appearance cannot be read: ${error.message}`);
    throw error;
  }
}

const doubt = (text: string): NotRendering => ({ certain: false, text });

function examine(step: Step, widget: PdfDict, value: string, old: PdfDict): NotRendering | undefined {
  const { a, b } = step;
  const ap = b.resolve(widget.entries.get('AP'));
  if (ap === null) return normalText(value) === '' ? undefined : doubt('the value has no appearance');
  if (!isDict(ap)) return doubt('/AP is no dictionary');
  const oldAp = a.resolve(old.entries.get('AP'));
  for (const [key, state] of ap.entries) {
    if (key === 'N') continue;
    const same = isDict(oldAp) && sameValue(a, oldAp.entries.get(key), b, state) && !(isRef(state) && step.isChanged(state.num));
    if (!same) return { certain: true, text: `another appearance than the normal one was changed (/AP /${key})` };
  }
  const normal = b.resolve(ap.entries.get('N'));
  if (!isStream(normal)) return doubt('the normal appearance is no stream');
  for (const key of normal.dict.entries.keys()) if (!FORM_KEYS.has(key)) return doubt(`the appearance has /${key}`);
  const matrix = b.resolve(normal.dict.entries.get('Matrix'));
  if (isArray(matrix) && numbers(b, matrix.items).join() !== '1,0,0,1,0,0') return doubt('the appearance is turned or scaled');
  const box = rectOf(b, normal.dict.entries.get('BBox'));
  if (box === undefined) return doubt('the appearance has no /BBox');
  const shown = readShown(step, normal, box);
  if ('certain' in shown) return shown;
  const want = normalText(value);
  const got = normalText(shown.text);
  if (got === want) return undefined;
  if (got.replace(/\s/g, '') === want.replace(/\s/g, '')) return doubt('the appearance spaces the value differently');
  return { certain: true, text: `the field says "${want}", its appearance shows "${got}"` };
}

interface Run {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

/** Runs the few operators an honest text appearance needs; anything that paints otherwise is refused. */
function readShown(step: Step, stream: PdfStream, box: Rect): { readonly text: string } | NotRendering {
  const { b } = step;
  const fonts = new Map<string, FontReading | NotRendering>();
  const runs: Run[] = [];
  let clip: Rect = box;
  const clips: Rect[] = [];
  let pendingRect: Rect | undefined;
  let font: FontReading | undefined;
  let size = 0;
  let [tc, tw, tz, tl] = [0, 0, 1, 0];
  let tm = [1, 0, 0, 1, 0, 0];
  let line = [1, 0, 0, 1, 0, 0];
  const n = (operands: readonly PdfObject[]): number[] => numbers(b, operands);
  const move = (x: number, y: number): void => {
    line = [
      line[0] as number,
      0,
      0,
      line[3] as number,
      (line[4] as number) + x * (line[0] as number),
      (line[5] as number) + y * (line[3] as number),
    ];
    tm = [...line];
  };
  const show = (bytes: Uint8Array): NotRendering | undefined => {
    if (font === undefined) return doubt('text is shown before a font is chosen');
    const read = font.decode(bytes);
    if (read === undefined) return doubt('the font does not say which characters it shows');
    const scale = (tm[0] as number) * tz;
    const height = size * (tm[3] as number);
    const left = tm[4] as number;
    const right = left + ((read.width / 1000) * size + tc * read.glyphs + tw * read.spaces) * scale;
    if (height < 2) return doubt('the text is too small to read');
    if (read.text.trim() !== '') {
      const y = tm[5] as number;
      const slack = 0.15 * height + 0.5;
      const inside =
        left >= clip[0] - slack && right <= clip[2] + slack && y >= clip[1] - slack && y + 0.5 * height <= clip[3] + slack;
      if (!inside) return doubt('a part of the value lies outside what the field shows');
      runs.push({ text: read.text, left, right, y, size: height });
    } else if (read.text !== '') runs.push({ text: read.text, left, right, y: tm[5] as number, size: height });
    tm[4] = right;
    return undefined;
  };

  for (const { operator, operands } of operationsOf(b.decodeStream(stream, 1 << 20))) {
    const v = n(operands);
    let wrong: NotRendering | undefined;
    switch (operator) {
      case 'q':
        clips.push(clip);
        break;
      case 'Q':
        clip = clips.pop() ?? box;
        break;
      case 're':
        if (v.length !== 4) return doubt('a damaged path');
        pendingRect = [
          Math.min(v[0]!, v[0]! + v[2]!),
          Math.min(v[1]!, v[1]! + v[3]!),
          Math.max(v[0]!, v[0]! + v[2]!),
          Math.max(v[1]!, v[1]! + v[3]!),
        ];
        break;
      case 'W':
      case 'W*':
        if (pendingRect !== undefined) clip = intersect(clip, pendingRect);
        break;
      case 'n':
        pendingRect = undefined;
        break;
      case 'BT':
        tm = [1, 0, 0, 1, 0, 0];
        line = [...tm];
        break;
      case 'Tf': {
        const name = operands[0];
        if (!isName(name) || typeof operands[1] !== 'number') return doubt('a damaged font choice');
        let read = fonts.get(name.value);
        if (read === undefined) {
          read = signedFont(step, stream, name.value);
          fonts.set(name.value, read);
        }
        if ('certain' in read) return read;
        font = read;
        size = operands[1];
        break;
      }
      case 'Td':
      case 'TD':
        if (v.length !== 2) return doubt('a damaged text position');
        if (operator === 'TD') tl = -v[1]!;
        move(v[0]!, v[1]!);
        break;
      case 'Tm':
        if (v.length !== 6 || v[1] !== 0 || v[2] !== 0 || v[0]! <= 0 || v[3]! <= 0)
          return doubt('the text is turned or mirrored');
        line = v;
        tm = [...v];
        break;
      case 'T*':
        move(0, -tl);
        break;
      case 'Tj':
        wrong = isString(operands[0]) ? show(operands[0].bytes) : doubt('a damaged string');
        break;
      case "'":
        move(0, -tl);
        wrong = isString(operands[0]) ? show(operands[0].bytes) : doubt('a damaged string');
        break;
      case 'TJ':
        for (const item of isArray(operands[0]) ? operands[0].items : []) {
          if (typeof item === 'number') tm[4] = (tm[4] as number) - (item / 1000) * size * (tm[0] as number) * tz;
          else if (isString(item)) wrong ??= show(item.bytes);
          else return doubt('a damaged string');
        }
        break;
      case 'Tc':
        tc = v[0] ?? 0;
        break;
      case 'Tw':
        tw = v[0] ?? 0;
        break;
      case 'Tz':
        tz = (v[0] ?? 100) / 100;
        break;
      case 'TL':
        tl = v[0] ?? 0;
        break;
      case 'Tr':
        if (v[0] !== 0) return doubt('the text is drawn invisibly or as a shape');
        break;
      case 'g':
      case 'rg':
      case 'k':
        if (paleness(v) > 0.85) return doubt('the text is drawn in a colour that cannot be seen on paper');
        break;
      case 'G':
      case 'RG':
      case 'K':
      case 'ET':
        break;
      default:
        if (!NOTHING_DRAWN.has(operator)) return doubt(`the appearance draws more than text (operator ${operator.slice(0, 8)})`);
    }
    if (wrong !== undefined) return wrong;
  }
  return joined(runs);
}

/** Reading order must be drawing order: text drawn out of order or over itself shows something else than it says. */
function joined(runs: readonly Run[]): { readonly text: string } | NotRendering {
  let text = '';
  let last: Run | undefined;
  for (const run of runs) {
    if (last !== undefined) {
      const same = Math.abs(run.y - last.y) < 0.3 * run.size;
      if (same && run.left < last.right - 0.35 * run.size) return doubt('pieces of the text lie over each other');
      if (!same && run.y > last.y) return doubt('the lines of the text are out of order');
      if (!same || run.left - last.right > 0.18 * run.size) text += ' ';
    }
    text += run.text;
    last = run;
  }
  return { text };
}

/** A font of the signed revision, itself and all that hangs on it unchanged, or one of the standard 14. */
function signedFont(step: Step, stream: PdfStream, name: string): FontReading | NotRendering {
  const { a, b } = step;
  const resources = b.resolve(stream.dict.entries.get('Resources'));
  const fonts = isDict(resources) ? b.resolve(resources.entries.get('Font')) : null;
  const ref = isDict(fonts) ? fonts.entries.get(name) : undefined;
  const dict = b.resolve(ref);
  if (!isDict(dict)) return doubt(`the appearance names a font that is not there (/${name})`);
  const known = isRef(ref) && isDict(a.resolve(ref)) && ![...below(b, ref)].some((num) => step.isChanged(num));
  if (!known && !isStandard(b, dict)) return doubt('the appearance uses a font that was not there when the document was signed');
  return readFont(b, dict) ?? doubt('the font does not say which characters it shows');
}

const STANDARD_KEYS: ReadonlySet<string> = new Set(['Type', 'Subtype', 'BaseFont', 'Encoding', 'Name']);

function isStandard(b: PdfRevision, font: PdfDict): boolean {
  const base = b.resolve(font.entries.get('BaseFont'));
  const encoding = b.resolve(font.entries.get('Encoding'));
  return (
    isName(b.resolve(font.entries.get('Subtype')), 'Type1') &&
    isName(base) &&
    STANDARD_14.has(base.value) &&
    (encoding === null || isName(encoding)) &&
    [...font.entries.keys()].every((key) => STANDARD_KEYS.has(key))
  );
}

function numbers(revision: PdfRevision, operands: readonly PdfObject[]): number[] {
  return operands.map((one) => revision.resolve(one)).filter((one) => typeof one === 'number');
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
