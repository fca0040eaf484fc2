import { officeDay } from '@antin/adapters/clock/days';
import { workingDaysBetween, type WorkingCalendar } from '@antin/adapters/clock/working-days';

/** Clocks of an agency's computer and of this side may differ. */
const SKEW_MS = 15 * 60_000;

/**
 * Whether a signed request has lain too long, or is signed at a moment that has not come. What an organisation asked for a season ago
 * may have been withdrawn on paper since; who found the file must not be able to bring it.
 *
 * @param signedAt milliseconds since 1970, of the organisation's signature; without a time in it, when the request was made
 * @param most working days after the day of the signature
 */
export function ageAgainst(
  signedAt: number,
  receivedAt: Date,
  calendar: WorkingCalendar,
  most: number,
): { readonly code: string; readonly detail: string } | undefined {
  const [from, to] = [officeDay(new Date(signedAt)), officeDay(receivedAt)];
  if (signedAt > receivedAt.getTime() + SKEW_MS) return { code: 'submission.signed-in-future', detail: from };
  const days = workingDaysBetween(calendar, from, to);
  return days > most ? { code: 'submission.too-old', detail: `${from}, ${days} > ${most}` } : undefined;
}
