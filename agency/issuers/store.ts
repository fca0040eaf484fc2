import { sql } from 'kysely';
import type { RequestAct } from '@antin/protocol/certificates/request';
import type { IssuerRequestState, ItemState } from '@antin/protocol/office/issuers';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { readCursor } from '../keyset.ts';

export interface RequestRecord {
  readonly id: string;
  readonly agencyId: string;
  readonly connector: string;
  readonly state: IssuerRequestState;
  readonly number: string | null;
  readonly roundId: string | null;
  readonly sha256: string;
  readonly sealedBy: 'organisation' | 'installation' | null;
  readonly containerSha256: string | null;
  readonly mediaType: 'application/vnd.etsi.asic-e+zip' | 'application/json' | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly sentAt: Date | null;
  readonly lastSequence: number;
  readonly lastError: string | null;
  readonly withdrawnAt: Date | null;
  readonly shreddedAt: Date | null;
}

export interface ItemRecord {
  readonly id: string;
  readonly requestId: string;
  readonly ordinal: number;
  readonly act: RequestAct;
  readonly state: ItemState;
  readonly sequence: number;
  readonly name: string;
  readonly form: '01' | '02' | '03' | null;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly spkiSha256: string | null;
  readonly certificateId: string | null;
  readonly certificateSha256: string | null;
  readonly text: string | null;
}

const requestColumns = sql`id, agency_id as "agencyId", connector, state, number, round_id as "roundId", sha256,
  sealed_by as "sealedBy", container_sha256 as "containerSha256", media_type as "mediaType", created_at as "createdAt",
  created_by as "createdBy", sent_at as "sentAt", last_sequence as "lastSequence", last_error as "lastError",
  withdrawn_at as "withdrawnAt", shredded_at as "shreddedAt"`;

const itemColumns = sql`i.id, i.request_id as "requestId", i.ordinal, i.act, i.state, i.sequence, i.name, i.form,
  i.agency_id as "agencyId", i.agency_name as "agencyName", i.spki_sha256 as "spkiSha256",
  i.certificate_id as "certificateId", i.certificate_sha256 as "certificateSha256", i.text`;

export async function insertRequest(
  tx: Tx,
  request: Pick<RequestRecord, 'id' | 'agencyId' | 'connector' | 'number' | 'roundId' | 'sha256' | 'createdAt' | 'createdBy'> & {
    readonly contentSealed: Uint8Array;
  },
  items: readonly Omit<ItemRecord, 'requestId' | 'state' | 'sequence' | 'certificateSha256' | 'text'>[],
): Promise<void> {
  const { id, agencyId, connector, number, roundId, contentSealed, sha256, createdAt, createdBy } = request;
  await sql`
    insert into agency.issuer_request (id, agency_id, connector, state, number, round_id, content_sealed, sha256, created_at, created_by)
    values (${id}, ${agencyId}, ${connector}, 'prepared', ${number}, ${roundId}, ${Buffer.from(contentSealed)}, ${sha256}, ${createdAt},
      ${createdBy})`.execute(tx);
  const rows = items.map((item) => ({
    ...{ id: item.id, ordinal: item.ordinal, act: item.act, name: item.name, form: item.form, agency_id: item.agencyId },
    ...{ agency_name: item.agencyName, spki_sha256: item.spkiSha256, certificate_id: item.certificateId },
  }));
  await sql`
    insert into agency.issuer_item (id, request_id, ordinal, act, state, name, form, agency_id, agency_name, spki_sha256,
      certificate_id)
    select id, ${id}, ordinal, act, 'waiting', name, form, agency_id, agency_name, spki_sha256, certificate_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(id uuid, ordinal integer, act text, name text, form text,
      agency_id uuid, agency_name text, spki_sha256 text, certificate_id uuid)`.execute(tx);
}

/** What a request names stays while the request does. */
export async function insertAttachments(tx: Tx, requestId: string, hashes: readonly string[]): Promise<void> {
  await sql`insert into agency.issuer_attachment (request_id, sha256)
    select ${requestId}::uuid, unnest(${[...hashes]}::text[])`.execute(tx);
}

export async function requestById(db: Db, id: string): Promise<RequestRecord | undefined> {
  const { rows } = await sql<RequestRecord>`select ${requestColumns} from agency.issuer_request where id = ${id}`.execute(db);
  return rows[0];
}

export async function lockRequest(tx: Tx, id: string): Promise<RequestRecord | undefined> {
  const { rows } = await sql<RequestRecord>`
    select ${requestColumns} from agency.issuer_request where id = ${id} for update`.execute(tx);
  return rows[0];
}

export async function listRequests(
  db: Db,
  query: { agencyId: string; state?: string | undefined; after?: string | undefined; size: number },
): Promise<RequestRecord[]> {
  const [at, id] = readCursor(query.after, 'su') ?? [];
  const { rows } = await sql<RequestRecord>`
    select ${requestColumns} from agency.issuer_request where agency_id = ${query.agencyId}
      and ${query.state === undefined ? sql`true` : sql`state = ${query.state}`}
      and ${at === undefined ? sql`true` : sql`(created_at, id) < (${at}::timestamptz, ${id}::uuid)`}
    order by created_at desc, id desc limit ${query.size + 1}`.execute(db);
  return rows;
}

export async function sealRequestRow(
  tx: Tx,
  id: string,
  seal: { sealedBy: 'organisation' | 'installation'; containerSha256: string; mediaType: string },
): Promise<void> {
  await sql`update agency.issuer_request set sealed_by = ${seal.sealedBy}, container_sha256 = ${seal.containerSha256},
    media_type = ${seal.mediaType} where id = ${id}`.execute(tx);
}

