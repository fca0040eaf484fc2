import { Hono, type Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { z } from 'zod';
import { sessionRoutes, type Counts, type Session } from '@antin/protocol/office/session';
import { officeDay } from '@antin/adapters/clock/days';
import { everyone, positionsOf } from '../directory/store.ts';
import { mount } from '@antin/adapters/http/mount';
import { Refusal } from '@antin/adapters/http/refusal';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import type { Caller, PersonEnv } from './caller.ts';
import { requirePerson, SESSION_COOKIE } from './require-person.ts';
import { signIn, type SignInDoors } from './sign-in.ts';
import { deleteSession, switchPosition } from './store.ts';

export interface SessionDoors extends SignInDoors {
  readonly profile: 'practice' | 'production';
  /** Whether the office is reached by https (the cookie then never leaves it). */
  readonly secureCookie: boolean;
  /** What waits for the caller; summed from the features that know. */
  readonly countsOf: (db: Db, caller: Caller) => Promise<Counts>;
  readonly practiceAgentUrl?: (caller: Caller) => string | undefined;
  /** Address of the asking machine, for the sign-in limit. */
  readonly addressOf: (c: Context) => string;
}

export function sessionApp(doors: SessionDoors): Hono<PersonEnv> {
  const { db, clock } = doors;
  const app = new Hono<PersonEnv>();
  const person = [requirePerson(doors)];

  mount(app, sessionRoutes.signIn, [], async ({ body, c }) => {
    const { token, caller } = await signIn(doors, { ...body, address: doors.addressOf(c as unknown as Context) });
    setCookie(c, SESSION_COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/', secure: doors.secureCookie });
    return present(caller);
  });
  mount(app, sessionRoutes.current, person, ({ c }) => present(c.var.caller));
  mount(app, sessionRoutes.act, person, async ({ body, c }) => {
    const { caller, sessionHash } = c.var;
    const positions = await positionsOf(db, caller.personId, officeDay(clock()));
    const chosen = positions.find((position) => position.id === body.positionId);
    if (chosen === undefined) throw new Refusal('session.not-your-position');
    await inTransaction(db, (tx) => switchPosition(tx, sessionHash, chosen.id));
    return present({
      ...caller,
      position: { ...chosen, unitName: chosen.unitName ?? undefined },
    });
  });
  mount(app, sessionRoutes.signOut, person, async ({ c }) => {
    await deleteSession(db, c.var.sessionHash);
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return {};
  });
  mount(app, sessionRoutes.practicePeople, [], async () => {
    if (doors.profile !== 'practice') throw new Refusal('http.not-found');
    return { people: await practicePeople(doors) };
  });
  return app;

  async function present(caller: Caller): Promise<z.input<typeof Session>> {
    const positions = await positionsOf(db, caller.personId, officeDay(clock()));
    const practiceAgentUrl = doors.profile === 'practice' ? doors.practiceAgentUrl?.(caller) : undefined;
    return {
      personId: caller.personId,
      fullName: caller.fullName,
      signInName: caller.signInName,
      positions: positions.map((position) => ({
        id: position.id,
        agencyId: position.agencyId,
        agencyName: position.agencyName,
        ...(position.unitName === null ? {} : { unitName: position.unitName }),
        title: position.title,
        roles: [...position.roles],
      })),
      positionId: caller.position.id,
      profile: doors.profile,
      counts: await doors.countsOf(db, caller),
      ...(practiceAgentUrl === undefined ? {} : { practiceAgentUrl }),
    };
  }
}

/** Sign-in names of the practice profile, also for the sign-in page. */
export async function practicePeople(doors: Pick<SessionDoors, 'db' | 'clock'>) {
  const positions = await everyone(doors.db, officeDay(doors.clock()));
  return positions.map(({ signInName, fullName, title, agencyName, roles }) => ({
    signInName,
    fullName,
    title,
    agencyName,
    roles: [...roles],
  }));
}
