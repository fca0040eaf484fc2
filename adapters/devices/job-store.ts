import { sql } from 'kysely';
import type { Db, Tx } from '../db/transaction.ts';
import type { Act } from './jobs.ts';

export interface JobRow {
  readonly id: string;
  readonly act: Act;
  readonly document_id: string;
  readonly credential_sha256: string;
  readonly device_id: string;
  readonly device_name: string;
  readonly person_id: string;
  readonly person_name: string;
  readonly position_id: string;
  readonly summary: { label: { vi: string; en: string }; value: string }[];
  readonly documents: StoredDocument[];
  readonly comparison_code: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly state: 'waiting' | 'fetched' | 'value-received' | 'done' | 'refused' | 'failed' | 'expired' | 'cancelled';
  readonly reason: string | null;
  readonly cancel_requested_at: Date | null;
  readonly closed_at: Date | null;
  readonly answered_at: Date | null;
  /** The request body as it came, octet for octet. */
  readonly answer_body: Buffer | null;
  /** The `Authorization` value with what it signs: evidence that this agent said this. */
  readonly answer_proof: string | null;
  readonly answer_reply: 'accepted' | 'already-closed' | null;
  readonly batch_id: string | null;
  readonly batch_ordinal: number | null;
}

export interface BatchRow {
  readonly id: string;
  readonly act: Act;
  readonly device_id: string;
  readonly device_name: string;
  readonly credential_sha256: string;
  readonly person_name: string;
  readonly comparison_code: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly released_at: Date | null;
}

export type StoredDocument = {
  readonly title: string;
  readonly fileName: string;
  readonly preparedSha256: string;
  readonly size: number;
  readonly signedAttributes: string;
} & (
  | { readonly byteRange: [0, number, number, number] }
  | { readonly content: 'statement'; readonly parts?: readonly StoredPart[] }
  | { readonly content: 'container'; readonly parts: readonly StoredPart[] }
);

