import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { parseCertificate, type Certificate } from '@antin/pki/x509/certificate';
import type { RequestItem } from '@antin/protocol/certificates/request';
import { dnsNamesOf } from './names.ts';

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
  /** An officer revoked a certificate of it for a cause that ends the permission. */
  readonly withdrawn: boolean;
}

const columns = sql`a.id, a.kid, a.secret, a.item_id as "itemId", i.current as item, i.approver, i.subject,
  i.agency_name as "agencyName", a.opened_by as "openedBy", a.opened_at as "openedAt", a.expires_at as "expiresAt",
  a.closed_at as "closedAt", authority.enrolment_withdrawn(a.id, a.item_id) as withdrawn`;
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

/** The account as it stands now, locked: it is not closed, and no other certificate counted, before the transaction ends. */
export async function lockAccount(tx: Tx, id: string): Promise<AccountRecord | undefined> {
  const { rows } = await sql<AccountRecord>`select ${columns} from ${tables} where a.id = ${id} for update of a`.execute(tx);
  return rows[0];
}

/** Remembers that a machine was here; once a minute is enough, so that reading does not become writing. */
export async function touchAccount(db: Db, id: string, over: 'est' | 'acme', now: Date): Promise<void> {
  await sql`
    update authority.enrolment_account set last_used_at = ${now}, last_used_over = ${over}
    where id = ${id} and (last_used_at is null or last_used_at < ${new Date(now.getTime() - 60_000)})`.execute(db);
}

/** Writes down that a certificate of these names is being issued for an account. */
export async function insertIssue(
  tx: Tx,
  row: { requestId: string; accountId: string; over: 'est' | 'acme'; names: readonly string[]; at: Date },
): Promise<void> {
  await sql`
    insert into authority.enrolment_issue (request_id, account_id, over, names, at)
    values (${row.requestId}, ${row.accountId}, ${row.over}, ${[...row.names]}::text[], ${row.at})
    on conflict (request_id) do update set at = excluded.at, names = excluded.names, over = excluded.over`.execute(tx);
}

/** An attempt that was given up counts against nobody: the fault was ours. By the unique index of certificates of requests. */
const CAME_OF_IT = sql`exists (
  select 1 from authority.certificate c where c.request_id = i.request_id and c.state in ('signing', 'good'))`;

/** When an account had certificates since then, and when each of the names stood in one of anybody's; oldest first. */
export async function issuesSince(
  db: Db,
  accountId: string,
  names: readonly string[],
  since: Date,
): Promise<{ readonly ofAccount: readonly Date[]; readonly ofNames: ReadonlyMap<string, readonly Date[]> }> {
  const own = await sql<{ at: Date }>`
    select at from authority.enrolment_issue i
    where account_id = ${accountId} and at > ${since} and ${CAME_OF_IT} order by at`.execute(db);
  const wanted = sql`${[...names]}::text[]`;
  const others = await sql<{ name: string; at: Date }>`
    select name, at from authority.enrolment_issue i, unnest(names) name
    where names && ${wanted} and at > ${since} and name = any(${wanted}) and ${CAME_OF_IT} order by at`.execute(db);
  const ofNames = new Map<string, Date[]>();
  for (const { name, at } of others.rows) ofNames.set(name, [...(ofNames.get(name) ?? []), at]);
  return { ofAccount: own.rows.map(({ at }) => at), ofNames };
}

/** Certificates that an account has for a key, newest first; `fresh`: more than a third of its life is left; `live`: not over. */
export async function issuedFor(
  db: Db,
  accountId: string,
  spkiSha256: string,
  now: Date,
): Promise<readonly { readonly der: Uint8Array; readonly fresh: boolean; readonly live: boolean }[]> {
  const { rows } = await sql<{ der: Uint8Array; fresh: boolean; live: boolean }>`
    select der, not_after - ${now}::timestamptz > (not_after - not_before) / 3 as fresh, not_after > ${now}::timestamptz as live
    from authority.certificate
    where spki_sha256 = ${spkiSha256} and request_id like ${`enrolment/${accountId}/%`} and state = 'good'
    order by not_after desc`.execute(db);
  return rows.map((row) => ({ ...row, der: new Uint8Array(row.der) }));
}

/** Whether any certificate over this key was revoked, whoever had it. Not: an attempt that broke off and that nobody ever had. */
export async function isKeyRevoked(db: Db, spkiSha256: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.certificate c join authority.revocation r using (issuer_sha256, serial_hex)
    where c.spki_sha256 = ${spkiSha256} and (c.state <> 'abandoned' or r.reason = 1) limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Whether a key is somebody else's: in a certificate that neither this account fetched, nor came of the same approved request.
 * An account that was opened anew for the same machine may go on with its key once the old one is closed.
 */
export async function isKeyOfAnother(db: Db, spkiSha256: string, account: AccountRecord, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.certificate c
      left join authority.enrolment_account a
        on c.request_id like 'enrolment/%' and a.id::text = split_part(c.request_id, '/', 2)
    where c.spki_sha256 = ${spkiSha256} and c.state <> 'abandoned' and c.request_id is distinct from ${account.itemId}
      and a.id is distinct from ${account.id}
      and not coalesce(a.item_id = ${account.itemId} and (a.closed_at is not null or a.expires_at <= ${now}), false)
    limit 1`.execute(db);
  return rows.length > 0;
}

/** Whether this very certificate is one that the account fetched, good and in time; with its names. */
export async function holdsCertificate(db: Db, accountId: string, der: Uint8Array, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.certificate c left join authority.revocation r using (issuer_sha256, serial_hex)
    where c.request_id like 'enrolment/%' and split_part(c.request_id, '/', 2) = ${accountId} and c.der = ${Buffer.from(der)}
      and c.state = 'good' and r.serial_hex is null and c.not_after > ${now}`.execute(db);
  return rows.length > 0;
}

/** Whose account fetched exactly this certificate; undefined when none did. */
export async function accountOfCertificate(
  db: Db,
  { issuerSha256, certificate }: { readonly issuerSha256: string; readonly certificate: Certificate },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select split_part(request_id, '/', 2) as id from authority.certificate
    where issuer_sha256 = ${issuerSha256} and serial_hex = ${certificate.serialHex} and request_id like 'enrolment/%'
      and der = ${Buffer.from(certificate.raw)}`.execute(db);
  return rows[0]?.id;
}

export interface FetchedCertificate {
  readonly accountId: string;
  readonly hostNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | undefined;
}

/** A certificate that a machine fetched, by its name; undefined for those of others. */
export async function fetchedByName(db: Db, issuerSha256: string, serialHex: string): Promise<FetchedCertificate | undefined> {
  const { rows } = await sql<{ accountId: string; der: Uint8Array; notBefore: Date; notAfter: Date; revokedAt: Date | null }>`
    select split_part(c.request_id, '/', 2) as "accountId", c.der, c.not_before as "notBefore", c.not_after as "notAfter",
      r.revoked_at as "revokedAt"
    from authority.certificate c left join authority.revocation r using (issuer_sha256, serial_hex)
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex} and c.request_id like 'enrolment/%'
      and c.state = 'good'`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { accountId, notBefore, notAfter, revokedAt } = row;
  const hostNames = dnsNamesOf(parseCertificate(new Uint8Array(row.der)));
  return { accountId, hostNames, notBefore, notAfter, revokedAt: revokedAt ?? undefined };
}

/** Whether any certificate was made, or is being made, over this key. */
export async function isCertified(db: Db, spkiSha256: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from authority.certificate where spki_sha256 = ${spkiSha256} and state <> 'abandoned' limit 1`.execute(db);
  return rows.length > 0;
}
