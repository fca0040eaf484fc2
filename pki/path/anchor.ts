import type { TrustAnchor } from './validate.ts';

/** Does the trust store let this anchor vouch for this purpose at this moment (ms since 1970)? */
export function vouches(anchor: TrustAnchor, purpose: TrustAnchor['purposes'][number], at: number): boolean {
  return anchor.purposes.includes(purpose) && withinDates(anchor, at);
}

/** The dates of the trust store: a service withdrawn at a moment vouches for nothing from then on. */
export function withinDates(anchor: TrustAnchor, at: number): boolean {
  return (anchor.notBefore === undefined || at >= anchor.notBefore) && (anchor.notAfter === undefined || at <= anchor.notAfter);
}
