import { sql } from 'kysely';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import type { CalendarDay, WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { Db, Tx } from '@antin/adapters/db/transaction';

/** The issuer's calendar as it is configured. */
export async function calendarOf(db: Db): Promise<WorkingCalendar> {
  const { rows } = await sql<CalendarDay>`select day, kind, source from authority.calendar_day order by day`.execute(db);
  return workingCalendar(rows);
}

/**
 * Who counts a due day holds the calendar still until it is written down: a change of the calendar waits for those that count
 * by the old one and moves their days too. Two that wait for each other are sorted out by `inTransaction`.
 */
export async function lockCalendar(tx: Tx, why: 'to count by it' | 'to change it'): Promise<void> {
  const key = sql`hashtextextended('authority calendar', 0)`;
  await (
    why === 'to change it' ? sql`select pg_advisory_xact_lock(${key})` : sql`select pg_advisory_xact_lock_shared(${key})`
  ).execute(tx);
}
