import { sql } from 'kysely';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import type { MachineKey } from '@antin/protocol/authority/enrolment';
import type { Jwk } from './keys.ts';

export interface AcmeAccount {
  readonly id: string;
  readonly thumbprint: string;
  readonly jwk: Jwk;
  readonly contact: readonly string[];
  readonly enrolmentId: string;
  /** By the client itself. */
  readonly deactivatedAt: Date | null;
  /** By this authority: an officer closed the machine's account, or this key of it. */
  readonly revokedAt: Date | null;
}

const account = sql`id, thumbprint, jwk, contact, enrolment_id as "enrolmentId", deactivated_at as "deactivatedAt",
  revoked_at as "revokedAt"`;

export async function accountByThumbprint(db: Db, thumbprint: string): Promise<AcmeAccount | undefined> {
  const { rows } = await sql<AcmeAccount>`
    select ${account} from authority.acme_account where thumbprint = ${thumbprint}`.execute(db);
  return rows[0];
}

export async function accountById(db: Db, id: string): Promise<AcmeAccount | undefined> {
  const { rows } = await sql<AcmeAccount>`select ${account} from authority.acme_account where id = ${id}`.execute(db);
  return rows[0];
}

/** @returns false when the key has an account already: two requests at once make one */
export async function insertAcmeAccount(
  db: Db,
  row: { id: string; thumbprint: string; jwk: Jwk; contact: readonly string[]; enrolmentId: string; at: Date },
): Promise<boolean> {
  const done = await sql`
    insert into authority.acme_account (id, thumbprint, jwk, contact, enrolment_id, created_at)
    values (${row.id}, ${row.thumbprint}, ${JSON.stringify(row.jwk)}::jsonb, ${JSON.stringify(row.contact)}::jsonb, ${row.enrolmentId},
      ${row.at}) on conflict (thumbprint) do nothing`.execute(db);
  return done.numAffectedRows === 1n;
}

export async function changeContact(db: Db, id: string, contact: readonly string[]): Promise<void> {
  await sql`update authority.acme_account set contact = ${JSON.stringify(contact)}::jsonb where id = ${id}`.execute(db);
}

/** @returns false when it had ended before */
export async function deactivateAccount(tx: Tx, id: string, at: Date): Promise<boolean> {
  const done = await sql`
    update authority.acme_account set deactivated_at = ${at}
    where id = ${id} and deactivated_at is null and revoked_at is null`.execute(tx);
  return done.numAffectedRows === 1n;
}

/** The key of an account in force becomes another one. @returns false when the account ended or had another key by now */
export async function changeKey(
  tx: Tx,
  id: string,
  old: string,
  next: { readonly thumbprint: string; readonly jwk: Jwk },
): Promise<boolean> {
  const done = await sql`
    update authority.acme_account set thumbprint = ${next.thumbprint}, jwk = ${JSON.stringify(next.jwk)}::jsonb
    where id = ${id} and thumbprint = ${old} and deactivated_at is null and revoked_at is null`.execute(tx);
  return done.numAffectedRows === 1n;
}

/** Ends every key of a machine's account, with the account. @returns how many were in force */
export async function revokeKeys(tx: Tx, enrolmentId: string, at: Date): Promise<number> {
  await lockKeysOf(tx, enrolmentId);
  const done = await sql`
    update authority.acme_account set revoked_at = ${at}
    where enrolment_id = ${enrolmentId} and deactivated_at is null and revoked_at is null`.execute(tx);
  return Number(done.numAffectedRows);
}

/** @returns false when the account has no such key in force */
export async function revokeKey(tx: Tx, enrolmentId: string, id: string, at: Date): Promise<boolean> {
  const done = await sql`
    update authority.acme_account set revoked_at = ${at}
    where id = ${id} and enrolment_id = ${enrolmentId} and deactivated_at is null and revoked_at is null`.execute(tx);
  return done.numAffectedRows === 1n;
}

/** Keys of a machine's account for officers, newest first. */
export async function keysOf(db: Db, enrolmentId: string): Promise<MachineKey[]> {
  const { rows } = await sql<AcmeAccount & { createdAt: Date }>`
    select ${account}, created_at as "createdAt" from authority.acme_account
    where enrolment_id = ${enrolmentId} order by created_at desc, id limit 200`.execute(db);
  return rows.map(({ id, thumbprint, contact, createdAt, deactivatedAt, revokedAt }) => ({
    ...{ id, thumbprint, contact: [...contact], boundAt: createdAt.toISOString() },
    state: deactivatedAt !== null ? 'deactivated' : revokedAt !== null ? 'revoked' : 'valid',
  }));
}

/**
 * Whoever binds or closes keys of one machine's account waits here: two that bind at once are counted both, and none is bound
 * beside the closing. A lock by name, because locking the row itself would need the right to change accounts.
 */
async function lockKeysOf(tx: Tx, enrolmentId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`acme keys ${enrolmentId}`}, 0))`.execute(tx);
}

/** Account keys in force that are bound to one machine's account; no other is bound before the transaction ends. */
export async function boundKeys(tx: Tx, enrolmentId: string): Promise<number> {
  await lockKeysOf(tx, enrolmentId);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from authority.acme_account
    where enrolment_id = ${enrolmentId} and deactivated_at is null and revoked_at is null`.execute(tx);
  return rows[0]!.n;
}

/** Orders that ended long ago: what was issued stands in the register of certificates. */
export async function forgetAcmeOrders(db: Db, before: Date): Promise<void> {
  await sql`delete from authority.acme_order where expires_at < ${before}`.execute(db);
}

/** Whether this nonce is used for the first time, by any process; remembered until it would be too old anyway. */
export async function useNonce(db: Db, nonce: string, until: Date): Promise<boolean> {
  const done = await sql`
    insert into authority.acme_used_nonce (nonce, until) values (${nonce}, ${until}) on conflict do nothing`.execute(db);
  return done.numAffectedRows === 1n;
}

/** Used nonces that are too old by themselves. */
export async function forgetNonces(db: Db, now: Date): Promise<void> {
  await inTransaction(db, (tx) => sql`delete from authority.acme_used_nonce where until < ${now}`.execute(tx));
}
