const ZONE = 'Asia/Ho_Chi_Minh';

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

interface Clock {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

function clockOf(instant: string | number): Clock {
  const found: Record<string, string> = {};
  for (const part of parts.formatToParts(new Date(instant))) found[part.type] = part.value;
  return found as unknown as Clock;
}

/** `21/11/2026 14:05`, in Vietnam whatever the reader's own zone. */
export function instantText(instant: string | number): string {
  const c = clockOf(instant);
  return `${c.day}/${c.month}/${c.year} ${c.hour}:${c.minute}`;
}

/** With seconds, where the time is evidence. */
export function exactText(instant: string | number): string {
  const c = clockOf(instant);
  return `${c.day}/${c.month}/${c.year} ${c.hour}:${c.minute}:${c.second}`;
}

/** `yyyy-MM-dd` → `dd/MM/yyyy`. */
export function dayText(day: string): string {
  const [year, month, date] = day.split('-');
  return year === undefined || month === undefined || date === undefined ? day : `${date}/${month}/${year}`;
}

/** The calendar day in Vietnam of an instant, `yyyy-MM-dd`. */
export function dayOf(instant: string | number): string {
  const c = clockOf(instant);
  return `${c.year}-${c.month}-${c.day}`;
}

/** `ngày 21 tháng 11 năm 2026`: days below 10 and months 1, 2 are written with a zero (Decree 30/2020, Appendix I). */
export function fullDayText(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `ngày ${date} tháng ${Number(month) > 2 ? Number(month) : month} năm ${year}`;
}

/** Today: the hour alone; other days: day and hour. Short enough for a table. */
export function sinceText(instant: string, now: number): string {
  const text = instantText(instant);
  return dayOf(instant) === dayOf(now) ? text.slice(11) : text;
}
