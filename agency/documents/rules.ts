import type { z } from 'zod';
import type { Act, DocumentState } from '@antin/protocol/office/documents';
import type { Role } from '@antin/protocol/office/session';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';

/** What happens to an outgoing document. Signing and sealing are written by workers, the rest by people. */
export type Step =
  'change' | 'submit' | 'delete' | 'return' | 'sign-begun' | 'signed' | 'reserved' | 'seal-again' | 'issued' | 'given-back';

/** Where each step leads from where it may be taken; what is not here is refused. */
const TABLE: Readonly<Record<Step, Partial<Record<DocumentState, DocumentState | 'gone'>>>> = {
  change: { draft: 'draft', returned: 'returned' },
  submit: { draft: 'awaiting-signature', returned: 'awaiting-signature' },
  delete: { draft: 'gone', returned: 'gone' },
  return: { 'awaiting-signature': 'returned', signed: 'returned' },
  'sign-begun': { 'awaiting-signature': 'awaiting-signature' },
  signed: { 'awaiting-signature': 'signed' },
  reserved: { signed: 'awaiting-seal' },
  'seal-again': { 'awaiting-seal': 'awaiting-seal' },
  issued: { 'awaiting-seal': 'issued' },
  // Release or void of the number: the document waits for a new one.
  'given-back': { 'awaiting-seal': 'signed' },
};

/** The state after a step. @returns refusal `document.wrong-state` */
export function after(state: DocumentState, step: Step): Decision<DocumentState | 'gone'> {
  const next = TABLE[step][state];
  return next === undefined ? refused('document.wrong-state') : allowed(next);
}

/** A change made on an older reading of the document would silently undo somebody's work. */
export function sameVersion(current: number, sent: number): Decision<true> {
  return current === sent ? allowed(true) : refused('document.changed-meanwhile');
}

export interface ActingPosition {
  readonly id: string;
  readonly agencyId: string;
  readonly roles: readonly Role[];
}

/** What a permission looks at. */
export interface DocumentFacts {
  readonly agencyId: string;
  readonly state: DocumentState;
  readonly signerPositionId: string;
  /** How far the newest signing attempt is, if one is under way. */
  readonly attempt: 'none' | 'waiting' | 'value-received';
}

type ActName = z.infer<typeof Act>['act'];
type OutgoingAct = Extract<ActName, 'edit' | 'submit' | 'delete' | 'sign' | 'return' | 'issue' | 'retry-seal' | 'cancel-seal'>;
type Rule = (document: DocumentFacts, position: ActingPosition) => string | undefined;

const state =
  (...states: DocumentState[]): Rule =>
  (document) =>
    states.includes(document.state) ? undefined : 'document.wrong-state';
const role =
  (...roles: Role[]): Rule =>
  (_, position) =>
    roles.some((one) => position.roles.includes(one)) ? undefined : `role.${roles[0]!}-needed`;
const addressedSigner: Rule = (document, position) =>
  document.signerPositionId === position.id ? undefined : 'sign.not-addressed-to-you';
/** A value that was received will be embedded: nothing may pull the document away under it. */
const noValueYet: Rule = (document) => (document.attempt === 'value-received' ? 'signing.under-way' : undefined);
const ownAgency: Rule = (document, position) =>
  document.agencyId === position.agencyId ? undefined : 'document.not-your-agency';
const all =
  (...rules: Rule[]): Rule =>
  (document, position) => {
    for (const rule of rules) {
      const why = rule(document, position);
      if (why !== undefined) return why;
    }
    return undefined;
  };
/** The addressed leader returns what they should sign; the clerk what cannot be issued, or waits for a signer who left. */
const returning: Rule = (document, position) => {
  if (document.state === 'signed') return role('clerk')(document, position);
  if (document.state !== 'awaiting-signature') return 'document.wrong-state';
  if (position.roles.includes('clerk')) return undefined;
  return addressedSigner(document, position) ?? role('leader')(document, position);
};

const RULES: Readonly<Record<OutgoingAct, Rule>> = {
  edit: all(ownAgency, role('drafter'), state('draft', 'returned')),
  submit: all(ownAgency, role('drafter'), state('draft', 'returned')),
  delete: all(ownAgency, role('drafter'), state('draft', 'returned')),
  sign: all(ownAgency, role('leader'), addressedSigner, state('awaiting-signature'), noValueYet),
  return: all(ownAgency, returning, noValueYet),
  issue: all(ownAgency, role('clerk'), state('signed')),
  'retry-seal': all(ownAgency, role('clerk'), state('awaiting-seal'), noValueYet),
  'cancel-seal': all(ownAgency, role('clerk'), state('awaiting-seal'), noValueYet),
};

/** May they, and if not, why: the same rules draw the buttons and guard the routes. */
export function mayAct(act: OutgoingAct, document: DocumentFacts, position: ActingPosition): Decision<true> {
  const why = RULES[act](document, position);
  return why === undefined ? allowed(true) : refused(why);
}

/** Every act of the page with its reason when it is not possible. */
export function actsOf(document: DocumentFacts, position: ActingPosition): z.infer<typeof Act>[] {
  return (Object.keys(RULES) as OutgoingAct[]).map((act) => {
    const why = RULES[act](document, position);
    return why === undefined ? { act, allowed: true } : { act, allowed: false, why };
  });
}
