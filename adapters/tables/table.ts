/** What may be spent on one table; every limit is a named value. */
export interface TableBudget {
  /** Of the file, and of one part of a workbook after inflating. */
  readonly bytes: number;
  readonly inflatedBytes: number;
  readonly rows: number;
  readonly columns: number;
  /** UTF-16 units of one cell. */
  readonly cellLength: number;
}

export const TABLE_BUDGET: TableBudget = {
  bytes: 48 << 20,
  inflatedBytes: 400 << 20,
  rows: 450_000,
  columns: 64,
  cellLength: 4000,
};

/** One row that is not empty. */
export interface TableRow {
  /** Counted from 1, as a spreadsheet or an editor shows it: of the row in the sheet, of the line where a CSV record begins. */
  readonly line: number;
  /** Trimmed, NFC. A day is `yyyy-MM-dd`, a number has no exponent. Empty cells are ''. */
  readonly cells: readonly string[];
}

export interface Table {
  readonly kind: 'csv' | 'xlsx';
  /** How its text was read; `windows-1258` is a guess and shown to the reader. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1258';
  /** Of a CSV. */
  readonly delimiter?: string;
  /** Name of the sheet that was read, and of all, of a workbook. */
  readonly sheet?: string;
  readonly sheets?: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * The file is no table that can be read, or is too large.
 *
 * Codes: `table.too-large`, `table.too-many-rows`, `table.too-many-columns`, `table.cell-too-long`, `table.damaged`,
 * `table.old-excel`, `table.encrypted`, `table.no-sheet`, `table.empty`. `line` when it is about one row.
 */
export class TableFault extends Error {
  override readonly name = 'TableFault';
  readonly code: string;
  readonly line: number | undefined;

  constructor(code: string, message: string, options: { line?: number; cause?: unknown } = {}) {
    super(options.line === undefined ? message : `${message} (line ${options.line})`, { cause: options.cause });
    this.code = code;
    this.line = options.line;
  }
}

/** A cell as the rest of the office wants it: no spaces around it, no characters that only change directions or hide, NFC. */
export function cellText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\u00a0\t]/g, ' ')
    .trim();
}

/** Refuses a row beyond the budget; adds one that is not empty. */
export function takeRow(into: TableRow[], line: number, cells: string[], budget: TableBudget): void {
  while (cells.length > 0 && cells.at(-1) === '') cells.pop();
  if (cells.length === 0) return;
  if (cells.length > budget.columns) {
    throw new TableFault('table.too-many-columns', `more than ${budget.columns} columns`, { line });
  }
  if (into.length >= budget.rows) throw new TableFault('table.too-many-rows', `more than ${budget.rows} rows`, { line });
  into.push({ line, cells });
}
