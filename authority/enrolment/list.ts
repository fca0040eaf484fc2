import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { likeAnywhere } from '@antin/adapters/db/folding';
import type { Db } from '@antin/adapters/db/transaction';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { MachineAccountQuery, MachineProtocol } from '@antin/protocol/authority/enrolment';
import type { RequestItem } from '@antin/protocol/certificates/request';

/** An account as officers see it; never its secret. */
export interface ListedAccount {
  readonly id: string;
  readonly kid: string;
  readonly itemId: string;
  readonly item: RequestItem;
  readonly subject: string;
  readonly agencyName: string;
  readonly openedAt: Date;
  readonly openedBy: string;
  readonly openedByName: string;
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly closedByName: string | null;
  readonly withdrawn: boolean;
  readonly lastUsedAt: Date | null;
  readonly lastUsedOver: MachineProtocol | null;
  readonly total: number;
  readonly valid: number;
  readonly lastIssuedAt: Date | null;
  readonly keys: number;
}

type Query = z.output<typeof MachineAccountQuery>;

const withdrawn = sql`authority.enrolment_withdrawn(a.id, a.item_id)`;
const ofAccount = sql`c.request_id like 'enrolment/%' and split_part(c.request_id, '/', 2) = a.id::text and c.state = 'good'`;

const selected = (now: Date): RawBuilder<ListedAccount> => sql<ListedAccount>`
  select a.id, a.kid, a.item_id as "itemId", i.current as item, i.subject, i.agency_name as "agencyName",
    a.opened_at as "openedAt", a.opened_by as "openedBy", o.full_name as "openedByName", a.expires_at as "expiresAt",
    a.closed_at as "closedAt", a.closed_by as "closedBy", s.full_name as "closedByName", ${withdrawn} as withdrawn,
    a.last_used_at as "lastUsedAt", a.last_used_over as "lastUsedOver",
    n.total, n.valid, n.last as "lastIssuedAt",
    (select count(*)::int from authority.acme_account k
      where k.enrolment_id = a.id and k.deactivated_at is null and k.revoked_at is null) as keys
  from authority.enrolment_account a
    join authority.request_item i on i.id = a.item_id
    join authority.officer o on o.id = a.opened_by
    left join authority.officer s on s.id = a.closed_by
    cross join lateral (
      select count(*)::int as total, max(c.issued_at) as last,
        count(*) filter (where r.serial_hex is null and c.not_after > ${now})::int as valid
      from authority.certificate c left join authority.revocation r using (issuer_sha256, serial_hex)
      where ${ofAccount}) n`;

function* conditions(query: Query, now: Date): Generator<RawBuilder<unknown>> {
  const { state, item, q, after } = query;
  if (state === 'closed') yield sql`a.closed_at is not null`;
  else if (state !== undefined) {
    yield sql`a.closed_at is null`;
    yield state === 'withdrawn' ? withdrawn : sql`not ${withdrawn}`;
    if (state === 'expired') yield sql`a.expires_at <= ${now}`;
    if (state === 'open') yield sql`a.expires_at > ${now}`;
  }
  if (item !== undefined) yield sql`a.item_id = ${item}`;
  // What was typed may be a name, or the account's own as a machine's log shows it.
  if (q !== undefined && q.trim() !== '') yield sql`(i.folded like ${likeAnywhere(q)} or a.kid = ${q.trim()})`;
  if (after !== undefined) {
    const place = read(after);
    yield sql`(a.opened_at, a.id) < (${place.at}::timestamptz, ${place.id}::uuid)`;
  }
}

/** The statement of a page, for the page and for looking at its plan. */
export function accountsQuery(query: Query, now: Date): RawBuilder<ListedAccount> {
  const where = [...conditions(query, now)];
  return sql<ListedAccount>`
    ${selected(now)} where ${where.length === 0 ? sql`true` : sql.join(where, sql` and `)}
    order by a.opened_at desc, a.id desc limit ${query.limit + 1}`;
}

/** One page, newest first. */
export async function accountsPage(
  db: Db,
  query: Query,
  now: Date,
): Promise<{ readonly rows: readonly ListedAccount[]; readonly next: string | undefined }> {
  const { rows } = await accountsQuery(query, now).execute(db);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > query.limit && last !== undefined ? written(last) : undefined };
}

export async function listedAccount(db: Db, id: string, now: Date): Promise<ListedAccount | undefined> {
  const { rows } = await sql<ListedAccount>`${selected(now)} where a.id = ${id}`.execute(db);
  return rows[0];
}

export interface FetchedRow {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly der: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly over: MachineProtocol | null;
  readonly revokedAt: Date | null;
}

/** Certificates that an account fetched, newest first. */
export async function fetchedBy(db: Db, accountId: string, most: number): Promise<FetchedRow[]> {
  return (await fetchedQuery(accountId, most).execute(db)).rows;
}

export function fetchedQuery(accountId: string, most: number): RawBuilder<FetchedRow> {
  return sql<FetchedRow>`
    select c.issuer_sha256 as "issuerSha256", c.serial_hex as "serialHex", c.der, c.not_before as "notBefore",
      c.not_after as "notAfter", e.over, r.revoked_at as "revokedAt"
    from authority.certificate c left join authority.revocation r using (issuer_sha256, serial_hex)
      left join authority.enrolment_issue e on e.request_id = c.request_id
    where c.request_id like 'enrolment/%' and split_part(c.request_id, '/', 2) = ${accountId} and c.state = 'good'
    order by c.issued_at desc, c.serial_hex limit ${most}`;
}

export interface Candidate {
  readonly itemId: string;
  readonly subject: string;
  readonly agencyName: string;
  readonly item: RequestItem;
  readonly approver: string;
  readonly approvedAt: Date;
}

/** Approved devices that have no open account. */
export async function candidates(db: Db, q: string | undefined, now: Date): Promise<Candidate[]> {
  return (await candidatesQuery(q, now).execute(db)).rows;
}

export function candidatesQuery(q: string | undefined, now: Date): RawBuilder<Candidate> {
  const search = q === undefined || q.trim() === '' ? sql`true` : sql`i.folded like ${likeAnywhere(q)}`;
  return sql<Candidate>`
    select i.id as "itemId", i.subject, i.agency_name as "agencyName", i.current as item, i.approver, i.approved_at as "approvedAt"
    from authority.request_item i
    where i.form = '03' and i.act in ('new', 'change') and i.state in ('approved', 'issuing', 'issued', 'handed-over')
      and i.approver is not null and ${search}
      and not exists (select 1 from authority.enrolment_account a
        where a.item_id = i.id and a.closed_at is null and a.expires_at > ${now})
    order by i.approved_at desc, i.id limit 200`;
}

function written({ openedAt, id }: ListedAccount): string {
  return Buffer.from(JSON.stringify([openedAt.toISOString(), id])).toString('base64url');
}

/** @throws {HttpRefusal} `http.invalid-query`: a place nobody gave out */
function read(text: string): { readonly at: string; readonly id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    if (!Number.isNaN(Date.parse(at)) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return { at, id };
  } catch {
    // Falls through: as wrong as the rest.
  }
  throw new HttpRefusal('http.invalid-query', { fields: [{ path: 'after', code: 'field.invalid-value' }] });
}
