import { sql, type RawBuilder } from 'kysely';
import type { CertificateActKind, CertificateState, Form } from '@antin/protocol/office/certificates';
import type { KeyDeviceState } from '@antin/protocol/office/key-devices';
import type { DeviceKind } from '@antin/protocol/certificates/subject';
import { fold } from '@antin/adapters/db/folding';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { Refusal } from '@antin/adapters/http/refusal';
import { wordsQuery } from '../directory/agency-store.ts';
import { readCursor } from '../keyset.ts';
import { inScope, inScopeAlong, type Scope } from '../scope.ts';
import type { DatedLimit, LimitKey, Limits } from './limits.ts';
import type { StoredState } from './rules.ts';

export interface HoldingRecord {
  readonly id: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly form: Form;
  readonly personId: string | null;
  readonly name: string;
  readonly title: string | null;
  readonly unit: string | null;
  readonly subjectSealed: Uint8Array | null;
  readonly deviceKind: DeviceKind;
  readonly deviceId: string | null;
  readonly deviceSerial: string | null;
  readonly deviceState: KeyDeviceState | null;
  readonly state: StoredState;
  readonly itemId: string | null;
  readonly spkiSha256: string | null;
  readonly sha256: string | null;
  readonly issuerSha256: string | null;
  readonly issuerText: string | null;
  readonly serialHex: string | null;
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
  readonly renewals: number;
  readonly replacesId: string | null;
  readonly requestedAt: Date | null;
  readonly issuedAt: Date | null;
  readonly activatedAt: Date | null;
  readonly endedAt: Date | null;
  readonly endCause: string | null;
  readonly pending: CertificateActKind | null;
  readonly version: number;
  readonly sortKey: string;
}

const columns = sql`h.id, h.agency_id as "agencyId", a.name as "agencyName", h.form, h.person_id as "personId", h.name, h.title,
  h.unit, h.subject_sealed as "subjectSealed", h.device_kind as "deviceKind", h.device_id as "deviceId",
  d.serial as "deviceSerial", d.state as "deviceState", h.state, h.item_id as "itemId", h.spki_sha256 as "spkiSha256", h.sha256,
  h.issuer_sha256 as "issuerSha256", h.issuer_text as "issuerText", h.serial_hex as "serialHex", h.not_before as "notBefore",
  h.not_after as "notAfter", h.renewals, h.replaces_id as "replacesId", h.requested_at as "requestedAt",
  h.issued_at as "issuedAt", h.activated_at as "activatedAt", h.ended_at as "endedAt", h.end_cause as "endCause", h.pending,
  h.version, h.sort_key as "sortKey"`;
const around = sql`join agency.agency a on a.id = h.agency_id left join agency.key_device d on d.id = h.device_id`;

export async function holdingById(db: Db, id: string): Promise<HoldingRecord | undefined> {
  const { rows } = await sql<HoldingRecord>`select ${columns} from agency.holding h ${around} where h.id = ${id}`.execute(db);
  return rows[0];
}

/** Of which somebody is the subscriber; what is in force longest first. */
export async function holdingsOf(db: Db, personId: string): Promise<HoldingRecord[]> {
  const { rows } = await sql<HoldingRecord>`select ${columns} from agency.holding h ${around}
    where h.person_id = ${personId} order by h.not_after desc nulls first, h.id limit 100`.execute(db);
  return rows;
}

export async function lockHolding(tx: Tx, id: string): Promise<HoldingRecord | undefined> {
  const { rows } = await sql<HoldingRecord>`
    select ${columns} from agency.holding h ${around} where h.id = ${id} for update of h`.execute(tx);
  return rows[0];
}

export async function holdingDer(db: Db, id: string): Promise<Uint8Array | undefined> {
  const { rows } = await sql<{ der: Uint8Array | null }>`select der from agency.holding where id = ${id}`.execute(db);
  return rows[0]?.der ?? undefined;
}

/** For acts that cannot be done on a number alone. @throws {Refusal} `certificate.file-missing` */
export async function requiredDer(db: Db, id: string): Promise<Uint8Array> {
  const der = await holdingDer(db, id);
  if (der === undefined) throw new Refusal('certificate.file-missing');
  return der;
}

