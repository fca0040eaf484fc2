import { FormatFault } from '@antin/formats/fault';
import { isDict, isName, isString } from '@antin/formats/pdf/objects';
import type { PdfDict, PdfObject } from '@antin/formats/pdf/objects';
import type { PdfPage } from '@antin/formats/pdf/pages';
import type { PdfRevision } from '@antin/formats/pdf/revision';
import { freshText, namedIn, walkContent } from '../validation/pdf/content-walk.ts';
import type { ContentReader, TextState } from '../validation/pdf/content-walk.ts';
import { multiply } from '../validation/pdf/matrix.ts';
import type { Matrix } from '../validation/pdf/matrix.ts';
import type { FontReading } from './font-reading.ts';
import { readFontLeniently } from './font-reading.ts';
import { readTextString } from './text-string.ts';

/** One character drawn on a page, invisible ones (the words behind a scan) included. */
export interface PageGlyph {
  readonly text: string;
  /** From glyph space (1 = font size) to user space: the glyph covers 0..width, baseline at 0. */
  readonly matrix: Matrix;
  readonly width: number;
}

const CONTENT_BYTES = 32 << 20;
const MAX_GLYPHS = 500_000;
/** Of all glyphs together: one code may stand for many characters. */
const MAX_CHARACTERS = 4_000_000;

/**
 * The characters of a page in drawing order (ISO 32000-2 §9.4), through the forms it draws, `/ActualText` heeded.
 *
 * @throws {FormatFault} `pdf.*` where the content cannot be read; `pdf.budget`
 */
export function pageGlyphs(revision: PdfRevision, page: PdfPage): readonly PageGlyph[] {
  const glyphs: PageGlyph[] = [];
  let characters = 0;
  type Marked = (string | null | undefined)[];

  const spoken = (marked: Marked, text: string): string => {
    const i = marked.findLastIndex((one) => one !== undefined);
    if (i < 0) return text;
    const instead = marked[i] ?? '';
    marked[i] = null;
    return instead;
  };
  const show = (marked: Marked, bytes: Uint8Array, state: TextState<FontReading>, tm: Matrix): number => {
    let gone = 0;
    for (const { text, width, blank } of state.font?.(bytes) ?? []) {
      const said = spoken(marked, text);
      characters += said.length;
      if (glyphs.length >= MAX_GLYPHS || characters > MAX_CHARACTERS) {
        throw new FormatFault('pdf.budget', 'more characters on a page than the limit');
      }
      const here = multiply([1, 0, 0, 1, gone * state.scale, 0], multiply(tm, state.ctm));
      glyphs.push({ text: said, matrix: multiply([state.size * state.scale, 0, 0, state.size, 0, state.rise], here), width });
      gone += width * state.size + state.charSpace + (blank ? state.wordSpace : 0);
    }
    return gone;
  };
  const mark = (marked: Marked, operator: string, operands: readonly PdfObject[], resources: PdfDict): void => {
    if (operator === 'BMC') marked.push(undefined);
    else if (operator === 'BDC') marked.push(actualText(revision, resources, operands[1]));
    else if (operator === 'EMC') marked.pop();
  };

  const fontOf = (font: PdfDict) => readable(revision, font);
  const open = (): ContentReader<FontReading, TextState<FontReading>> => {
    /** One a marked sequence: what its first glyph says instead; `null` once said. */
    const marked: Marked = [];
    return {
      ...{ fontOf, image: () => {} },
      show: (bytes, state, tm) => show(marked, bytes, state, tm),
      other: (operator, operands, _, resources) => mark(marked, operator, operands, resources),
    };
  };
  walkContent(revision, page, open, freshText, CONTENT_BYTES);
  return glyphs;
}

/** An unreadable font draws nothing that could be found; the words in other fonts still can. */
function readable(revision: PdfRevision, font: PdfDict): FontReading | undefined {
  try {
    return readFontLeniently(revision, font);
  } catch (fault) {
    if (fault instanceof FormatFault) return undefined;
    throw fault;
  }
}

/** §14.9.4: what the glyphs inside stand for, e.g. a ligature or a letter drawn in two parts. */
function actualText(revision: PdfRevision, resources: PdfDict, properties: PdfObject | undefined): string | undefined {
  const dict = isName(properties) ? namedIn(revision, resources, 'Properties', properties) : (properties ?? null);
  const text = isDict(dict) ? revision.resolve(dict.entries.get('ActualText')) : null;
  return isString(text) ? readTextString(text.bytes) : undefined;
}
