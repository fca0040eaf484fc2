import type { RevocationCause } from '@antin/protocol/certificates/request';

/**
 * CRLReason values of RFC 5280 §5.3.1. No cACompromise and removeFromCRL: they are not about subscribers, and
 * removeFromCRL stands in delta lists only.
 */
export const REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;

/** Reasons a revocation may name; a hold is no revocation and has its own act (`suspend`). */
export type RevocationReason = Exclude<keyof typeof REASONS, 'certificateHold'>;

/** What a legal cause is called in a list, and why so. */
export interface CauseRow {
  readonly reason: RevocationReason;
  readonly because: string;
}

/** Each legal cause of Decree 68/2024 art. 17 and the CRLReason that stands for it. */
export const CAUSES: Readonly<Record<RevocationCause, CauseRow>> = {
  'key-compromised': { reason: 'keyCompromise', because: 'the private key is in other hands' },
  'key-suspected': { reason: 'keyCompromise', because: 'RFC 5280: "known or suspected" are one reason' },
  'device-lost': { reason: 'keyCompromise', because: 'whoever finds the device holds the key; only a PIN stands between' },
  'device-broken': { reason: 'cessationOfOperation', because: 'the key is gone for its holder too, nobody else has it' },
  'requested-by-prosecution': { reason: 'privilegeWithdrawn', because: 'the right to sign is taken by those who may' },
  'requested-by-agency': { reason: 'privilegeWithdrawn', because: 'the managing agency withdraws the right it asked for' },
  'post-changed': { reason: 'affiliationChanged', because: 'unit or title in the certificate are no longer true' },
  retired: { reason: 'cessationOfOperation', because: 'the post ended; what was signed stays as it was' },
  resigned: { reason: 'cessationOfOperation', because: 'the post ended; what was signed stays as it was' },
  died: { reason: 'cessationOfOperation', because: 'nobody may use the key any more' },
  'organisation-dissolved': { reason: 'cessationOfOperation', because: 'the subject exists no more' },
  'organisation-split': { reason: 'affiliationChanged', because: 'the name in the certificate is no longer true' },
  'organisation-merged': { reason: 'affiliationChanged', because: 'the name in the certificate is no longer true' },
  'device-stopped': { reason: 'cessationOfOperation', because: 'the device, service or software is no longer run' },
  'information-changed': { reason: 'affiliationChanged', because: 'what the certificate says is no longer true' },
  superseded: { reason: 'superseded', because: 'a new certificate takes its place' },
};
