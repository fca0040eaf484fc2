import { createHash, timingSafeEqual } from 'node:crypto';

export function isOpen(
  account: { readonly closedAt: Date | null; readonly expiresAt: Date; readonly approver: string | null },
  now: number,
): boolean {
  return account.closedAt === null && account.expiresAt.getTime() > now && account.approver !== null;
}

/** States of a request that an account may be opened for: agreed on by two, whether or not its first certificate is there. */
const AGREED = new Set(['approved', 'issuing', 'issued', 'handed-over']);

/** @returns the code of the reason why not */
export function whyNoAccount(
  item: { readonly state: string; readonly form: string | null; readonly approver: string | null },
  officerId: string,
): string | undefined {
  if (item.form !== '03') return 'enrolment.not-a-device';
  if (!AGREED.has(item.state) || item.approver === null) return 'enrolment.not-approved';
  if (item.approver === officerId) return 'enrolment.same-officer';
  return undefined;
}

/** Constant time: how far a guess was right must not show in how long the answer took. */
export function sameSecret(given: string, secret: Uint8Array): boolean {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(Buffer.from(given, 'base64url')), digest(secret)) && given.length > 0;
}