export async function replacedBy(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select id from agency.holding where replaces_id = ${id} limit 1`.execute(db);
  return rows[0]?.id;
}

export interface ListQuery {
  readonly scope: Scope;
  readonly q?: string | undefined;
  readonly form?: Form | undefined;
  readonly state?: CertificateState | undefined;
  /** Taken in, and nobody said yet whose it is (or just those of which it is known). */
  readonly ownerUnknown?: boolean | undefined;
  readonly expiresFrom?: string | undefined;
  readonly expiresBefore?: string | undefined;
  readonly sort: 'name' | 'expiry';
  readonly after?: string | undefined;
  readonly size: number;
  readonly now: Date;
  readonly limits: Limits;
}

/** Midnight of a day in the office, as PostgreSQL reads it. */
const midnight = (day: string) => sql`${`${day}T00:00:00+07:00`}::timestamptz`;

/** `ownerUnknown` of owners.ts, as a condition on `h`. */
export const ownerUnknownIs = sql`h.state = 'issued' and h.item_id is null and h.person_id is null and h.sha256 is not null`;

function stateCondition(state: CertificateState, now: Date, limits: Limits): RawBuilder<unknown> {
  const soon = new Date(now.getTime() + (limits['expiring-days'] + 1) * 86_400_000);
  if (state === 'expired') return sql`h.state in ('active', 'issued', 'handed-over') and h.not_after <= ${now}`;
  if (state === 'expiring') return sql`h.state = 'active' and h.not_after > ${now} and h.not_after < ${soon}`;
  if (state === 'active') return sql`h.state = 'active' and h.not_after >= ${soon}`;
  if (state === 'issued' || state === 'handed-over') return sql`h.state = ${state} and h.not_after > ${now}`;
  return sql`h.state = ${state}`;
}

/** So many lines with a word make it a common one: a walk in order soon meets enough of them. */
const COMMON = 2000;

/** Whether a search would gather thousands of lines only to show the first fifty. */
async function isCommon(db: Db, query: ListQuery): Promise<boolean> {
  const words = query.q === undefined ? undefined : wordsQuery(query.q);
  if (words === undefined || query.scope.few !== undefined) return false;
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from (
    select 1 from agency.holding h where h.words @@ ${words}::tsquery limit ${COMMON}) some_of_them`.execute(db);
  return rows[0]!.n === COMMON;
}

/** The query itself, so that tests can look at its plan. @param common the words are found along the way, not looked up */
export function listHoldingsQuery(query: ListQuery, common = false): RawBuilder<HoldingRecord> {
  const { scope, sort } = query;
  const conditions: RawBuilder<unknown>[] = [];
  const words = query.q === undefined ? undefined : wordsQuery(query.q);
  // `is true` is what no index answers: the planner thinks that gathering and sorting them all costs less than it does.
  if (words !== undefined)
    conditions.push(common ? sql`(h.words @@ ${words}::tsquery) is true` : sql`h.words @@ ${words}::tsquery`);
  if (query.form !== undefined) conditions.push(sql`h.form = ${query.form}`);
  if (query.state !== undefined) conditions.push(stateCondition(query.state, query.now, query.limits));
  if (query.ownerUnknown === true) conditions.push(ownerUnknownIs);
  if (query.ownerUnknown === false) conditions.push(sql`not (${ownerUnknownIs})`);
  if (query.expiresFrom !== undefined) conditions.push(sql`h.not_after >= ${midnight(query.expiresFrom)}`);
  if (query.expiresBefore !== undefined) conditions.push(sql`h.not_after < ${midnight(query.expiresBefore)}`);
  // By expiry means: of what is in use. The rest has no end that anybody waits for.
  if (sort === 'expiry' || query.expiresFrom !== undefined || query.expiresBefore !== undefined)
    conditions.push(sql`h.state = 'active'`);
  const cursor = readCursor(query.after, 'su');
  if (cursor !== undefined) {
    conditions.push(
      sort === 'name'
        ? sql`(h.sort_key, h.id) > (${cursor[0]}, ${cursor[1]}::uuid)`
        : sql`(h.not_after, h.id) > (${cursor[0]}::timestamptz, ${cursor[1]}::uuid)`,
    );
  }
  const order = sort === 'name' ? sql`h.sort_key, h.id` : sql`h.not_after, h.id`;
  const limit = query.size + 1;
  if (scope.few !== undefined) {
    const own = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
    return sql<HoldingRecord>`select ${columns} from unnest(${[...scope.few]}::uuid[]) f(id) cross join lateral (
        select h.* from agency.holding h where h.agency_id = f.id and ${own} order by ${order} limit ${limit}) h
      ${around} order by ${order} limit ${limit}`;
  }
  conditions.push(inScopeAlong(sql`h.agency_id`, scope));
  return sql<HoldingRecord>`select ${columns} from (
      select h.* from agency.holding h where ${sql.join(conditions, sql` and `)} order by ${order} limit ${limit}) h
    ${around} order by ${order}`;
}

