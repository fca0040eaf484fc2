import { yearsAfter } from '../ca/validity.ts';
import type { LimitName } from './profile.ts';

/** Longest lives, in years; law changes them, so each line has the day from which it holds and where it stands. */
export interface Limit {
  readonly limit: LimitName;
  /** `yyyy-MM-dd`, office time. */
  readonly from: string;
  readonly years: number;
  /** A renewal may end at most so much later than the certificate it follows. */
  readonly renewalYears?: number;
  readonly source: string;
}

export const LIMITS: readonly Limit[] = [
  { limit: 'root', from: '2000-01-01', years: 20, source: 'Decree 68/2024 art. 9' },
  { limit: 'sub-ca', from: '2000-01-01', years: 15, source: 'inside the root of 20 years, so that every subscriber fits' },
  { limit: 'ocsp', from: '2000-01-01', years: 1 / 12, source: 'RFC 6960 §4.2.2.2.1: nobody can revoke it' },
  { limit: 'tsa', from: '2000-01-01', years: 10, source: 'outlives the key by long; Decree 23/2025 gives public ones 5' },
  { limit: 'official', from: '2000-01-01', years: 5, renewalYears: 3, source: 'Decree 130/2018 art. 59, 63' },
  { limit: 'official', from: '2024-08-15', years: 5, renewalYears: 3, source: 'Decree 68/2024 art. 9' },
  { limit: 'citizen', from: '2000-01-01', years: 3, source: 'Decree 23/2025, applied to earlier days too' },
];

/** The first moment of a day in office time. */
const begins = ({ from }: Limit): number => Date.parse(`${from}T00:00:00+07:00`);

/** Lines of each limit with the moment from which they hold, latest first; made once for a table. */
const ordered = new WeakMap<
  readonly Limit[],
  ReadonlyMap<LimitName, readonly { readonly line: Limit; readonly from: number }[]>
>();

function linesOf(limits: readonly Limit[]) {
  let lines = ordered.get(limits);
  if (lines === undefined) {
    const latestFirst = limits.map((line) => ({ line, from: begins(line) })).sort((a, b) => b.from - a.from);
    ordered.set(limits, (lines = Map.groupBy(latestFirst, ({ line }) => line.limit)));
  }
  return lines;
}

/** The line that holds on the day of `at` (milliseconds since 1970). */
export function limitAt(name: LimitName, at: number, limits: readonly Limit[] = LIMITS): Limit {
  const found = linesOf(limits)
    .get(name)
    ?.find(({ from }) => from <= at);
  if (found === undefined) throw new Error(`no limit ${name} on ${new Date(at).toISOString()}`);
  return found.line;
}

/**
 * The last moment a certificate may end that begins at `notBefore`.
 *
 * @param renewsUntil notAfter of the certificate it follows, for a renewal
 */
export function latestEnd(name: LimitName, notBefore: number, renewsUntil?: number, limits: readonly Limit[] = LIMITS): number {
  const limit = limitAt(name, notBefore, limits);
  if (renewsUntil === undefined || limit.renewalYears === undefined) return yearsAfter(notBefore, limit.years);
  return yearsAfter(renewsUntil + 1000, limit.renewalYears);
}
