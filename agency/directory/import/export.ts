import { sql, type RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { writtenDay } from '@antin/adapters/clock/days';
import type { ImportKind } from '@antin/protocol/office/directory-import';
import type { Role } from '@antin/protocol/office/session';
import { writtenRoles, type Key } from './columns.ts';

type Row = Partial<Record<Key, string | null>> & { readonly place_: string; readonly rolesOf?: Role[] };

const AT_ONCE = 1000;

/**
 * Agencies, people or positions of a subtree as an import takes them, in an order that opens parents before children.
 * Citizen numbers are not in it: an export is a file that lies about.
 */
export async function* exportRows(
  db: Db,
  kind: ImportKind,
  path: string,
  day: string,
  keys: readonly Key[],
): AsyncGenerator<string[]> {
  let after = '';
  for (;;) {
    const { rows } = await pageOf(kind, path, day, after).execute(db);
    for (const row of rows) yield keys.map((key) => cell(row, key));
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)!.place_;
  }
}

function cell(row: Row, key: Key): string {
  if (key === 'roles') return writtenRoles(row.rolesOf ?? []);
  const value = row[key] ?? '';
  return /^(validFrom|validTo|birthDay|groundsDate)$/.test(key) && value !== '' ? writtenDay(value) : String(value);
}

function pageOf(kind: ImportKind, path: string, day: string, after: string): RawBuilder<Row> {
  const within = sql`a.path >= ${path} and a.path < ${`${path}z`}`;
  if (kind === 'agencies') {
    // By path parents come before children: a prefix sorts before what it begins.
    return sql<Row>`
      select a.path as place_, a.code, a.name, a.short_name as "shortName", p.code as "parentCode", a.level::text as level,
        a.level_name as "levelName", a.place, a.notation, a.valid_from as "validFrom",
        (select c.code from agency.agency_code_alias c where c.agency_id = a.id and c.form = 'qcvn-102' and c.valid_from <= ${day}::date
          and (c.valid_to is null or c.valid_to > ${day}::date) order by c.valid_from desc limit 1) as "oldCode"
      from agency.agency a left join agency.agency p on p.id = a.parent_id
      where ${within} and a.path > ${after} and (a.valid_to is null or a.valid_to > ${day}::date) order by a.path limit ${AT_ONCE}`;
  }
  return sql<Row>`
    select a.path || s.id as place_, n.full_name as "fullName", n.sign_in_name as "signInName", n.mail, n.phone, n.birth_day as "birthDay",
      a.code as "agencyCode", s.title, s.unit_name as unit, s.capacity, s.roles as "rolesOf", s.valid_from as "validFrom",
      s.valid_to as "validTo", s.grounds_number as "groundsNumber", s.grounds_date as "groundsDate"
    from agency.agency a join agency.position s on s.agency_id = a.id join agency.person n on n.id = s.person_id
    where ${within} and (a.path || s.id) collate "C" > ${after} and (s.valid_to is null or s.valid_to > ${day}::date)
    order by (a.path || s.id) collate "C" limit ${AT_ONCE}`;
}
