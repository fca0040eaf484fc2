import type { CertificateRow } from '../issuance/store.ts';
import { refused } from '../fault.ts';
import type { Refusal } from '../fault.ts';
import { REASONS } from './causes.ts';
import type { RevocationReason } from './causes.ts';

export interface RevocationRow {
  readonly revokedAt: number;
  readonly reason: number;
  /** The moment from which the key must not be trusted, where it is earlier than `revokedAt`. */
  readonly invalidSince?: number;
  /** The officer whose decision it is. */
  readonly decidedBy?: string;
}

export interface RevocationDecision {
  readonly status: 'revoke';
  readonly revokedAt: number;
  readonly reason: number;
  readonly invalidSince?: number;
}

export interface RevocationWish {
  readonly reason: RevocationReason;
  readonly at: number;
  /** invalidityDate (RFC 5280 §5.3.2): when it is known or suspected that the certificate became invalid. */
  readonly invalidSince?: number;
}

const second = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000;

/**
 * Whether and how a certificate is revoked now. Nothing weakens an earlier revocation; keyCompromise may replace its
 * reason, and any reason replaces a hold.
 */
export function decideRevocation(
  certificate: CertificateRow | undefined,
  earlier: RevocationRow | undefined,
  wish: RevocationWish,
  now: number,
): RevocationDecision | Refusal {
  const reason = REASONS[wish.reason] as number | undefined;
  if (reason === undefined || reason === REASONS.certificateHold) return refused('revocation.reason-not-allowed', wish.reason);
  if (certificate === undefined || certificate.state === 'intended') return refused('revocation.unknown-serial');
  if (wish.at > now || (wish.invalidSince ?? 0) > now) return refused('revocation.moment-in-future');
  if (wish.at < certificate.notBefore) return refused('revocation.moment-before-issue');
  const held = earlier?.reason === REASONS.certificateHold;
  if (earlier !== undefined && !held && (reason !== REASONS.keyCompromise || earlier.reason === REASONS.keyCompromise)) {
    return refused('revocation.already-revoked');
  }
  // An earlier moment stays, a hold's too: what was invalid does not become valid again.
  const revokedAt = second(Math.min(wish.at, earlier?.revokedAt ?? Infinity));
  // Before it existed the certificate was invalid anyway; a day of a decision may begin before the hour of issue.
  const since = second(
    Math.max(certificate.notBefore, Math.min(wish.invalidSince ?? Infinity, earlier?.invalidSince ?? Infinity)),
  );
  return { status: 'revoke', revokedAt, reason, ...(since < revokedAt ? { invalidSince: since } : {}) };
}

/**
 * Whether a certificate is suspended now. Decree 68/2024 knows no suspension of certificates for official duty, Decree
 * 23/2025 knows it for citizens': the profile says which.
 */
export function decideSuspension(
  certificate: CertificateRow | undefined,
  earlier: RevocationRow | undefined,
  suspendable: boolean,
  now: number,
): RevocationDecision | Refusal {
  if (certificate === undefined || certificate.state !== 'good') return refused('revocation.unknown-serial');
  if (!suspendable) return refused('revocation.not-suspendable', certificate.profile);
  if (earlier?.reason === REASONS.certificateHold) return refused('revocation.already-suspended');
  if (earlier !== undefined) return refused('revocation.already-revoked');
  if (now > certificate.notAfter) return refused('revocation.expired');
  return { status: 'revoke', revokedAt: Math.max(second(now), certificate.notBefore), reason: REASONS.certificateHold };
}

/** Whether `officer` may end a suspension: whoever suspended must not also lift (two people, pki.md §8.5). */
export function decideLift(earlier: RevocationRow | undefined, officer: string): { readonly status: 'lift' } | Refusal {
  if (earlier === undefined || earlier.reason !== REASONS.certificateHold) return refused('revocation.not-suspended');
  if (earlier.decidedBy === undefined || earlier.decidedBy === officer) return refused('revocation.second-officer-needed');
  return { status: 'lift' };
}
