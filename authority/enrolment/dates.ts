import type { Certificate } from '@antin/pki/x509/certificate';
import { refused, type Refusal } from '../fault.ts';

/** Milliseconds since 1970. */
export interface Dates {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Certificates that machines fetch live shortly: nobody has to think of them. */
export const LIFE_MS = 90 * 86_400_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * From when to when: what nobody asked for is cut at the end of the account and of the issuer; what was asked for and does not
 * fit is refused, never silently shortened (`enrolment.dates-not-allowed`). Nothing begins before now (an hour is given to
 * clocks that are behind) or more than a day ahead.
 *
 * @param until the account's end
 */
export function datesFor(
  wish: Partial<Dates>,
  { now, until, issuer }: { readonly now: number; readonly until: number; readonly issuer: Certificate },
): ({ readonly status: 'dates' } & Dates) | Refusal {
  const earliest = Math.max(now - HOUR, issuer.notBefore);
  const notBefore = wish.notBefore ?? earliest;
  const latest = Math.min(Math.max(now, notBefore) + LIFE_MS, until, issuer.notAfter);
  const notAfter = wish.notAfter ?? latest;
  const say = (at: number) => new Date(at).toISOString();
  if (notBefore < earliest || notBefore > now + DAY)
    return refused('enrolment.dates-not-allowed', `notBefore from ${say(earliest)} to ${say(now + DAY)}`);
  if (notAfter <= Math.max(notBefore, now) || notAfter > latest)
    return refused('enrolment.dates-not-allowed', `notAfter to ${say(latest)}`);
  return { status: 'dates', notBefore, notAfter };
}
