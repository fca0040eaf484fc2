import { fold } from '../db/folding.ts';
import type { Table, TableRow } from './table.ts';

/** A column that a form wants, with the headings people give it, in either language; marks and case do not matter. */
export interface Column<Key extends string = string> {
  readonly key: Key;
  /** The first is the one that we write ourselves. */
  readonly headings: readonly string[];
  readonly required?: boolean;
}

export interface Header<Key extends string = string> {
  readonly line: number;
  /** Place of each known column. */
  readonly places: ReadonlyMap<Key, number>;
  /** Headings that mean nothing here; their cells are not read. */
  readonly unknown: readonly string[];
  /** Required columns that are not there. */
  readonly missing: readonly Key[];
  /** Rows below it. */
  readonly rows: readonly TableRow[];
}

/** Titles of tables stand above their headings; further down nobody looks. */
const LOOK_ROWS = 20;

/** `(*)`, `*`, a unit or an example in brackets and punctuation are no part of a heading. */
function plainHeading(text: string): string {
  return fold(text.replace(/\([^)]*\)|\[[^\]]*\]/g, ' '))
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/**
 * Finds the row of headings: of the first rows, the one that names most columns. Undefined when none names two of them (or
 * the only one).
 */
export function findHeader<Key extends string>(
  table: Pick<Table, 'rows'>,
  columns: readonly Column<Key>[],
): Header<Key> | undefined {
  const known = new Map<string, Key>();
  for (const { key, headings } of columns) for (const heading of headings) known.set(plainHeading(heading), key);
  let best: { at: number; places: Map<Key, number> } | undefined;
  for (const [at, row] of table.rows.slice(0, LOOK_ROWS).entries()) {
    const places = new Map<Key, number>();
    for (const [place, cell] of row.cells.entries()) {
      const key = known.get(plainHeading(cell));
      // The same heading twice: the first counts, as in every spreadsheet's own lookups.
      if (key !== undefined && !places.has(key)) places.set(key, place);
    }
    if (places.size > (best?.places.size ?? 0)) best = { at, places };
  }
  if (best === undefined || best.places.size < Math.min(2, columns.length)) return undefined;
  const { at, places } = best;
  const row = table.rows[at]!;
  return {
    line: row.line,
    places,
    unknown: row.cells.filter((cell, place) => cell !== '' && ![...places.values()].includes(place)),
    missing: columns.filter((column) => column.required === true && !places.has(column.key)).map((column) => column.key),
    rows: table.rows.slice(at + 1),
  };
}

/** Cells of a row by their columns; a column that is not there is ''. */
export function cellsOf<Key extends string>(header: Header<Key>, row: TableRow): (key: Key) => string {
  return (key) => row.cells[header.places.get(key) ?? -1] ?? '';
}