export interface StoredPart {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

export type NewJobRow = Pick<
  JobRow,
  | 'id'
  | 'act'
  | 'document_id'
  | 'credential_sha256'
  | 'device_id'
  | 'device_name'
  | 'person_id'
  | 'person_name'
  | 'position_id'
  | 'summary'
  | 'documents'
  | 'comparison_code'
  | 'created_at'
  | 'expires_at'
  | 'batch_id'
  | 'batch_ordinal'
>;

export const AGENT_CHANNEL = 'antin_agent_job';

export async function insertJob(tx: Tx, row: NewJobRow): Promise<void> {
  await sql`
    insert into devices.signing_job (id, act, document_id, credential_sha256, device_id, device_name, person_id, person_name,
      position_id, summary, documents, comparison_code, created_at, expires_at, state, batch_id, batch_ordinal)
    values (${row.id}, ${row.act}, ${row.document_id}, ${row.credential_sha256}, ${row.device_id}, ${row.device_name},
      ${row.person_id}, ${row.person_name}, ${row.position_id}, ${JSON.stringify(row.summary)}::jsonb,
      ${JSON.stringify(row.documents)}::jsonb, ${row.comparison_code}, ${row.created_at}, ${row.expires_at}, 'waiting', ${row.batch_id}, ${row.batch_ordinal})`.execute(
    tx,
  );
  await sql`select pg_notify(${AGENT_CHANNEL}, ${row.device_id})`.execute(tx);
}

export async function jobById(db: Db, id: string): Promise<JobRow | undefined> {
  return (await sql<JobRow>`select * from devices.signing_job where id = ${id}`.execute(db)).rows[0];
}

/** Locked until the transaction ends: an answer is taken once. */
export async function lockJob(tx: Tx, id: string, deviceId: string): Promise<JobRow | undefined> {
  const found = await sql<JobRow>`
    select * from devices.signing_job where id = ${id} and device_id = ${deviceId} for update`.execute(tx);
  return found.rows[0];
}

/** The newest job of its document and act: earlier ones may still answer, but no longer with a value. */
export async function isNewest(db: Db, row: Pick<JobRow, 'id' | 'document_id' | 'act'>): Promise<boolean> {
  const found = await sql<{ id: string }>`
    select id from devices.signing_job where document_id = ${row.document_id} and act = ${row.act}
    order by sequence desc limit 1`.execute(db);
  return found.rows[0]?.id === row.id;
}

export async function jobsOfDocument(db: Db, documentId: string, act: Act): Promise<JobRow[]> {
  const found = await sql<JobRow>`
    select * from devices.signing_job where document_id = ${documentId} and act = ${act} order by sequence`.execute(db);
  return found.rows;
}

/** Jobs an agent may still act on. */
export async function openJobs(db: Db, deviceId: string, now: Date): Promise<JobRow[]> {
  const found = await sql<JobRow>`
    select * from devices.signing_job
    where device_id = ${deviceId} and answered_at is null and closed_at is null and cancel_requested_at is null and expires_at > ${now}
      and (batch_id is null or exists (
        select 1 from devices.signing_job_batch b where b.id = batch_id and b.released_at is not null))
    order by sequence limit 500`.execute(db);
  return found.rows;
}

/** Jobs whose answer is wanted although they must not be signed any more. */
export async function jobsToDrop(db: Db, deviceId: string, now: Date): Promise<string[]> {
  const found = await sql<{ id: string }>`
    select id from devices.signing_job
    where device_id = ${deviceId} and answered_at is null
      and (closed_at is not null or cancel_requested_at is not null
        -- A batch that was consented to in time may still be at the key.
        or expires_at <= ${now}::timestamptz - case when batch_id is null then interval '0' else interval '3 minutes' end)
    order by sequence limit 200`.execute(db);
  return found.rows.map((row) => row.id);
}

export async function insertBatch(tx: Tx, row: BatchRow): Promise<void> {
  await sql`
    insert into devices.signing_job_batch (id, act, device_id, device_name, credential_sha256, person_name, comparison_code,
      created_at, expires_at)
    values (${row.id}, ${row.act}, ${row.device_id}, ${row.device_name}, ${row.credential_sha256}, ${row.person_name},
      ${row.comparison_code}, ${row.created_at}, ${row.expires_at})`.execute(tx);
}

export async function batchById(db: Db, id: string): Promise<BatchRow | undefined> {
  return (await sql<BatchRow>`select * from devices.signing_job_batch where id = ${id}`.execute(db)).rows[0];
}

export async function markReleased(tx: Tx, id: string, now: Date): Promise<void> {
  const released = await sql<{ device_id: string }>`
    update devices.signing_job_batch set released_at = coalesce(released_at, ${now}) where id = ${id} returning device_id`.execute(
    tx,
  );
  for (const row of released.rows) await sql`select pg_notify(${AGENT_CHANNEL}, ${row.device_id})`.execute(tx);
}

/** All of a batch, answered or not, in its order: the order for the device must be the same each time it is delivered. */
export async function jobsOfBatch(db: Db, batchId: string): Promise<JobRow[]> {
  const found = await sql<JobRow>`
    select * from devices.signing_job where batch_id = ${batchId} order by batch_ordinal`.execute(db);
  return found.rows;
}

export async function markFetched(db: Db, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update devices.signing_job set state = 'fetched', fetched_at = coalesce(fetched_at, ${now})
    where id = any(${[...ids]}::uuid[]) and state = 'waiting'`.execute(db);
}

export async function markCancelRequested(tx: Tx, id: string, now: Date): Promise<void> {
  const asked = await sql<{ device_id: string }>`
    update devices.signing_job set cancel_requested_at = coalesce(cancel_requested_at, ${now})
    where id = ${id} and answered_at is null returning device_id`.execute(tx);
  for (const row of asked.rows) await sql`select pg_notify(${AGENT_CHANNEL}, ${row.device_id})`.execute(tx);
}

export async function markClosed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql`update devices.signing_job set closed_at = coalesce(closed_at, ${now}) where id = ${id}`.execute(tx);
}

export async function markSettled(tx: Tx, id: string, state: 'done' | 'failed', reason: string | null): Promise<void> {
  await sql`update devices.signing_job set state = ${state}, reason = ${reason} where id = ${id}`.execute(tx);
}

export async function storeAnswer(
  tx: Tx,
  id: string,
  answer: { body: Uint8Array; proof: string; now: Date; state: JobRow['state']; reason: string | null },
): Promise<void> {
  await sql`
    update devices.signing_job set answered_at = ${answer.now}, answer_body = ${Buffer.from(answer.body)},
      answer_proof = ${answer.proof}, answer_reply = 'accepted', state = ${answer.state}, reason = ${answer.reason}
    where id = ${id} and answered_at is null`.execute(tx);
}

export async function markAnswerLate(tx: Tx, id: string): Promise<void> {
  await sql`
    update devices.signing_job set answer_reply = 'already-closed', state = 'failed', reason = 'device.late-answer' where id = ${id}`.execute(
    tx,
  );
}
