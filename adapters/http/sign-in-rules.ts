/** Without a request for this long the session ends. */
const IDLE_MS = 8 * 3_600_000;
/** And after this long in any case. */
export const LIFETIME_MS = 24 * 3_600_000;
/** `last_seen_at` is written at most this often: reading pages must not write a row each time. */
export const TOUCH_MS = 60_000;

export const ATTEMPT_WINDOW_MS = 15 * 60_000;

/**
 * Whether one more wrong password may be tried. Few for one name from one place; more for the name from anywhere, so
 * that a stranger cannot lock a clerk out cheaply; a ceiling for one place against lists of names.
 */
export function mayTry(failures: { readonly nameHere: number; readonly nameAnywhere: number; readonly here: number }): boolean {
  return failures.nameHere <= 5 && failures.nameAnywhere <= 50 && failures.here <= 100;
}

export function isAlive(session: { readonly lastSeenAt: Date; readonly expiresAt: Date }, now: Date): boolean {
  return now < session.expiresAt && now.getTime() - session.lastSeenAt.getTime() < IDLE_MS;
}
