import { sql } from 'kysely';
import { signInAttempts } from '@antin/adapters/db/sign-in-attempts';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { OfficerRole } from '@antin/protocol/authority/session';
import type { IncompatiblePairs, RoleTerm } from './rules.ts';

export interface OfficerRecord {
  readonly id: string;
  readonly signInName: string;
  readonly fullName: string;
  readonly active: boolean;
  readonly mustChangePassword: boolean;
  readonly certificate: Uint8Array | undefined;
  readonly certificateSha256: string | undefined;
}

export interface OfficerRow {
  id: string;
  signInName: string;
  fullName: string;
  active: boolean;
  mustChangePassword: boolean;
  certificate: Uint8Array | null;
  certificateSha256: string | null;
}

export const OFFICER_COLUMNS = sql`id, sign_in_name as "signInName", full_name as "fullName", active,
  must_change_password as "mustChangePassword", certificate, certificate_sha256 as "certificateSha256"`;

export function officerOf(row: OfficerRow): OfficerRecord {
  return {
    ...row,
    certificate: row.certificate === null ? undefined : new Uint8Array(row.certificate),
    certificateSha256: row.certificateSha256 ?? undefined,
  };
}

export async function officerById(db: Db, id: string): Promise<OfficerRecord | undefined> {
  const { rows } = await sql<OfficerRow>`select ${OFFICER_COLUMNS} from authority.officer where id = ${id}`.execute(db);
  return rows[0] === undefined ? undefined : officerOf(rows[0]);
}

/** Whose certificate this is: the very bytes that were bound, by their SHA-256. */
export async function officerByCertificate(db: Db, sha256: string): Promise<OfficerRecord | undefined> {
  const { rows } = await sql<OfficerRow>`
    select ${OFFICER_COLUMNS} from authority.officer where certificate_sha256 = ${sha256} and active`.execute(db);
  return rows[0] === undefined ? undefined : officerOf(rows[0]);
}

export async function officerBySignInName(
  db: Db,
  signInName: string,
): Promise<(OfficerRecord & { readonly passwordHash: string | null }) | undefined> {
  const { rows } = await sql<OfficerRow & { passwordHash: string | null }>`
    select ${OFFICER_COLUMNS}, password_hash as "passwordHash" from authority.officer where sign_in_name = ${signInName}`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : { ...officerOf(rows[0]), passwordHash: rows[0].passwordHash };
}

export async function passwordHashOf(db: Db, id: string): Promise<string | null> {
  const { rows } = await sql<{ hash: string | null }>`
    select password_hash as hash from authority.officer where id = ${id}`.execute(db);
  return rows[0]?.hash ?? null;
}

export async function allOfficers(db: Db): Promise<OfficerRecord[]> {
  const { rows } = await sql<OfficerRow>`select ${OFFICER_COLUMNS} from authority.officer order by full_name, id`.execute(db);
  return rows.map(officerOf);
}

/** Dated roles of some officers, by officer. */
export async function termsOf(db: Db, ids: readonly string[]): Promise<Map<string, RoleTerm[]>> {
  const { rows } = await sql<{ officerId: string; role: OfficerRole; from: string; to: string | null }>`
    select officer_id as "officerId", role, valid_from as "from", valid_to as "to" from authority.officer_role
    where officer_id = any(${[...ids]}::uuid[]) order by valid_from, id`.execute(db);
  const found = new Map<string, RoleTerm[]>();
  for (const { officerId, role, from, to } of rows) {
    const terms = found.get(officerId) ?? [];
    terms.push({ role, from, to: to ?? undefined });
    found.set(officerId, terms);
  }
  return found;
}

export async function incompatiblePairs(db: Db): Promise<IncompatiblePairs> {
  const { rows } = await sql<{ a: OfficerRole; b: OfficerRole }>`
    select role as a, with_role as b from authority.incompatible_role order by role, with_role`.execute(db);
  return rows.map(({ a, b }) => [a, b] as const);
}

/** Two changes of one officer's roles are decided one after the other. */
export async function lockOfficer(tx: Tx, id: string): Promise<OfficerRecord | undefined> {
  const { rows } = await sql<OfficerRow>`select ${OFFICER_COLUMNS} from authority.officer where id = ${id} for update`.execute(
    tx,
  );
  return rows[0] === undefined ? undefined : officerOf(rows[0]);
}

