import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import type { JournalQuery } from '@antin/protocol/authority/journal';

export interface EntryRow {
  readonly number: number;
  readonly at: Date;
  readonly kind: string;
  readonly serialHex: string | null;
  readonly requestItemId: string | null;
  readonly officerId: string | null;
  readonly fullName: string | null;
  readonly detail: Record<string, unknown>;
  readonly leafIndex: number | null;
}

/** The same texts as in the indexes; another way of writing them would walk the whole table. */
const REQUEST = sql`coalesce(e.detail ->> 'requestItemId', e.detail ->> 'requestId')`;
const OFFICER = sql`coalesce(e.detail ->> 'by', e.detail ->> 'officerId')`;

/** Where a page ended. Instants come from clocks of milliseconds: their text is exact. */
export interface EntryPlace {
  readonly at: string;
  readonly number: number;
}

/** The statement of a page, newest first, for the page and for looking at its plan. */
export function entriesQuery(query: JournalQuery, after: EntryPlace | undefined): RawBuilder<EntryRow> {
  const where = [...conditions(query)];
  if (after !== undefined) where.push(sql`(e.at, e.id) < (${after.at}::timestamptz, ${after.number}::bigint)`);
  // The page first, its places and names after: a join before the limit would be a join of everything.
  return sql<EntryRow>`
    select e.id as number, e.at, e.kind, e.serial_hex as "serialHex", ${REQUEST} as "requestItemId", e.detail,
      p.leaf_index as "leafIndex", o.id as "officerId", o.full_name as "fullName"
    from (
      select * from authority.journal_entry e where ${where.length === 0 ? sql`true` : sql.join(where, sql` and `)}
      order by e.at desc, e.id desc limit ${query.limit + 1}) e
    left join authority.journal_place p on p.entry = e.id
    left join authority.officer o on o.id::text = ${OFFICER}
    order by e.at desc, e.id desc`;
}

function* conditions(query: JournalQuery): Generator<RawBuilder<unknown>> {
  if (query.kind !== undefined) yield sql`e.kind = ${query.kind}`;
  if (query.serial !== undefined) yield sql`e.serial_hex = ${query.serial.toLowerCase()}`;
  if (query.request !== undefined) yield sql`${REQUEST} = ${query.request}`;
  if (query.officer !== undefined) yield sql`${OFFICER} = ${query.officer}`;
  if (query.from !== undefined) yield sql`e.at >= ${`${query.from}T00:00:00+07:00`}::timestamptz`;
  if (query.to !== undefined) yield sql`e.at < ${`${query.to}T00:00:00+07:00`}::timestamptz + interval '24 hours'`;
}

/** Every kind there is, each found by one step in the index of kinds. */
export function kindsQuery(): RawBuilder<{ kind: string }> {
  return sql<{ kind: string }>`
    with recursive k as (
      (select kind from authority.journal_entry order by kind limit 1)
      union all
      select (select e.kind from authority.journal_entry e where e.kind > k.kind order by e.kind limit 1) from k
      where k.kind is not null)
    select kind from k where kind is not null`;
}

export async function waitingEntries(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from authority.journal_waiting`.execute(db);
  return rows[0]?.n ?? 0;
}

/** One entry in its place; no `leafIndex` until it has one. */
export async function placedEntry(
  db: Db,
  number: number,
): Promise<{ readonly canonical: string; readonly leafIndex: number | null } | undefined> {
  const { rows } = await sql<{ canonical: string; leafIndex: number | null }>`
    select e.canonical, p.leaf_index as "leafIndex"
    from authority.journal_entry e left join authority.journal_place p on p.entry = e.id where e.id = ${number}`.execute(db);
  return rows[0];
}
