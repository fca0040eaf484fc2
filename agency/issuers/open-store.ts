import { sql } from 'kysely';
import type { Unmatched } from '@antin/protocol/office/issuers';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { fold } from '@antin/adapters/db/folding';
import { readCursor } from '../keyset.ts';
import { inScope, type Scope } from '../scope.ts';

export interface QuestionRecord {
  readonly id: string;
  readonly requestId: string;
  readonly itemId: string;
  readonly agencyId: string;
  readonly name: string;
  readonly agencyName: string;
  readonly text: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
  readonly deliveredAt: Date | null;
}

const questionColumns = sql`q.id, q.request_id as "requestId", q.item_id as "itemId", q.agency_id as "agencyId", i.name,
  i.agency_name as "agencyName", q.text, q.asked_at as "askedAt", q.answer, q.answered_at as "answeredAt",
  q.delivered_at as "deliveredAt"`;
const questionTables = sql`agency.issuer_question q join agency.issuer_item i on i.id = q.item_id`;

/** @returns false when the question is known */
export async function keepQuestion(
  tx: Tx,
  question: { id: string; requestId: string; itemId: string; agencyId: string; text: string; askedAt: Date },
): Promise<boolean> {
  const { id, requestId, itemId, agencyId, text, askedAt } = question;
  const { rows } = await sql`
    insert into agency.issuer_question (id, request_id, item_id, agency_id, text, asked_at)
    values (${id}, ${requestId}, ${itemId}, ${agencyId}, ${text}, ${askedAt}) on conflict do nothing returning id`.execute(tx);
  return rows.length > 0;
}

export async function questionById(db: Db, id: string): Promise<QuestionRecord | undefined> {
  const { rows } = await sql<QuestionRecord>`select ${questionColumns} from ${questionTables} where q.id = ${id}`.execute(db);
  return rows[0];
}

