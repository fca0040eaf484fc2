import { sql, type RawBuilder } from 'kysely';
import { fold } from '@antin/adapters/db/folding';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { AgencyLine, AgencyVersion } from '@antin/protocol/office/directory-upkeep';
import type { CodeForm } from './codes.ts';

/**
 * Words of a search as a tsquery: all are words of the agency or person, the last may be only its beginning, as somebody is
 * still writing it. Undefined without any word.
 */
export function wordsQuery(text: string): string | undefined {
  const words = fold(text)
    .match(/[a-z0-9]+/g)
    ?.slice(0, 12);
  return words?.map((word, at) => (at < words.length - 1 ? `'${word}'` : `'${word}':*`)).join(' & ');
}

/** Where a page ended: the keys of its last row. */
export type Cursor = readonly (string | number)[];

export interface AgencySearch {
  /** Children of this agency; null: the top. */
  readonly parentId?: string | null;
  readonly words?: string | undefined;
  /** Only below this path, itself included. */
  readonly underPath?: string | undefined;
  readonly day: string;
  readonly includeClosed: boolean;
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

export interface FoundAgency extends Omit<AgencyLine, 'above'> {
  readonly sortKey: string;
  readonly path: string;
}

const within = (path: string) => sql`a.path >= ${path} and a.path < ${`${path}z`}`;
const existing = (day: string) => sql`a.valid_from <= ${day}::date and (a.valid_to is null or a.valid_to > ${day}::date)`;

const lineColumns = (day: string) => sql`
  a.id, a.code, a.name, a.short_name as "shortName", a.level, a.level_name as "levelName", a.parent_id as "parentId",
  a.valid_from as "validFrom", a.valid_to as "validTo", a.sort_key as "sortKey", a.path,
  -- With a limit the server asks row by row, and does not hash the whole table first.
  coalesce((select true from agency.agency c where c.parent_id = a.id and (c.valid_to is null or c.valid_to > ${day}::date)
    limit 1), false) as "hasChildren",
  (a.valid_from > ${day}::date or coalesce(a.valid_to > ${day}::date, false) or coalesce(
    (select true from agency.agency_version v where v.agency_id = a.id and v.valid_from > ${day}::date limit 1), false)) as pending`;

/** Of a word that more have, e.g. one letter, so many are put in order: nobody reads further, everybody waits. */
const MOST_FOUND = 20_000;

/** The query itself, so that tests can look at its plan. */
export function agencySearchQuery(search: AgencySearch): RawBuilder<FoundAgency> {
  const { day, after } = search;
  const conditions: RawBuilder<unknown>[] = search.includeClosed ? [] : [existing(day)];
  if (search.words !== undefined) conditions.push(sql`a.words @@ ${search.words}::tsquery`);
  if (search.underPath !== undefined) conditions.push(within(search.underPath));
  if (search.parentId !== undefined) {
    conditions.push(search.parentId === null ? sql`a.parent_id is null` : sql`a.parent_id = ${search.parentId}`);
    if (after !== undefined) conditions.push(sql`(a.sort_key, a.id) > (${after[0]}, ${after[1]}::uuid)`);
  } else if (after !== undefined) {
    conditions.push(sql`(a.level, a.sort_key, a.id) > (${after[0]}::integer, ${after[1]}, ${after[2]}::uuid)`);
  }
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  if (search.words !== undefined && search.parentId === undefined) {
    // Found by words first, ordered then: walking all in order until enough fit would walk through the country for a word
    // that stands at the end of the alphabet.
    return sql<FoundAgency>`
      with found as materialized (select a.id, a.level, a.sort_key from agency.agency a where ${where} limit ${MOST_FOUND}),
        page as (select id from found order by level, sort_key, id limit ${search.limit})
      select ${lineColumns(day)} from page join agency.agency a on a.id = page.id order by a.level, a.sort_key, a.id`;
  }
  const order = search.parentId === undefined ? sql`a.level, a.sort_key, a.id` : sql`a.sort_key, a.id`;
  return sql<FoundAgency>`select ${lineColumns(day)} from agency.agency a where ${where} order by ${order} limit ${search.limit}`;
}

export async function searchAgencies(db: Db, search: AgencySearch): Promise<FoundAgency[]> {
  return (await agencySearchQuery(search).execute(db)).rows;
}

/** Children of an agency as they were or will be on a day: by their versions, not by today's rows. */
export async function childrenOn(db: Db, search: AgencySearch): Promise<FoundAgency[]> {
  const { day, after, parentId = null, limit } = search;
  const { rows } = await sql<FoundAgency>`
    select a.id, v.code, v.name, v.short_name as "shortName", v.level, v.level_name as "levelName", v.parent_id as "parentId",
      a.valid_from as "validFrom", a.valid_to as "validTo", agency.folded(v.name) as "sortKey", a.path,
      exists (select 1 from agency.agency_version w join agency.agency c on c.id = w.agency_id
        where w.parent_id = a.id and w.valid_from <= ${day}::date and (c.valid_to is null or c.valid_to > ${day}::date)) as "hasChildren",
      false as pending
    from agency.agency_version v join agency.agency a on a.id = v.agency_id
    where v.parent_id is not distinct from ${parentId}::uuid and ${existing(day)} and v.valid_from <= ${day}::date
      and not exists (select 1 from agency.agency_version w
        where w.agency_id = v.agency_id and w.valid_from > v.valid_from and w.valid_from <= ${day}::date)
      and ${after === undefined ? sql`true` : sql`(agency.folded(v.name) collate "C", a.id) > (${after[0]}, ${after[1]}::uuid)`}
    order by agency.folded(v.name) collate "C", a.id limit ${limit}`.execute(db);
  return rows;
}

/** Names from the top down to each agency's parent. */
export async function namesAbove(db: Db, ids: readonly string[]): Promise<Map<string, { id: string; name: string }[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; above: { id: string; name: string }[] }>`
    with recursive line (start, id, parent_id, name, depth) as (
      select id, id, parent_id, name, 0 from agency.agency where id = any(${[...ids]}::uuid[])
      union all
      select l.start, a.id, a.parent_id, a.name, l.depth + 1 from line l join agency.agency a on a.id = l.parent_id where l.depth < 20
    )
    select start as id, coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) order by depth desc)
      filter (where depth > 0), '[]'::jsonb) as above from line group by start`.execute(db);
  return new Map(rows.map((row) => [row.id, row.above]));
}

