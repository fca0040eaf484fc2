import { memorySource } from '@antin/formats/bytes/source';
import { openZip, type ZipFile } from '@antin/formats/zip/reader';
import { nodeInflateRaw } from '../inflate/raw.ts';
import { cellText, TableFault, takeRow, type Table, type TableBudget, type TableRow } from './table.ts';
import { attributeOf, readTags, textOf } from './tags.ts';
import { writtenSerial } from './serial-day.ts';

/**
 * Text of the cells of one sheet (ISO/IEC 29500-1 §18.3): shared and inline strings, results of formulas as they were saved,
 * days by their number format. Formulas are never calculated, links never followed, macros never looked at.
 *
 * @throws {TableFault} `table.no-sheet`, the budget's
 * @throws {FormatFault} `zip.*`, `inflate.*`, `xml.*`
 */
export function readXlsx(bytes: Uint8Array, wanted: string | undefined, budget: TableBudget): Table {
  const zip = openZip(memorySource(bytes), {
    inflateRaw: nodeInflateRaw,
    budget: {
      entries: 2000,
      inflatedBytes: budget.inflatedBytes,
      totalBytes: budget.inflatedBytes * 2,
      ratio: 400,
      ratioFrom: 4 << 20,
    },
  });
  const book = partText(zip, 'xl/workbook.xml');
  if (book === undefined) throw new TableFault('table.no-sheet', 'the file is no workbook');
  const sheets = [...sheetsOf(book, partText(zip, 'xl/_rels/workbook.xml.rels') ?? '')];
  const sheet = wanted === undefined ? sheets[0] : sheets.find((one) => one.name === wanted);
  const text = sheet === undefined ? undefined : partText(zip, sheet.part);
  if (sheet === undefined || text === undefined) throw new TableFault('table.no-sheet', 'no such sheet in the workbook');
  const shared = sharedStrings(partText(zip, 'xl/sharedStrings.xml') ?? '', budget);
  const dayStyles = stylesOfDays(partText(zip, 'xl/styles.xml') ?? '');
  const from1904 = /<workbookPr\b[^>]*\bdate1904="(?:1|true)"/.test(book);
  const rows = readRows(text, { shared, dayStyles, from1904 }, budget);
  if (rows.length === 0) throw new TableFault('table.empty', 'no row of the sheet has anything in it');
  return { kind: 'xlsx', encoding: 'utf-8', sheet: sheet.name, sheets: sheets.map((one) => one.name), rows };
}

function partText(zip: ZipFile, name: string): string | undefined {
  const entry = zip.entry(name);
  if (entry === undefined) return undefined;
  const content = zip.content(entry);
  return new TextDecoder().decode(content.read(0, content.size));
}

function* sheetsOf(book: string, relations: string): Generator<{ name: string; part: string }> {
  const targets = new Map<string, string>();
  for (const tag of readTags(relations)) {
    if (tag.name === 'Relationship') targets.set(attributeOf(tag, 'Id') ?? '', attributeOf(tag, 'Target') ?? '');
  }
  for (const tag of readTags(book)) {
    if (tag.name !== 'sheet') continue;
    const target = targets.get(attributeOf(tag, 'id') ?? '');
    if (target === undefined) continue;
    const part = target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`;
    yield { name: attributeOf(tag, 'name') ?? '', part };
  }
}

/** §18.4.8: rich text is its runs one behind the other; phonetic runs are no part of the text. */
function sharedStrings(text: string, budget: TableBudget): string[] {
  const found: string[] = [];
  let current = '';
  let phonetic = false;
  for (const tag of readTags(text)) {
    if (tag.name === 'si' && !tag.end) current = '';
    if (tag.name === 'rPh') phonetic = !tag.end && !tag.empty;
    if (tag.name === 't' && !tag.end && !phonetic) current += textOf(text, tag);
    if (tag.name === 'si' && (tag.end || tag.empty)) {
      if (found.length >= budget.rows * 8) throw new TableFault('table.too-large', 'too many shared strings');
      found.push(current);
    }
  }
  return found;
}

/** Indexes of cell formats (§18.8.10) whose number format (§18.8.30) writes a day. */
function stylesOfDays(text: string): Set<number> {
  const own = new Map<number, string>();
  const days = new Set<number>();
  let inFormats = false;
  let index = 0;
  for (const tag of readTags(text)) {
    if (tag.name === 'numFmt') own.set(Number(attributeOf(tag, 'numFmtId')), attributeOf(tag, 'formatCode') ?? '');
    if (tag.name === 'cellXfs') inFormats = !tag.end && !tag.empty;
    if (tag.name !== 'xf' || tag.end || !inFormats) continue;
    const id = Number(attributeOf(tag, 'numFmtId') ?? '0');
    const code = own.get(id)?.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, '');
    if ((id >= 14 && id <= 17) || id === 22 || (code !== undefined && /[dy]/i.test(code))) days.add(index);
    index += 1;
  }
  return days;
}

interface Book {
  readonly shared: readonly string[];
  readonly dayStyles: ReadonlySet<number>;
  readonly from1904: boolean;
}

function readRows(text: string, book: Book, budget: TableBudget): TableRow[] {
  const rows: TableRow[] = [];
  let line = 0;
  let cells: string[] = [];
  let cell: { column: number; type: string; style: number; value: string } | undefined;
  const takeCell = () => {
    if (cell === undefined) return;
    if (cell.column > budget.columns) {
      // A format painted over the whole sheet leaves cells without text far to the right.
      if (cell.value !== '') throw new TableFault('table.too-many-columns', `more than ${budget.columns} columns`, { line });
    } else {
      const shown = cellText(shownValue(cell, book));
      if (shown.length > budget.cellLength) throw new TableFault('table.cell-too-long', 'a cell is too long', { line });
      while (cells.length < cell.column) cells.push('');
      cells[cell.column - 1] = shown;
    }
    cell = undefined;
  };
  for (const tag of readTags(text)) {
    if (tag.name === 'row') {
      if (!tag.end) {
        line = Number(attributeOf(tag, 'r') ?? line + 1);
        cells = [];
      }
      if (tag.end || tag.empty) takeRow(rows, line, cells, budget);
    } else if (tag.name === 'c') {
      if (!tag.end) {
        const column = columnOf(attributeOf(tag, 'r')) ?? cells.length + 1;
        cell = { column, type: attributeOf(tag, 't') ?? 'n', style: Number(attributeOf(tag, 's') ?? '0'), value: '' };
      }
      if (tag.end || tag.empty) takeCell();
    } else if ((tag.name === 'v' || tag.name === 't') && !tag.end && cell !== undefined) {
      cell.value += textOf(text, tag);
    }
  }
  return rows;
}

function shownValue(cell: { type: string; style: number; value: string }, book: Book): string {
  const { type, value } = cell;
  if (value === '') return '';
  if (type === 's') return book.shared[Number(value)] ?? '';
  if (type === 'd') return value.slice(0, 10);
  if (type !== 'n') return type === 'b' ? (value === '1' ? 'TRUE' : 'FALSE') : value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (book.dayStyles.has(cell.style)) return writtenSerial(number, book.from1904);
  // Excel stores what looks like a number as one: 12 digits come back without an exponent.
  return Number.isSafeInteger(number) ? String(number) : value;
}

/** `AB12` → 28. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
