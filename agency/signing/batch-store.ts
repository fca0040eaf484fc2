import { sql } from 'kysely';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import type { Db, Tx } from '@antin/adapters/db/transaction';

export interface BatchItemRecord {
  readonly documentId: string;
  /** What the signer saw. */
  readonly version: number;
  readonly place: PlaceOnPage;
  readonly jobId: string | null;
  /** Why it was not sent to the device. */
  readonly reason: string | null;
}

export interface BatchRecord {
  readonly id: string;
  readonly personId: string;
  readonly stopped: boolean;
  readonly items: readonly BatchItemRecord[];
}

export async function insertBatch(
  tx: Tx,
  batch: {
    readonly id: string;
    readonly personId: string;
    readonly positionId: string;
    readonly items: readonly Pick<BatchItemRecord, 'documentId' | 'version' | 'place'>[];
  },
): Promise<void> {
  await sql`
    insert into agency.signing_batch (id, person_id, position_id)
    values (${batch.id}, ${batch.personId}, ${batch.positionId})`.execute(tx);
  for (const [ordinal, item] of batch.items.entries()) {
    await sql`
      insert into agency.signing_batch_item (batch_id, ordinal, document_id, version, place)
      values (${batch.id}, ${ordinal}, ${item.documentId}, ${item.version}, ${JSON.stringify(item.place)}::jsonb)`.execute(tx);
  }
}

export async function batchById(db: Db, id: string): Promise<BatchRecord | undefined> {
  const found = await sql<{ id: string; personId: string; stopped: boolean }>`
    select id, person_id as "personId", stopped_at is not null as stopped from agency.signing_batch where id = ${id}`.execute(db);
  const [batch] = found.rows;
  if (batch === undefined) return undefined;
  const items = await sql<BatchItemRecord>`
    select document_id as "documentId", version, place, job_id as "jobId", reason
    from agency.signing_batch_item where batch_id = ${id} order by ordinal`.execute(db);
  return { ...batch, items: items.rows };
}

export async function noteJob(tx: Tx, id: string, ordinal: number, jobId: string): Promise<void> {
  await sql`
    update agency.signing_batch_item set job_id = ${jobId} where batch_id = ${id} and ordinal = ${ordinal}`.execute(tx);
}

export async function noteRefused(db: Db, id: string, ordinal: number, reason: string): Promise<void> {
  await sql`
    update agency.signing_batch_item set reason = ${reason} where batch_id = ${id} and ordinal = ${ordinal}`.execute(db);
}

export async function markStopped(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update agency.signing_batch set stopped_at = coalesce(stopped_at, ${at}) where id = ${id}`.execute(tx);
}

/** Inside a transaction that releases the batch this waits for whoever stops it. */
export async function isStopped(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ stopped: boolean }>`
    select stopped_at is not null as stopped from agency.signing_batch where id = ${id} for update`.execute(db);
  return rows[0]?.stopped === true;
}
