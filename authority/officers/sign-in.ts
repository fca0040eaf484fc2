import { officeDay } from '@antin/adapters/clock/days';
import type { Clock } from '@antin/adapters/clock/clock';
import { inTransaction } from '@antin/adapters/db/transaction';
import type { Db } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { newSessionToken, sessionTokenHash } from '@antin/adapters/http/session-token';
import { isAlive, LIFETIME_MS, mayTry, TOUCH_MS } from '@antin/adapters/http/sign-in-rules';
import { recordEvent } from '../journal/record.ts';
import type { Officer } from './caller.ts';
import { heldOn } from './rules.ts';
import {
  anyShutOut,
  deleteOfficerSession,
  endSessionsOf,
  insertOfficerSession,
  officerAttempts,
  officerById,
  officerBySignInName,
  officerSessionOf,
  passwordHashOf,
  pruneOfficerSessions,
  setPassword,
  termsOf,
  touchOfficerSession,
} from './store.ts';
import type { OfficerRecord } from './store.ts';

/** Door to argon2id; slow on purpose. */
export interface Passwords {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

export interface SignInDoors {
  /** Acts as `antin_session`. */
  readonly db: Db;
  readonly clock: Clock;
  readonly passwords: Passwords;
  /** A hash of nobody's password: unknown names take as long as known ones. */
  readonly decoyHash: string;
}

/**
 * @returns the cookie's value, of which only the SHA-256 is stored
 * @throws {Refusal} `officer.too-many-attempts`, `officer.wrong-credentials`, `officer.no-role`; `officer.credentials-after-restore` in place
 *   of wrong credentials, for every name alike, while a restore keeps anybody without a password
 */
export async function signInOfficer(
  doors: SignInDoors,
  asked: { readonly signInName: string; readonly password: string; readonly address: string },
): Promise<{ readonly token: string; readonly officer: Officer }> {
  const { db, clock, passwords } = doors;
  const now = clock();
  const signInName = asked.signInName.trim().toLowerCase();
  const attempt = { signInName, address: asked.address, at: now };
  if (!mayTry(await officerAttempts.count(db, attempt))) throw new Refusal('officer.too-many-attempts');
  const record = await officerBySignInName(db, signInName);
  const right = await passwords.verify(record?.passwordHash ?? doors.decoyHash, asked.password);
  if (!right || record === undefined || record.passwordHash === null || !record.active)
    throw new Refusal((await anyShutOut(db)) ? 'officer.credentials-after-restore' : 'officer.wrong-credentials');
  const officer = await withRoles(db, record, now);
  if (officer.roles.length === 0) throw new Refusal('officer.no-role');
  const { token, tokenHash } = newSessionToken();
  await inTransaction(db, async (tx) => {
    const expiresAt = new Date(now.getTime() + LIFETIME_MS);
    await insertOfficerSession(tx, tokenHash, { officerId: officer.id, createdAt: now, lastSeenAt: now, expiresAt });
    await officerAttempts.forget(tx, attempt);
    await pruneOfficerSessions(tx, now);
    await recordEvent(tx, now.getTime(), 'officer.signed-in', undefined, { officerId: officer.id });
  });
  return { token, officer };
}

/** The officer of a cookie, with the roles of today; undefined when it is unknown or over, or they hold no role any more. */
export async function officerOfToken(
  doors: Pick<SignInDoors, 'db' | 'clock'>,
  token: string,
): Promise<{ readonly officer: Officer; readonly sessionHash: string } | undefined> {
  const { db, clock } = doors;
  const now = clock();
  const sessionHash = sessionTokenHash(token);
  const session = await officerSessionOf(db, sessionHash);
  if (session === undefined || !isAlive(session, now)) return undefined;
  const record = await officerById(db, session.officerId);
  if (record === undefined || !record.active) return undefined;
  const officer = await withRoles(db, record, now);
  if (officer.roles.length === 0) return undefined;
  if (now.getTime() - session.lastSeenAt.getTime() > TOUCH_MS) await touchOfficerSession(db, sessionHash, now);
  return { officer, sessionHash };
}

export async function signOutOfficer(db: Db, sessionHash: string): Promise<void> {
  await deleteOfficerSession(db, sessionHash);
}

/** @throws {Refusal} `officer.wrong-credentials`, `officer.too-many-attempts`, `officer.password-unchanged` */
export async function changePassword(
  doors: SignInDoors,
  caller: { readonly officer: Officer; readonly sessionHash: string; readonly address: string },
  said: { readonly old: string; readonly new: string },
): Promise<void> {
  const { db, clock, passwords } = doors;
  const now = clock();
  const { id, signInName } = caller.officer;
  const attempt = { signInName, address: caller.address, at: now };
  // A stolen open session must not become the password by guessing.
  if (!mayTry(await officerAttempts.count(db, attempt))) throw new Refusal('officer.too-many-attempts');
  const right = await passwords.verify((await passwordHashOf(db, id)) ?? doors.decoyHash, said.old);
  if (!right) throw new Refusal('officer.wrong-credentials');
  if (said.old.normalize('NFC') === said.new.normalize('NFC')) throw new Refusal('officer.password-unchanged');
  const hash = await passwords.hash(said.new);
  await inTransaction(db, async (tx) => {
    await setPassword(tx, id, hash, false);
    await endSessionsOf(tx, id, caller.sessionHash);
    await officerAttempts.forget(tx, attempt);
    await recordEvent(tx, now.getTime(), 'officer.password-changed', undefined, { officerId: id });
  });
}

async function withRoles(db: Db, record: OfficerRecord, now: Date): Promise<Officer> {
  const terms = (await termsOf(db, [record.id])).get(record.id) ?? [];
  return {
    id: record.id,
    fullName: record.fullName,
    signInName: record.signInName,
    mustChangePassword: record.mustChangePassword,
    certificate: record.certificate,
    certificateSha256: record.certificateSha256,
    roles: heldOn(terms, officeDay(now)),
  };
}
