import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { FileFault } from '@antin/adapters/files/fault';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { cellsOf, findHeader, type Column, type Header } from '@antin/adapters/tables/header';
import { readTable } from '@antin/adapters/tables/read';
import { TableFault } from '@antin/adapters/tables/table';
import type { CellError } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import { SealedFault } from '../directory/citizen-number.ts';
import { record } from '../journal/journal.ts';
import { readCursor } from '../keyset.ts';
import { actorOf, type Caller } from '../session/caller.ts';
import { COLUMNS } from './columns.ts';
import { checkRows } from './check.ts';
import { entryJson, noteChange, upsertEntries } from './entry-store.ts';
import { editSheet, placeOf, type NeedsDeps } from './sheets.ts';
import { roundById, sheetById, takeRows } from './store.ts';

export const IMPORT_QUEUE = 'needs.import';
const MOST_ROWS = 20_000;
/** Rows in one transaction: what a power cut costs, and how often the progress bar moves. */
const CHUNK = 200;

export interface ImportRecord {
  readonly id: string;
  readonly sheetId: string;
  readonly form: Form;
  readonly fileName: string;
  /** Its name in the store, sealed; null when the import is over. */
  readonly fileSha256: string | null;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly rows: number;
  readonly done: number;
  readonly added: number;
  readonly withErrors: number;
  readonly reason: string | null;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

export const importColumns = sql`i.id, i.sheet_id as "sheetId", i.form, i.file_name as "fileName", i.file_sha256 as "fileSha256", i.state,
  i.rows, i.done, i.added, i.with_errors as "withErrors", i.reason, i.started_by as "startedBy", i.started_at as "startedAt",
  i.finished_at as "finishedAt"`;

export async function importById(db: Db, id: string, lock = false): Promise<ImportRecord | undefined> {
  const { rows } = await sql<ImportRecord>`
    select ${importColumns} from agency.needs_import i where i.id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

function headerOf(bytes: Uint8Array, form: Form): Header {
  const wanted: Column[] = COLUMNS[form].map((column) => ({
    ...{ key: column.name, required: column.required },
    headings: [column.heading, column.headingEn, ...(column.also ?? [])],
  }));
  let header: Header | undefined;
  try {
    header = findHeader(readTable(bytes), wanted);
  } catch (fault) {
    if (!(fault instanceof TableFault)) throw fault;
    throw new Refusal('needs.file-unreadable', { cause: fault, detail: { vi: fault.message, en: fault.message } });
  }
  const missing = header?.missing ?? COLUMNS[form].filter((one) => one.required).map((one) => one.name);
  if (header === undefined || missing.length > 0) {
    const of = (pick: (column: (typeof COLUMNS)['01'][number]) => string) =>
      COLUMNS[form]
        .filter((one) => missing.includes(one.name))
        .map(pick)
        .join(', ');
    throw new Refusal('needs.columns-missing', { detail: { vi: of((one) => one.heading), en: of((one) => one.headingEn) } });
  }
  if (header.rows.length > MOST_ROWS) throw new Refusal('needs.too-many-rows');
  return header;
}

/**
 * Looks at a file at once, so that a wrong one is refused while its owner still looks; its rows are the job's.
 *
 * @throws {Refusal} `needs.file-unreadable`, `needs.columns-missing`, `needs.too-many-rows`, `needs.import-running`
 */
export async function startImport(
  deps: NeedsDeps,
  caller: Caller,
  sheetId: string,
  input: { form: Form; fileName: string; bytes: Uint8Array },
): Promise<string> {
  const header = headerOf(input.bytes, input.form);
  // A list of people with their identity numbers: it lies sealed, and only as long as the job needs it.
  const id = randomUUID() as string;
  const { sha256: stored } = await deps.files.put(deps.vault.sealBytes(input.bytes, aboutFile(id)));
  const sha256 = createHash('sha256').update(input.bytes).digest('hex');
  return editSheet(deps, caller, sheetId, async (tx, { round, sheet }) => {
    if (!round.forms.includes(input.form)) throw new Refusal('needs.form-not-asked');
    const running = await sql`select 1 from agency.needs_import where sheet_id = ${sheetId} and state = 'running'`.execute(tx);
    if (running.rows.length > 0) throw new Refusal('needs.import-running');
    const at = deps.clock();
    await sql`insert into agency.needs_import (id, sheet_id, form, file_name, file_sha256, state, rows, started_by, started_at)
      values (${id}, ${sheetId}, ${input.form}, ${input.fileName}, ${stored}, 'running', ${header.rows.length}, ${caller.fullName}, ${at})`.execute(
      tx,
    );
    await noteChange(tx, { sheetId, kind: 'import', importId: id, at });
    await enqueue(tx, { queue: IMPORT_QUEUE, key: id, payload: { importId: id } });
    await record(tx, {
      ...{ event: 'NeedsImportStarted', at, agencyId: sheet.agencyId, actor: actorOf(caller), documentId: sheetId },
      detail: { file: input.fileName, sha256, rows: String(header.rows.length) },
    });
    return id;
  }).catch(async (fault: unknown) => {
    await deps.files.remove(stored);
    throw fault;
  });
}

const aboutFile = (importId: string): string => `needs import ${importId}`;

/** What the file says, or why it can be read no longer: then the import ends, and does not hold up its sheet for ever. */
async function fileOf(deps: NeedsDeps, one: ImportRecord): Promise<Header | { readonly failed: string }> {
  try {
    return headerOf(deps.vault.openBytes(await deps.files.bytes(one.fileSha256!), aboutFile(one.id)), one.form);
  } catch (fault) {
    if (fault instanceof Refusal || fault instanceof SealedFault || fault instanceof FileFault) return { failed: fault.code };
    throw fault;
  }
}

/** Files of imports that are over: none is kept longer than its rows are taken in. */
export async function dropImportFiles(deps: Pick<NeedsDeps, 'db' | 'files'>): Promise<void> {
  const { rows } = await sql<{ id: string; stored: string }>`select id, file_sha256 as stored from agency.needs_import
    where file_sha256 is not null and state <> 'running'`.execute(deps.db);
  for (const { id, stored } of rows) {
    await deps.files.remove(stored);
    await sql`update agency.needs_import set file_sha256 = null where id = ${id}`.execute(deps.db);
  }
}

/**
 * Imports that were running when the system went down, put to work at once: their jobs are leased to a process that is gone,
 * and would wait until the lease ends. Two runs of one import take turns at its sheet's lock, so a second job does no harm.
 */
export async function resumeImports(deps: Pick<NeedsDeps, 'db' | 'clock'>): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from agency.needs_import where state = 'running'`.execute(deps.db);
  for (const { id } of rows) {
    const key = `${id} ${deps.clock().toISOString()}`;
    await enqueue(deps.db, { queue: IMPORT_QUEUE, key, payload: { importId: id } });
  }
}

/** Goes on where it stands: rows and progress are written together, so a run that was killed neither loses nor repeats any. */
export async function runImport(deps: NeedsDeps, importId: string, signal?: AbortSignal): Promise<'finished' | 'interrupted'> {
  const start = await importById(deps.db, importId);
  if (start === undefined || start.state !== 'running') return 'finished';
  const file = await fileOf(deps, start);
  for (;;) {
    if (signal?.aborted === true) return 'interrupted';
    const more = await inTransaction(deps.db, async (tx) => {
      // The sheet first, as every edit locks it.
      const sheet = (await sheetById(tx, start.sheetId, true))!;
      const now = (await importById(tx, importId, true))!;
      if (now.state !== 'running') return false;
      if ('failed' in file) return finish(tx, deps, now, 'failed', file.failed);
      const round = (await roundById(tx, sheet.roundId))!;
      const stating = sheet.state === 'stating' || sheet.state === 'returned';
      if (!stating || round.state !== 'open') return finish(tx, deps, now, 'stopped', 'needs.sheet-submitted');
      const part = file.rows.slice(now.done, now.done + CHUNK);
      if (part.length === 0) return finish(tx, deps, now, 'done');
      const first = await takeRows(tx, sheet.id, part.length);
      const drafts = part.map((row, i) => {
        const cell = cellsOf(file, row);
        const cells = Object.fromEntries(COLUMNS[now.form].map((column) => [column.name, cell(column.name)]));
        return { row: first + i, form: now.form, cells, importId };
      });
      const entries = await checkRows(deps, tx, placeOf(sheet), drafts);
      await upsertEntries(tx, entries.map(entryJson));
      const lines = entries.map((entry, i) => ({ line: part[i]!.line, entry_id: entry.id, errors: entry.errors }));
      await sql`insert into agency.needs_import_row (import_id, line, entry_id, errors)
        select ${importId}::uuid, line, entry_id, errors from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb)
          as t(line integer, entry_id uuid, errors jsonb)`.execute(tx);
      const bad = entries.filter((entry) => entry.errors.some((one) => one.weight === 'error')).length;
      await sql`update agency.needs_import set done = done + ${part.length}, added = added + ${part.length},
        with_errors = with_errors + ${bad} where id = ${importId}`.execute(tx);
      return true;
    });
    if (more) continue;
    await dropImportFiles(deps);
    return 'finished';
  }
}

async function finish(
  tx: Tx,
  deps: NeedsDeps,
  now: ImportRecord,
  state: 'done' | 'stopped' | 'failed',
  reason?: string,
): Promise<false> {
  await sql`update agency.needs_import set state = ${state}, reason = ${reason ?? null}, finished_at = ${deps.clock()}
    where id = ${now.id}`.execute(tx);
  await record(tx, {
    ...{ event: 'NeedsImportFinished', at: deps.clock(), who: now.startedBy, documentId: now.sheetId },
    detail: { state, added: String(now.added), withErrors: String(now.withErrors) },
  });
  return false;
}

/** Stops between two chunks; what was added stays and can be undone as one. */
export async function stopImport(deps: NeedsDeps, caller: Caller, importId: string): Promise<void> {
  const found = await importById(deps.db, importId);
  if (found === undefined) throw new Refusal('needs.import-not-found');
  await editSheet(deps, caller, found.sheetId, async (tx) => {
    const now = (await importById(tx, importId, true))!;
    if (now.state === 'running') await finish(tx, deps, now, 'stopped', 'needs.import-stopped');
  });
  await dropImportFiles(deps);
}

export async function importRows(
  db: Db,
  query: { importId: string; only?: 'errors' | undefined; after?: string | undefined; size: number },
): Promise<{ line: number; entryId: string | null; errors: CellError[] }[]> {
  const [line] = readCursor(query.after, 'n') ?? [0];
  const { rows } = await sql<{ line: number; entryId: string | null; errors: CellError[] }>`
    select line, entry_id as "entryId", errors from agency.needs_import_row where import_id = ${query.importId} and line > ${line}
      and ${query.only === undefined ? sql`true` : sql`errors @> '[{"weight":"error"}]'::jsonb`}
    order by line limit ${query.size + 1}`.execute(db);
  return rows;
}
