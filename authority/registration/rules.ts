import { allowed, refused } from '@antin/adapters/http/refusal';
import type { Decision } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import type { RequestState } from '@antin/protocol/authority/registration';
import type { RequestAct } from '@antin/protocol/certificates/request';

/** What the rules know of one request. Its content is here only as the hash of the document as it is shown. */
export interface ItemState {
  readonly act: RequestAct;
  readonly state: RequestState;
  /** Of the canonical as-shown document of this moment. */
  readonly shownSha256: string;
  /** Checks that stand against it. */
  readonly blocking: number;
  readonly openQuestions: number;
  /** Officer who brought it in, when it was carried to the desk. */
  readonly enteredBy: string | undefined;
  /** Everybody who edited, asked, answered or gave evidence: they have made what is judged. */
  readonly tookPart: readonly string[];
  readonly proposer: string | undefined;
  readonly approver: string | undefined;
  readonly approvedSha256: string | undefined;
  readonly issuer: string | undefined;
}

export interface Actor {
  readonly id: string;
  readonly roles: readonly OfficerRole[];
}

export type Command =
  /** Anything that changes what is shown: an edit, evidence, other results of the checks. */
  | { readonly type: 'edit' | 'add-evidence' | 'recheck'; readonly by: Actor }
  | { readonly type: 'ask'; readonly by: Actor }
  /** Without `by`: the sender itself. */
  | { readonly type: 'answer'; readonly by?: Actor }
  | { readonly type: 'propose' | 'approve' | 'revoke' | 'recover'; readonly by: Actor; readonly shownSha256: string }
  | { readonly type: 'refuse'; readonly by: Actor; readonly shownSha256: string }
  | { readonly type: 'withdraw'; readonly by?: Actor }
  | { readonly type: 'lock'; readonly by: Actor }
  /** Issuing failed and left nothing: it may be tried again. */
  | { readonly type: 'unlock' | 'issued' }
  | { readonly type: 'hand-over'; readonly by: Actor };

/** What has happened: the state it leads to, and who is remembered for it. */
export type Event =
  | { readonly type: 'changed'; readonly by: string }
  | { readonly type: 'asked'; readonly by: string }
  | { readonly type: 'answered'; readonly by: string | undefined }
  | { readonly type: 'proposed'; readonly by: string }
  | { readonly type: 'approved'; readonly by: string; readonly shownSha256: string }
  | { readonly type: 'locked'; readonly by: string }
  | { readonly type: 'unlocked' | 'issued' | 'handed-over' | 'carried-out' | 'refused' | 'withdrawn' };

const OPEN: readonly RequestState[] = ['received', 'question', 'proposed'];
/** Acts that end in a certificate. */
const ISSUES: readonly RequestAct[] = ['new', 'renew', 'change'];

/** Whether a command may happen to a request now, by this officer. Codes: `request.*`, `officer.role-needed`. */
export function decide(item: ItemState, command: Command): Decision<Event> {
  switch (command.type) {
    case 'edit':
    case 'add-evidence':
    case 'recheck':
      return needs(command.by, 'registration') ?? changed(item, command.by.id);
    case 'ask':
      if (!OPEN.includes(item.state)) return refused('request.decided');
      return needs(command.by, 'registration') ?? allowed({ type: 'asked', by: command.by.id });
    case 'answer': {
      const no = command.by === undefined ? undefined : needs(command.by, 'registration');
      if (no !== undefined) return no;
      if (item.state !== 'question' || item.openQuestions === 0) return refused('request.no-open-question');
      return allowed({ type: 'answered', by: command.by?.id });
    }
    case 'propose':
      return needs(command.by, 'registration') ?? proposed(item, command.by.id, command.shownSha256);
    case 'approve':
      return needs(command.by, 'approval') ?? approved(item, command.by.id, command.shownSha256);
    case 'refuse':
      return refusal(item, command.by, command.shownSha256);
    case 'withdraw': {
      const no = command.by === undefined ? undefined : needs(command.by, 'registration');
      if (no !== undefined) return no;
      return OPEN.includes(item.state) ? allowed({ type: 'withdrawn' }) : refused('request.decided');
    }
    case 'lock': {
      if (!ISSUES.includes(item.act)) return refused('request.issues-nothing');
      const no = needs(command.by, 'issuance') ?? approvedByOthers(item, command.by.id);
      return no ?? allowed({ type: 'locked', by: command.by.id });
    }
    case 'unlock':
      return item.state === 'issuing' ? allowed({ type: 'unlocked' }) : refused('request.not-issuing');
    case 'issued':
      return item.state === 'issuing' ? allowed({ type: 'issued' }) : refused('request.not-issuing');
    case 'hand-over':
      if (item.state !== 'issued') return refused('request.not-issued');
      return needs(command.by, 'issuance') ?? allowed({ type: 'handed-over' });
    case 'revoke':
      return needs(command.by, 'revocation') ?? revocation(item, command.shownSha256);
    case 'recover': {
      if (item.act !== 'recover-device') return refused('request.other-act');
      const no = needs(command.by, 'issuance') ?? approvedByOthers(item, command.by.id);
      if (no !== undefined) return no;
      return item.shownSha256 === command.shownSha256 ? allowed({ type: 'carried-out' }) : refused('request.shown-changed');
    }
  }
}

