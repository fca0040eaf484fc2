/** Reads `21/11/2026`, `21.11.2026`, `21-11-26`; undefined when it is no day. */
export function parseDay(text: string): string | undefined {
  const match = /^\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\s*$/.exec(text);
  if (match === null) return undefined;
  const [, day = '', month = '', given = ''] = match;
  const year = given.length === 2 ? `20${given}` : given;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== iso ? undefined : iso;
}

/**
 * What a field holds after somebody typed: the day, empty, or the text itself when it is no day or outside the limits. It
 * is not put right in silence: a form that says 31/02 or a year ago must not be sent with the day that stood there before.
 */
export function dayOrText(text: string, min?: string, max?: string): string {
  const day = parseDay(text);
  if (day === undefined) return text.trim();
  return (min !== undefined && day < min) || (max !== undefined && day > max) ? text.trim() : day;
}
