import { breakLines, textWidth } from './measure.ts';
import type { Style } from './measure.ts';
import type { Box, Colour, Page, Run } from './pages.ts';

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

const MM = 72 / 25.4;

/** A4 with the margins of Decree 30 (Appendix I). */
export const A4: Sheet = {
  width: 595.28,
  height: 841.89,
  margin: { left: 30 * MM, right: 15 * MM, top: 20 * MM, bottom: 20 * MM },
};

export interface TextOptions {
  readonly style?: Style;
  readonly size?: number;
  readonly colour?: Colour;
  /** Points from the left margin. */
  readonly left?: number;
  readonly align?: 'left' | 'centre';
}

interface OpenPage {
  readonly runs: Run[];
  readonly rules: { x1: number; x2: number; y: number }[];
  readonly boxes: Box[];
}

/** Text that flows from the top of a page to the bottom and on to the next. */
export class Flow {
  readonly #sheet: Sheet;
  readonly #pages: OpenPage[] = [];
  #y = 0;

  constructor(sheet: Sheet = A4) {
    this.#sheet = sheet;
    this.#turn();
  }

  get width(): number {
    const { margin, width } = this.#sheet;
    return width - margin.left - margin.right;
  }

  /** A paragraph in the width of the page. */
  text(content: string, { style = 'regular', size = 11, colour, left = 0, align = 'left' }: TextOptions = {}): void {
    for (const line of breakLines(content, style, size, this.width - left, 0)) {
      const baseline = this.#room(size * 1.3) + size * 0.3;
      const shift = align === 'centre' ? (this.width - left - textWidth(line, style, size)) / 2 : 0;
      const x = this.#sheet.margin.left + left + shift;
      this.#page.runs.push({ text: line, style, size, x, y: baseline, ...(colour === undefined ? {} : { colour }) });
    }
  }

  /** A name and its value beside each other; long values are broken in their own column. */
  row(name: string, value: string, { column = 120, size = 10.5, left = 0 } = {}): void {
    const names = breakLines(name, 'regular', size, column - 8, 0);
    const values = breakLines(value, 'regular', size, this.width - left - column, 0);
    for (let i = 0; i < Math.max(names.length, values.length); i++) {
      const y = this.#room(size * 1.35) + size * 0.3;
      const x = this.#sheet.margin.left + left;
      const grey: Colour = [0.35, 0.38, 0.42];
      if (names[i] !== undefined) this.#page.runs.push({ text: names[i] as string, style: 'regular', size, x, y, colour: grey });
      if (values[i] !== undefined) this.#page.runs.push({ text: values[i] as string, style: 'regular', size, x: x + column, y });
    }
  }

  /** What is written inside stands on a coloured band; it must fit one page. */
  band(background: Colour, edge: Colour, write: () => void): void {
    const padding = 9;
    this.space(padding);
    const [page, top] = [this.#page, this.#y];
    write();
    // A band that would be cut by the end of the page keeps its text and goes without its colour.
    if (page !== this.#page) return;
    const { margin } = this.#sheet;
    const height = top - this.#y + padding * 2 - 3;
    const y = this.#y - padding + 3;
    page.boxes.push({ x: margin.left - padding, y, width: this.width + padding * 2, height, colour: background });
    page.boxes.push({ x: margin.left - padding, y, width: 4, height, colour: edge });
    this.space(padding);
  }

  rule(): void {
    const y = this.#room(8) + 4;
    const { margin, width } = this.#sheet;
    this.#page.rules.push({ x1: margin.left, x2: width - margin.right, y });
  }

  space(points: number): void {
    this.#y -= points;
  }

  /** Goes on to the next page where less than this is left, so that a heading does not stand alone. */
  keep(points: number): void {
    if (this.#y - points < this.#sheet.margin.bottom) this.#turn();
  }

  /** @param footer text at the foot of each page, given its number from 1 and their count */
  finish(footer: (page: number, pages: number) => string): Page[] {
    const { margin, width } = this.#sheet;
    return this.#pages.map((page, i) => {
      const line = footer(i + 1, this.#pages.length);
      const size = 9;
      const x = (width + margin.left - margin.right - textWidth(line, 'regular', size)) / 2;
      return { ...page, runs: [...page.runs, { text: line, style: 'regular', size, x, y: margin.bottom / 2 }] };
    });
  }

  get #page(): OpenPage {
    return this.#pages.at(-1) as OpenPage;
  }

  /** Takes this height; the result is its lower edge. */
  #room(height: number): number {
    if (this.#y - height < this.#sheet.margin.bottom) this.#turn();
    this.#y -= height;
    return this.#y;
  }

  #turn(): void {
    this.#pages.push({ runs: [], rules: [], boxes: [] });
    this.#y = this.#sheet.height - this.#sheet.margin.top;
  }
}
