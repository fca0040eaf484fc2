import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';

/**
 * The date a number may carry: the day of signing or later, not in the future, and not before the date of a number
 * already given in the series (12 dated before 11 would be a doubt in every archive).
 */
export function mayDate(
  date: string,
  facts: { readonly today: string; readonly signedOn: string; readonly lastDate: string | undefined },
): Decision<string> {
  if (date > facts.today) return refused('issue.date-in-future');
  if (date < facts.signedOn) return refused('issue.date-before-signature');
  if (facts.lastDate !== undefined && date < facts.lastDate) return refused('issue.date-out-of-order');
  return allowed(date);
}

export interface ReservationFacts {
  readonly number: number;
  readonly seriesLastNumber: number;
  /** Office days. */
  readonly reservedOn: string;
  readonly today: string;
  /** Every job ever made for this reservation: what its device said, if anything. */
  readonly answers: readonly ('signed' | 'not-used' | 'unknown' | undefined)[];
}

/**
 * Whether a reserved number may return to its series: every device that got it proved that its key was not used, it is
 * still the same day, and no higher number has been given. Otherwise only voiding is left.
 */
export function mayRelease(facts: ReservationFacts): Decision<number> {
  if (facts.answers.some((answer) => answer !== 'not-used')) return refused('seal.device-has-not-denied');
  if (facts.reservedOn !== facts.today) return refused('seal.not-same-day');
  if (facts.seriesLastNumber !== facts.number) return refused('seal.higher-number-given');
  return allowed(facts.number - 1);
}
