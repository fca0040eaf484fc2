import { officeDay } from '@antin/adapters/clock/days';
import { personBySignInName, personById, positionById, positionsOf, type PositionRecord } from '../directory/store.ts';
import { existsOn } from '../directory/rules.ts';
import { record } from '../journal/journal.ts';
import { Refusal } from '@antin/adapters/http/refusal';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction, type Db } from '@antin/adapters/db/transaction';
import type { Caller } from './caller.ts';
import { isAlive, LIFETIME_MS, mayTry, TOUCH_MS } from '@antin/adapters/http/sign-in-rules';
import { newSessionToken, sessionTokenHash } from '@antin/adapters/http/session-token';
import { attempts, insertSession, pruneSessions, sessionOf, touchSession } from './store.ts';

/** Door to argon2id; slow on purpose. */
export interface Passwords {
  verify(hash: string, password: string): Promise<boolean>;
}

export interface SignInDoors {
  readonly db: Db;
  readonly clock: Clock;
  readonly passwords: Passwords;
  /** A hash of nobody's password: unknown names take as long as known ones. */
  readonly decoyHash: string;
}

/**
 * @returns the cookie's value, 256 random bits, of which only the SHA-256 is stored
 * @throws {Refusal} `session.too-many-attempts`, `session.wrong-credentials`, `session.no-position`
 */
export async function signIn(
  doors: SignInDoors,
  asked: { signInName: string; password: string; address: string },
): Promise<{ token: string; caller: Caller; sessionHash: string }> {
  const { db, clock, passwords } = doors;
  const now = clock();
  const signInName = asked.signInName.trim().toLowerCase();
  const attempt = { signInName, address: asked.address, at: now };
  if (!mayTry(await attempts.count(db, attempt))) throw new Refusal('session.too-many-attempts');
  const person = await personBySignInName(db, signInName);
  const right = await passwords.verify(person?.passwordHash ?? doors.decoyHash, asked.password);
  if (!right || person === undefined || person.passwordHash === null) throw new Refusal('session.wrong-credentials');
  const [position] = await positionsOf(db, person.id, officeDay(now));
  if (position === undefined) throw new Refusal('session.no-position');
  const { token, tokenHash } = newSessionToken();
  const caller = callerFrom(position);
  await inTransaction(db, async (tx) => {
    await insertSession(tx, {
      tokenHash,
      personId: person.id,
      positionId: position.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_MS),
    });
    await attempts.forget(tx, attempt);
    await pruneSessions(tx, now);
    await record(tx, {
      event: 'SignedIn',
      at: now,
      agencyId: position.agencyId,
      actor: { personId: person.id, positionId: position.id, fullName: person.fullName, title: position.title },
    });
  });
  return { token, caller, sessionHash: tokenHash };
}

/** The caller of a cookie, or undefined: unknown, expired, or the position ended meanwhile and no other is held. */
export async function callerOf(
  doors: { db: Db; clock: Clock },
  token: string,
): Promise<{ caller: Caller; sessionHash: string } | undefined> {
  const { db, clock } = doors;
  const now = clock();
  const sessionHash = sessionTokenHash(token);
  const session = await sessionOf(db, sessionHash);
  if (session === undefined || !isAlive(session, now)) return undefined;
  if (now.getTime() - session.lastSeenAt.getTime() > TOUCH_MS) await touchSession(db, sessionHash, now);
  const day = officeDay(now);
  const chosen = await positionById(db, session.positionId);
  // A post that ended since sign-in must not sign any more: fall back to one that is held today, or to none.
  const position = chosen !== undefined && existsOn(chosen, day) ? chosen : (await positionsOf(db, session.personId, day))[0];
  const person = await personById(db, session.personId);
  if (position === undefined || person === undefined || person.passwordHash === null) return undefined;
  return { caller: callerFrom(position), sessionHash };
}

function callerFrom(position: PositionRecord): Caller {
  return {
    personId: position.personId,
    fullName: position.fullName,
    signInName: position.signInName,
    position: {
      id: position.id,
      agencyId: position.agencyId,
      agencyName: position.agencyName,
      unitName: position.unitName ?? undefined,
      title: position.title,
      capacity: position.capacity,
      roles: position.roles,
    },
  };
}
