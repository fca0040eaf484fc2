import { officeDay } from '@antin/adapters/clock/days';

/** How many certificates a machine may fetch, so that a client in a loop does not fill registers and lists for years. */
export interface EnrolmentLimit {
  /** `yyyy-MM-dd`, office time: the line holds from this day on. */
  readonly from: string;
  /** Most certificates of one account in 24 hours. */
  readonly perAccount: number;
  /** Most certificates in 24 hours that name one host, whoever asks. */
  readonly perName: number;
}

export const ENROLMENT_LIMITS: readonly EnrolmentLimit[] = [{ from: '2000-01-01', perAccount: 60, perName: 20 }];

const WINDOW_MS = 86_400_000;
/** Nobody is told to come back sooner than this. */
const LEAST_WAIT_SECONDS = 60;

export const windowStart = (now: number): Date => new Date(now - WINDOW_MS);

/**
 * Seconds to wait before one more certificate; 0: now. The window slides: there is no midnight at which everybody may again.
 *
 * @param issues moments inside the window, oldest first
 */
export function waitFor(
  issues: { readonly ofAccount: readonly Date[]; readonly ofNames: ReadonlyMap<string, readonly Date[]> },
  now: number,
  limits: readonly EnrolmentLimit[] = ENROLMENT_LIMITS,
): number {
  const day = officeDay(new Date(now));
  const limit = limits.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
  if (limit === undefined) throw new TypeError(`no limit of enrolment on ${day}`);
  // When so many have left the window that one more fits.
  const fits = (moments: readonly Date[], most: number) =>
    moments.length < most ? now : moments[moments.length - most]!.getTime() + WINDOW_MS;
  const at = Math.max(
    fits(issues.ofAccount, limit.perAccount),
    ...[...issues.ofNames.values()].map((moments) => fits(moments, limit.perName)),
  );
  return at <= now ? 0 : Math.max(LEAST_WAIT_SECONDS, Math.ceil((at - now) / 1000));
}