/** The request after what has happened. `shownSha256` of the new content is set by whoever makes the document anew. */
export function evolve(item: ItemState, event: Event, shownSha256 = item.shownSha256): ItemState {
  switch (event.type) {
    case 'changed':
      return { ...again(item, event.by), state: item.state === 'question' ? 'question' : 'received', shownSha256 };
    case 'asked':
      return { ...again(item, event.by), state: 'question', openQuestions: item.openQuestions + 1, shownSha256 };
    case 'answered': {
      const openQuestions = item.openQuestions - 1;
      return { ...again(item, event.by), state: openQuestions > 0 ? 'question' : 'received', openQuestions, shownSha256 };
    }
    case 'proposed':
      return { ...item, state: 'proposed', proposer: event.by };
    case 'approved':
      return { ...item, state: 'approved', approver: event.by, approvedSha256: event.shownSha256 };
    case 'locked':
      return { ...item, state: 'issuing', issuer: event.by };
    case 'unlocked':
      return { ...item, state: 'approved', issuer: undefined };
    default:
      return { ...item, state: event.type };
  }
}

/** Nothing that was proposed or approved before holds any more; who proposed it has still made it. */
function again(item: ItemState, by: string | undefined): ItemState {
  const tookPart = [...new Set([...item.tookPart, item.proposer, by].filter((one) => one !== undefined))];
  return { ...item, tookPart, proposer: undefined, approver: undefined, approvedSha256: undefined };
}

function needs(by: Actor, role: OfficerRole): { readonly ok: false; readonly code: string } | undefined {
  return by.roles.includes(role) ? undefined : refused('officer.role-needed');
}

function changed(item: ItemState, by: string): Decision<Event> {
  // An approved one too: the approval is void then. What is being issued stands still.
  const open = [...OPEN, 'approved'].includes(item.state);
  return open ? allowed({ type: 'changed', by }) : refused('request.decided');
}

function proposed(item: ItemState, by: string, shownSha256: string): Decision<Event> {
  if (item.act === 'revoke') return refused('request.revocation-is-direct');
  if (item.state === 'question') return refused('request.question-open');
  if (item.state !== 'received') return refused('request.not-received');
  if (item.blocking > 0) return refused('request.checks-against');
  if (item.shownSha256 !== shownSha256) return refused('request.shown-changed');
  return allowed({ type: 'proposed', by });
}

function approved(item: ItemState, by: string, shownSha256: string): Decision<Event> {
  if (item.state !== 'proposed') return refused('request.not-proposed');
  if (item.enteredBy === by || item.proposer === by || item.tookPart.includes(by)) return refused('request.own-approval');
  if (item.blocking > 0) return refused('request.checks-against');
  if (item.shownSha256 !== shownSha256) return refused('request.shown-changed');
  return allowed({ type: 'approved', by, shownSha256 });
}

function approvedByOthers(item: ItemState, by: string): { readonly ok: false; readonly code: string } | undefined {
  if (item.state !== 'approved') return refused('request.not-approved');
  // What was approved is what is shown, also if somebody reached the row another way.
  if (item.approvedSha256 !== item.shownSha256) return refused('request.shown-changed');
  if (item.approver === by || item.proposer === by || item.enteredBy === by || item.tookPart.includes(by))
    return refused('request.own-issuance');
  return undefined;
}

function revocation(item: ItemState, shownSha256: string): Decision<Event> {
  if (item.act !== 'revoke') return refused('request.other-act');
  if (item.state === 'question') return refused('request.question-open');
  if (item.state !== 'received') return refused('request.decided');
  if (item.blocking > 0) return refused('request.checks-against');
  if (item.shownSha256 !== shownSha256) return refused('request.shown-changed');
  return allowed({ type: 'carried-out' });
}

function refusal(item: ItemState, by: Actor, shownSha256: string): Decision<Event> {
  if (!OPEN.includes(item.state)) return refused('request.decided');
  const role = item.state === 'proposed' ? 'approval' : item.act === 'revoke' ? 'revocation' : 'registration';
  const no = item.act === 'revoke' && by.roles.includes('registration') ? undefined : needs(by, role);
  if (no !== undefined) return no;
  return item.shownSha256 === shownSha256 ? allowed({ type: 'refused' }) : refused('request.shown-changed');
}
