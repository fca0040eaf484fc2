import { createHash, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '@antin/adapters/clock/clock';
import { officeDay } from '@antin/adapters/clock/days';
import { enqueue } from '@antin/adapters/db/outbox';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import type { JobHandler } from '@antin/adapters/db/worker';
import { Refusal } from '@antin/adapters/http/refusal';
import { cellsOf, findHeader } from '@antin/adapters/tables/header';
import { readTable } from '@antin/adapters/tables/read';
import { TableFault, type Table } from '@antin/adapters/tables/table';
import type { DirectoryImport, ImportKind } from '@antin/protocol/office/directory-import';
import { record } from '../../journal/journal.ts';
import { actorOf, type Caller } from '../../session/caller.ts';
import { placedAgency } from '../agency-store.ts';
import type { CitizenNumbers } from '../citizen-number.ts';
import { applyImport } from './apply.ts';
import { checkRows } from './check.ts';
import { COLUMNS } from './columns.ts';
import { openRow, sealCheck, sealRow } from './sealed-rows.ts';
import {
  countsOfImport,
  importById,
  importOfFile,
  insertImport,
  setImportState,
  uncheckedRows,
  writeChecked,
  type ImportRecord,
  type NewRow,
} from './store.ts';

export interface ImportDoors {
  readonly db: Db;
  readonly clock: Clock;
  readonly numbers: CitizenNumbers;
}

export const CHECK_QUEUE = 'directory.import-check';
export const APPLY_QUEUE = 'directory.import-apply';

/**
 * Takes a file in: its rows are kept to be checked (those of people sealed), its bytes are not. Nothing of the directory is written.
 *
 * The same file for the same agency is the import that is there already.
 *
 * @throws {Refusal} `table.*`, `import.no-header`, `import.columns-missing`, `import.no-rows`
 */
export async function takeFile(
  doors: ImportDoors,
  caller: Caller,
  file: { kind: ImportKind; agencyId: string; name: string; bytes: Uint8Array },
): Promise<ImportRecord> {
  const { kind, agencyId } = file;
  const fileSha256 = createHash('sha256').update(file.bytes).digest('hex');
  const there = await importOfFile(doors.db, agencyId, kind, fileSha256);
  if (there !== undefined) return there;
  const table = tableOf(file.bytes);
  const header = findHeader(table, COLUMNS[kind]);
  if (header === undefined) throw new Refusal('import.no-header');
  if (header.missing.length > 0) {
    const names = header.missing.map((key) => COLUMNS[kind].find((column) => column.key === key)!.headings[0]!);
    const said = names.join(', ');
    throw new Refusal('import.columns-missing', { detail: { vi: said, en: said } });
  }
  if (header.rows.length === 0) throw new Refusal('import.no-rows');
  const rows = header.rows.map((row): NewRow => {
    const cell = cellsOf(header, row);
    const cells: Record<string, string> = {};
    for (const key of header.places.keys()) if (cell(key) !== '') cells[key] = cell(key);
    const number = (cells['citizenNumber'] ?? '').replace(/[\s.]/g, '');
    if (number !== '') cells['citizenNumber'] = masked(number);
    return { line: row.line, cells, secret: number === '' ? null : doors.numbers.seal(number).sealed };
  });
  const id = randomUUID();
  const now = doors.clock();
  await inTransaction(doors.db, async (tx) => {
    const added = await insertImport(
      tx,
      {
        ...{ id, kind, agencyId, fileName: file.name, fileSha256, encoding: table.encoding, unknownColumns: [...header.unknown] },
        ...{ state: 'checking', createdAt: now, createdBy: caller.personId, createdByName: caller.fullName },
      },
      rows.map((row) => sealRow(doors.numbers, kind, id, row)),
    );
    if (!added) return;
    await enqueue(tx, { queue: CHECK_QUEUE, key: id, payload: { id } });
    await record(tx, {
      event: 'DirectoryImportTaken',
      at: now,
      agencyId,
      actor: actorOf(caller),
      detail: { import: id, kind, sha256: fileSha256, rows: String(rows.length) },
    });
  });
  return (await importOfFile(doors.db, agencyId, kind, fileSha256))!;
}

export const masked = (number: string): string => '•'.repeat(Math.max(0, number.length - 4)) + number.slice(-4);

function tableOf(bytes: Uint8Array): Table {
  try {
    return readTable(bytes);
  } catch (fault) {
    if (!(fault instanceof TableFault)) throw fault;
    const line = fault.line === undefined ? undefined : { vi: `Dòng ${fault.line}`, en: `Line ${fault.line}` };
    throw new Refusal(fault.code, { cause: fault, ...(line === undefined ? {} : { detail: line }) });
  }
}

/** @throws {Refusal} `import.unknown`, `import.wrong-state`, `import.has-wrong`, `import.nothing-to-do` */
export async function confirmImport(tx: Tx, caller: Caller, id: string, withoutWrong: boolean, at: Date): Promise<void> {
  const one = await importById(tx, id, true);
  if (one === undefined) throw new Refusal('import.unknown');
  if (one.state !== 'ready') throw new Refusal('import.wrong-state');
  const counts = await countsOfImport(tx, id);
  if (counts.wrong > 0 && !withoutWrong) throw new Refusal('import.has-wrong');
  if (counts.create + counts.change === 0) throw new Refusal('import.nothing-to-do');
  await setImportState(tx, id, 'applying', { withoutWrong });
  await enqueue(tx, { queue: APPLY_QUEUE, key: id, payload: { id } });
  await record(tx, {
    event: 'DirectoryImportConfirmed',
    at,
    agencyId: one.agencyId,
    actor: actorOf(caller),
    detail: { import: id, sha256: one.fileSha256, create: String(counts.create), change: String(counts.change) },
  });
}

/** @throws {Refusal} `import.unknown`, `import.wrong-state` */
export async function cancelImport(tx: Tx, id: string, at: Date): Promise<void> {
  const one = await importById(tx, id, true);
  if (one === undefined) throw new Refusal('import.unknown');
  if (one.state !== 'ready' && one.state !== 'checking') throw new Refusal('import.wrong-state');
  await setImportState(tx, id, 'cancelled', { at });
}

const AT_ONCE = 500;

/** Goes on where it stopped: what is checked already is not unchecked any more. */
async function check(doors: ImportDoors, id: string, signal: AbortSignal): Promise<void> {
  const one = await importById(doors.db, id);
  if (one?.state !== 'checking') return;
  const scope = (await placedAgency(doors.db, one.agencyId))!;
  const day = officeDay(doors.clock());
  for (;;) {
    signal.throwIfAborted();
    const rows = (await uncheckedRows(doors.db, id, AT_ONCE)).map((row) => openRow(doors.numbers, id, row));
    if (rows.length === 0) break;
    const checked = await checkRows({ ...doors, day }, one, scope, rows);
    const sealed = checked.map((row) => sealCheck(doors.numbers, one.kind, id, row));
    await inTransaction(doors.db, (tx) => writeChecked(tx, id, sealed));
  }
  await inTransaction(doors.db, async (tx) => {
    if ((await importById(tx, id, true))?.state === 'checking') await setImportState(tx, id, 'ready');
  });
}

async function apply(doors: ImportDoors, id: string): Promise<void> {
  const at = doors.clock();
  try {
    await inTransaction(doors.db, async (tx) => {
      const one = await importById(tx, id, true);
      if (one?.state !== 'applying') return;
      const maker = { at, name: one.createdByName, importId: id };
      await applyImport(tx, { numbers: doors.numbers, day: officeDay(at), maker }, one);
      await setImportState(tx, id, 'done', { at });
      const counts = await countsOfImport(tx, id);
      await record(tx, {
        event: 'DirectoryImported',
        at,
        agencyId: one.agencyId,
        who: one.createdByName,
        detail: { import: id, sha256: one.fileSha256, create: String(counts.create), change: String(counts.change) },
      });
    });
  } catch (fault) {
    if (!(fault instanceof Refusal) && (fault as { code?: unknown }).code !== UNIQUE) throw fault;
    // Somebody changed the directory since the rows were checked: nothing was written, the table is to be sent again.
    await inTransaction(doors.db, async (tx) => {
      if ((await importById(tx, id, true))?.state === 'applying') await setImportState(tx, id, 'failed', { at });
    });
  }
}

const UNIQUE = '23505';

export function importJobs(doors: ImportDoors): Readonly<Record<string, JobHandler>> {
  return {
    async [CHECK_QUEUE](job, { signal }) {
      await check(doors, (job.payload as { id: string }).id, signal);
    },
    async [APPLY_QUEUE](job) {
      await apply(doors, (job.payload as { id: string }).id);
    },
  };
}

export async function present(db: Db, one: ImportRecord): Promise<z.input<typeof DirectoryImport>> {
  const { id, kind, agencyId, fileName, fileSha256, encoding, state, unknownColumns } = one;
  return {
    ...{ id, kind, agencyId, fileName, fileSha256, encoding, state, unknownColumns },
    counts: await countsOfImport(db, id),
    createdAt: one.createdAt.toISOString(),
    createdBy: one.createdByName,
    doneAt: one.doneAt?.toISOString() ?? null,
  };
}
