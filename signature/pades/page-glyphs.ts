import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { operationsOf } from '../validation/pdf/content-tokens.ts';
import type { FontReading } from './font-reading.ts';
import { readFontLeniently } from './font-reading.ts';
import { readTextString } from './text-string.ts';

export type Matrix = readonly [number, number, number, number, number, number];

/** One character drawn on a page, invisible ones (the words behind a scan) included. */
export interface PageGlyph {
  readonly text: string;
  /** From glyph space (1 = font size) to user space: the glyph covers 0..width, baseline at 0. */
  readonly matrix: Matrix;
  readonly width: number;
}

const CONTENT_BYTES = 32 << 20;
const FORM_BYTES = 8 << 20;
const MAX_OPERATIONS = 2_000_000;
const MAX_GLYPHS = 500_000;
/** Of all glyphs together: one code may stand for many characters. */
const MAX_CHARACTERS = 4_000_000;
const MAX_DEPTH = 12;
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

interface TextState {
  ctm: Matrix;
  font: FontReading | undefined;
  size: number;
  leading: number;
  charSpace: number;
  wordSpace: number;
  scale: number;
  rise: number;
}

interface Work {
  readonly revision: PdfRevision;
  readonly glyphs: PageGlyph[];
  operations: number;
  characters: number;
  /** Read once, whatever name the pages call it by. */
  readonly fonts: Map<PdfDict, FontReading | undefined>;
}

/**
 * The characters of a page in drawing order (ISO 32000-2 §9.4), through the forms it draws, `/ActualText` heeded.
 *
 * @throws {FormatFault} `pdf.*` where the content cannot be read; `pdf.budget`
 */
export function pageGlyphs(revision: PdfRevision, page: PdfPage): readonly PageGlyph[] {
  const contents = revision.resolve(page.dict.entries.get('Contents'));
  const streams = isArray(contents) ? contents.items.map((one) => revision.resolve(one)) : [contents];
  const parts: Uint8Array[] = [];
  let left = CONTENT_BYTES;
  for (const stream of streams) {
    if (!isStream(stream)) continue;
    const bytes = revision.decodeStream(stream, left);
    left -= bytes.length;
    parts.push(bytes, latin1('\n'));
  }
  const work: Work = { revision, glyphs: [], operations: 0, characters: 0, fonts: new Map() };
  const fresh = { ctm: IDENTITY, font: undefined, size: 0, leading: 0, charSpace: 0, wordSpace: 0, scale: 1, rise: 0 };
  interpret(work, concatBytes(...parts), page.resources, fresh, 0);
  return work.glyphs;
}

function interpret(work: Work, content: Uint8Array, resources: PdfDict, initial: TextState, depth: number): void {
  if (depth > MAX_DEPTH) throw new FormatFault('pdf.budget', 'forms nested deeper than the limit');
  let state: TextState = { ...initial };
  const stack: TextState[] = [];
  let tm: Matrix = IDENTITY;
  let line: Matrix = IDENTITY;
  /** One a marked sequence: what its first glyph says instead; `null` once said. */
  const marked: (string | null | undefined)[] = [];

  const newLine = (x: number, y: number): void => {
    line = multiply([1, 0, 0, 1, x, y], line);
    tm = line;
  };
  const show = (bytes: Uint8Array): void => {
    for (const { text, width, blank } of state.font?.(bytes) ?? []) {
      const said = spoken(text);
      work.characters += said.length;
      if (work.glyphs.length >= MAX_GLYPHS || work.characters > MAX_CHARACTERS) {
        throw new FormatFault('pdf.budget', 'more characters on a page than the limit');
      }
      const at = multiply([state.size * state.scale, 0, 0, state.size, 0, state.rise], multiply(tm, state.ctm));
      work.glyphs.push({ text: said, matrix: at, width });
      const advance = width * state.size + state.charSpace + (blank ? state.wordSpace : 0);
      tm = multiply([1, 0, 0, 1, advance * state.scale, 0], tm);
    }
  };
  const spoken = (text: string): string => {
    const i = marked.findLastIndex((one) => one !== undefined);
    if (i < 0) return text;
    const instead = marked[i] ?? '';
    marked[i] = null;
    return instead;
  };

  work.operations += 10;
  for (const { operator, operands } of operationsOf(content)) {
    if (++work.operations > MAX_OPERATIONS) throw new FormatFault('pdf.budget', 'more drawing operations than the limit');
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = operands.filter((one) => typeof one === 'number');
    const [first] = operands;
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
      case 'BT':
        tm = IDENTITY;
        line = IDENTITY;
        break;
      case 'Tf':
        state.size = a;
        state.font = fontNamed(work, resources, first);
        break;
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
        if (isString(first)) show(first.bytes);
        break;
      case "'":
      case '"':
        if (operator === '"') [state.wordSpace, state.charSpace] = [a, b];
        newLine(0, -state.leading);
        for (const item of operands) if (isString(item)) show(item.bytes);
        break;
      case 'TJ':
        for (const item of isArray(first) ? first.items : []) {
          if (isString(item)) show(item.bytes);
          else if (typeof item === 'number') tm = multiply([1, 0, 0, 1, (-item / 1000) * state.size * state.scale, 0], tm);
        }
        break;
      case 'BMC':
        marked.push(undefined);
        break;
      case 'BDC':
        marked.push(actualText(work.revision, resources, operands[1]));
        break;
      case 'EMC':
        marked.pop();
        break;
      case 'Do':
        drawForm(work, resources, first, state, depth);
        break;
      default:
        break;
    }
  }
}

