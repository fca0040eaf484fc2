import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import type { IssuedFilters } from '@antin/protocol/authority/issued';
import type { CertificateName } from '@antin/protocol/certificates/request';
import { searchFor, wordsOf } from '../publication/rules.ts';

export interface IssuedRecord {
  readonly id: number;
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly fingerprint: string;
  readonly profile: string;
  readonly subject: string;
  readonly agencyCode: string | null;
  readonly agencyName: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
  readonly reason: number | null;
  readonly cause: string | null;
}

const DAY = 86_400_000;
/** From when a certificate counts as expiring: renewal is asked for within these days (Decree 130/2018 art. 63). */
export const EXPIRING_DAYS = 60;

const held = sql`exists (select from authority.revocation x
  where x.issuer_sha256 = p.issuer_sha256 and x.serial_hex = p.serial_hex)`;
const revokedFor = (reason: RawBuilder<unknown>) => sql`(p.issuer_sha256, p.serial_hex) in
  (select x.issuer_sha256, x.serial_hex from authority.revocation x where ${reason})`;

function* conditions({ q = '', state, profile, agency }: IssuedFilters, now: Date): Generator<RawBuilder<unknown>> {
  const search = q.trim() === '' ? undefined : searchFor(q);
  if (search === undefined && q.trim() !== '') yield sql`false`;
  if (search !== undefined) {
    if ('serial' in search) yield sql`p.serial_hex = ${search.serial}`;
    else if ('fingerprint' in search) yield sql`p.fingerprint = ${search.fingerprint}`;
    else if ('mail' in search) yield sql`p.mails @> array[${search.mail}]::text[]`;
    else {
      const words = wordsOf(search.words).map((word) => `${word}:*`);
      yield sql`p.words @@ to_tsquery('simple', ${words.join(' & ')})`;
    }
  }
  if (profile !== undefined) yield sql`p.profile = ${profile}`;
  if (agency !== undefined) {
    yield sql`(p.issuer_sha256, p.serial_hex) in (select i.issued_issuer_sha256, i.issued_serial_hex
      from authority.request_item i where i.agency_code = ${agency} and i.issued_serial_hex is not null)`;
  }
  if (state === 'valid') yield sql`p.not_before <= ${now} and p.not_after >= ${now} and not ${held}`;
  if (state === 'expiring')
    yield sql`p.not_after >= ${now} and p.not_after < ${new Date(now.getTime() + EXPIRING_DAYS * DAY)} and not ${held}`;
  if (state === 'expired') yield sql`p.not_after < ${now} and not ${held}`;
  if (state === 'revoked') yield revokedFor(sql`x.reason <> 6`);
  if (state === 'suspended') yield revokedFor(sql`x.reason = 6`);
}

/** Newest first, by key: a page deep in the list costs what the first one costs. */
export function issuedPage(
  filters: IssuedFilters,
  page: { readonly after?: string | undefined; readonly limit: number },
  now: Date,
): RawBuilder<IssuedRecord> {
  const where = [...conditions(filters, now)];
  if (page.after !== undefined) where.push(sql`p.id < ${page.after}::bigint`);
  return sql<IssuedRecord>`
    select p.id, p.issuer_sha256 as "issuerSha256", p.serial_hex as "serialHex", p.fingerprint, p.profile, p.subject,
      i.agency_code as "agencyCode", i.agency_name as "agencyName", p.not_before as "notBefore", p.not_after as "notAfter",
      r.revoked_at as "revokedAt", r.reason, r.cause
    from (
      select p.* from authority.published p where ${where.length === 0 ? sql`true` : sql.join(where, sql` and `)}
      order by p.id desc limit ${page.limit}
    ) p
    left join authority.revocation r on r.issuer_sha256 = p.issuer_sha256 and r.serial_hex = p.serial_hex
    left join authority.request_item i
      on i.issued_serial_hex = p.serial_hex and i.issued_issuer_sha256 = p.issuer_sha256
    order by p.id desc`;
}

export interface OneIssued extends Omit<IssuedRecord, 'id' | 'fingerprint' | 'reason'> {
  readonly der: Buffer;
  readonly issuedAt: Date | null;
  readonly issuerName: string | null;
  readonly reason: number | null;
  readonly revokedBy: string | null;
  readonly revokedByName: string | null;
  readonly requestId: string | null;
}

/** A certificate that is proven issued, whether or not it is published yet. */
export async function oneIssued(db: Db, { issuerSha256, serialHex }: CertificateName): Promise<OneIssued | undefined> {
  const { rows } = await sql<OneIssued>`
    select c.issuer_sha256 as "issuerSha256", c.serial_hex as "serialHex", c.profile, c.subject, c.der,
      i.agency_code as "agencyCode", i.agency_name as "agencyName", c.not_before as "notBefore", c.not_after as "notAfter",
      c.issued_at as "issuedAt", a.name as "issuerName", r.revoked_at as "revokedAt", r.reason, r.cause,
      r.decided_by as "revokedBy", o.full_name as "revokedByName", i.id as "requestId"
    from authority.certificate c
    left join authority.ca a on a.issuer_sha256 = c.issuer_sha256
    left join authority.revocation r on r.issuer_sha256 = c.issuer_sha256 and r.serial_hex = c.serial_hex
    left join authority.officer o on o.id::text = r.decided_by
    left join authority.request_item i on i.issued_serial_hex = c.serial_hex and i.issued_issuer_sha256 = c.issuer_sha256
    where c.issuer_sha256 = ${issuerSha256} and c.serial_hex = ${serialHex} and c.state = 'good'`.execute(db);
  return rows[0];
}

