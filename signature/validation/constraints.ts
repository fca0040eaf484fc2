import type { Check } from './checks.ts';
import type { ConstraintLevel, ValidationPolicy } from './policy.ts';

/** What the policy makes of a check that does not hold: by the code of the finding, then by the check; `fail` else. */
export function constraintOf(check: Check, code: string, policy: ValidationPolicy): ConstraintLevel {
  if (check.loosenable !== true) return 'fail';
  return policy.constraints?.[code] ?? policy.constraints?.[check.id] ?? 'fail';
}
