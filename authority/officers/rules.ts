import { allowed, refused } from '@antin/adapters/http/refusal';
import type { Decision } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';

/** One dated role; `to` is the first day it is no longer held. */
export interface RoleTerm {
  readonly role: OfficerRole;
  readonly from: string;
  readonly to: string | undefined;
}

export type IncompatiblePairs = readonly (readonly [OfficerRole, OfficerRole])[];

export function heldOn(terms: readonly RoleTerm[], day: string): OfficerRole[] {
  const held = terms.filter((term) => term.from <= day && (term.to === undefined || day < term.to)).map((term) => term.role);
  return [...new Set(held)];
}

const overlap = (a: RoleTerm, b: RoleTerm): boolean =>
  (a.to === undefined || b.from < a.to) && (b.to === undefined || a.from < b.to) && a.from !== a.to && b.from !== b.to;

/** Whether a term may be added: no day on which the officer would hold two roles that do not go together, or one twice. */
export function mayHold(terms: readonly RoleTerm[], wanted: RoleTerm, pairs: IncompatiblePairs): Decision<RoleTerm> {
  if (wanted.to !== undefined && wanted.to <= wanted.from) return refused('officer.term-empty');
  for (const term of terms) {
    if (!overlap(term, wanted)) continue;
    if (term.role === wanted.role) return refused('officer.role-held');
    const clash = pairs.some(([a, b]) => (a === term.role && b === wanted.role) || (b === term.role && a === wanted.role));
    if (clash) return refused('officer.roles-incompatible');
  }
  return allowed(wanted);
}

/** Of one decision about officers: somebody of operation, and not who proposed it. */
export function mayConfirm(
  change: { readonly state: string; readonly proposedBy: string; readonly about: string | undefined },
  officerId: string,
): Decision<undefined> {
  if (change.state !== 'proposed') return refused('officer.change-decided');
  if (change.proposedBy === officerId) return refused('officer.change-own');
  // Two who help each other are two; one who is made by the other and confirms their own powers is one.
  if (change.about === officerId) return refused('officer.change-about-self');
  return allowed(undefined);
}
