import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

export interface AcmeOrder {
  readonly id: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly certificate: Uint8Array | null;
  readonly error: { readonly type: string; readonly detail: string } | null;
  /** The key of the finalize that came first, while it is worked on and for ever after. */
  readonly spkiSha256: string | null;
  readonly claimedAt: Date | null;
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
  readonly replaces: string | null;
}

const order = sql`id, account_id as "accountId", names, created_at as "createdAt", expires_at as "expiresAt", certificate, error,
  spki_sha256 as "spkiSha256", claimed_at as "claimedAt", not_before as "notBefore", not_after as "notAfter", replaces`;

export async function insertOrder(db: Db, row: AcmeOrder): Promise<void> {
  await sql`
    insert into authority.acme_order (id, account_id, names, created_at, expires_at, not_before, not_after, replaces)
    values (${row.id}, ${row.accountId}, ${[...row.names]}::text[], ${row.createdAt}, ${row.expiresAt}, ${row.notBefore},
      ${row.notAfter}, ${row.replaces})`.execute(db);
}

export async function orderById(db: Db, id: string, accountId: string): Promise<AcmeOrder | undefined> {
  const { rows } = await sql<AcmeOrder>`
    select ${order} from authority.acme_order where id = ${id} and account_id = ${accountId}`.execute(db);
  return rows[0];
}

/** Orders of an account that did not end, newest first. */
export async function openOrders(db: Db, accountId: string, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from authority.acme_order
    where account_id = ${accountId} and error is null and (certificate is not null or expires_at > ${now})
    order by created_at desc, id limit 500`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Takes an order for one key, in one statement: of two finalizes with two keys one finds it taken. `mine`: taken now; `same`:
 * by an earlier request with the same key.
 */
export async function claimOrder(db: Db, id: string, spkiSha256: string, now: Date): Promise<'mine' | 'same' | 'taken'> {
  const done = await sql`
    update authority.acme_order set spki_sha256 = ${spkiSha256}, claimed_at = ${now}
    where id = ${id} and spki_sha256 is null and certificate is null and error is null`.execute(db);
  if (done.numAffectedRows === 1n) return 'mine';
  const { rows } = await sql`
    select 1 from authority.acme_order where id = ${id} and spki_sha256 = ${spkiSha256} and error is null`.execute(db);
  return rows.length === 1 ? 'same' : 'taken';
}

/** Gives an order back whose request was refused: the client may send another (RFC 8555 §7.4). */
export async function releaseOrder(db: Db, id: string, spkiSha256: string): Promise<void> {
  await sql`
    update authority.acme_order set spki_sha256 = null, claimed_at = null
    where id = ${id} and spki_sha256 = ${spkiSha256} and certificate is null`.execute(db);
}

/** The first certificate stays. */
export async function settleOrder(db: Db, id: string, spkiSha256: string, certificate: Uint8Array): Promise<void> {
  await sql`
    update authority.acme_order set certificate = ${Buffer.from(certificate)}, error = null
    where id = ${id} and spki_sha256 = ${spkiSha256} and certificate is null`.execute(db);
}

/** When the order was made that must leave the last day before `most` more fit; undefined when there were fewer. */
export async function orderThatWaits(db: Db, accountId: string, since: Date, most: number): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select created_at as at from authority.acme_order where account_id = ${accountId} and created_at > ${since}
    order by created_at desc offset ${most - 1} limit 1`.execute(db);
  return rows[0]?.at;
}

/** Whether an order that got its certificate said it follows this one (RFC 9773 §5). */
export async function isReplaced(db: Db, replaces: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.acme_order where replaces = ${replaces} and certificate is not null limit 1`.execute(db);
  return rows.length > 0;
}