function drawForm(work: Work, resources: PdfDict, name: PdfObject | undefined, state: TextState, depth: number): void {
  const { revision } = work;
  const objects = revision.resolve(resources.entries.get('XObject'));
  const form = isName(name) && isDict(objects) ? revision.resolve(objects.entries.get(name.value)) : null;
  if (!isStream(form) || !isName(revision.resolve(form.dict.entries.get('Subtype')), 'Form')) return;
  const matrix = revision.resolve(form.dict.entries.get('Matrix'));
  const numbers = isArray(matrix) ? matrix.items.filter((one) => typeof one === 'number') : [];
  const own: Matrix = numbers.length === 6 ? (numbers as unknown as Matrix) : IDENTITY;
  const inner = revision.resolve(form.dict.entries.get('Resources'));
  const content = revision.decodeStream(form, FORM_BYTES);
  interpret(work, content, isDict(inner) ? inner : resources, { ...state, ctm: multiply(own, state.ctm) }, depth + 1);
}

/** An unreadable font draws nothing that could be found; the words in other fonts still can. */
function fontNamed(work: Work, resources: PdfDict, name: PdfObject | undefined): FontReading | undefined {
  const { revision, fonts } = work;
  const dictionary = revision.resolve(resources.entries.get('Font'));
  const font = isName(name) && isDict(dictionary) ? revision.resolve(dictionary.entries.get(name.value)) : null;
  if (!isDict(font)) return undefined;
  if (fonts.has(font)) return fonts.get(font);
  let reading: FontReading | undefined;
  try {
    reading = readFontLeniently(revision, font);
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
  }
  fonts.set(font, reading);
  return reading;
}

/** §14.9.4: what the glyphs inside stand for, e.g. a ligature or a letter drawn in two parts. */
function actualText(revision: PdfRevision, resources: PdfDict, properties: PdfObject | undefined): string | undefined {
  let dict: PdfObject = properties ?? null;
  if (isName(dict)) {
    const named = revision.resolve(resources.entries.get('Properties'));
    dict = isDict(named) ? revision.resolve(named.entries.get(dict.value)) : null;
  }
  const text = isDict(dict) ? revision.resolve(dict.entries.get('ActualText')) : null;
  return isString(text) ? readTextString(text.bytes) : undefined;
}

export function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[1] * n[2],
    m[0] * n[1] + m[1] * n[3],
    m[2] * n[0] + m[3] * n[2],
    m[2] * n[1] + m[3] * n[3],
    m[4] * n[0] + m[5] * n[2] + n[4],
    m[4] * n[1] + m[5] * n[3] + n[5],
  ];
}