export interface PlacedAgency {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly level: number;
  readonly path: string;
  readonly parentId: string | null;
  readonly validFrom: string;
  readonly validTo: string | null;
}
const placedColumns = sql`id, code, name, level, path, parent_id as "parentId", valid_from as "validFrom", valid_to as "validTo"`;

export async function placedAgency(db: Db, id: string, lock = false): Promise<PlacedAgency | undefined> {
  const { rows } = await sql<PlacedAgency>`
    select ${placedColumns} from agency.agency where id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  return rows[0];
}

export async function versionsOf(db: Db, agencyId: string): Promise<AgencyVersion[]> {
  const { rows } = await sql<AgencyVersion>`
    select v.valid_from as "validFrom", v.code, v.name, v.short_name as "shortName", v.level, v.level_name as "levelName",
      v.parent_id as "parentId", agency.agency_name_on(v.parent_id, v.valid_from) as "parentName", v.place, v.notation
    from agency.agency_version v where v.agency_id = ${agencyId} order by v.valid_from`.execute(db);
  return rows;
}

/** The version in effect on a day; before its first day, the first. */
export async function versionOn(db: Db, agencyId: string, day: string): Promise<AgencyVersion | undefined> {
  const versions = await versionsOf(db, agencyId);
  return versions.findLast((version) => version.validFrom <= day) ?? versions[0];
}

/** Names of agencies on a day: what a document of that day shows. */
export async function namesOn(db: Db, ids: readonly string[], day: string): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    select id, agency.agency_name_on(id, ${day}::date) as name from agency.agency where id = any(${[...ids]}::uuid[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function insertVersion(
  tx: Tx,
  agencyId: string,
  version: Omit<AgencyVersion, 'parentName'>,
  changeId: string,
): Promise<void> {
  await sql`
    insert into agency.agency_version (agency_id, valid_from, code, name, short_name, level, level_name, parent_id, place, notation, change_id)
    values (${agencyId}, ${version.validFrom}, ${version.code}, ${version.name}, ${version.shortName}, ${version.level},
      ${version.levelName}, ${version.parentId}, ${version.place}, ${version.notation}, ${changeId})
    on conflict (agency_id, valid_from) do update set code = excluded.code, name = excluded.name, short_name = excluded.short_name,
      level = excluded.level, level_name = excluded.level_name, parent_id = excluded.parent_id, place = excluded.place,
      notation = excluded.notation, change_id = excluded.change_id, in_effect = false`.execute(tx);
}

export async function deleteVersion(tx: Tx, agencyId: string, validFrom: string): Promise<void> {
  await sql`delete from agency.agency_version where agency_id = ${agencyId} and valid_from = ${validFrom}`.execute(tx);
}

/** Agencies whose row is not yet what their version of that day says. */
export async function agenciesDue(db: Db, day: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id from agency.agency_version v join agency.agency a on a.id = v.agency_id
    where v.valid_from <= ${day}::date and v.change_id is not null and not v.in_effect
    order by v.valid_from, v.level limit ${limit}`.execute(db);
  return [...new Set(rows.map((row) => row.id))];
}

