import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { ImportKind } from '@antin/protocol/office/directory-import';
import type { CellError } from './rows.ts';

export type State = 'checking' | 'ready' | 'applying' | 'done' | 'cancelled' | 'failed';
export type Action = 'unchecked' | 'create' | 'change' | 'same' | 'wrong';

export interface ImportRecord {
  readonly id: string;
  readonly kind: ImportKind;
  readonly agencyId: string;
  readonly fileName: string;
  readonly fileSha256: string;
  readonly encoding: string;
  readonly unknownColumns: string[];
  readonly state: State;
  readonly withoutWrong: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly createdByName: string;
  readonly doneAt: Date | null;
}

const columns = sql`
  id, kind, agency_id as "agencyId", file_name as "fileName", file_sha256 as "fileSha256", encoding, unknown_columns as "unknownColumns",
  state, without_wrong as "withoutWrong", created_at as "createdAt", created_by as "createdBy", created_by_name as "createdByName",
  done_at as "doneAt"`;

export async function importById(db: Db, id: string, lock = false): Promise<ImportRecord | undefined> {
  const { rows } = await sql<ImportRecord>`
    select ${columns} from agency.directory_import where id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

export async function importOfFile(
  db: Db,
  agencyId: string,
  kind: ImportKind,
  sha256: string,
): Promise<ImportRecord | undefined> {
  const { rows } = await sql<ImportRecord>`
    select ${columns} from agency.directory_import where agency_id = ${agencyId} and kind = ${kind} and file_sha256 = ${sha256}
      and state not in ('cancelled', 'failed')`.execute(db);
  return rows[0];
}

export async function importsBelow(db: Db, path: string): Promise<ImportRecord[]> {
  const { rows } = await sql<ImportRecord>`
    select ${columns} from agency.directory_import where agency_id in (
      select id from agency.agency where path >= ${path} and path < ${`${path}z`}) order by created_at desc limit 30`.execute(db);
  return rows;
}

export interface NewRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly secret: Buffer | null;
  readonly sealed?: Buffer;
}

const AT_ONCE = 2000;

/** @returns false when the same file is being imported already */
export async function insertImport(
  tx: Tx,
  one: Omit<ImportRecord, 'doneAt' | 'withoutWrong'>,
  rows: readonly NewRow[],
): Promise<boolean> {
  const added = await sql`
    insert into agency.directory_import (id, kind, agency_id, file_name, file_sha256, encoding, unknown_columns, state, created_at,
      created_by, created_by_name)
    values (${one.id}, ${one.kind}, ${one.agencyId}, ${one.fileName}, ${one.fileSha256}, ${one.encoding}, ${[...one.unknownColumns]}::text[],
      ${one.state}, ${one.createdAt}, ${one.createdBy}, ${one.createdByName})
    on conflict do nothing returning id`.execute(tx);
  if (added.rows.length === 0) return false;
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const part = rows.slice(at, at + AT_ONCE).map((row) => ({
      ...{ line: row.line, cells: row.cells },
      ...{ secret: row.secret?.toString('hex') ?? null, sealed: row.sealed?.toString('hex') ?? null },
    }));
    await sql`
      insert into agency.directory_import_row (import_id, line, cells, secret, sealed)
      select ${one.id}, line, cells, decode(secret, 'hex'), decode(sealed, 'hex') from jsonb_to_recordset(${JSON.stringify(part)}::jsonb)
        as given (line integer, cells jsonb, secret text, sealed text)`.execute(tx);
  }
  return true;
}

export interface StoredRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly secret: Buffer | null;
  readonly action: Action;
  readonly errors: readonly CellError[];
  readonly target: unknown;
}
/** As it lies in the table. */
export interface RawRow extends StoredRow {
  readonly sealed: Buffer | null;
  readonly targetSealed: Buffer | null;
}
const rowColumns = sql`line, cells, secret, action, errors, target, sealed, target_sealed as "targetSealed"`;

export async function uncheckedRows(db: Db, importId: string, limit: number): Promise<RawRow[]> {
  const { rows } = await sql<RawRow>`
    select ${rowColumns} from agency.directory_import_row where import_id = ${importId} and action = 'unchecked'
    order by line limit ${limit}`.execute(db);
  return rows;
}

export async function rowsAfter(
  db: Db,
  importId: string,
  search: { action?: Action | undefined; after: number; limit: number },
): Promise<RawRow[]> {
  const { rows } = await sql<RawRow>`
    select ${rowColumns} from agency.directory_import_row where import_id = ${importId} and line > ${search.after}
      and ${search.action === undefined ? sql`true` : sql`action = ${search.action}`} order by line limit ${search.limit}`.execute(
    db,
  );
  return rows;
}

export interface CheckedRow {
  readonly line: number;
  readonly action: Action;
  readonly errors: readonly CellError[];
  readonly target: object | null;
}

export interface StoredCheck extends CheckedRow {
  readonly targetSealed: Buffer | null;
}

export async function writeChecked(tx: Tx, importId: string, rows: readonly StoredCheck[]): Promise<void> {
  const part = rows.map((row) => ({ ...row, targetSealed: row.targetSealed?.toString('hex') ?? null }));
  await sql`
    update agency.directory_import_row r set action = given.action, errors = given.errors, target = given.target,
      target_sealed = decode(given."targetSealed", 'hex')
    from jsonb_to_recordset(${JSON.stringify(part)}::jsonb)
      as given (line integer, action text, errors jsonb, target jsonb, "targetSealed" text)
    where r.import_id = ${importId} and r.line = given.line`.execute(tx);
}

export interface Counts {
  readonly rows: number;
  readonly checked: number;
  readonly create: number;
  readonly change: number;
  readonly same: number;
  readonly wrong: number;
}

export async function countsOfImport(db: Db, importId: string): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select count(*)::integer as rows, (count(*) filter (where action <> 'unchecked'))::integer as checked,
      (count(*) filter (where action = 'create'))::integer as "create", (count(*) filter (where action = 'change'))::integer as change,
      (count(*) filter (where action = 'same'))::integer as same, (count(*) filter (where action = 'wrong'))::integer as wrong
    from agency.directory_import_row where import_id = ${importId}`.execute(db);
  return rows[0]!;
}

