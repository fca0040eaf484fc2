/** One day of the configured calendar that is not what its weekday says. */
export interface CalendarDay {
  /** `yyyy-MM-dd` in Asia/Ho_Chi_Minh. */
  readonly day: string;
  /** `off`: a holiday or a day swapped for one. `work`: a Saturday or Sunday worked in exchange. */
  readonly kind: 'off' | 'work';
  /** Who said so: the article of a law, the number of a decision. */
  readonly source: string;
}

/** Monday to Friday, less days off, plus days worked in exchange. Dated data: past deadlines stay what they were. */
export interface WorkingCalendar {
  isWorkingDay(day: string): boolean;
}

/** Days off each year by the solar calendar (Labour Code 45/2019 art. 112 §1); Tết, Hùng Kings' day and swaps are configured. */
export const EVERY_YEAR: ReadonlySet<string> = new Set(['01-01', '04-30', '05-01', '09-02']);

/** The longest run of days off ever announced is well below this; more means that the calendar is wrong. */
const MAX_RUN = 60;

/**
 * @param days the configured days; the later of two rows about one day holds
 */
export function workingCalendar(days: readonly CalendarDay[] = []): WorkingCalendar {
  const configured = new Map(days.map((one) => [one.day, one.kind]));
  return {
    isWorkingDay(day) {
      const said = configured.get(day);
      if (said !== undefined) return said === 'work';
      const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
      return weekday !== 0 && weekday !== 6 && !EVERY_YEAR.has(day.slice(5));
    },
  };
}

/** The day before or after, by the calendar. */
export function nextDay(day: string, step: 1 | -1 = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + step * 86_400_000).toISOString().slice(0, 10);
}

/**
 * The last day of a time limit of `count` working days: the day it begins is not counted (Civil Code 2015 art. 147), and
 * a limit of 0 ends on that day or the first working day after it.
 *
 * @throws {RangeError} a calendar without working days, a negative count
 */
export function addWorkingDays(calendar: WorkingCalendar, from: string, count: number): string {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`working days: ${count}`);
  let day = from;
  let run = 0;
  if (count === 0) {
    while (!calendar.isWorkingDay(day)) {
      if (++run > MAX_RUN) throw new RangeError(`no working day within ${MAX_RUN} days of ${from}`);
      day = nextDay(day);
    }
    return day;
  }
  for (let left = count; left > 0;) {
    day = nextDay(day);
    if (calendar.isWorkingDay(day)) {
      left -= 1;
      run = 0;
    } else if (++run > MAX_RUN) throw new RangeError(`no working day within ${MAX_RUN} days of ${from}`);
  }
  return day;
}

/** How many working days lie after `from` up to and with `to`; negative when `to` is earlier (days overdue). */
export function workingDaysBetween(calendar: WorkingCalendar, from: string, to: string): number {
  if (to < from) return -workingDaysBetween(calendar, to, from);
  let count = 0;
  for (let day = from; day < to;) {
    day = nextDay(day);
    if (calendar.isWorkingDay(day)) count += 1;
  }
  return count;
}
