import { createHash, timingSafeEqual } from 'node:crypto';
import type { MachineAccountState } from '@antin/protocol/authority/enrolment';

interface Standing {
  readonly closedAt: Date | null;
  readonly expiresAt: Date;
  readonly withdrawn: boolean;
}

/** What comes first is said first: who closed an account meant more than its end. */
export function stateOf(account: Standing, now: number): MachineAccountState {
  if (account.closedAt !== null) return 'closed';
  if (account.withdrawn) return 'withdrawn';
  return account.expiresAt.getTime() <= now ? 'expired' : 'open';
}

export function isOpen(account: Standing & { readonly approver: string | null }, now: number): boolean {
  return account.approver !== null && stateOf(account, now) === 'open';
}

/** States of a request that an account may be opened for: agreed on by two, whether or not its first certificate is there. */
const AGREED = new Set(['approved', 'issuing', 'issued', 'handed-over']);

/** @returns the code of the reason why not */
export function whyNoAccount(
  item: {
    readonly state: string;
    readonly form: string | null;
    readonly approver: string | null;
    readonly item: { readonly act: string };
  },
  officerId: string,
): string | undefined {
  if (item.form !== '03' || (item.item.act !== 'new' && item.item.act !== 'change')) return 'enrolment.not-a-device';
  if (!AGREED.has(item.state) || item.approver === null) return 'enrolment.not-approved';
  if (item.approver === officerId) return 'enrolment.same-officer';
  return undefined;
}

/** Constant time: how far a guess was right must not show in how long the answer took. One way of writing a secret is right. */
export function sameSecret(given: string, secret: Uint8Array): boolean {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(Buffer.from(given)), digest(Buffer.from(Buffer.from(secret).toString('base64url'))));
}
