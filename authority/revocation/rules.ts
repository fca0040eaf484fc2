import type { CertificateRow } from '../issuance/store.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';

/**
 * CRLReason values a subscriber's certificate may get. No certificateHold: Decree 68/2024 art. 6 knows no suspension; no
 * cACompromise and removeFromCRL: they are not about subscribers.
 */
export const REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;
export type RevocationReason = keyof typeof REASONS;

export interface RevocationRow {
  readonly revokedAt: number;
  readonly reason: number;
}

export interface RevocationDecision {
  readonly status: 'revoke';
  readonly revokedAt: number;
  readonly reason: number;
}

/** Whether and how a certificate is revoked now. Nothing weakens an earlier revocation; keyCompromise may replace its reason. */
export function decideRevocation(
  certificate: CertificateRow | undefined,
  earlier: RevocationRow | undefined,
  wish: { readonly reason: RevocationReason; readonly at: number },
  now: number,
): RevocationDecision | Refusal {
  const reason = REASONS[wish.reason] as number | undefined;
  if (reason === undefined) return refused('revocation.reason-not-allowed', wish.reason);
  if (certificate === undefined || certificate.state === 'intended') return refused('revocation.unknown-serial');
  if (wish.at > now) return refused('revocation.moment-in-future');
  if (wish.at < certificate.notBefore) return refused('revocation.moment-before-issue');
  if (earlier !== undefined) {
    const stronger = reason === REASONS.keyCompromise && earlier.reason !== REASONS.keyCompromise;
    if (!stronger) return refused('revocation.already-revoked');
    // The earlier moment stays if it is earlier: what was invalid does not become valid again.
    return { status: 'revoke', revokedAt: Math.min(wish.at, earlier.revokedAt), reason };
  }
  return { status: 'revoke', revokedAt: Math.floor(wish.at / 1000) * 1000, reason };
}
