import { sql } from 'kysely';
import type { CalendarDay, WorkingCalendar } from '@antin/adapters/clock/working-days';
import { addWorkingDays, EVERY_YEAR, workingCalendar, workingDaysBetween } from '@antin/adapters/clock/working-days';
import { officeDay } from '@antin/adapters/clock/days';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { inTransaction } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from '../officers/caller.ts';
import { calendarOf, lockCalendar } from '../registration/calendar.ts';
import type { RegistrationDoors } from '../registration/doors.ts';

export interface CalendarShown {
  readonly today: string;
  readonly days: readonly CalendarDay[];
  readonly everyYear: readonly string[];
  readonly limits: readonly { readonly name: string; readonly from: string; readonly value: number; readonly source: string }[];
}

/** The calendar and the dated limits as they are configured, newest first. */
export async function calendarShown(db: Db, now: Date): Promise<CalendarShown> {
  const days = await sql<CalendarDay>`
    select day, kind, source from authority.calendar_day order by day desc limit 1000`.execute(db);
  const limits = await sql<CalendarShown['limits'][number]>`
    select name, effective_from as "from", value, source from authority.registration_limit
    order by name, effective_from desc limit 200`.execute(db);
  return { today: officeDay(now), days: days.rows, everyYear: [...EVERY_YEAR], limits: limits.rows };
}

/**
 * Says what a day is; `undefined` gives it back to its weekday. Limits that were counted by days that are over stay; due days
 * still to come move by as many working days as they keep, in the same transaction: no calendar that due days do not follow.
 *
 * @returns how many open requests are due on another day now
 * @throws {Refusal} `calendar.day-past`, `calendar.day-unchanged`, `calendar.too-few-working-days`
 */
export async function setDay(
  { doors, clock }: Pick<RegistrationDoors, 'doors' | 'clock'>,
  officer: Officer,
  day: string,
  said: Omit<CalendarDay, 'day'> | undefined,
): Promise<number> {
  const now = clock();
  const today = officeDay(now);
  if (day < today) throw new Refusal('calendar.day-past');
  return inTransaction(doors.as('antin_operation'), async (tx) => {
    await lockCalendar(tx, 'to change it');
    const old = await calendarOf(tx);
    const { rows } = await sql<CalendarDay>`select day, kind, source from authority.calendar_day order by day`.execute(tx);
    const known = rows.find((row) => row.day === day);
    if (said === undefined ? known === undefined : known?.kind === said.kind && known.source === said.source)
      throw new Refusal('calendar.day-unchanged');
    const others = rows.filter((row) => row.day !== day);
    const changed = workingCalendar(said === undefined ? others : [...others, { day, ...said }]);
    requireWorkingDays(changed, day);
    await (
      said === undefined
        ? sql`delete from authority.calendar_day where day = ${day}::date`
        : sql`insert into authority.calendar_day (day, kind, source) values (${day}::date, ${said.kind}, ${said.source})
          on conflict (day) do update set kind = excluded.kind, source = excluded.source`
    ).execute(tx);
    const detail = {
      by: officer.id,
      day,
      was: known?.kind ?? 'weekday',
      is: said?.kind ?? 'weekday',
      source: said?.source ?? '',
    };
    await recordEvent(tx, now.getTime(), 'calendar.day-changed', undefined, detail);
    const moved = await moveDueDays(tx, { old, changed, today, day });
    if (moved > 0) {
      const counted = { by: officer.id, day, requests: moved };
      await recordEvent(tx, now.getTime(), 'calendar.due-days-moved', undefined, counted);
    }
    return moved;
  });
}

/** So many days off in a row that no limit would ever end is a mistake. */
function requireWorkingDays(calendar: WorkingCalendar, day: string): void {
  try {
    const early = new Date(Date.parse(`${day}T00:00:00Z`) - 70 * 86_400_000).toISOString().slice(0, 10);
    addWorkingDays(calendar, early, 60);
  } catch (fault) {
    if (fault instanceof RangeError) throw new Refusal('calendar.too-few-working-days');
    throw fault;
  }
}

/** What was left of a limit under the old calendar is left under the changed one. */
async function moveDueDays(
  tx: Tx,
  {
    old,
    changed,
    today,
    day,
  }: { readonly old: WorkingCalendar; readonly changed: WorkingCalendar } & Readonly<Record<'today' | 'day', string>>,
): Promise<number> {
  const { rows } = await sql<{ due: string }>`
    select distinct due_on as due from authority.request_item
    where due_on >= ${day}::date and due_on is not null and state in ('received', 'proposed', 'approved', 'issuing')
    order by due_on desc`.execute(tx);
  const moves = rows
    .map(({ due }) => ({ due, moved: addWorkingDays(changed, today, workingDaysBetween(old, today, due)) }))
    .filter(({ due, moved }) => due !== moved);
  if (moves.length === 0) return 0;
  const done = await sql`
    update authority.request_item i set due_on = x.moved
    from jsonb_to_recordset(${JSON.stringify(moves)}::jsonb) as x(due date, moved date)
    where i.due_on = x.due and i.state in ('received', 'proposed', 'approved', 'issuing')`.execute(tx);
  return Number(done.numAffectedRows ?? 0n);
}