export async function setImportState(
  tx: Tx,
  id: string,
  state: State,
  more: { at?: Date; withoutWrong?: boolean } = {},
): Promise<void> {
  await sql`
    update agency.directory_import set state = ${state}, done_at = ${more.at ?? null},
      without_wrong = coalesce(${more.withoutWrong ?? null}::boolean, without_wrong) where id = ${id}`.execute(tx);
  // What is told of people is kept no longer than somebody needs it: wrong rows of what is done, to mend and send them again.
  if (state !== 'done' && state !== 'cancelled' && state !== 'failed') return;
  await sql`update agency.directory_import_row r set secret = null, cells = '{}'::jsonb, sealed = null, target = null, target_sealed = null
    from agency.directory_import i where r.import_id = ${id} and i.id = r.import_id and i.kind <> 'agencies'
      and (${state} <> 'done' or r.action <> 'wrong')`.execute(tx);
}

/** Lines above a row that say the same of the key, e.g. the code: only the first of them counts. */
export async function linesTwice(db: Db, importId: string, key: string, lines: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ line: number }>`
    select r.line from agency.directory_import_row r where r.import_id = ${importId} and r.line = any(${[...lines]}::integer[])
      and exists (select 1 from agency.directory_import_row o where o.import_id = r.import_id and o.line < r.line
        and upper(o.cells ->> ${key}) = upper(r.cells ->> ${key}))`.execute(db);
  return new Set(rows.map((row) => row.line));
}

/** Codes that the table itself opens. */
export async function codesInTable(db: Db, importId: string, codes: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ code: string }>`
    select upper(cells ->> 'code') as code from agency.directory_import_row
    where import_id = ${importId} and upper(cells ->> 'code') = any(${[...codes]}::text[])`.execute(db);
  return new Set(rows.map((row) => row.code));
}

export interface KnownAgency {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly shortName: string;
  readonly level: number;
  readonly levelName: string;
  readonly place: string;
  readonly notation: string;
  readonly path: string;
  readonly parentCode: string | null;
  readonly validTo: string | null;
}

/** Agencies by today's code or by an alias. */
export async function agenciesOfCodes(db: Db, codes: readonly string[], day: string): Promise<Map<string, KnownAgency>> {
  const wanted = [...new Set(codes)];
  const { rows } = await sql<KnownAgency & { wanted: string }>`
    select w.code as wanted, a.id, a.code, a.name, a.short_name as "shortName", a.level, a.level_name as "levelName", a.place, a.notation,
      a.path, p.code as "parentCode", a.valid_to as "validTo"
    from unnest(${wanted}::text[]) w (code)
    join lateral (
      select a.* from agency.agency a where a.code = w.code
      union all select a.* from agency.agency_code_alias c join agency.agency a on a.id = c.agency_id
        where c.code = w.code and c.valid_from <= ${day}::date and (c.valid_to is null or c.valid_to > ${day}::date)
      limit 1) a on true
    left join agency.agency p on p.id = a.parent_id`.execute(db);
  return new Map(rows.map((row) => [row.wanted, row]));
}

export interface KnownPerson {
  readonly id: string;
  readonly signInName: string;
  readonly hash: string | null;
  readonly fullName: string;
  readonly birthDay: string | null;
  readonly mail: string | null;
  readonly phone: string | null;
  readonly paths: readonly string[];
  /** Of what is held today or later. */
  readonly openPaths: readonly string[];
  readonly posts: readonly {
    id: string;
    agencyId: string;
    title: string;
    validFrom: string;
    validTo: string | null;
    roles: string[];
  }[];
}

export async function peopleOf(
  db: Db,
  who: { hashes: readonly string[]; signInNames: readonly string[]; day: string },
): Promise<KnownPerson[]> {
  const { rows } = await sql<KnownPerson>`
    select n.id, n.sign_in_name as "signInName", encode(n.citizen_hash, 'hex') as hash, n.full_name as "fullName", n.birth_day as "birthDay",
      n.mail, n.phone,
      coalesce((select jsonb_agg(distinct a.path) from agency.position p join agency.agency a on a.id = p.agency_id
        where p.person_id = n.id), '[]'::jsonb) as paths,
      coalesce((select jsonb_agg(distinct a.path) from agency.position p join agency.agency a on a.id = p.agency_id
        where p.person_id = n.id and (p.valid_to is null or p.valid_to > ${who.day}::date)), '[]'::jsonb) as "openPaths",
      coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'agencyId', p.agency_id, 'title', p.title, 'validFrom', p.valid_from,
        'validTo', p.valid_to, 'roles', p.roles)) from agency.position p where p.person_id = n.id), '[]'::jsonb) as posts
    from agency.person n where n.sign_in_name = any(${[...who.signInNames]}::text[])
      or n.citizen_hash = any(select decode(h, 'hex') from unnest(${[...who.hashes]}::text[]) h)`.execute(db);
  return rows;
}
