/** Words shown by signatures, as data: templates belong to the agency, these are the defaults of Decree 30/2020. */

/** What an annex in its own file shows top right on its first page: number and symbol, signing time. */
export function annexLines(numberAndSymbol: string, signingTime: number, pattern?: string): string[] {
  return [`Số: ${numberAndSymbol}`, `Thời gian ký: ${formatSigningTime(signingTime, pattern)}`];
}

/** What a certified electronic copy shows: kind of copy, copying organisation, signing time. */
export function copyLines(
  kind: 'SAO Y' | 'SAO LỤC' | 'TRÍCH SAO',
  organisation: string,
  signingTime: number,
  pattern?: string,
): string[] {
  return [kind, organisation, `Thời gian ký: ${formatSigningTime(signingTime, pattern)}`];
}

/** What stands for a signature picture where there is none. */
export function nameLines(name: string, signingTime: number, pattern?: string): string[] {
  return [`Ký bởi: ${name}`, `Thời gian ký: ${formatSigningTime(signingTime, pattern)}`];
}

const DEFAULT_TIME_PATTERN = 'dd-MM-yyyy HH:mm:ss +07:00';

/**
 * ISO 8601 parts in the order of `pattern`: `yyyy MM dd HH mm ss`; the zone is the `±HH:mm` that ends the pattern, so what is
 * shown and what is computed cannot differ.
 *
 * @param milliseconds since 1970
 */
export function formatSigningTime(milliseconds: number, pattern: string = DEFAULT_TIME_PATTERN): string {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(pattern);
  const minutes = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  const [date, time] = new Date(milliseconds + minutes * 60_000).toISOString().split('T') as [string, string];
  const [yyyy, MM, dd] = date.split('-') as [string, string, string];
  const [HH, mm, ss] = time.slice(0, 8).split(':') as [string, string, string];
  const parts: Record<string, string> = { yyyy, MM, dd, HH, mm, ss };
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (key) => parts[key] as string);
}
