import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { RequestItem } from '@antin/protocol/certificates/request';

export interface AccountRecord {
  readonly id: string;
  readonly kid: string;
  readonly secret: Uint8Array;
  readonly itemId: string;
  /** The approved request: what the machine may have. */
  readonly item: RequestItem;
  readonly approver: string | null;
  readonly subject: string;
  readonly agencyName: string;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
}

const columns = sql`a.id, a.kid, a.secret, a.item_id as "itemId", i.current as item, i.approver, i.subject,
  i.agency_name as "agencyName", a.opened_by as "openedBy", a.opened_at as "openedAt", a.expires_at as "expiresAt",
  a.closed_at as "closedAt"`;
const tables = sql`authority.enrolment_account a join authority.request_item i on i.id = a.item_id`;

export async function accountByKid(db: Db, kid: string): Promise<AccountRecord | undefined> {
  // A stranger's word: one with a NUL would be a fault of the database instead of a no.
  if (!/^m-[A-Za-z0-9_-]{12}$/.test(kid)) return undefined;
  const { rows } = await sql<AccountRecord>`select ${columns} from ${tables} where a.kid = ${kid}`.execute(db);
  return rows[0];
}

export async function accountById(db: Db, id: string): Promise<AccountRecord | undefined> {
  const { rows } = await sql<AccountRecord>`select ${columns} from ${tables} where a.id = ${id}`.execute(db);
  return rows[0];
}

/** Newest first. */
export async function allAccounts(db: Db): Promise<AccountRecord[]> {
  const { rows } = await sql<AccountRecord>`
    select ${columns} from ${tables} order by a.opened_at desc, a.id limit 1000`.execute(db);
  return rows;
}

export async function insertAccount(
  tx: Tx,
  row: { id: string; kid: string; secret: Uint8Array; itemId: string; openedBy: string; at: Date; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into authority.enrolment_account (id, kid, secret, item_id, opened_by, opened_at, expires_at)
    values (${row.id}, ${row.kid}, ${Buffer.from(row.secret)}, ${row.itemId}, ${row.openedBy}, ${row.at}, ${row.expiresAt})`.execute(
    tx,
  );
}

export async function closeAccount(tx: Tx, id: string, by: string, at: Date): Promise<boolean> {
  const done = await sql`
    update authority.enrolment_account set closed_at = ${at}, closed_by = ${by} where id = ${id} and closed_at is null`.execute(
    tx,
  );
  return done.numAffectedRows === 1n;
}

/** The request an account may be opened for, with who approved it, locked. */
export async function lockItem(
  tx: Tx,
  id: string,
): Promise<{ state: string; approver: string | null; form: string | null; item: RequestItem } | undefined> {
  const { rows } = await sql<{ state: string; approver: string | null; form: string | null; item: RequestItem }>`
    select state, approver, form, current as item from authority.request_item where id = ${id} for share`.execute(tx);
  return rows[0];
}

/** Certificates that an account has for a key, newest first; `fresh`: more than a third of its life is left. */
export async function issuedFor(
  db: Db,
  accountId: string,
  spkiSha256: string,
  now: Date,
): Promise<readonly { readonly der: Uint8Array; readonly fresh: boolean }[]> {
  const { rows } = await sql<{ der: Uint8Array; fresh: boolean }>`
    select der, not_after - ${now}::timestamptz > (not_after - not_before) / 3 as fresh from authority.certificate
    where spki_sha256 = ${spkiSha256} and request_id like ${`enrolment/${accountId}/%`} and state = 'good'
    order by not_after desc`.execute(db);
  return rows.map(({ der, fresh }) => ({ der: new Uint8Array(der), fresh }));
}

/** Whether any certificate over this key was revoked, whoever had it. */
export async function isKeyRevoked(db: Db, spkiSha256: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.certificate c join authority.revocation r using (issuer_sha256, serial_hex)
    where c.spki_sha256 = ${spkiSha256} limit 1`.execute(db);
  return rows.length > 0;
}

/** Whether an account had this certificate. */
export async function accountOfCertificate(db: Db, issuerSha256: string, serialHex: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select split_part(request_id, '/', 2) as id from authority.certificate
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${serialHex} and request_id like 'enrolment/%'`.execute(db);
  return rows[0]?.id;
}
