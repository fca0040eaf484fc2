/**
 * Rows and cells of what a spreadsheet puts on the clipboard: tabs between cells, line ends between rows; a cell with
 * either inside stands in quotation marks, and a quotation mark in it is written twice.
 */
export function pastedCells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.push(cell.trim());
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    rows.push(row);
    row = [];
  };
  const given = text.replace(/\r\n?/g, '\n');
  for (let i = 0; i < given.length; i += 1) {
    const sign = given[i] as string;
    if (quoted) {
      if (sign !== '"') cell += sign === '\n' ? ' ' : sign;
      else if (given[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === '\t') endCell();
    else if (sign === '\n') endRow();
    else cell += sign;
  }
  if (cell !== '' || row.length > 0) endRow();
  while (rows.length > 0 && rows.at(-1)?.every((one) => one === '') === true) rows.pop();
  return rows;
}
