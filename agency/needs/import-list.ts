import { sql } from 'kysely';
import type { BothLanguages } from '@antin/protocol/basics';
import type { CellError } from '@antin/protocol/office/needs';
import type { NeedsImport } from '@antin/protocol/office/needs-imports';
import type { Db } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { certificatesProblems } from '../certificates/problems.ts';
import { record } from '../journal/journal.ts';
import { readCursor } from '../keyset.ts';
import { inScope, type Scope } from '../scope.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { COLUMNS } from './columns.ts';
import { wholeCells } from './check.ts';
import { deleteEntries, importedWithErrors, noteChange } from './entry-store.ts';
import { importById, importColumns, importRows, type ImportRecord } from './import.ts';
import { needsProblems } from './problems.ts';
import { editSheet, type NeedsDeps } from './sheets.ts';

export interface ImportLine extends ImportRecord {
  readonly agencyCode: string;
  readonly agencyName: string;
}

/** Imports into sheets of a round, newest first. */
export async function importsOf(
  db: Db,
  query: {
    roundId: string;
    /** Whose sheets; all of the round when left out. */
    scope?: Scope | undefined;
    sheetId?: string | undefined;
    state?: NeedsImport['state'] | undefined;
    after?: string | undefined;
    size: number;
  },
): Promise<ImportLine[]> {
  const [at, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<ImportLine>`
    select ${importColumns}, a.code as "agencyCode", a.name as "agencyName"
    from agency.needs_import i join agency.needs_sheet s on s.id = i.sheet_id join agency.agency a on a.id = s.agency_id
    where s.round_id = ${query.roundId}
      and ${query.scope === undefined ? sql`true` : inScope(sql`s.agency_id`, query.scope)}
      and ${query.sheetId === undefined ? sql`true` : sql`i.sheet_id = ${query.sheetId}`}
      and ${query.state === undefined ? sql`true` : sql`i.state = ${query.state}`}
      and ${at === undefined ? sql`true` : sql`(i.started_at, i.id) < (${at}::timestamptz, ${id}::uuid)`}
    order by i.started_at desc, i.id desc limit ${query.size + 1}`.execute(db);
  return rows;
}

const WORDS: ProblemRows = { ...certificatesProblems, ...needsProblems };

/** What is wrong, as a sentence: `Ngày sinh: Ngày phải có dạng ngày/tháng/năm.` */
export function errorWords(form: ImportRecord['form'], error: CellError, lang: keyof BothLanguages): string {
  const column = COLUMNS[form].find((one) => one.name === error.column);
  const place = column === undefined ? '' : `${lang === 'vi' ? column.heading : column.headingEn}: `;
  // A detail is a name or a day; where it is the code of a refusal it has words too.
  const detail = error.detail === undefined ? '' : ` ${WORDS[error.detail]?.title[lang] ?? error.detail}`;
  return `${place}${WORDS[error.code]?.title[lang] ?? WORDS['needs.row-not-read']!.title[lang]}${detail}`;
}

export const faultyHeadings = (form: ImportRecord['form'], lang: keyof BothLanguages): string[] => [
  ...COLUMNS[form].map((column) => (lang === 'vi' ? column.heading : column.headingEn)),
  lang === 'vi' ? 'Dòng trong tệp' : 'Row of the file',
  lang === 'vi' ? 'Lỗi' : 'What is wrong',
];

/** Rows of an import with errors that nobody has removed: the columns of the form, then the row's place and its errors. */
export async function* faultyRows(
  deps: Pick<NeedsDeps, 'db' | 'vault'>,
  one: ImportRecord,
  lang: keyof BothLanguages,
): AsyncGenerator<string[]> {
  for (let after: string | undefined; ;) {
    const rows = await importRows(deps.db, { importId: one.id, only: 'errors', after, size: 500 });
    const page = rows.slice(0, 500);
    const entries = await importedWithErrors(
      deps.db,
      one.id,
      page.flatMap((row) => row.entryId ?? []),
    );
    for (const row of page) {
      const entry = entries.get(row.entryId ?? '');
      if (entry === undefined) continue;
      const cells = wholeCells(deps, entry);
      const wrong = entry.errors.filter((error) => error.weight === 'error').map((error) => errorWords(one.form, error, lang));
      yield [...COLUMNS[one.form].map((column) => cells[column.name] ?? ''), String(row.line), wrong.join(' ')];
    }
    const last = page.at(-1);
    if (rows.length <= 500 || last === undefined) return;
    after = Buffer.from(JSON.stringify([last.line])).toString('base64url');
  }
}

/** Takes the rows with errors out of the sheet again, so that the corrected file does not stand beside them. */
export async function dropFaulty(deps: NeedsDeps, caller: Caller, importId: string): Promise<number> {
  const found = await importById(deps.db, importId);
  if (found === undefined) throw new Refusal('needs.import-not-found');
  return editSheet(deps, caller, found.sheetId, async (tx, { sheet }) => {
    if ((await importById(tx, importId, true))!.state === 'running') throw new Refusal('needs.import-running');
    const before = [...(await importedWithErrors(tx, importId)).values()];
    if (before.length === 0) return 0;
    const entryIds = before.map((entry) => entry.id);
    await deleteEntries(tx, entryIds);
    await noteChange(tx, { sheetId: sheet.id, kind: 'remove', entryIds, before, at: deps.clock() });
    await record(tx, {
      ...{ event: 'NeedsFaultyRowsRemoved', at: deps.clock(), agencyId: sheet.agencyId, actor: actorOf(caller) },
      ...{ documentId: sheet.id, detail: { importId, rows: String(before.length) } },
    });
    return before.length;
  });
}
