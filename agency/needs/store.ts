import { sql } from 'kysely';
import type { RoundState, SheetState } from '@antin/protocol/office/needs';
import type { Form } from '@antin/protocol/office/certificates';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';
import { named } from './tree.ts';

export interface RoundRecord {
  readonly id: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly name: string;
  readonly year: number;
  readonly deadline: string;
  readonly forms: readonly Form[];
  readonly guidance: string;
  readonly state: RoundState;
  readonly openedAt: Date;
  readonly version: number;
}

export interface SheetRecord {
  readonly id: string;
  readonly roundId: string;
  readonly agencyId: string;
  readonly agencyCode: string;
  readonly agencyName: string;
  readonly agencyPath: string;
  readonly aboveId: string | null;
  readonly state: SheetState;
  readonly returnReason: string | null;
  readonly withoutReason: string | null;
  readonly submittedAt: Date | null;
  readonly submittedBy: string | null;
  readonly nextRow: number;
  readonly version: number;
}

const roundColumns = sql`r.id, r.owner_id as "ownerId", o.name as "ownerName", r.name, r.year, r.deadline, r.forms, r.guidance,
  r.state, r.opened_at as "openedAt", r.version`;
const roundTables = sql`agency.needs_round r join agency.agency o on o.id = r.owner_id`;
const sheetColumns = sql`s.id, s.round_id as "roundId", s.agency_id as "agencyId", a.code as "agencyCode", a.name as "agencyName",
  a.path as "agencyPath", s.above_id as "aboveId", s.state, s.return_reason as "returnReason",
  s.without_reason as "withoutReason", s.submitted_at as "submittedAt", s.submitted_by as "submittedBy",
  s.next_row as "nextRow", s.version`;
const sheetTables = sql`agency.needs_sheet s join agency.agency a on a.id = s.agency_id`;

export async function insertRound(tx: Tx, round: Omit<RoundRecord, 'ownerName' | 'state' | 'version'>): Promise<void> {
  await sql`insert into agency.needs_round (id, owner_id, name, year, deadline, forms, guidance, state, opened_at)
    values (${round.id}, ${round.ownerId}, ${round.name}, ${round.year}, ${round.deadline}, ${[...round.forms]}::text[],
      ${round.guidance}, 'open', ${round.openedAt})`.execute(tx);
}