export async function listHoldings(db: Db, query: ListQuery): Promise<HoldingRecord[]> {
  return (await listHoldingsQuery(query, await isCommon(db, query)).execute(db)).rows;
}

export function cursorKey(sort: 'name' | 'expiry') {
  return (row: HoldingRecord): readonly string[] => [sort === 'name' ? row.sortKey : row.notAfter!.toISOString(), row.id];
}

/** By state as time makes it today. */
export async function countStates(db: Db, scope: Scope, now: Date, limits: Limits): Promise<Map<CertificateState, number>> {
  const soon = new Date(now.getTime() + (limits['expiring-days'] + 1) * 86_400_000);
  const { rows } = await sql<{ state: CertificateState; n: number }>`
    select case when h.state in ('active', 'issued', 'handed-over') and h.not_after <= ${now} then 'expired'
        when h.state = 'active' and h.not_after < ${soon} then 'expiring' else h.state end as state, count(*)::integer as n
    from agency.holding h where ${inScope(sql`h.agency_id`, scope)} group by 1`.execute(db);
  return new Map(rows.map((row) => [row.state, row.n]));
}

export function forecastQuery(scope: Scope, from: Date, to: Date): RawBuilder<{ month: string; n: number }> {
  return sql<{ month: string; n: number }>`
    select to_char(h.not_after at time zone interval '7 hours', 'YYYY-MM') as month, count(*)::integer as n
    from agency.holding h where h.state = 'active' and h.not_after >= ${from} and h.not_after < ${to}
      and ${inScope(sql`h.agency_id`, scope)} group by 1 order by 1`;
}