export async function moveRequest(
  db: Db,
  id: string,
  change: { state?: IssuerRequestState; sentAt?: Date; withdrawnAt?: Date; lastSequence?: number; lastError?: string | null },
): Promise<void> {
  await sql`update agency.issuer_request set
    state = coalesce(${change.state ?? null}, state), sent_at = coalesce(${change.sentAt ?? null}::timestamptz, sent_at),
    withdrawn_at = coalesce(${change.withdrawnAt ?? null}::timestamptz, withdrawn_at),
    last_sequence = greatest(last_sequence, ${change.lastSequence ?? 0}::integer),
    last_error = ${change.lastError === undefined ? sql`last_error` : change.lastError}
    where id = ${id}`.execute(db);
}

export async function itemStates(
  db: Db,
  requestIds: readonly string[],
): Promise<Map<string, Partial<Record<ItemState, number>>>> {
  const { rows } = await sql<{ requestId: string; state: ItemState; n: number }>`
    select request_id as "requestId", state, count(*)::integer as n from agency.issuer_item
    where request_id = any(${[...requestIds]}::uuid[]) group by 1, 2`.execute(db);
  const found = new Map<string, Partial<Record<ItemState, number>>>();
  for (const row of rows) found.set(row.requestId, { ...found.get(row.requestId), [row.state]: row.n });
  return found;
}

export async function lockItems(tx: Tx, requestId: string, ids: readonly string[]): Promise<Map<string, ItemRecord>> {
  const { rows } = await sql<ItemRecord>`
    select ${itemColumns} from agency.issuer_item i where i.request_id = ${requestId} and i.id = any(${[...ids]}::uuid[])
    order by i.ordinal for update`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** In which request each of these items is. */
export async function requestsOfItems(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; requestId: string }>`
    select id, request_id as "requestId" from agency.issuer_item where id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.requestId]));
}

export async function itemById(db: Db, id: string): Promise<ItemRecord | undefined> {
  const { rows } = await sql<ItemRecord>`select ${itemColumns} from agency.issuer_item i where i.id = ${id}`.execute(db);
  return rows[0];
}

export async function itemsOf(
  db: Db,
  query: { requestId: string; state?: string | undefined; after?: string | undefined; size: number },
): Promise<ItemRecord[]> {
  const [ordinal] = readCursor(query.after, 'n') ?? [-1];
  const { rows } = await sql<ItemRecord>`
    select ${itemColumns} from agency.issuer_item i where i.request_id = ${query.requestId} and i.ordinal > ${ordinal}
      and ${query.state === undefined ? sql`true` : sql`i.state = ${query.state}`}
    order by i.ordinal limit ${query.size + 1}`.execute(db);
  return rows;
}

/** Items of a request that wait for a certificate of one of these keys. */
export async function itemsByKey(db: Db, requestId: string, hashes: readonly string[]): Promise<ItemRecord[]> {
  const { rows } = await sql<ItemRecord>`
    select ${itemColumns} from agency.issuer_item i
    where i.spki_sha256 = any(${[...hashes]}::text[]) and i.request_id = ${requestId}
      and i.act in ('new', 'renew', 'change')`.execute(db);
  return rows;
}

export async function deleteItems(tx: Tx, requestId: string): Promise<void> {
  await sql`delete from agency.issuer_item where request_id = ${requestId}`.execute(tx);
}

/** Whether another item has got this certificate. */
export async function takenBy(db: Db, certificateSha256: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from agency.issuer_item where certificate_sha256 = ${certificateSha256}`.execute(db);
  return rows[0]?.id;
}

export async function moveItem(
  tx: Tx,
  id: string,
  change: { state: ItemState; sequence: number; at: Date; text?: string | undefined; certificateSha256?: string | null },
): Promise<void> {
  await sql`update agency.issuer_item set state = ${change.state}, sequence = greatest(sequence, ${change.sequence}::integer),
    changed_at = ${change.at}, text = coalesce(${change.text ?? null}, text),
    certificate_sha256 = coalesce(${change.certificateSha256 ?? null}, certificate_sha256) where id = ${id}`.execute(tx);
}

export async function openItems(db: Db, requestId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from agency.issuer_item
    where request_id = ${requestId} and state not in ('issued', 'revoked', 'recovered', 'refused')`.execute(db);
  return rows[0]!.n;
}

/** @returns the hash of the batch that was there under this number, if one was */
export async function keepBatch(
  tx: Tx,
  batch: { requestId: string; sequence: number; sha256: string; content: string; at: Date },
): Promise<string | undefined> {
  const added = await sql`
    insert into agency.issuer_batch (request_id, sequence, sha256, content, at)
    values (${batch.requestId}, ${batch.sequence}, ${batch.sha256}, ${batch.content}, ${batch.at})
    on conflict do nothing returning sequence`.execute(tx);
  if (added.rows.length > 0) return undefined;
  const { rows } = await sql<{ sha256: string }>`select sha256 from agency.issuer_batch
    where request_id = ${batch.requestId} and sequence = ${batch.sequence}`.execute(tx);
  return rows[0]?.sha256;
}

export async function batchNumbers(db: Db, requestId: string): Promise<Set<number>> {
  const { rows } = await sql<{ sequence: number }>`
    select sequence from agency.issuer_batch where request_id = ${requestId}`.execute(db);
  return new Set(rows.map((row) => row.sequence));
}
