import type { z } from 'zod';
import type { Act } from '@antin/protocol/office/documents';
import type { IncomingState } from '@antin/protocol/office/incoming';
import type { Role } from '@antin/protocol/office/session';
import type { Caller } from '../session/caller.ts';
import { allowed, refused, type Decision } from '@antin/adapters/http/refusal';

export type State = z.infer<typeof IncomingState>;
export type IncomingAct = 'register' | 'refuse' | 'assign' | 'finish';

/** Who looks at the document, in which position. */
export interface Viewer {
  readonly positionId: string;
  readonly agencyId: string;
  readonly roles: readonly Role[];
}

export function viewerOf(caller: Caller): Viewer {
  const { id, agencyId, roles } = caller.position;
  return { positionId: id, agencyId, roles };
}

export interface IncomingSubject {
  readonly state: State;
  readonly receiverAgencyId: string;
  readonly assigneePositionId: string | null;
  /** The automatic check has an answer, whatever it is. */
  readonly verified: boolean;
}

const FROM: Readonly<Record<IncomingAct, readonly State[]>> = {
  register: ['arrived'],
  refuse: ['arrived'],
  assign: ['registered', 'assigned'],
  finish: ['assigned'],
};

const RESULT: Readonly<Record<IncomingAct, State>> = {
  register: 'registered',
  refuse: 'refused',
  assign: 'assigned',
  finish: 'done',
};

/** May this person do this now? The code is the reason that the disabled button shows. */
export function decide(act: IncomingAct, subject: IncomingSubject, viewer: Viewer): Decision<State> {
  if (viewer.agencyId !== subject.receiverAgencyId) return refused('incoming.other-agency');
  if (!FROM[act].includes(subject.state)) return refused(`incoming.not-now`);
  if (act === 'register' || act === 'refuse') {
    if (!viewer.roles.includes('clerk')) return refused('incoming.clerk-only');
    if (!subject.verified) return refused('incoming.not-verified-yet');
  }
  if (act === 'assign' && !viewer.roles.some((role) => role === 'clerk' || role === 'leader'))
    return refused('incoming.leader-or-clerk-only');
  if (act === 'finish' && subject.assigneePositionId !== viewer.positionId) return refused('incoming.assignee-only');
  return allowed(RESULT[act]);
}

/** All acts with their reasons, for the page. */
export function actsFor(subject: IncomingSubject, viewer: Viewer): Act[] {
  return (['register', 'refuse', 'assign', 'finish'] as const).map((act) => {
    const decision = decide(act, subject, viewer);
    return decision.ok ? { act, allowed: true } : { act, allowed: false, why: decision.code };
  });
}