export async function forecastUnits(
  db: Db,
  query: { scope: Scope; from: Date; to: Date; after?: string | undefined; size: number },
): Promise<{ agencyId: string; agencyName: string; count: number; sortKey: string }[]> {
  const [key, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<{ agencyId: string; agencyName: string; count: number; sortKey: string }>`
    select a.id as "agencyId", a.name as "agencyName", e.n as count, a.sort_key as "sortKey" from (
      select h.agency_id, count(*)::integer as n from agency.holding h where h.state = 'active' and h.not_after >= ${query.from}
        and h.not_after < ${query.to} and ${inScope(sql`h.agency_id`, query.scope)} group by 1) e
    join agency.agency a on a.id = e.agency_id
    where ${key === undefined ? sql`true` : sql`(a.sort_key, a.id) > (${key}, ${id}::uuid)`}
    order by a.sort_key, a.id limit ${query.size + 1}`.execute(db);
  return rows;
}

export interface NewHolding {
  readonly id: string;
  readonly agencyId: string;
  readonly form: Form;
  readonly personId: string | null;
  readonly name: string;
  readonly title?: string | undefined;
  readonly unit?: string | undefined;
  readonly mail?: string | undefined;
  readonly subjectSealed: Uint8Array | null;
  readonly deviceKind: DeviceKind;
  readonly itemId: string | null;
  readonly spkiSha256: string | null;
}

/** Many at once: a round of five thousand becomes five thousand lines in one statement. */
export async function insertRequested(tx: Tx, holdings: readonly NewHolding[], at: Date): Promise<void> {
  const rows = holdings.map((one) => ({
    ...{ id: one.id, agency_id: one.agencyId, form: one.form, person_id: one.personId, name: one.name },
    ...{ title: one.title ?? null, unit: one.unit ?? null, device_kind: one.deviceKind, item_id: one.itemId },
    spki_sha256: one.spkiSha256,
    subject_sealed: one.subjectSealed === null ? null : Buffer.from(one.subjectSealed).toString('base64'),
    search: fold([one.name, one.title ?? '', one.unit ?? '', one.mail ?? ''].join(' ')),
  }));
  await sql`
    insert into agency.holding (id, agency_id, form, person_id, name, title, unit, subject_sealed, search, device_kind, state,
      item_id, spki_sha256, requested_at)
    select id, agency_id, form, person_id, name, title, unit, decode(subject_sealed, 'base64'), search, device_kind, 'requested',
      item_id, spki_sha256, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(id uuid, agency_id uuid, form text, person_id uuid, name text,
      title text, unit text, subject_sealed text, search text, device_kind text, item_id uuid, spki_sha256 text)`.execute(tx);
}

export interface CertificateColumns {
  readonly sha256: string;
  readonly spkiSha256: string;
  readonly issuerSha256: string | null;
  readonly issuer: Uint8Array;
  readonly issuerText: string;
  readonly serialHex: string;
  readonly der: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export async function setCertificate(
  tx: Tx,
  id: string,
  one: CertificateColumns,
  deviceSerial: string | undefined,
): Promise<void> {
  const more = ` ${one.serialHex} ${deviceSerial === undefined ? '' : fold(deviceSerial)}`;
  await sql`update agency.holding set sha256 = ${one.sha256}, spki_sha256 = ${one.spkiSha256}, issuer_sha256 = ${one.issuerSha256},
    issuer = ${Buffer.from(one.issuer)}, issuer_text = ${one.issuerText}, serial_hex = ${one.serialHex},
    der = ${Buffer.from(one.der)}, not_before = ${one.notBefore}, not_after = ${one.notAfter}, search = search || ${more}
    where id = ${id}`.execute(tx);
}

/** Every change of a line goes through here: its version grows. */
export async function changeHolding(
  tx: Tx,
  id: string,
  change: {
    state?: StoredState;
    pending?: CertificateActKind | null;
    deviceId?: string;
    personId?: string | null;
    agencyId?: string;
    form?: Form;
    renewals?: number;
    replacesId?: string;
    name?: string;
    title?: string | null;
    unit?: string | null;
    subjectSealed?: Uint8Array;
    at?: Date;
    endCause?: string;
  },
): Promise<void> {
  const set: RawBuilder<unknown>[] = [sql`version = version + 1`];
  const { state, at } = change;
  if (state !== undefined) {
    set.push(sql`state = ${state}`);
    if (state === 'issued') set.push(sql`issued_at = ${at}`);
    if (state === 'handed-over') set.push(sql`handed_over_at = ${at}`);
    if (state === 'active')
      set.push(sql`activated_at = ${at}`, sql`handed_over_at = coalesce(handed_over_at, ${at}::timestamptz)`);
    if (state === 'revoked' || state === 'replaced' || state === 'refused') set.push(sql`ended_at = ${at}`, sql`pending = null`);
  }
  if (change.endCause !== undefined) set.push(sql`end_cause = ${change.endCause}`);
  if (change.pending !== undefined) set.push(sql`pending = ${change.pending}`);
  if (change.deviceId !== undefined) set.push(sql`device_id = ${change.deviceId}`);
  if (change.personId !== undefined) set.push(sql`person_id = ${change.personId}`);
  if (change.agencyId !== undefined) set.push(sql`agency_id = ${change.agencyId}`);
  if (change.form !== undefined) set.push(sql`form = ${change.form}`);
  if (change.renewals !== undefined) set.push(sql`renewals = ${change.renewals}`);
  if (change.replacesId !== undefined) set.push(sql`replaces_id = ${change.replacesId}`);
  if (change.name !== undefined) set.push(sql`name = ${change.name}`, sql`search = search || ${` ${fold(change.name)}`}`);
  if (change.title !== undefined) set.push(sql`title = ${change.title}`);
  if (change.unit !== undefined) set.push(sql`unit = ${change.unit}`);
  if (change.subjectSealed !== undefined) set.push(sql`subject_sealed = ${Buffer.from(change.subjectSealed)}`);
  await sql`update agency.holding set ${sql.join(set)} where id = ${id}`.execute(tx);
}

export async function holdingByCertificate(db: Db, sha256: string): Promise<HoldingRecord | undefined> {
  const { rows } = await sql<HoldingRecord>`
    select ${columns} from agency.holding h ${around} where h.sha256 = ${sha256}`.execute(db);
  return rows[0];
}

export async function limitRows(db: Db): Promise<DatedLimit[]> {
  const { rows } = await sql<{ key: LimitKey; value: number; from: string; vi: string; en: string }>`
    select key, value, valid_from as "from", source_vi as vi, source_en as en from agency.certificate_limit`.execute(db);
  return rows.map(({ key, value, from, vi, en }) => ({ key, value, from, source: { vi, en } }));
}
