import { sql } from 'kysely';
import { only, type Db, type Tx } from '@antin/adapters/db/transaction';
import { ATTEMPT_WINDOW_MS } from './rules.ts';

export interface SessionRecord {
  readonly tokenHash: string;
  readonly personId: string;
  readonly positionId: string;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

export async function insertSession(tx: Tx, session: SessionRecord & { createdAt: Date }): Promise<void> {
  await sql`
    insert into agency.session (token_hash, person_id, position_id, created_at, last_seen_at, expires_at)
    values (${session.tokenHash}, ${session.personId}, ${session.positionId}, ${session.createdAt}, ${session.lastSeenAt},
      ${session.expiresAt})`.execute(tx);
}

export async function sessionOf(db: Db, tokenHash: string): Promise<SessionRecord | undefined> {
  const { rows } = await sql<SessionRecord>`
    select token_hash as "tokenHash", person_id as "personId", position_id as "positionId", last_seen_at as "lastSeenAt",
      expires_at as "expiresAt" from agency.session where token_hash = ${tokenHash}`.execute(db);
  return rows[0];
}

export async function touchSession(db: Db, tokenHash: string, at: Date): Promise<void> {
  await sql`update agency.session set last_seen_at = ${at} where token_hash = ${tokenHash} and last_seen_at < ${at}`.execute(db);
}

export async function switchPosition(tx: Tx, tokenHash: string, positionId: string): Promise<void> {
  await sql`update agency.session set position_id = ${positionId} where token_hash = ${tokenHash}`.execute(tx);
}

export async function deleteSession(db: Db, tokenHash: string): Promise<void> {
  await sql`delete from agency.session where token_hash = ${tokenHash}`.execute(db);
}

/** Counts this try before the password is looked at: guesses sent at the same time see each other. */
export async function countAttempt(
  db: Db,
  attempt: { signInName: string; address: string; at: Date },
): Promise<{ id: number; nameHere: number; nameAnywhere: number; here: number }> {
  const { signInName, address, at } = attempt;
  const since = new Date(at.getTime() - ATTEMPT_WINDOW_MS);
  const inserted = await sql<{ id: number }>`
    insert into agency.sign_in_attempt (sign_in_name, address, at) values (${signInName}, ${address}, ${at}) returning id`.execute(
    db,
  );
  const counted = await sql<{ nameHere: number; nameAnywhere: number; here: number }>`
    select count(*) filter (where sign_in_name = ${signInName} and address = ${address}) as "nameHere",
      count(*) filter (where sign_in_name = ${signInName}) as "nameAnywhere",
      count(*) filter (where address = ${address}) as here
    from agency.sign_in_attempt where at > ${since} and (sign_in_name = ${signInName} or address = ${address})`.execute(db);
  return { id: only(inserted.rows, 'attempt').id, ...only(counted.rows, 'attempts') };
}

/** The password was right: neither this try nor the ones before it count any more for this name from this place. */
export async function forgetAttempts(db: Db, attempt: { signInName: string; address: string }): Promise<void> {
  await sql`delete from agency.sign_in_attempt where sign_in_name = ${attempt.signInName} and address = ${attempt.address}`.execute(
    db,
  );
}

export async function pruneSessions(db: Db, now: Date): Promise<void> {
  await sql`delete from agency.session where expires_at < ${now}`.execute(db);
  await sql`delete from agency.sign_in_attempt where at < ${new Date(now.getTime() - ATTEMPT_WINDOW_MS)}`.execute(db);
}
