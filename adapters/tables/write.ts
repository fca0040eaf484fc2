import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { writeZip } from '@antin/formats/zip/writer';
import { escaped } from './tags.ts';

/**
 * One field of RFC 4180. A value that a spreadsheet would take for a formula gets an apostrophe: a name must not become a
 * command on somebody's machine. `readCsv` takes it off again.
 */
export function csvField(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A CSV piece by piece: UTF-8 with a mark so that Excel reads Vietnamese, CRLF. */
export async function* writeCsv(
  headings: readonly string[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): AsyncGenerator<Uint8Array> {
  const line = (cells: readonly string[]) => `${cells.map(csvField).join(',')}\r\n`;
  let waiting = `\uFEFF${line(headings)}`;
  for await (const row of rows) {
    waiting += line(row);
    if (waiting.length < 1 << 16) continue;
    yield utf8(waiting);
    waiting = '';
  }
  yield utf8(waiting);
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/**
 * A workbook with one sheet whose cells are all text (format `@`): codes and numbers of identity cards keep their zeros, and
 * nothing is a formula. Headings are bold and stay when the sheet is scrolled.
 *
 * @param at modification time, ms since 1970
 * @param widths of the columns, in characters
 */
export function writeXlsx(
  sheet: string,
  headings: readonly string[],
  rows: Iterable<readonly string[]>,
  at: number,
  widths: readonly number[] = [],
): ByteSource {
  const lines: string[] = [];
  const cell = (value: string, column: number, line: number, style: number) =>
    `<c r="${columnName(column)}${line}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
  let line = 0;
  for (const row of [headings, ...rows]) {
    line += 1;
    lines.push(
      `<row r="${line}">${row.map((value, column) => (value === '' ? '' : cell(value, column, line, line === 1 ? 2 : 1))).join('')}</row>`,
    );
  }
  const columns = headings.map((_, i) => {
    const width = widths[i] ?? 24;
    return `<col min="${i + 1}" max="${i + 1}" width="${width}" style="1" customWidth="1"/>`;
  });
  const parts: [string, string][] = [
    [
      '[Content_Types].xml',
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
    ],
    [
      '_rels/.rels',
      `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="${escaped(sheetName(sheet))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ],
    ['xl/styles.xml', STYLES],
    [
      'xl/worksheets/sheet1.xml',
      `<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${lines.join('')}</sheetData></worksheet>`,
    ],
  ];
  return writeZip(
    parts.map(([name, text]) => ({ name, content: memorySource(utf8(HEAD + text)) })),
    at,
  );
}

/** Formats: 0 as Excel wants it, 1 text, 2 bold text. Number format 49 is `@`. */
const STYLES = `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Times New Roman"/></font><font><b/><sz val="11"/><name val="Times New Roman"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`;

/** Characters that XML 1.0 cannot hold are left out. */
function xmlText(value: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters meant
  return escaped(value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''));
}

function sheetName(name: string): string {
  return name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31) || 'Sheet1';
}

function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}
