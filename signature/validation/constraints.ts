import type { Check } from './checks.ts';
import type { ConstraintLevel, ValidationPolicy } from './policy.ts';

/**
 * Findings about a document rather than a signature that a policy may turn into warnings, and into nothing less: messages whose
 * parts are signed by several offices, with a frame that carries words of its own.
 */
export const WARNABLE_OF_DOCUMENTS: ReadonlySet<string> = new Set(['xml.unsigned-content']);

/** What a policy may make of trusted lists (TS 119 612): one that has ended ends its trust (`fail`), or goes on with a warning. */
export const OF_TRUSTED_LISTS: ReadonlySet<string> = new Set(['trusted-list.expired']);

/** What the policy makes of a check that does not hold: by the code of the finding, then by the check; `fail` else. */
export function constraintOf(check: Check, code: string, policy: ValidationPolicy): ConstraintLevel {
  if (check.loosenable !== true) return 'fail';
  return policy.constraints?.[code] ?? policy.constraints?.[check.id] ?? 'fail';
}
