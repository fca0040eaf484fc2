import { A4, type Sheet } from './flow.ts';
import { breakLines, textWidth, type Style } from './measure.ts';
import { printedPdf, type Box, type Page, type Run } from './pages.ts';

const MM = 72 / 25.4;
const PADDING = 3;
const LINE = 0.5;
/** From line to line of a cell, in sizes. */
const LEADING = 1.25;

/** A4 on its side, with the margins of Decree 30 turned with it. */
export const A4_LANDSCAPE: Sheet = {
  width: A4.height,
  height: A4.width,
  margin: { left: 20 * MM, right: 15 * MM, top: 20 * MM, bottom: 18 * MM },
};

export interface TableColumn {
  readonly heading: string;
  /** Share of the width, beside the others'. */
  readonly share: number;
}

export interface PlaceForSignature {
  /** `NGƯỜI LẬP BIỂU`, `THỦ TRƯỞNG CƠ QUAN`. */
  readonly title: string;
  /** `(Ký, ghi rõ họ tên)`. */
  readonly below?: string;
  readonly name?: string;
}

export interface PrintedTable {
  /** Above each other, the first bold: the form's number, its title. */
  readonly titles: readonly string[];
  /** Small lines under the titles. */
  readonly notes?: readonly string[];
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Beside each other under the last row. */
  readonly places?: readonly PlaceForSignature[];
}

interface OpenPage {
  readonly runs: Run[];
  readonly rules: { x1: number; x2: number; y: number }[];
  readonly boxes: Box[];
}

/**
 * Tables as forms have them: lined cells, headings again on every page, a row never cut by the end of a page unless none holds it, places for
 * signatures that stay together with at least the last lines.
 */
export function tablePages(
  tables: readonly PrintedTable[],
  footer: (page: number, pages: number) => string,
  sheet = A4_LANDSCAPE,
): Page[] {
  const pages = tables.flatMap((table) => onePages(table, sheet));
  const { margin, width } = sheet;
  return pages.map((page, i) => {
    const text = footer(i + 1, pages.length);
    const x = (width + margin.left - margin.right - textWidth(text, 'regular', 9)) / 2;
    return { ...page, runs: [...page.runs, { text, style: 'regular', size: 9, x, y: margin.bottom / 2 }] };
  });
}

function onePages(table: PrintedTable, sheet: Sheet): OpenPage[] {
  const { margin } = sheet;
  const width = sheet.width - margin.left - margin.right;
  const shares = table.columns.reduce((sum, column) => sum + column.share, 0);
  const widths = table.columns.map((column) => (width * column.share) / shares);
  const pages: OpenPage[] = [];
  let y = 0;
  const page = (): OpenPage => pages.at(-1) as OpenPage;
  const turn = (): void => {
    pages.push({ runs: [], rules: [], boxes: [] });
    y = sheet.height - margin.top;
  };
  const centred = (text: string, style: Style, size: number): void => {
    for (const line of breakLines(text, style, size, width, 0)) {
      y -= size * 1.35;
      page().runs.push({ text: line, style, size, x: margin.left + (width - textWidth(line, style, size)) / 2, y });
    }
  };
  /** Lines of cells that are beside each other on one page. */
  const strip = (lines: readonly (readonly string[])[], style: Style, size: number): void => {
    const height = Math.max(1, ...lines.map((one) => one.length)) * size * LEADING + PADDING * 2;
    if (y - height < margin.bottom) {
      turn();
      if (style !== 'bold') row(headings, 'bold', 9);
    }
    let x = margin.left;
    for (const [i, one] of lines.entries()) {
      for (const [n, text] of one.entries()) {
        page().runs.push({ text, style, size, x: x + PADDING, y: y - PADDING - size * (0.95 + n * LEADING) });
      }
      page().boxes.push({ x: x - LINE / 2, y: y - height, width: LINE, height, colour: [0, 0, 0] });
      x += widths[i]!;
    }
    page().boxes.push({ x: x - LINE / 2, y: y - height, width: LINE, height, colour: [0, 0, 0] });
    page().rules.push({ x1: margin.left, x2: margin.left + width, y });
    y -= height;
    page().rules.push({ x1: margin.left, x2: margin.left + width, y });
  };
  const broken = (cells: readonly string[], style: Style, size: number): string[][] =>
    cells.map((cell, i) => breakLines(cell, style, size, widths[i]! - PADDING * 2, 0));
  const row = (cells: readonly string[], style: Style, size: number): void => {
    const lines = broken(cells, style, size);
    const most = Math.max(...lines.map((one) => one.length));
    // What runs off the page is in the data and on no paper: a row that no page holds goes on on the next.
    const fits = most <= room || style === 'bold' ? most : room;
    for (let from = 0; from < most; from += fits)
      strip(
        lines.map((one) => one.slice(from, from + fits)),
        style,
        size,
      );
  };
  const headings = table.columns.map((column) => column.heading);
  const above = Math.max(1, ...broken(headings, 'bold', 9).map((one) => one.length)) * 9 * LEADING + PADDING * 2;
  /** Lines of a row on a page of its own, under the headings. */
  const room = Math.max(1, Math.floor((sheet.height - margin.top - margin.bottom - above - PADDING * 2) / (9 * LEADING)));

  turn();
  for (const [i, title] of table.titles.entries()) centred(title, i === 0 ? 'bold' : 'regular', i === 0 ? 13 : 11);
  for (const note of table.notes ?? []) centred(note, 'italic', 10);
  y -= 8;
  row(headings, 'bold', 9);
  for (const cells of table.rows) row(cells, 'regular', 9);
  const places = table.places ?? [];
  if (places.length > 0) {
    if (y - 110 < margin.bottom) turn();
    y -= 24;
    const share = width / places.length;
    for (const [i, place] of places.entries()) {
      const middle = margin.left + share * (i + 0.5);
      const put = (text: string, style: Style, size: number, down: number): void =>
        void page().runs.push({ text, style, size, x: middle - textWidth(text, style, size) / 2, y: y - down });
      put(place.title, 'bold', 11, 0);
      if (place.below !== undefined) put(place.below, 'italic', 10, 14);
      if (place.name !== undefined) put(place.name, 'bold', 11, 84);
    }
  }
  return pages;
}

/** Tables as a PDF of their own. */
export function tablesPdf(tables: readonly PrintedTable[], title: string): Uint8Array {
  const pages = tablePages(tables, (page, count) => `Trang ${page}/${count}`);
  const { width, height } = A4_LANDSCAPE;
  return printedPdf({ width, height, pages, title, producer: 'Antin', language: 'vi-VN' });
}
