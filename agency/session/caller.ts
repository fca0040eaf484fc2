import type { Role } from '@antin/protocol/office/session';

/** The person behind a request, in the position they act in. */
export interface Caller {
  readonly personId: string;
  readonly fullName: string;
  readonly signInName: string;
  readonly position: {
    readonly id: string;
    readonly agencyId: string;
    readonly agencyName: string;
    readonly unitName: string | undefined;
    readonly title: string;
    readonly capacity: string;
    readonly roles: readonly Role[];
  };
}

/** As the journal wants it. */
export function actorOf(caller: Caller): { personId: string; positionId: string; fullName: string; title: string } {
  return {
    personId: caller.personId,
    positionId: caller.position.id,
    fullName: caller.fullName,
    title: caller.position.title,
  };
}

/** Hono environment of routes behind `requirePerson`. */
export interface PersonEnv {
  Variables: { caller: Caller; sessionHash: string };
}
