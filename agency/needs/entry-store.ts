import { sql } from 'kysely';
import type { CellError } from '@antin/protocol/office/needs';
import type { DeviceKind } from '@antin/protocol/certificates/subject';
import type { Form } from '@antin/protocol/office/certificates';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';

export interface EntryRecord {
  readonly id: string;
  readonly sheetId: string;
  readonly roundId: string;
  readonly agencyId: string;
  readonly row: number;
  readonly form: Form;
  readonly act: 'new' | 'renew';
  readonly device: DeviceKind;
  readonly cells: Readonly<Record<string, string>>;
  readonly sealed: Uint8Array | null;
  readonly name: string;
  readonly identity: Uint8Array | null;
  readonly personId: string | null;
  readonly errors: readonly CellError[];
  readonly importId: string | null;
  readonly version: number;
  /** Papers attached; known only where it was read. */
  readonly papers?: number;
}

const columns = sql`e.id, e.sheet_id as "sheetId", e.round_id as "roundId", e.agency_id as "agencyId", e.row_no as "row", e.form,
  e.act, e.device, e.cells, e.sealed, e.name, e.identity, e.person_id as "personId", e.errors, e.import_id as "importId", e.version,
  (select count(*)::integer from agency.needs_paper p where p.entry_id = e.id) as papers`;

const base64 = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('base64'));

/** A row as JSON for many at once, and for the log of changes. */
export function entryJson(entry: EntryRecord): Record<string, unknown> {
  const weight = (of: CellError['weight']) => entry.errors.filter((one) => one.weight === of).length;
  return {
    ...{ id: entry.id, sheet_id: entry.sheetId, round_id: entry.roundId, agency_id: entry.agencyId, row_no: entry.row },
    ...{ form: entry.form, act: entry.act, device: entry.device, cells: entry.cells, sealed: base64(entry.sealed) },
    ...{ name: entry.name, identity: base64(entry.identity), person_id: entry.personId, errors: entry.errors },
    ...{ error_count: weight('error'), warning_count: weight('warning'), import_id: entry.importId, version: entry.version },
  };
}

const RECORD = sql`t(id uuid, sheet_id uuid, round_id uuid, agency_id uuid, row_no integer, form text, act text, device text, cells jsonb,
  sealed text, name text, identity text, person_id uuid, errors jsonb, error_count integer, warning_count integer, import_id uuid,
  version integer)`;

