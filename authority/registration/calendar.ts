import { sql } from 'kysely';
import { workingCalendar } from '@antin/adapters/clock/working-days';
import type { CalendarDay, WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { Db } from '@antin/adapters/db/transaction';

/** The issuer's calendar as it is configured. */
export async function calendarOf(db: Db): Promise<WorkingCalendar> {
  const { rows } = await sql<CalendarDay>`select day, kind, source from authority.calendar_day order by day`.execute(db);
  return workingCalendar(rows);
}
