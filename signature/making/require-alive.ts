import { SignatureFault } from '../fault.ts';

/** A time-stamp from after the end of the certificate proves nothing about the time before it (EN 319 142-1 §6.3). */
export function requireAlive(notAfter: number, who: string, at: number): void {
  if (at <= notAfter) return;
  const message = `the certificate of ${who} ended at ${new Date(notAfter).toISOString()} and no time-stamp was made before`;
  throw new SignatureFault('extend.expired', message);
}