export async function insertOfficer(
  tx: Tx,
  one: { id: string; signInName: string; fullName: string; passwordHash: string; mustChangePassword: boolean; at: Date },
): Promise<boolean> {
  const done = await sql`
    insert into authority.officer (id, sign_in_name, full_name, password_hash, must_change_password, created_at)
    values (${one.id}, ${one.signInName}, ${one.fullName}, ${one.passwordHash}, ${one.mustChangePassword}, ${one.at})
    on conflict (sign_in_name) do nothing`.execute(tx);
  return done.numAffectedRows === 1n;
}

export async function insertTerm(tx: Tx, officerId: string, term: RoleTerm): Promise<void> {
  await sql`
    insert into authority.officer_role (officer_id, role, valid_from, valid_to)
    values (${officerId}, ${term.role}, ${term.from}, ${term.to ?? null})`.execute(tx);
}

/** Ends the term that is open or ends later; a term that would end before it began has never been. */
export async function endTerm(tx: Tx, officerId: string, role: OfficerRole, to: string): Promise<boolean> {
  const done = await sql`
    update authority.officer_role set valid_to = greatest(${to}::date, valid_from)
    where officer_id = ${officerId} and role = ${role} and (valid_to is null or valid_to > ${to}::date)`.execute(tx);
  return (done.numAffectedRows ?? 0n) > 0n;
}

export async function setActive(tx: Tx, id: string, active: boolean): Promise<void> {
  await sql`update authority.officer set active = ${active} where id = ${id}`.execute(tx);
}

export async function setPassword(tx: Tx, id: string, hash: string, mustChange: boolean): Promise<void> {
  await sql`
    update authority.officer set password_hash = ${hash}, must_change_password = ${mustChange} where id = ${id}`.execute(tx);
}

/** Whether anybody who is active has no password: a restore took it away, and two others have not given a new one yet. */
export async function anyShutOut(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from authority.officer where active and password_hash is null limit 1`.execute(db);
  return rows.length > 0;
}

export async function bindCertificate(tx: Tx, id: string, der: Uint8Array, sha256: string): Promise<void> {
  await sql`
    update authority.officer set certificate = ${Buffer.from(der)}, certificate_sha256 = ${sha256} where id = ${id}`.execute(tx);
}

export const officerAttempts = signInAttempts('authority', 'officer_attempt');

export interface OfficerSessionRecord {
  readonly officerId: string;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

export async function insertOfficerSession(
  tx: Tx,
  tokenHash: string,
  session: OfficerSessionRecord & { readonly createdAt: Date },
): Promise<void> {
  await sql`
    insert into authority.officer_session (token_hash, officer_id, created_at, last_seen_at, expires_at)
    values (${tokenHash}, ${session.officerId}, ${session.createdAt}, ${session.lastSeenAt}, ${session.expiresAt})`.execute(tx);
}

export async function officerSessionOf(db: Db, tokenHash: string): Promise<OfficerSessionRecord | undefined> {
  const { rows } = await sql<OfficerSessionRecord>`
    select officer_id as "officerId", last_seen_at as "lastSeenAt", expires_at as "expiresAt"
    from authority.officer_session where token_hash = ${tokenHash}`.execute(db);
  return rows[0];
}

export async function touchOfficerSession(db: Db, tokenHash: string, at: Date): Promise<void> {
  await sql`
    update authority.officer_session set last_seen_at = ${at} where token_hash = ${tokenHash} and last_seen_at < ${at}`.execute(
    db,
  );
}

export async function deleteOfficerSession(db: Db, tokenHash: string): Promise<void> {
  await sql`delete from authority.officer_session where token_hash = ${tokenHash}`.execute(db);
}

/** All of an officer's sessions, but one. */
export async function endSessionsOf(tx: Tx, officerId: string, except?: string): Promise<void> {
  if (except === undefined) await sql`delete from authority.officer_session where officer_id = ${officerId}`.execute(tx);
  else await sql`delete from authority.officer_session where officer_id = ${officerId} and token_hash <> ${except}`.execute(tx);
}

export async function pruneOfficerSessions(db: Db, now: Date): Promise<void> {
  await sql`delete from authority.officer_session where expires_at < ${now}`.execute(db);
  await officerAttempts.prune(db, now);
}
