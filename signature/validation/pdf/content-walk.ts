import { concatBytes, latin1 } from '@antin/formats/bytes/bytes';
import { FormatFault } from '@antin/formats/fault';
import { isArray, isDict, isName, isStream, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject, PdfStream } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { operationsOf } from './content-tokens.ts';
import { IDENTITY, multiply } from './matrix.ts';
import type { Matrix } from './matrix.ts';

const FORM_BYTES = 8 << 20;
const MAX_DEPTH = 12;
const MAX_NESTED_STATES = 256;
/** Operations of one page, those of the forms it draws counted as often as they are drawn. */
const MAX_OPERATIONS = 2_000_000;

/** What both readers of a page need of the graphics state (ISO 32000-2 §8.4, §9.3). */
export interface TextState<Font> {
  ctm: Matrix;
  font: Font | undefined;
  size: number;
  leading: number;
  charSpace: number;
  wordSpace: number;
  /** Horizontal scaling as a factor. */
  scale: number;
  rise: number;
}

export const freshText = {
  ...{ ctm: IDENTITY, font: undefined, size: 0, leading: 0, charSpace: 0, wordSpace: 0, scale: 1, rise: 0 },
} as const;

/** What somebody wants of a page, while {@link walkContent} keeps the state. */
export interface ContentReader<Font, State extends TextState<Font>> {
  fontOf(font: PdfDict): Font | undefined;
  /** Text is drawn under the text matrix `tm`. @returns how far it goes, in text space before horizontal scaling */
  show(bytes: Uint8Array, state: State, tm: Matrix): number;
  /** An XObject that is no form, or an inline image (`undefined`). */
  image(state: State): void;
  /** Every operation that neither moves text nor draws an XObject. */
  other(operator: string, operands: readonly PdfObject[], state: State, resources: PdfDict): void;
}

/**
 * Reads all that a page draws, through its forms, in order.
 *
 * @param open a reader for the page and one for each form: what a form leaves open (a path, a marked sequence) is its own
 * @throws {FormatFault} `pdf.*` where the content cannot be read; `pdf.budget`
 */
export function walkContent<Font, State extends TextState<Font>>(
  revision: PdfRevision,
  page: PdfPage,
  open: () => ContentReader<Font, State>,
  fresh: State,
  maxBytes: number,
): void {
  const contents = revision.resolve(page.dict.entries.get('Contents'));
  const streams = isArray(contents) ? contents.items.map((one) => revision.resolve(one)) : [contents];
  const parts: Uint8Array[] = [];
  let left = maxBytes;
  for (const stream of streams) {
    if (!isStream(stream)) continue;
    const bytes = revision.decodeStream(stream, left);
    left -= bytes.length;
    parts.push(bytes, latin1('\n'));
  }
  // Read once, whatever name the pages call it by.
  const fonts = new Map<PdfDict, Font | undefined>();
  let operations = 0;

  const fontNamed = (reader: ContentReader<Font, State>, resources: PdfDict, name: PdfObject | undefined): Font | undefined => {
    const font = namedIn(revision, resources, 'Font', name);
    if (!isDict(font)) return undefined;
    if (!fonts.has(font)) fonts.set(font, reader.fontOf(font));
    return fonts.get(font);
  };

  const isForm = (stream: PdfStream): boolean => isName(revision.resolve(stream.dict.entries.get('Subtype')), 'Form');
  const drawForm = (object: PdfStream, resources: PdfDict, state: State, depth: number): void => {
    const matrix = revision.resolve(object.dict.entries.get('Matrix'));
    const numbers = isArray(matrix) ? matrix.items.filter((one) => typeof one === 'number') : [];
    const own = numbers.length === 6 ? (numbers as unknown as Matrix) : IDENTITY;
    const inner = revision.resolve(object.dict.entries.get('Resources'));
    // A form begins with the state of whoever draws it, its font included (§8.10.1).
    const initial = { ...state, ctm: multiply(own, state.ctm) };
    interpret(revision.decodeStream(object, FORM_BYTES), isDict(inner) ? inner : resources, initial, depth + 1);
  };

  function interpret(content: Uint8Array, resources: PdfDict, initial: State, depth: number): void {
    if (depth > MAX_DEPTH) throw new FormatFault('pdf.budget', 'forms nested too deep');
    const reader = open();
    let state: State = { ...initial };
    const stack: State[] = [];
    let tm: Matrix = IDENTITY;
    let line: Matrix = IDENTITY;
    const newLine = (x: number, y: number): void => {
      line = multiply([1, 0, 0, 1, x, y], line);
      tm = line;
    };
    const forward = (by: number): void => {
      tm = multiply([1, 0, 0, 1, by * state.scale, 0], tm);
    };
    // A form that draws nothing may be drawn by a form that is drawn a hundred times, and so on.
    operations += 10;
    for (const { operator, operands } of operationsOf(content)) {
      if (++operations > MAX_OPERATIONS) throw new FormatFault('pdf.budget', 'more drawing operations than the limit');
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = operands.filter((one) => typeof one === 'number');
      const [first] = operands;
      switch (operator) {
        case 'q':
          if (stack.length > MAX_NESTED_STATES) throw new FormatFault('pdf.content', 'graphics states nested too deep');
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
          state.font = fontNamed(reader, resources, first);
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
          if (isString(first)) forward(reader.show(first.bytes, state, tm));
          break;
        case "'":
        case '"':
          if (operator === '"') [state.wordSpace, state.charSpace] = [a, b];
          newLine(0, -state.leading);
          for (const item of operands) if (isString(item)) forward(reader.show(item.bytes, state, tm));
          break;
        case 'TJ':
          for (const item of isArray(first) ? first.items : []) {
            if (isString(item)) forward(reader.show(item.bytes, state, tm));
            else if (typeof item === 'number') forward((-item / 1000) * state.size);
          }
          break;
        case 'BI':
          reader.image(state);
          break;
        case 'Do': {
          const object = namedIn(revision, resources, 'XObject', first);
          if (!isStream(object)) break;
          if (isForm(object)) drawForm(object, resources, state, depth);
          else reader.image(state);
          break;
        }
        default:
          reader.other(operator, operands, state, resources);
      }
    }
  }

  interpret(concatBytes(...parts), page.resources, fresh, 0);
}

/** The resource of a kind that content calls by this name (§7.8.3); `null` when there is none. */
export function namedIn(revision: PdfRevision, resources: PdfDict, kind: string, name: PdfObject | undefined): PdfObject {
  const all = revision.resolve(resources.entries.get(kind));
  return isName(name) && isDict(all) ? revision.resolve(all.entries.get(name.value)) : null;
}