/** Adds rows, or puts them back as they were. */
export async function upsertEntries(tx: Tx, entries: readonly Record<string, unknown>[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into agency.needs_entry (id, sheet_id, round_id, agency_id, row_no, form, act, device, cells, sealed, name, identity,
      person_id, errors, error_count, warning_count, import_id, version)
    select id, sheet_id, round_id, agency_id, row_no, form, act, device, cells, decode(sealed, 'base64'), name,
      decode(identity, 'base64'), person_id, errors, error_count, warning_count, import_id, version
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as ${RECORD}
    on conflict (id) do update set form = excluded.form, act = excluded.act, device = excluded.device, cells = excluded.cells,
      sealed = excluded.sealed, name = excluded.name, identity = excluded.identity, person_id = excluded.person_id,
      errors = excluded.errors, error_count = excluded.error_count, warning_count = excluded.warning_count,
      version = needs_entry.version + 1`.execute(tx);
}

export async function entryById(db: Db, id: string): Promise<EntryRecord | undefined> {
  const { rows } = await sql<EntryRecord>`select ${columns} from agency.needs_entry e where e.id = ${id}`.execute(db);
  return rows[0];
}

export async function deleteEntries(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`update agency.needs_import_row set entry_id = null where entry_id = any(${[...ids]}::uuid[])`.execute(tx);
  await sql`delete from agency.needs_entry where id = any(${[...ids]}::uuid[])`.execute(tx);
}

export async function deleteImported(tx: Tx, importId: string): Promise<number> {
  const gone = await sql`delete from agency.needs_entry where import_id = ${importId} returning id`.execute(tx);
  return gone.rows.length;
}

/** Rows an import brought that have errors now, by id; of these ids, or all of them. */
export async function importedWithErrors(db: Db, importId: string, ids?: readonly string[]): Promise<Map<string, EntryRecord>> {
  const { rows } = await sql<EntryRecord>`
    select ${columns} from agency.needs_entry e where e.import_id = ${importId} and e.error_count > 0
      and ${ids === undefined ? sql`true` : sql`e.id = any(${[...ids]}::uuid[])`} order by e.row_no`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

export async function entriesOf(
  db: Db,
  query: {
    sheetId: string;
    form?: Form | undefined;
    only?: 'errors' | 'warnings' | undefined;
    after?: string | undefined;
    size: number;
  },
): Promise<EntryRecord[]> {
  const [row] = readCursor(query.after, 'n') ?? [0];
  const { rows } = await sql<EntryRecord>`
    select ${columns} from agency.needs_entry e where e.sheet_id = ${query.sheetId} and e.row_no > ${row}
      and ${query.form === undefined ? sql`true` : sql`e.form = ${query.form}`}
      and ${query.only === undefined ? sql`true` : query.only === 'errors' ? sql`e.error_count > 0` : sql`e.warning_count > 0`}
    order by e.row_no limit ${query.size + 1}`.execute(db);
  return rows;
}

/** Rows of accepted sheets, agency by agency in the order of the tree. */
export async function acceptedEntries(
  db: Db,
  query: {
    roundId: string;
    underPath?: string | undefined;
    form?: Form | undefined;
    after?: readonly [path: string, row: number] | undefined;
    size: number;
  },
): Promise<(EntryRecord & { agencyName: string; agencyCode: string; place: string; path: string })[]> {
  const { rows } = await sql<EntryRecord & { agencyName: string; agencyCode: string; place: string; path: string }>`
    select ${columns}, a.name as "agencyName", a.code as "agencyCode", a.place, a.path
    from agency.needs_sheet s join agency.agency a on a.id = s.agency_id
      join agency.needs_entry e on e.sheet_id = s.id and e.round_id = s.round_id
    where s.round_id = ${query.roundId} and s.state = 'accepted' and e.error_count = 0
      and ${query.form === undefined ? sql`true` : sql`e.form = ${query.form}`}
      and ${query.underPath === undefined ? sql`true` : sql`a.path >= ${query.underPath} and a.path < ${`${query.underPath}z`}`}
      and ${query.after === undefined ? sql`true` : sql`(a.path, e.row_no) > (${query.after[0]}, ${query.after[1]}::integer)`}
    order by a.path, e.row_no limit ${query.size}`.execute(db);
  return rows;
}

/** Subjects stated more than once among accepted rows. */
export async function duplicatesLeft(db: Db, roundId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from (
    select 1 from agency.needs_entry e join agency.needs_sheet s on s.id = e.sheet_id and s.state = 'accepted'
    where e.round_id = ${roundId} and e.identity is not null group by e.identity having count(*) > 1) twice`.execute(db);
  return rows[0]!.n;
}

export async function noteChange(
  tx: Tx,
  change: {
    sheetId: string;
    kind: 'add' | 'change' | 'remove' | 'import';
    entryIds?: readonly string[];
    importId?: string;
    before?: readonly EntryRecord[];
    at: Date;
  },
): Promise<void> {
  await sql`insert into agency.needs_change (sheet_id, kind, entry_ids, import_id, before, at)
    values (${change.sheetId}, ${change.kind}, ${[...(change.entryIds ?? [])]}::uuid[], ${change.importId ?? null},
      ${change.before === undefined ? null : JSON.stringify(change.before.map(entryJson))}::jsonb, ${change.at})`.execute(tx);
}

export interface ChangeRecord {
  readonly number: number;
  readonly kind: 'add' | 'change' | 'remove' | 'import';
  readonly entryIds: readonly string[];
  readonly importId: string | null;
  readonly before: readonly Record<string, unknown>[] | null;
}

export async function lastChange(db: Db, sheetId: string): Promise<ChangeRecord | undefined> {
  const { rows } = await sql<ChangeRecord>`
    select number, kind, entry_ids as "entryIds", import_id as "importId", before from agency.needs_change
    where sheet_id = ${sheetId} and undone_at is null order by number desc limit 1`.execute(db);
  return rows[0];
}

export async function markUndone(tx: Tx, number: number, at: Date): Promise<void> {
  await sql`update agency.needs_change set undone_at = ${at} where number = ${number}`.execute(tx);
}

/** After a submission the changes before it stay. */
export async function fixChanges(tx: Tx, sheetId: string, at: Date): Promise<void> {
  await sql`update agency.needs_change set undone_at = ${at} where sheet_id = ${sheetId} and undone_at is null`.execute(tx);
}
