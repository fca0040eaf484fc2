import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memorySource } from '@antin/formats/bytes/source';
import { writeZip } from '@antin/formats/zip/writer';
import { cellsOf, findHeader } from './header.ts';
import { readDay, writtenSerial } from './serial-day.ts';
import { readTable } from './read.ts';
import { TABLE_BUDGET, type TableFault } from './table.ts';
import { writeCsv, writeXlsx } from './write.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const rowsOf = (text: string | Uint8Array) =>
  readTable(typeof text === 'string' ? utf8(text) : text).rows.map((row) => row.cells);
const bytesOf = (source: { size: number; read(at: number, length: number): Uint8Array }) => source.read(0, source.size);
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (fault) {
    return (fault as TableFault).code;
  }
  return 'nothing';
};

test('a CSV is read with quotes, lines inside fields and empty ones', () => {
  expect(rowsOf('Mã,Tên\r\nH99,"Sở ""Tài"" chính,\nkế toán"\r\n\r\nA,\r\n,B')).toEqual([
    ['Mã', 'Tên'],
    ['H99', 'Sở "Tài" chính,\nkế toán'],
    ['A'],
    ['', 'B'],
  ]);
  expect(readTable(utf8('a,b\n"1\n2",x\n3,4')).rows.map((row) => row.line)).toEqual([1, 2, 4]);
});

test('separators are found by themselves, and Excel’s own line is heard', () => {
  expect(rowsOf('Mã;Tên, đủ\nH99;x')).toEqual([
    ['Mã', 'Tên, đủ'],
    ['H99', 'x'],
  ]);
  expect(rowsOf('a\tb\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
  expect(rowsOf('sep=|\na|b,c\n')).toEqual([['a', 'b,c']]);
});

test('Vietnamese is the same text in UTF-8, UTF-16 and Windows-1258', () => {
  const text = 'Tên cơ quan,Địa danh\r\nỦy ban nhân dân xã Mường Lống,Nghệ An';
  const wide = (big: boolean) => {
    const bytes = new Uint8Array(2 + text.length * 2);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xfeff, !big);
    for (let i = 0; i < text.length; i++) view.setUint16(2 + i * 2, text.charCodeAt(i), !big);
    return bytes;
  };
  const old = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP1258'], { input: text });
  const expected = rowsOf(text);
  for (const [bytes, encoding] of [
    [utf8(text), 'utf-8'],
    [utf8(`\ufeff${text}`), 'utf-8'],
    [wide(false), 'utf-16le'],
    [wide(true), 'utf-16be'],
    [wide(false).subarray(2), 'utf-16le'],
    [new Uint8Array(old), 'windows-1258'],
  ] as const) {
    const table = readTable(bytes);
    expect([table.encoding, table.rows.map((row) => row.cells)]).toEqual([encoding, expected]);
  }
});

test('whatever is written as CSV or XLSX is read back as it was, formulas as text', async () => {
  const cell = fc
    .string({
      unit: fc.constantFrom('a', 'Đ', 'ữ', '"', ',', ';', '\n', "'", '=', '+', '-', '@', '<', '&', '0', ' '),
      maxLength: 12,
    })
    .map((text) => text.normalize('NFC').trim())
    .filter((text) => text !== '' && !/^'[=+\-@]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), async (rows) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of writeCsv(['x', 'y', 'z'], rows)) pieces.push(piece);
      expect(rowsOf(Buffer.concat(pieces)).slice(1)).toEqual(rows);
      expect(rowsOf(bytesOf(writeXlsx('Thử', ['x', 'y', 'z'], rows, 0))).slice(1)).toEqual(rows);
    }),
    { numRuns: 60 },
  );
  const { value: csv } = await writeCsv(['a'], [['=cmd()'], ['+84'], ['-1'], ['@x']]).next();
  expect(new TextDecoder().decode(csv as Uint8Array)).toBe("\ufeffa\r\n'=cmd()\r\n'+84\r\n'-1\r\n'@x\r\n".replace('\ufeff', ''));
});

