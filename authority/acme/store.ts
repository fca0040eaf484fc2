import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { Jwk } from './jws.ts';

export interface AcmeAccount {
  readonly id: string;
  readonly jwk: Jwk;
  readonly contact: readonly string[];
  readonly enrolmentId: string;
  readonly deactivatedAt: Date | null;
}

export interface AcmeOrder {
  readonly id: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly expiresAt: Date;
  readonly certificate: Uint8Array | null;
  readonly error: { readonly type: string; readonly detail: string } | null;
}

const account = sql`id, jwk, contact, enrolment_id as "enrolmentId", deactivated_at as "deactivatedAt"`;

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

export async function changeAcmeAccount(
  db: Db,
  id: string,
  change: { contact?: readonly string[]; deactivatedAt?: Date },
): Promise<void> {
  if (change.contact !== undefined) {
    await sql`update authority.acme_account set contact = ${JSON.stringify(change.contact)}::jsonb where id = ${id}`.execute(db);
  }
  if (change.deactivatedAt !== undefined) {
    await sql`update authority.acme_account set deactivated_at = ${change.deactivatedAt} where id = ${id}`.execute(db);
  }
}

const order = sql`id, account_id as "accountId", names, expires_at as "expiresAt", certificate, error`;

export async function insertOrder(
  db: Db,
  row: { id: string; accountId: string; names: readonly string[]; at: Date; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into authority.acme_order (id, account_id, names, created_at, expires_at)
    values (${row.id}, ${row.accountId}, ${[...row.names]}::text[], ${row.at}, ${row.expiresAt})`.execute(db);
}

export async function orderById(db: Db, id: string, accountId: string): Promise<AcmeOrder | undefined> {
  const { rows } = await sql<AcmeOrder>`
    select ${order} from authority.acme_order where id = ${id} and account_id = ${accountId}`.execute(db);
  return rows[0];
}

/** The first outcome stays. */
export async function settleOrder(
  db: Db,
  id: string,
  outcome: { certificate: Uint8Array } | { error: AcmeOrder['error'] },
): Promise<void> {
  if ('certificate' in outcome) {
    await sql`
      update authority.acme_order set certificate = ${Buffer.from(outcome.certificate)}, error = null
      where id = ${id} and certificate is null`.execute(db);
  } else {
    await sql`
      update authority.acme_order set error = ${JSON.stringify(outcome.error)}::jsonb
      where id = ${id} and certificate is null`.execute(db);
  }
}

/** How many orders an account made since then. */
export async function ordersSince(db: Db, accountId: string, since: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from authority.acme_order where account_id = ${accountId} and created_at > ${since}`.execute(db);
  return rows[0]!.n;
}

/** Orders that ended long ago: what was issued stands in the register of certificates. */
export async function forgetAcmeOrders(db: Db, before: Date): Promise<void> {
  await sql`delete from authority.acme_order where expires_at < ${before}`.execute(db);
}

/**
 * Account keys in force that are bound to one machine's account: two that bind at once are counted both. A lock by name, because
 * locking the row itself would need the right to change accounts.
 */
export async function boundKeys(tx: Tx, enrolmentId: string): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`acme keys ${enrolmentId}`}, 0))`.execute(tx);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from authority.acme_account
    where enrolment_id = ${enrolmentId} and deactivated_at is null`.execute(tx);
  return rows[0]!.n;
}

/** Whether this nonce is used for the first time; remembered until it would be too old anyway. */
export async function useNonce(db: Db, nonce: string, until: Date, now: Date): Promise<boolean> {
  await sql`delete from authority.acme_used_nonce where until < ${now}`.execute(db);
  const done = await sql`
    insert into authority.acme_used_nonce (nonce, until) values (${nonce}, ${until}) on conflict do nothing`.execute(db);
  return done.numAffectedRows === 1n;
}
