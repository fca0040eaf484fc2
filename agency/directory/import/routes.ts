import { Hono } from 'hono';
import { officeDay } from '@antin/adapters/clock/days';
import { inTransaction } from '@antin/adapters/db/transaction';
import { cappedBody } from '@antin/adapters/http/body';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { TABLE_BUDGET } from '@antin/adapters/tables/table';
import { writeCsv, writeXlsx } from '@antin/adapters/tables/write';
import { directoryImportRoutes as routes, type ImportKind } from '@antin/protocol/office/directory-import';
import type { Caller, PersonEnv } from '../../session/caller.ts';
import { requirePerson } from '../../session/require-person.ts';
import { placedAgency } from '../agency-store.ts';
import { directoryProblems } from '../problems.ts';
import { agencyInReach, reaches, reachOf } from '../reach.ts';
import { COLUMNS } from './columns.ts';
import { exportRows } from './export.ts';
import { cancelImport, confirmImport, present, takeFile, type ImportDoors } from './operations.ts';
import { importProblems } from './problems.ts';
import { openRow } from './sealed-rows.ts';
import { importById, importsBelow, rowsAfter, type ImportRecord, type StoredRow } from './store.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export function importApp(doors: ImportDoors): Hono<PersonEnv> {
  const { db, clock } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  /** An import of an agency in the caller's reach; another's does not exist. */
  const mine = async (caller: Caller, id: string): Promise<ImportRecord> => {
    const reach = await reachOf(db, caller);
    const one = await importById(db, id);
    const agency = one === undefined ? undefined : await placedAgency(db, one.agencyId);
    if (one === undefined || agency === undefined || !reaches(reach, agency)) throw new Refusal('import.unknown');
    return one;
  };

  mount(app, routes.upload, person, async ({ query, c }) => {
    const reach = await reachOf(db, c.var.caller);
    const agency = await agencyInReach(db, reach, query.agencyId ?? reach.agency.id);
    const pieces: Uint8Array[] = [];
    for await (const piece of cappedBody(c as never, TABLE_BUDGET.bytes)) pieces.push(piece);
    const one = await takeFile(doors, c.var.caller, {
      ...{ kind: query.kind, agencyId: agency.id, name: fileName(c.req.header('x-file-name')) },
      bytes: Buffer.concat(pieces),
    });
    return present(db, one);
  });
  mount(app, routes.list, person, async ({ c }) => {
    const { agency } = await reachOf(db, c.var.caller);
    const found = await importsBelow(db, agency.path);
    return { imports: await Promise.all(found.map((one) => present(db, one))) };
  });
  mount(app, routes.one, person, async ({ params, c }) => present(db, await mine(c.var.caller, params.id)));
  mount(app, routes.rows, person, async ({ params, query, c }) => {
    await mine(c.var.caller, params.id);
    const found = await rowsAfter(db, params.id, { action: query.action, after: query.after, limit: query.limit });
    const rows = found.map((row) => openRow(doors.numbers, params.id, row));
    return { rows: rows.map(shownRow), next: rows.length < query.limit ? null : rows.at(-1)!.line };
  });
  mount(app, routes.confirm, person, async ({ params, body, c }) => {
    await mine(c.var.caller, params.id);
    await inTransaction(db, (tx) => confirmImport(tx, c.var.caller, params.id, body.withoutWrong, clock()));
    return present(db, (await importById(db, params.id))!);
  });
  mount(app, routes.cancel, person, async ({ params, c }) => {
    await mine(c.var.caller, params.id);
    await inTransaction(db, (tx) => cancelImport(tx, params.id, clock()));
    return present(db, (await importById(db, params.id))!);
  });
  mount(app, routes.errors, person, async ({ params, query, c }) => {
    const one = await mine(c.var.caller, params.id);
    const columns = COLUMNS[one.kind];
    // Numbers in full go back only to who sent them: the file is to be mended and sent again.
    const own = one.createdBy === c.var.caller.personId;
    const rows: string[][] = [];
    for (let after = 0; ;) {
      const part = await rowsAfter(db, one.id, { action: 'wrong', after, limit: 1000 });
      for (const raw of part) {
        const row = openRow(doors.numbers, one.id, raw);
        const cells = columns.map(({ key }) =>
          key === 'citizenNumber' && own && row.secret !== null ? doors.numbers.open(row.secret) : (row.cells[key] ?? ''),
        );
        rows.push([...cells, String(row.line), row.errors.map((error) => wordsOf(one.kind, error)).join('; ')]);
      }
      if (part.length < 1000) break;
      after = part.at(-1)!.line;
    }
    const headings = [...columns.map((column) => column.headings[0]!), 'Dòng', 'Lỗi'];
    return tableAnswer(query.format, 'dong-chua-dung', headings, rows, clock());
  });
  mount(app, routes.export, person, async ({ query, c }) => {
    const reach = await reachOf(db, c.var.caller);
    const agency = await agencyInReach(db, reach, query.agencyId ?? reach.agency.id);
    const columns = COLUMNS[query.kind].filter(({ key }) => query.empty === 'true' || key !== 'citizenNumber');
    const keys = columns.map((column) => column.key);
    const headings = columns.map((column) => column.headings[0]!);
    const rows = query.empty === 'true' ? [] : exportRows(db, query.kind, agency.path, officeDay(clock()), keys);
    return tableAnswer(query.format, `danh-muc-${query.kind}`, headings, rows, clock());
  });
  return app;
}

function fileName(header: string | undefined): string {
  try {
    return (
      decodeURIComponent(header ?? '')
        .replace(/[\p{Cc}\p{Cf}/\\]/gu, ' ')
        .trim()
        .slice(0, 200) || 'table'
    );
  } catch {
    return 'table';
  }
}

const words = { ...directoryProblems, ...importProblems };

function shownRow(row: StoredRow) {
  const { line, cells, action, errors } = row;
  return {
    ...{ line, cells: { ...cells }, action },
    errors: errors.map(({ column, code }) => {
      const { title, remedy } = words[code]!;
      return { column, code, title, ...(remedy === undefined ? {} : { remedy }) };
    }),
  };
}

function wordsOf(kind: ImportKind, error: { readonly column: string; readonly code: string }): string {
  const heading = COLUMNS[kind].find((column) => column.key === error.column)?.headings[0] ?? error.column;
  const { title, remedy } = words[error.code]!;
  return `${heading}: ${title.vi}${remedy === undefined ? '' : `. ${remedy.vi}`}`;
}

/** A CSV leaves as it is made; a workbook is made whole, so large exports are CSV. */
async function tableAnswer(
  format: 'csv' | 'xlsx',
  name: string,
  headings: readonly string[],
  rows: AsyncIterable<string[]> | Iterable<string[]>,
  at: Date,
): Promise<Response> {
  const headers = { 'content-disposition': `attachment; filename="${name}.${format}"` };
  if (format === 'csv') {
    const body = ReadableStream.from(writeCsv(headings, rows)) as never;
    return new Response(body, { headers: { ...headers, 'content-type': 'text/csv; charset=utf-8' } });
  }
  const all: string[][] = [];
  for await (const row of rows) all.push(row);
  const book = writeXlsx('Danh mục', headings, all, at.getTime());
  return new Response(new Uint8Array(book.read(0, book.size)), { headers: { ...headers, 'content-type': XLSX } });
}