test('days and numbers of a workbook come as people see them', () => {
  expect([writtenSerial(1), writtenSerial(59), writtenSerial(61), writtenSerial(45839), writtenSerial(0, true)]).toEqual([
    '1900-01-01',
    '1900-02-28',
    '1900-03-01',
    '2025-07-01',
    '1904-01-01',
  ]);
  const sheet =
    '<worksheet><sheetData><row r="3"><c r="A3" s="1"><v>45839</v></c><c r="B3"><v>7.9123456789E10</v></c>' +
    '<c r="D3" t="s"><v>0</v></c><c r="E3" t="b"><v>1</v></c><c r="F3" t="str"><f>A1&amp;B1</f><v>đã tính</v></c></row></sheetData></worksheet>';
  const bytes = workbook(
    sheet,
    '<si><r><t>Sở</t></r><rPh><t>x</t></rPh><r><t xml:space="preserve"> Tài chính_x000D_</t></r></si>',
  );
  expect(readTable(bytes).rows).toEqual([
    { line: 3, cells: ['2025-07-01', '79123456789', '', 'Sở Tài chính', 'TRUE', 'đã tính'] },
  ]);
});

test('days are read as Vietnam writes them, and no others', () => {
  expect(['1/7/2025', '01-07-2025', '2025-07-01', '2025/7/1', '1.7.2025'].map(readDay)).toEqual(Array(5).fill('2025-07-01'));
  expect(['30/02/2025', '7/1/25', '13/13/2025', 'nay', ''].map(readDay)).toEqual(Array(5).fill(undefined));
});

function workbook(sheet: string, shared = '', extra: [string, string][] = []): Uint8Array {
  const parts: [string, string][] = [
    ['xl/workbook.xml', '<workbook xmlns:r="r"><sheets><sheet name="Một" sheetId="1" r:id="rId1"/></sheets></workbook>'],
    ['xl/_rels/workbook.xml.rels', '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'],
    ['xl/styles.xml', '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'],
    ['xl/sharedStrings.xml', `<sst>${shared}</sst>`],
    ['xl/worksheets/sheet1.xml', sheet],
    ...extra,
  ];
  return bytesOf(
    writeZip(
      parts.map(([name, text]) => ({ name, content: memorySource(utf8(text)) })),
      0,
    ),
  );
}

test('what is no table, or too much of one, is refused by name', () => {
  const small = { ...TABLE_BUDGET, rows: 2, columns: 3, cellLength: 5 };
  const limited = (text: string) => codeOf(() => readTable(utf8(text), { budget: small }));
  expect(limited('a\nb\nc')).toBe('table.too-many-rows');
  expect(limited('a,b,c,d')).toBe('table.too-many-columns');
  expect(limited('abcdef')).toBe('table.cell-too-long');
  expect(limited('a,b\n1,2')).toBe('nothing');
  expect(codeOf(() => readTable(utf8('a,"b')))).toBe('table.damaged');
  expect(codeOf(() => readTable(new Uint8Array(0)))).toBe('table.empty');
  expect(codeOf(() => readTable(utf8(' ,\n,')))).toBe('table.empty');
  expect(codeOf(() => readTable(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 1)))).toBe('table.old-excel');
  expect(codeOf(() => readTable(utf8('PK\u0003\u0004 cut')))).toBe('table.damaged');
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>';
  expect(codeOf(() => readTable(workbook(bomb)))).toBe('table.damaged');
  expect(codeOf(() => readTable(workbook('<worksheet/>'), { sheet: 'Hai' }))).toBe('table.no-sheet');
});

test('headings are found under a title, in either language, whatever is around them', () => {
  const columns = [
    { key: 'code', headings: ['Mã định danh', 'Code'], required: true },
    { key: 'name', headings: ['Tên cơ quan', 'Name'], required: true },
    { key: 'mail', headings: ['Thư điện tử', 'E-mail'], required: true },
  ] as const;
  const header = findHeader(
    { rows: readTable(utf8('DANH SÁCH CƠ QUAN\n\nSTT,MÃ ĐỊNH DANH (*),tên  cơ quan,Ghi chú\n1,H99,Sở')).rows },
    columns,
  )!;
  expect([header.line, header.unknown, header.missing]).toEqual([3, ['STT', 'Ghi chú'], ['mail']]);
  const cell = cellsOf(header, header.rows[0]!);
  expect([cell('code'), cell('name'), cell('mail')]).toEqual(['H99', 'Sở', '']);
  expect(findHeader({ rows: readTable(utf8('x,y\n1,2')).rows }, columns)).toBeUndefined();
  expect(findHeader({ rows: readTable(utf8('code,NAME,e-mail\n1,2,3')).rows }, columns)?.missing).toEqual([]);
});
