import { cellText, TableFault, takeRow, type Table, type TableBudget, type TableRow } from './table.ts';

/**
 * Reads RFC 4180 with what spreadsheets do to it: separators `,` `;` tab `|`, Excel's line `sep=;`, UTF-8 with or without a
 * mark, UTF-16, and (a guess, said so) Windows-1258 of older Vietnamese programs.
 *
 * @throws {TableFault} `table.damaged` for a quoted field that does not end, and the budget's
 */
export function readCsv(bytes: Uint8Array, budget: TableBudget): Table {
  const { text, encoding } = decodeText(bytes);
  const told = /^sep=(.)\r?\n/.exec(text);
  const delimiter = told?.[1] ?? likelyDelimiter(text);
  const rows: TableRow[] = [];
  let cells: string[] = [];
  let line = told === null ? 1 : 2;
  let begun = line;
  const finish = () => {
    takeRow(rows, begun, cells, budget);
    cells = [];
    begun = line;
  };
  for (let at = told?.[0].length ?? 0; at < text.length;) {
    let value: string;
    if (text[at] === '"') {
      const quoted = readQuoted(text, at, line);
      value = quoted.value;
      line += quoted.lines;
      at = quoted.end;
      // Characters behind the closing quote belong to the field: lenient, as every spreadsheet is.
      const rest = fieldEnd(text, at, delimiter);
      value += text.slice(at, rest);
      at = rest;
    } else {
      const end = fieldEnd(text, at, delimiter);
      value = text.slice(at, end);
      at = end;
    }
    if (value.length > budget.cellLength) throw new TableFault('table.cell-too-long', 'a cell is too long', { line });
    if (cells.length > budget.columns) {
      throw new TableFault('table.too-many-columns', `more than ${budget.columns} columns`, { line });
    }
    cells.push(plain(value));
    if (at >= text.length) break;
    if (text[at] === delimiter) {
      at += 1;
      if (at === text.length || text[at] === '\n' || text[at] === '\r') cells.push('');
      if (at < text.length && text[at] !== '\n' && text[at] !== '\r') continue;
    }
    if (at < text.length) {
      at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
      line += 1;
      finish();
    }
  }
  finish();
  if (rows.length === 0) throw new TableFault('table.empty', 'no row has anything in it');
  return { kind: 'csv', encoding, delimiter, rows };
}

/** Our own export puts an apostrophe before what a spreadsheet would take for a formula: taken off again. */
function plain(value: string): string {
  const text = cellText(value);
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}

function readQuoted(text: string, start: number, line: number): { value: string; end: number; lines: number } {
  let value = '';
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw new TableFault('table.damaged', 'a quoted field does not end', { line });
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1, lines: value.split('\n').length - 1 };
    value += '"';
    from = quote + 2;
  }
}

function fieldEnd(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at++) {
    const one = text[at];
    if (one === delimiter || one === '\n' || one === '\r') return at;
  }
  return text.length;
}

/** The separator that stands in most of the first lines, outside quotes; of two such, the one that stands there more often. */
function likelyDelimiter(text: string): string {
  const sample = text.slice(0, 20_000).replace(/"(?:[^"]|"")*"/g, '');
  const lines = sample.split(/\r?\n/, 50);
  const scores = [',', ';', '\t', '|'].map((mark) => {
    const counts = lines.map((line) => line.split(mark).length - 1);
    return { mark, lines: counts.filter((count) => count > 0).length, all: counts.reduce((a, b) => a + b) };
  });
  return scores.reduce((a, b) => (b.lines > a.lines || (b.lines === a.lines && b.all > a.all) ? b : a)).mark;
}

function decodeText(bytes: Uint8Array): { text: string; encoding: Table['encoding'] } {
  const encoding = encodingOf(bytes);
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

function encodingOf(bytes: Uint8Array): Table['encoding'] {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // Without a mark: every second octet of mostly Latin text is zero.
  const sample = bytes.subarray(0, 400);
  const zeros = (odd: number) => sample.filter((byte, at) => at % 2 === odd && byte === 0).length;
  if (sample.length >= 8 && zeros(1) > sample.length / 4) return 'utf-16le';
  if (sample.length >= 8 && zeros(0) > sample.length / 4) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1258';
  }
}
