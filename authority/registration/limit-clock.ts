import { addWorkingDays, workingDaysBetween } from '@antin/adapters/clock/working-days';
import type { WorkingCalendar } from '@antin/adapters/clock/working-days';
import type { RequestState } from '@antin/protocol/authority/registration';

/** How the limit of a request stands. `daysLeft` is set while the clock stands still, `dueOn` while it runs. */
export interface LimitClock {
  readonly completeAt: Date | null;
  readonly dueOn: string | null;
  readonly daysLeft: number | null;
}

export const NOT_STARTED: LimitClock = { completeAt: null, dueOn: null, daysLeft: null };

/**
 * The clock after a change. It begins when the file is complete, stands still while a question is open or a paper that was
 * asked for is missing, and goes on with what was left (Decree 68/2024 art. 11: three working days from a valid file).
 *
 * @param runs whether the file is complete and nothing is being waited for
 */
export function turnClock(
  clock: LimitClock,
  runs: boolean,
  now: { readonly at: Date; readonly day: string },
  calendar: WorkingCalendar,
  limitDays: number,
): LimitClock {
  if (clock.completeAt === null) {
    return runs ? { completeAt: now.at, dueOn: addWorkingDays(calendar, now.day, limitDays), daysLeft: null } : clock;
  }
  if (!runs) {
    const daysLeft = clock.daysLeft ?? workingDaysBetween(calendar, now.day, clock.dueOn ?? now.day);
    return { ...clock, dueOn: null, daysLeft };
  }
  if (clock.daysLeft === null) return clock;
  return { ...clock, dueOn: resumedDue(calendar, now.day, clock.daysLeft), daysLeft: null };
}

/** What was overdue before the question stays overdue after it, by as many days. */
function resumedDue(calendar: WorkingCalendar, day: string, daysLeft: number): string {
  if (daysLeft >= 0) return addWorkingDays(calendar, day, daysLeft);
  let due = day;
  for (let left = daysLeft; left < 0;) {
    due = new Date(Date.parse(`${due}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
    if (calendar.isWorkingDay(due)) left += 1;
  }
  return due;
}

const ENDED: readonly RequestState[] = ['issued', 'handed-over', 'carried-out', 'refused', 'withdrawn'];

/** As lists show it. */
export function shownClock(
  state: RequestState,
  clock: LimitClock,
  today: string,
  calendar: WorkingCalendar,
): { readonly clock: 'not-started' | 'runs' | 'stopped' | 'ended'; readonly dueOn?: string; readonly daysLeft?: number } {
  if (ENDED.includes(state)) return { clock: 'ended' };
  if (clock.completeAt === null) return { clock: 'not-started' };
  if (clock.dueOn === null) return { clock: 'stopped', ...(clock.daysLeft === null ? {} : { daysLeft: clock.daysLeft }) };
  return { clock: 'runs', dueOn: clock.dueOn, daysLeft: workingDaysBetween(calendar, today, clock.dueOn) };
}
