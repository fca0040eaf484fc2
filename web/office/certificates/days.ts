import { dayOf } from '../../i18n/dates.ts';

const DAY = 86_400_000;

/** Whole days until an instant; 0 on the last one, negative after it. */
export const daysUntil = (instant: string, now = Date.now()): number => Math.floor((Date.parse(instant) - now) / DAY);

/** The day in Vietnam so many days from now, `yyyy-MM-dd`. */
export const dayIn = (days: number, now = Date.now()): string => dayOf(now + days * DAY);

/** First day of a month `yyyy-MM`, and of the one after it. */
export function monthBounds(month: string): { readonly from: string; readonly before: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  return { from: `${month}-01`, before: next };
}

/** `2026-11` as `11/2026`. */
export const monthText = (month: string): string => month.split('-').reverse().join('/');
