import { officeDay, writtenDay } from '@antin/adapters/clock/days';
import type { Db } from '@antin/adapters/db/transaction';
import type { PrintedTable } from '@antin/adapters/print/table';
import type { Form } from '@antin/protocol/office/certificates';
import { deviceWords } from '@antin/adapters/print/request-paper-words';
import { printed } from '@antin/adapters/print/table-thread';
import { COLUMNS } from './columns.ts';
import { wholeCells } from './check.ts';
import { acceptedEntries, type EntryRecord } from './entry-store.ts';
import type { NeedsDeps } from './sheets.ts';
import type { RoundRecord } from './store.ts';

const PAGE = 1000;

export const exportHeadings = (form: Form): string[] => [
  'Mã cơ quan',
  'Cơ quan',
  ...COLUMNS[form].map((column) => column.heading),
  'Tệp kèm',
];

const papers = (row: EntryRecord): string => ((row.papers ?? 0) === 0 ? '' : String(row.papers));

/** Accepted rows of a form of an agency and those under it, agency by agency. */
export async function* exportNeeds(
  deps: Pick<NeedsDeps, 'vault'>,
  db: Db,
  of: { readonly roundId: string; readonly underPath: string; readonly form: Form },
): AsyncGenerator<string[]> {
  for (let after: [string, number] | undefined; ;) {
    const rows = await acceptedEntries(db, { ...of, after, size: PAGE });
    for (const row of rows) {
      const cells: Record<string, string> = { ...wholeCells(deps, row), device: deviceWords(row.device) };
      yield [row.agencyCode, row.agencyName, ...COLUMNS[of.form].map((column) => cells[column.name] ?? ''), papers(row)];
    }
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = [last.path, last.row];
  }
}

/** The same as a list to be signed by who made it and by the head of the agency. */
export async function needsPdf(
  deps: Pick<NeedsDeps, 'vault' | 'clock'>,
  db: Db,
  round: RoundRecord,
  of: { readonly name: string; readonly path: string },
  form: Form,
): Promise<Uint8Array> {
  const rows: string[][] = [];
  // A serial number to renew has its own list in the request.
  for await (const line of exportNeeds(deps, db, { roundId: round.id, underPath: of.path, form }))
    rows.push([String(rows.length + 1), ...line.slice(1, -2), line.at(-1)!]);
  const table: PrintedTable = {
    titles: ['TỔNG HỢP NHU CẦU CHỨNG THƯ CHỮ KÝ SỐ', `${round.name} (Mẫu số ${form}, Nghị định số 68/2024/NĐ-CP)`],
    notes: [`${of.name}, ngày ${writtenDay(officeDay(deps.clock()))}`],
    columns: [
      { heading: 'TT', share: 4 },
      { heading: 'Cơ quan', share: 18 },
      ...COLUMNS[form].slice(0, -1).map((column) => ({ heading: column.heading, share: 13 })),
      { heading: 'Tệp kèm', share: 6 },
    ],
    rows,
    places: [
      { title: 'NGƯỜI LẬP BIỂU', below: '(Ký, ghi rõ họ tên)' },
      { title: 'THỦ TRƯỞNG CƠ QUAN, TỔ CHỨC', below: '(Ký số của cơ quan, tổ chức)' },
    ],
  };
  return printed({ tables: [table], title: round.name });
}
