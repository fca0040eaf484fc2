import { getCookie } from 'hono/cookie';
import type { MiddlewareHandler } from 'hono';
import { Refusal } from '@antin/adapters/http/refusal';
import type { OfficerRole } from '@antin/protocol/authority/session';
import type { OfficerEnv } from './caller.ts';
import { officerOfToken } from './sign-in.ts';
import type { SignInDoors } from './sign-in.ts';

/** Its own name and path: an office on the same host never sees it. */
export const OFFICER_COOKIE = 'antin_authority_session';
export const COOKIE_PATH = '/authority';

/**
 * Lets only officers of one of the roles through, `every` lets all in. Who must change their password does that first.
 *
 * @throws {Refusal} `officer.session-needed`, `officer.password-to-change`, `officer.role-needed`
 */
export function requireOfficer(
  doors: Pick<SignInDoors, 'db' | 'clock'>,
  roles: 'every' | 'also-new' | readonly OfficerRole[],
): MiddlewareHandler<OfficerEnv> {
  return async (c, next) => {
    const token = getCookie(c, OFFICER_COOKIE);
    const found = token === undefined ? undefined : await officerOfToken(doors, token);
    if (found === undefined) throw new Refusal('officer.session-needed');
    if (found.officer.mustChangePassword && roles !== 'also-new') throw new Refusal('officer.password-to-change');
    if (typeof roles !== 'string' && !roles.some((role) => found.officer.roles.includes(role)))
      throw new Refusal('officer.role-needed');
    c.set('officer', found.officer);
    c.set('sessionHash', found.sessionHash);
    await next();
  };
}
