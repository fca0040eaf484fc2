import type { Counts, Role } from '@antin/protocol/office/session';

/** What waits "for me" is what my roles may do: a leader is not told of numbers that only a clerk can give. */
export function countsOfRole(counts: Counts, roles: readonly Role[]): Counts {
  const clerk = roles.includes('clerk');
  const leader = roles.includes('leader');
  return {
    ...counts,
    drafts: roles.includes('drafter') ? counts.drafts : 0,
    toSign: leader ? counts.toSign : 0,
    toIssue: clerk ? counts.toIssue : 0,
    // Counted by role where it comes from: a leader's own signature, or the organisation's.
    requestsToSign: clerk || leader ? counts.requestsToSign : 0,
    toReceive: clerk ? counts.toReceive : 0,
    toAssign: clerk || leader ? counts.toAssign : 0,
    certificateTasks: roles.includes('certificate-officer') ? counts.certificateTasks : 0,
  };
}