/** Makes the agency's row what its version of that day is, and its words all its names and codes, also former ones. */
export async function bringIntoEffect(tx: Tx, agencyId: string, day: string): Promise<void> {
  const version = await versionOn(tx, agencyId, day);
  if (version === undefined) return;
  await sql`
    update agency.agency set code = ${version.code}, name = ${version.name}, short_name = ${version.shortName}, level = ${version.level},
      level_name = ${version.levelName}, place = ${version.place}, notation = ${version.notation} where id = ${agencyId}`.execute(
    tx,
  );
  // Only when it moves: the trigger writes the paths of everything below.
  await sql`
    update agency.agency set parent_id = ${version.parentId}
    where id = ${agencyId} and parent_id is distinct from ${version.parentId}::uuid`.execute(tx);
  await sql`update agency.agency_version set in_effect = true where agency_id = ${agencyId} and valid_from <= ${day}::date`.execute(
    tx,
  );
  await refreshWords(tx, agencyId);
}

export async function refreshWords(tx: Tx, agencyId: string): Promise<void> {
  const { rows } = await sql<{ text: string }>`
    select concat_ws(' ', name, short_name, code) as text from agency.agency_version where agency_id = ${agencyId}
    union all select code from agency.agency_code_alias where agency_id = ${agencyId}`.execute(tx);
  const search = [...new Set(rows.flatMap((row) => fold(row.text).split(' ')))].join(' ');
  await sql`update agency.agency set search = ${search} where id = ${agencyId}`.execute(tx);
}

export interface NewAgency extends Omit<AgencyVersion, 'parentName'> {
  readonly id: string;
}

export async function insertAgency(tx: Tx, agency: NewAgency): Promise<void> {
  await sql`
    insert into agency.agency (id, code, name, short_name, level, level_name, parent_id, valid_from, place, notation, search)
    values (${agency.id}, ${agency.code}, ${agency.name}, ${agency.shortName}, ${agency.level}, ${agency.levelName}, ${agency.parentId},
      ${agency.validFrom}, ${agency.place}, ${agency.notation}, ${fold([agency.name, agency.shortName, agency.code].join(' '))})`.execute(
    tx,
  );
}

export async function deleteAgency(tx: Tx, id: string): Promise<void> {
  await sql`delete from agency.agency_code_alias where agency_id = ${id}`.execute(tx);
  await sql`delete from agency.agency where id = ${id}`.execute(tx);
}

export async function setEnd(tx: Tx, id: string, validTo: string | null, successorIds: readonly string[]): Promise<void> {
  await sql`update agency.agency set valid_to = ${validTo} where id = ${id}`.execute(tx);
  await sql`delete from agency.agency_successor where agency_id = ${id}`.execute(tx);
  for (const [ordinal, successorId] of successorIds.entries()) {
    await sql`insert into agency.agency_successor (agency_id, successor_id, ordinal) values (${id}, ${successorId}, ${ordinal})`.execute(
      tx,
    );
  }
}

