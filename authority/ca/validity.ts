const DAY = 86_400_000;

/**
 * The last second of a validity that began at `from`, both ends included (RFC 5280 §4.1.2.5). Whole years go by the
 * calendar, parts of a year by days.
 */
export function yearsAfter(from: number, years: number): number {
  if (!Number.isInteger(years)) return from + Math.round(years * 365) * DAY - 1000;
  const end = new Date(from);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end.getTime() - 1000;
}
