import { getCookie } from 'hono/cookie';
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import type { Caller, PersonEnv } from './caller.ts';
import { callerOf } from './sign-in.ts';

export const SESSION_COOKIE = 'antin_session';

/**
 * Who sent this request, for places that are not behind `requirePerson`.
 *
 * @throws {Refusal} `session.needed`
 */
export async function callerOfRequest(
  doors: { db: Db; clock: Clock },
  c: Context,
): Promise<{ readonly caller: Caller; readonly sessionHash: string }> {
  const token = getCookie(c, SESSION_COOKIE);
  const found = token === undefined ? undefined : await callerOf(doors, token);
  if (found === undefined) throw new Refusal('session.needed');
  return found;
}

/** Lets only signed-in people through and says who they are: `c.var.caller` (person and position), `c.var.sessionHash`. */
export function requirePerson(doors: { db: Db; clock: Clock }): MiddlewareHandler<PersonEnv> {
  return async (c, next) => {
    const { caller, sessionHash } = await callerOfRequest(doors, c);
    c.set('caller', caller);
    c.set('sessionHash', sessionHash);
    await next();
  };
}