/** Questions about subscribers of one of the agencies, the oldest first. */
export async function questionsFor(
  db: Db,
  query: { scope: Scope; open: boolean | undefined; after?: string | undefined; size: number },
): Promise<QuestionRecord[]> {
  const [at, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<QuestionRecord>`
    select ${questionColumns} from ${questionTables} where ${inScope(sql`q.agency_id`, query.scope)}
      and ${query.open === undefined ? sql`true` : query.open ? sql`q.answered_at is null` : sql`q.answered_at is not null`}
      and ${at === undefined ? sql`true` : sql`(q.asked_at, q.id) > (${at}::timestamptz, ${id}::uuid)`}
    order by q.asked_at, q.id limit ${query.size + 1}`.execute(db);
  return rows;
}

/** @returns false when it is answered already */
export async function answerQuestionRow(tx: Tx, id: string, answer: { text: string; by: string; at: Date }): Promise<boolean> {
  const { rows } = await sql`update agency.issuer_question set answer = ${answer.text}, answered_by = ${answer.by},
    answered_at = ${answer.at} where id = ${id} and answered_at is null returning id`.execute(tx);
  return rows.length > 0;
}

export async function markDelivered(db: Db, id: string, at: Date): Promise<void> {
  await sql`update agency.issuer_question set delivered_at = ${at} where id = ${id} and delivered_at is null`.execute(db);
}

/** An item that ended asks nothing any more. */
export async function dropQuestions(tx: Tx, itemId: string, at: Date): Promise<void> {
  await sql`update agency.issuer_question set answered_at = ${at}, answered_by = 'issuer' where item_id = ${itemId}
    and answered_at is null`.execute(tx);
}

export interface UnmatchedRecord {
  readonly id: string;
  readonly requestId: string;
  readonly agencyId: string;
  readonly itemId: string | null;
  readonly reason: Unmatched['reason'];
  readonly der: Uint8Array | null;
  readonly chain: readonly Uint8Array[];
  readonly deviceSerial: string | null;
  readonly fileName: string | null;
  readonly subject: string | null;
  readonly serialHex: string | null;
  readonly detail: string | null;
  readonly at: Date;
  readonly itemName: string | null;
  readonly requestNumber: string | null;
  readonly settledAt: Date | null;
  readonly settledBy: string | null;
  readonly settledAs: string | null;
}

export interface NewUnmatched {
  readonly id: string;
  readonly requestId: string;
  readonly agencyId: string;
  readonly itemId?: string | undefined;
  readonly reason: Unmatched['reason'];
  readonly contentSha256: string;
  readonly der?: Uint8Array | undefined;
  readonly chain?: readonly Uint8Array[] | undefined;
  readonly deviceSerial?: string | undefined;
  readonly fileName?: string | undefined;
  readonly subject?: string | undefined;
  readonly serialHex?: string | undefined;
  readonly detail?: string | undefined;
  readonly at: Date;
}

const unmatchedColumns = sql`u.id, u.request_id as "requestId", u.agency_id as "agencyId", u.item_id as "itemId", u.reason, u.der,
  u.chain, u.device_serial as "deviceSerial", u.file_name as "fileName", u.subject, u.serial_hex as "serialHex", u.detail, u.at,
  i.name as "itemName", r.number as "requestNumber", u.settled_at as "settledAt", u.settled_by as "settledBy",
  coalesce(g.name, u.settled_as) as "settledAs"`;
/** `g` is the item a person gave it to. */
const unmatchedTables = sql`agency.issuer_unmatched u join agency.issuer_request r on r.id = u.request_id
  left join agency.issuer_item i on i.id = u.item_id left join agency.issuer_item g on g.id = case when u.settled_as ~ '^[0-9a-f-]{36}$' then u.settled_as::uuid end`;

/** Lists it once, however often it comes. */
export async function keepUnmatched(tx: Tx, one: NewUnmatched): Promise<void> {
  await sql`
    insert into agency.issuer_unmatched (id, request_id, agency_id, item_id, reason, content_sha256, der, chain, device_serial,
      file_name, subject, serial_hex, detail, at)
    values (${one.id}, ${one.requestId}, ${one.agencyId}, ${one.itemId ?? null}, ${one.reason}, ${one.contentSha256},
      ${one.der === undefined ? null : Buffer.from(one.der)}, ${(one.chain ?? []).map((der) => Buffer.from(der))}::bytea[],
      ${one.deviceSerial ?? null}, ${one.fileName ?? null}, ${one.subject ?? null}, ${one.serialHex ?? null},
      ${one.detail ?? null}, ${one.at})
    on conflict (request_id, reason, content_sha256) do nothing`.execute(tx);
}

export async function unmatchedById(db: Db, id: string): Promise<UnmatchedRecord | undefined> {
  const { rows } = await sql<UnmatchedRecord>`
    select ${unmatchedColumns} from ${unmatchedTables} where u.id = ${id}`.execute(db);
  return rows[0];
}

export async function listUnmatched(
  db: Db,
  query: {
    agencyId: string;
    requestId?: string | undefined;
    settled?: boolean;
    after?: string | undefined;
    size: number;
  },
): Promise<UnmatchedRecord[]> {
  const [at, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<UnmatchedRecord>`
    select ${unmatchedColumns} from ${unmatchedTables} where u.agency_id = ${query.agencyId}
      and u.settled_at is ${query.settled === true ? sql`not null` : sql`null`}
      and ${query.requestId === undefined ? sql`true` : sql`u.request_id = ${query.requestId}`}
      and ${at === undefined ? sql`true` : sql`(u.at, u.id) > (${at}::timestamptz, ${id}::uuid)`}
    order by u.at, u.id limit ${query.size + 1}`.execute(db);
  return rows;
}

export interface CandidateRecord {
  readonly itemId: string;
  readonly ordinal: number;
  readonly name: string;
  readonly agencyName: string;
  readonly form: '01' | '02' | '03' | null;
  readonly key: 'fits' | 'other' | 'unknown';
}

/** Items of a request that wait for a certificate, those most likely first: of this key, then of this name. */
export async function candidatesFor(
  db: Db,
  query: { requestId: string; spkiSha256: string; commonName: string; q?: string | undefined; size: number },
): Promise<CandidateRecord[]> {
  const found = query.q === undefined ? '' : fold(query.q).replace(/[\\%_]/g, '');
  const { rows } = await sql<CandidateRecord>`
    select i.id as "itemId", i.ordinal, i.name, i.agency_name as "agencyName", i.form,
      case when i.spki_sha256 is null then 'unknown' when i.spki_sha256 = ${query.spkiSha256} then 'fits' else 'other' end as key
    from agency.issuer_item i where i.request_id = ${query.requestId} and i.act in ('new', 'renew', 'change')
      and i.state not in ('issued', 'revoked', 'recovered', 'refused')
      and ${found === '' ? sql`true` : sql`agency.folded(i.name || ' ' || i.agency_name) like ${`%${found}%`}`}
    order by case when i.spki_sha256 = ${query.spkiSha256} then 0 when i.spki_sha256 is null then 1 else 2 end,
      agency.folded(i.name) = ${fold(query.commonName)} desc, i.ordinal limit ${query.size}`.execute(db);
  return rows;
}

export async function settleUnmatchedRow(tx: Tx, id: string, settled: { as: string; by: string; at: Date }): Promise<boolean> {
  const { rows } = await sql`update agency.issuer_unmatched set settled_at = ${settled.at}, settled_by = ${settled.by},
    settled_as = ${settled.as} where id = ${id} and settled_at is null returning id`.execute(tx);
  return rows.length > 0;
}

export async function settleByCertificate(tx: Tx, requestId: string, sha256: string, itemId: string, at: Date): Promise<void> {
  await sql`update agency.issuer_unmatched set settled_at = ${at}, settled_by = 'issuer', settled_as = ${itemId}
    where request_id = ${requestId} and content_sha256 = ${sha256} and settled_at is null`.execute(tx);
}

export async function openCounts(db: Db, scope: Scope): Promise<{ questions: number; unmatched: number; oldest: Date | null }> {
  const { rows } = await sql<{ questions: number; unmatched: number; oldest: Date | null }>`select
    (select count(*)::integer from agency.issuer_question q where q.answered_at is null and ${inScope(sql`q.agency_id`, scope)}) as questions,
    (select min(q.asked_at) from agency.issuer_question q where q.answered_at is null and ${inScope(sql`q.agency_id`, scope)}) as oldest,
    (select count(*)::integer from agency.issuer_unmatched where settled_at is null and agency_id = ${scope.agencyId}) as unmatched`.execute(
    db,
  );
  return rows[0]!;
}