/** Requests that name a certificate, and the one that it answers. */
export interface RequestAbout {
  readonly id: string;
  readonly subject: string;
  readonly act: string;
  readonly state: string;
  readonly receivedAt: Date;
  readonly number: string | null;
}

export async function requestsAbout(db: Db, { issuerSha256, serialHex }: CertificateName): Promise<RequestAbout[]> {
  const { rows } = await sql<RequestAbout>`
    select i.id, i.subject, i.act, i.state, i.received_at as "receivedAt", s.number
    from authority.request_item i join authority.submission s on s.id = i.submission_id
    where (i.issued_issuer_sha256 = ${issuerSha256} and i.issued_serial_hex = ${serialHex})
      or (i.certificate_issuer = ${issuerSha256} and i.certificate_serial = ${serialHex})
    order by i.received_at, i.id limit 200`.execute(db);
  return rows;
}

export interface ActAbout {
  readonly id: number;
  readonly requestId: string;
  readonly act: string;
  readonly at: Date;
  readonly officerId: string | null;
  readonly officerName: string | null;
  readonly bySender: string | null;
  readonly signature: 'signed' | 'unsigned' | 'none';
  readonly note: string | null;
}

export async function actsAbout(db: Db, requestIds: readonly string[]): Promise<ActAbout[]> {
  const { rows } = await sql<ActAbout>`
    select a.id, a.request_item_id as "requestId", a.act, a.at, a.officer_id as "officerId", o.full_name as "officerName",
      a.by_sender as "bySender", a.signature, a.note
    from authority.request_act a left join authority.officer o on o.id = a.officer_id
    where a.request_item_id = any(${[...requestIds]}::uuid[]) order by a.id limit 500`.execute(db);
  return rows;
}

export interface EntryAbout {
  readonly id: number;
  readonly leafIndex: number | null;
  readonly at: Date;
  readonly kind: string;
  readonly byId: string | null;
  readonly byName: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What the journal says of a certificate, oldest first; serial numbers are random, the issuer is asked for all the same. */
export async function entriesAbout(db: Db, { issuerSha256, serialHex }: CertificateName): Promise<EntryAbout[]> {
  const { rows } = await sql<EntryAbout>`
    select e.id, p.leaf_index as "leafIndex", e.at, e.kind, e.detail ->> 'by' as "byId", o.full_name as "byName", e.detail
    from authority.journal_entry e
    left join authority.journal_place p on p.entry = e.id
    left join authority.officer o on o.id::text = e.detail ->> 'by'
    where e.serial_hex = ${serialHex} and coalesce(e.detail ->> 'issuerSha256', ${issuerSha256}) = ${issuerSha256}
    order by e.id limit 500`.execute(db);
  return rows;
}

/** The text an officer signed and the signature: of an act on a request (`a…`), or of the journal (`j…`). */
export async function signedAct(
  db: Db,
  id: string,
): Promise<{ readonly statement: string; readonly cms: Uint8Array } | undefined> {
  const number = id.slice(1);
  const { rows } = id.startsWith('a')
    ? await sql<{ statement: string; cms: Buffer }>`
        select statement, cms from authority.request_act where id = ${number}::bigint and signature = 'signed'`.execute(db)
    : await sql<{ statement: string; cms: Buffer }>`
        select detail ->> 'statement' as statement, decode(detail ->> 'cms', 'base64') as cms from authority.journal_entry
        where id = ${number}::bigint and detail ? 'statement' and detail ? 'cms'`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { statement: row.statement, cms: new Uint8Array(row.cms) };
}

export interface HeldRecord {
  readonly issuerSha256: string;
  readonly serialHex: string;
  readonly subject: string;
  readonly profile: string;
  readonly notAfter: Date;
  readonly revokedAt: Date;
  readonly by: string | null;
  readonly byName: string | null;
  readonly reason: string | null;
}

/** What is suspended now, longest first, with the reason of its last suspension. */
export async function heldNow(db: Db): Promise<HeldRecord[]> {
  const { rows } = await sql<HeldRecord>`
    select r.issuer_sha256 as "issuerSha256", r.serial_hex as "serialHex", c.subject, c.profile, c.not_after as "notAfter",
      r.revoked_at as "revokedAt", r.decided_by as "by", o.full_name as "byName",
      (select e.detail ->> 'reason' from authority.journal_entry e
        where e.serial_hex = r.serial_hex and e.kind = 'suspension.suspending-asked' order by e.id desc limit 1) as reason
    from authority.revocation r join authority.certificate c using (issuer_sha256, serial_hex)
    left join authority.officer o on o.id::text = r.decided_by
    where r.reason = 6 order by r.revoked_at, r.serial_hex limit 1000`.execute(db);
  return rows;
}