/** A sheet for the owner and for every agency under it that exists on the day; each rises to its parent. */
export async function insertSheets(tx: Tx, roundId: string, ownerId: string, day: string): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    with taking as (
      select a.id, a.parent_id from agency.agency a, agency.agency o where o.id = ${ownerId} and a.path >= o.path
        and a.path < o.path || 'z' and a.valid_from <= ${day}::date and (a.valid_to is null or a.valid_to > ${day}::date))
    insert into agency.needs_sheet (id, round_id, agency_id, above_id, state)
    select gen_random_uuid(), ${roundId}::uuid, t.id,
      case when t.id = ${ownerId}::uuid then null when exists (select 1 from taking p where p.id = t.parent_id) then t.parent_id
        else ${ownerId}::uuid end, 'stating'
    from taking t returning id`.execute(tx);
  return rows.length;
}

export async function roundById(db: Db, id: string, lock = false): Promise<RoundRecord | undefined> {
  const { rows } = await sql<RoundRecord>`
    select ${roundColumns} from ${roundTables} where r.id = ${id} ${lock ? sql`for update of r` : sql``}`.execute(db);
  return rows[0];
}

/** Rounds an agency owns or states its needs in. */
export async function roundsOf(db: Db, agencyId: string): Promise<RoundRecord[]> {
  const { rows } = await sql<RoundRecord>`
    select ${roundColumns} from ${roundTables} where r.owner_id = ${agencyId}
      or r.id in (select s.round_id from agency.needs_sheet s where s.agency_id = ${agencyId})
    order by r.opened_at desc, r.id limit 200`.execute(db);
  return rows;
}

/** The owner's round of the year before, to compare with. */
export async function roundBefore(db: Db, round: RoundRecord): Promise<RoundRecord | undefined> {
  const { rows } = await sql<RoundRecord>`
    select ${roundColumns} from ${roundTables} where r.owner_id = ${round.ownerId} and r.year = ${round.year - 1}
      and r.state in ('closed', 'requested') order by r.opened_at desc limit 1`.execute(db);
  return rows[0];
}

export async function changeRound(
  tx: Tx,
  id: string,
  change: { deadline?: string | undefined; guidance?: string | undefined; state?: RoundState | undefined },
): Promise<void> {
  await sql`update agency.needs_round set deadline = coalesce(${change.deadline ?? null}::date, deadline),
    guidance = coalesce(${change.guidance ?? null}, guidance), state = coalesce(${change.state ?? null}, state),
    version = version + 1 where id = ${id}`.execute(tx);
}

export async function sheetById(db: Db, id: string, lock = false): Promise<SheetRecord | undefined> {
  const { rows } = await sql<SheetRecord>`
    select ${sheetColumns} from ${sheetTables} where s.id = ${id} ${lock ? sql`for update of s` : sql``}`.execute(db);
  return rows[0];
}

export async function sheetOf(db: Db, roundId: string, agencyId: string): Promise<SheetRecord | undefined> {
  const { rows } = await sql<SheetRecord>`
    select ${sheetColumns} from ${sheetTables} where s.round_id = ${roundId} and s.agency_id = ${agencyId}`.execute(db);
  return rows[0];
}

/** Sheets of a round in the order of the tree. */
export async function sheetsOf(
  db: Db,
  query: {
    roundId: string;
    aboveId?: string | undefined;
    q?: string | undefined;
    state?: SheetState | undefined;
    after?: string | undefined;
    size: number;
  },
): Promise<SheetRecord[]> {
  const [path] = readCursor(query.after, 's') ?? [];
  const { rows } = await sql<SheetRecord>`
    select ${sheetColumns} from ${sheetTables} where s.round_id = ${query.roundId}
      and ${query.aboveId === undefined ? sql`true` : sql`s.above_id = ${query.aboveId}`}
      and ${named(query)}
      and ${path === undefined ? sql`true` : sql`a.path > ${path}`}
    order by a.path limit ${query.size + 1}`.execute(db);
  return rows;
}

export async function moveSheet(
  tx: Tx,
  id: string,
  change: {
    state: SheetState;
    returnReason?: string | null;
    withoutReason?: string | null;
    submitted?: { at: Date; by: string };
  },
): Promise<void> {
  await sql`update agency.needs_sheet set state = ${change.state}, version = version + 1,
    return_reason = ${change.returnReason === undefined ? sql`return_reason` : change.returnReason},
    without_reason = ${change.withoutReason === undefined ? sql`without_reason` : change.withoutReason},
    submitted_at = coalesce(${change.submitted?.at ?? null}::timestamptz, submitted_at),
    submitted_by = coalesce(${change.submitted?.by ?? null}, submitted_by) where id = ${id}`.execute(tx);
}

/** Takes so many row numbers; the sheet's row is locked by the caller. */
export async function takeRows(tx: Tx, sheetId: string, count: number): Promise<number> {
  const { rows } = await sql<{
    first: number;
  }>`update agency.needs_sheet set next_row = next_row + ${count}, version = version + 1
    where id = ${sheetId} returning next_row - ${count} as first`.execute(tx);
  return rows[0]!.first;
}

export interface SheetCounts {
  readonly forms: Partial<Record<Form, number>>;
  readonly withErrors: number;
  readonly withWarnings: number;
}

export async function sheetCounts(db: Db, sheetIds: readonly string[]): Promise<Map<string, SheetCounts>> {
  const { rows } = await sql<{ sheetId: string; form: Form; n: number; errors: number; warnings: number }>`
    select e.sheet_id as "sheetId", e.form, count(*)::integer as n, count(*) filter (where e.error_count > 0)::integer as errors,
      count(*) filter (where e.warning_count > 0)::integer as warnings
    from agency.needs_entry e join agency.needs_sheet s on s.id = e.sheet_id and s.round_id = e.round_id
    where s.id = any(${[...sheetIds]}::uuid[]) group by 1, 2`.execute(db);
  const found = new Map<string, SheetCounts>();
  for (const { sheetId, form, n, errors, warnings } of rows) {
    const before = found.get(sheetId) ?? { forms: {}, withErrors: 0, withWarnings: 0 };
    const forms = { ...before.forms, [form]: n };
    found.set(sheetId, { forms, withErrors: before.withErrors + errors, withWarnings: before.withWarnings + warnings });
  }
  return found;
}

export async function outstandingBelow(db: Db, roundId: string, agencyId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from agency.needs_sheet
    where above_id = ${agencyId} and round_id = ${roundId} and state <> 'accepted'`.execute(db);
  return rows[0]!.n;
}

export async function roundProgress(db: Db, roundId: string) {
  const { rows } = await sql<{ agencies: number; submitted: number; accepted: number; entries: number; withErrors: number }>`
    select count(*)::integer as agencies, count(*) filter (where state = 'submitted')::integer as submitted,
      count(*) filter (where state = 'accepted')::integer as accepted,
      (select count(*)::integer from agency.needs_entry where round_id = ${roundId}) as entries,
      (select count(*)::integer from agency.needs_entry where round_id = ${roundId} and error_count > 0) as "withErrors"
    from agency.needs_sheet where round_id = ${roundId}`.execute(db);
  return rows[0]!;
}

/** What waits for an agency: its own sheets in open rounds, and those submitted to it. */
export async function waitingIn(db: Db, agencyId: string): Promise<{ state: number; deadline: string | null; review: number }> {
  const { rows } = await sql<{ state: number; deadline: string | null; review: number }>`select
    (select count(*)::integer from agency.needs_sheet s join agency.needs_round r on r.id = s.round_id
      where s.agency_id = ${agencyId} and s.state in ('stating', 'returned') and r.state = 'open') as state,
    (select min(r.deadline) from agency.needs_sheet s join agency.needs_round r on r.id = s.round_id
      where s.agency_id = ${agencyId} and s.state in ('stating', 'returned') and r.state = 'open') as deadline,
    (select count(*)::integer from agency.needs_sheet s join agency.needs_round r on r.id = s.round_id
      where s.above_id = ${agencyId} and s.state = 'submitted' and r.state in ('open', 'closed')) as review`.execute(db);
  return rows[0]!;
}
