import { FormatFault } from '@antin/formats/fault';
import { readCsv } from './csv.ts';
import { TABLE_BUDGET, TableFault, type Table, type TableBudget } from './table.ts';
import { readXlsx } from './xlsx.ts';

const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * Reads a CSV or the first (or named) sheet of an XLSX; what it is says its content, never its name.
 *
 * @throws {TableFault}
 */
export function readTable(bytes: Uint8Array, options: { readonly sheet?: string; readonly budget?: TableBudget } = {}): Table {
  const budget = options.budget ?? TABLE_BUDGET;
  if (bytes.length > budget.bytes) throw new TableFault('table.too-large', `more than ${budget.bytes} bytes`);
  if (bytes.length === 0) throw new TableFault('table.empty', 'the file is empty');
  // Excel 97 and also a workbook with a password: both are OLE compound files.
  if (COMPOUND_FILE.every((byte, at) => bytes[at] === byte)) {
    throw new TableFault('table.old-excel', 'an .xls, or a workbook with a password');
  }
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return readCsv(bytes, budget);
  try {
    return readXlsx(bytes, options.sheet, budget);
  } catch (cause) {
    if (!(cause instanceof FormatFault)) throw cause;
    const code = /budget|too-/.test(cause.code) ? 'table.too-large' : 'table.damaged';
    throw new TableFault(cause.code === 'zip.encrypted' ? 'table.encrypted' : code, cause.message, { cause });
  }
}
