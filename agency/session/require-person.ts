import { getCookie } from 'hono/cookie';
import type { MiddlewareHandler } from 'hono';
import { Refusal } from '../refusal.ts';
import type { Clock, Db } from '../transaction.ts';
import type { PersonEnv } from './caller.ts';
import { callerOf } from './sign-in.ts';

export const SESSION_COOKIE = 'antin_session';

/**
 * Lets only signed-in people through and says who they are: `c.var.caller` (person and position), `c.var.sessionHash`.
 *
 * @throws {Refusal} `session.needed`
 */
export function requirePerson(doors: { db: Db; clock: Clock }): MiddlewareHandler<PersonEnv> {
  return async (c, next) => {
    const token = getCookie(c, SESSION_COOKIE);
    const found = token === undefined ? undefined : await callerOf(doors, token);
    if (found === undefined) throw new Refusal('session.needed');
    c.set('caller', found.caller);
    c.set('sessionHash', found.sessionHash);
    await next();
  };
}
