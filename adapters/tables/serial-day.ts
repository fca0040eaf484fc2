const DAY_MS = 86_400_000;

/**
 * A day as spreadsheets count it → `yyyy-MM-dd`. Day 1 is 1900-01-01, and 60 is a 29 February 1900 that never was
 * (ISO/IEC 29500-1 §18.17.4.1); in the system of 1904, day 0 is 1904-01-01.
 */
export function writtenSerial(serial: number, from1904 = false): string {
  const whole = Math.floor(serial);
  const start = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, whole >= 60 ? 30 : 31);
  const at = new Date(start + whole * DAY_MS);
  return Number.isNaN(at.getTime()) ? String(serial) : at.toISOString().slice(0, 10);
}

/**
 * A day as people write it: `dd/MM/yyyy`, `d-M-yyyy`, `d.M.yyyy`, `yyyy-MM-dd`, `yyyy/MM/dd`. The year has four digits,
 * so that nobody guesses; days before months, as Vietnam writes them.
 *
 * @returns `yyyy-MM-dd`, or undefined for anything else, 30 February included
 */
export function readDay(text: string): string | undefined {
  const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$/.exec(text);
  const dayFirst = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
  const [year, month, day] = yearFirst?.slice(1) ?? dayFirst?.slice(1).reverse() ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = new Date(`${written}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== written ? undefined : written;
}