/** Children that exist on a day. */
export async function openChildren(db: Db, id: string, day: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from agency.agency a
    where a.parent_id = ${id} and (a.valid_to is null or a.valid_to > ${day}::date)`.execute(db);
  return rows[0]!.count;
}

export interface AliasRecord {
  readonly code: string;
  readonly form: CodeForm;
  readonly validFrom: string;
  readonly validTo: string | null;
}

export async function aliasesOf(db: Db, agencyId: string): Promise<AliasRecord[]> {
  const { rows } = await sql<AliasRecord>`
    select code, form, valid_from as "validFrom", valid_to as "validTo" from agency.agency_code_alias
    where agency_id = ${agencyId} order by valid_from, code`.execute(db);
  return rows;
}

export async function insertAlias(tx: Tx, agencyId: string, alias: AliasRecord): Promise<void> {
  await sql`
    insert into agency.agency_code_alias (agency_id, code, form, valid_from, valid_to)
    values (${agencyId}, ${alias.code}, ${alias.form}, ${alias.validFrom}, ${alias.validTo})`.execute(tx);
}

/** Whose a code is on a day: by a stored alias first, then as the code of the version of that day. */
export async function agencyOfCode(db: Db, code: string, day: string): Promise<{ id: string; name: string } | undefined> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, agency.agency_name_on(id, ${day}::date) as name from (
      select c.agency_id as id, 0 as rank from agency.agency_code_alias c
      where c.code = ${code} and c.valid_from <= ${day}::date and (c.valid_to is null or c.valid_to > ${day}::date)
      union all
      select v.agency_id, 1 from agency.agency_version v where v.code = ${code} and v.valid_from <= ${day}::date
        and not exists (select 1 from agency.agency_version w where w.agency_id = v.agency_id and w.valid_from > v.valid_from
          and w.valid_from <= ${day}::date)
    ) found order by rank limit 1`.execute(db);
  return rows[0];
}

/** Whether anybody has, had, or will have a code, other than this agency: codes are not given twice. */
export async function codeIsTaken(db: Db, code: string, exceptId?: string): Promise<boolean> {
  const other = exceptId ?? '00000000-0000-0000-0000-000000000000';
  const { rows } = await sql`
    select 1 from agency.agency_version where code = ${code} and agency_id <> ${other}
    union all select 1 from agency.agency_code_alias where code = ${code} and agency_id <> ${other} limit 1`.execute(db);
  return rows.length > 0;
}

const MANY = 10_000;

export async function countsOf(db: Db, agency: PlacedAgency, day: string) {
  const below = sql`select a.id from agency.agency a where ${within(agency.path)} and a.id <> ${agency.id} and ${existing(day)}`;
  const { rows } = await sql<{ children: number; descendants: number; people: number; certificates: number }>`
    select
      (select count(*)::integer from agency.agency a where a.parent_id = ${agency.id} and ${existing(day)}) as children,
      (select count(*)::integer from (${below} limit ${MANY}) d) as descendants,
      (select count(distinct p.person_id)::integer from agency.position p where p.agency_id = ${agency.id}
        and p.valid_from <= ${day}::date and (p.valid_to is null or p.valid_to > ${day}::date)) as people,
      (select count(*)::integer from agency.bound_certificate b where b.agency_id = ${agency.id} and b.unbound_at is null) as certificates`.execute(
    db,
  );
  return rows[0]!;
}

/** Who this installation belongs to: the highest agency that has both a parent and children; how many there are. */
export async function leadingAgency(db: Db, day: string): Promise<{ name: string | undefined; agencies: number }> {
  const { rows } = await sql<{ name: string }>`
    select a.name from agency.agency a where ${existing(day)} and a.parent_id is not null
      and exists (select 1 from agency.agency c where c.parent_id = a.id)
    order by a.level, a.sort_key, a.id limit 1`.execute(db);
  const first = await sql<{ name: string }>`
    select a.name from agency.agency a where ${existing(day)} order by a.level, a.sort_key, a.id limit 1`.execute(db);
  const count = await sql<{
    count: number;
  }>`select count(*)::integer as count from agency.agency a where ${existing(day)}`.execute(db);
  return { name: rows[0]?.name ?? first.rows[0]?.name, agencies: count.rows[0]!.count };
}

export async function linesOf(db: Db, id: string) {
  const read = async (from: RawBuilder<unknown>) => (await sql<{ id: string; name: string }>`${from}`.execute(db)).rows;
  return {
    predecessors: await read(sql`select a.id, a.name from agency.agency_successor s join agency.agency a on a.id = s.agency_id
      where s.successor_id = ${id} order by a.sort_key`),
    successors: await read(sql`select a.id, a.name from agency.agency_successor s join agency.agency a on a.id = s.successor_id
      where s.agency_id = ${id} order by s.ordinal`),
  };
}
