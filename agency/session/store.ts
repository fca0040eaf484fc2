import { sql } from 'kysely';
import { signInAttempts } from '@antin/adapters/db/sign-in-attempts';
import type { Db, Tx } from '@antin/adapters/db/transaction';

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

export const attempts = signInAttempts('agency', 'sign_in_attempt');

export async function pruneSessions(db: Db, now: Date): Promise<void> {
  await sql`delete from agency.session where expires_at < ${now}`.execute(db);
  await attempts.prune(db, now);
}
