import { sql } from 'kysely';
import type { z } from 'zod';
import type { DocumentFile } from '@antin/protocol/office/documents';
import type { VerificationView } from '@antin/protocol/office/incoming';
import { fold, likeAnywhere } from '@antin/adapters/db/folding';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { State } from './rules.ts';

export interface IncomingRecord {
  readonly id: string;
  readonly messageId: string;
  readonly senderAgencyId: string;
  readonly senderName: string;
  readonly receiverAgencyId: string;
  readonly sequence: number;
  readonly message: string;
  readonly contentSha256: string;
  readonly state: State;
  readonly arrivedAt: Date;
  readonly verification: VerificationView | null;
  readonly verdict: VerificationView['verdict'] | null;
  readonly incomingNumber: number | null;
  readonly assigneePositionId: string | null;
  readonly assignment: { assigneeName: string; title: string; note: string; dueDate?: string; at: string } | null;
  readonly dueDate: string | null;
  readonly refusal: { code: string; note: string; at: string } | null;
  readonly version: number;
}

const columns = sql`
  i.id, i.message_id as "messageId", i.sender_agency_id as "senderAgencyId", agency.agency_name_on(s.id, (i.message::jsonb #>> '{document,date}')::date) as "senderName",
  i.receiver_agency_id as "receiverAgencyId", i.sequence, i.message, i.content_sha256 as "contentSha256", i.state,
  i.arrived_at as "arrivedAt", i.verification, i.verdict, i.incoming_number as "incomingNumber",
  i.assignee_position_id as "assigneePositionId", i.assignment, i.due_date as "dueDate", i.refusal, i.version`;
const tables = sql`agency.incoming i join agency.agency s on s.id = i.sender_agency_id`;

export async function incomingById(db: Db, id: string): Promise<IncomingRecord | undefined> {
  const { rows } = await sql<IncomingRecord>`select ${columns} from ${tables} where i.id = ${id}`.execute(db);
  return rows[0];
}

export async function incomingByMessage(db: Db, messageId: string): Promise<IncomingRecord | undefined> {
  const { rows } = await sql<IncomingRecord>`select ${columns} from ${tables} where i.message_id = ${messageId}`.execute(db);
  return rows[0];
}

/** Locks the row until commit; every change goes through it. */
export async function lockIncoming(tx: Tx, id: string): Promise<IncomingRecord | undefined> {
  await sql`select 1 from agency.incoming where id = ${id} for update`.execute(tx);
  return incomingById(tx, id);
}

export interface NewIncoming {
  readonly id: string;
  readonly messageId: string;
  readonly senderAgencyId: string;
  readonly receiverAgencyId: string;
  readonly sequence: number;
  readonly message: string;
  readonly contentSha256: string;
  readonly arrivedAt: Date;
  readonly searchText: string;
  readonly files: readonly Omit<z.infer<typeof DocumentFile>, 'binding'>[];
}

/**
 * False when this message, or another one with its place in the sequence, is here already: the unique keys decide, not a look before.
 * All of them: of two workers with one message either key may be the first to say so.
 */
export async function insertIncoming(tx: Tx, row: NewIncoming): Promise<boolean> {
  const added = await sql`
    insert into agency.incoming
      (id, message_id, sender_agency_id, receiver_agency_id, sequence, message, content_sha256, state, arrived_at, search)
    values (${row.id}, ${row.messageId}, ${row.senderAgencyId}, ${row.receiverAgencyId}, ${row.sequence}, ${row.message},
      ${row.contentSha256}, 'arrived', ${row.arrivedAt}, ${fold(row.searchText)})
    on conflict do nothing returning 1`.execute(tx);
  if (added.rows.length === 0) return false;
  for (const [ordinal, file] of row.files.entries()) {
    await sql`
      insert into agency.incoming_file (id, incoming_id, ordinal, role, name, media_type, size, sha256)
      values (${file.id}, ${row.id}, ${ordinal}, ${file.role}, ${file.name}, ${file.mediaType}, ${file.size}, ${file.sha256})`.execute(
      tx,
    );
  }
  return true;
}

export async function filesOf(db: Db, incomingId: string): Promise<z.infer<typeof DocumentFile>[]> {
  const { rows } = await sql<Omit<z.infer<typeof DocumentFile>, 'binding'>>`
    select id, role, name, media_type as "mediaType", size, sha256
    from agency.incoming_file where incoming_id = ${incomingId} order by ordinal`.execute(db);
  return rows.map((row) => ({
    ...row,
    size: Number(row.size),
    binding: row.mediaType === 'application/pdf' ? 'signed' : 'hash',
  }));
}

/** Writes the named columns and the next version. */
export async function changeIncoming(
  tx: Tx,
  id: string,
  change: Partial<Pick<IncomingRecord, 'state' | 'incomingNumber' | 'assigneePositionId' | 'assignment' | 'dueDate' | 'refusal'>>,
): Promise<void> {
  await sql`
    update agency.incoming set version = version + 1,
      state = coalesce(${change.state ?? null}, state),
      incoming_number = coalesce(${change.incomingNumber ?? null}::integer, incoming_number),
      assignee_position_id = coalesce(${change.assigneePositionId ?? null}::uuid, assignee_position_id),
      assignment = coalesce(${change.assignment == null ? null : JSON.stringify(change.assignment)}::jsonb, assignment),
      due_date = case when ${change.assignment !== undefined} then ${change.dueDate ?? null}::date else due_date end,
      refusal = coalesce(${change.refusal == null ? null : JSON.stringify(change.refusal)}::jsonb, refusal)
    where id = ${id}`.execute(tx);
}

export async function keepVerification(tx: Tx, id: string, verification: VerificationView): Promise<void> {
  await sql`
    update agency.incoming set verification = ${JSON.stringify(verification)}::jsonb, verdict = ${verification.verdict},
      version = version + 1 where id = ${id}`.execute(tx);
}

export interface IncomingQuery {
  readonly agencyId: string;
  readonly positionId: string;
  readonly q?: string | undefined;
  readonly state?: State | undefined;
  readonly mine?: 'to-receive' | 'to-assign' | 'assigned-to-me' | undefined;
  readonly page: number;
  readonly pageSize: number;
}

export async function listIncoming(db: Db, query: IncomingQuery): Promise<{ items: IncomingRecord[]; total: number }> {
  const state = { 'to-receive': 'arrived', 'to-assign': 'registered', 'assigned-to-me': 'assigned' } as const;
  const wanted = query.mine === undefined ? query.state : state[query.mine];
  const where = sql`i.receiver_agency_id = ${query.agencyId}
    and (${wanted ?? null}::text is null or i.state = ${wanted ?? null})
    and (${query.mine !== 'assigned-to-me'} or i.assignee_position_id = ${query.positionId}::uuid)
    and (${query.q ?? ''} = '' or i.search like ${likeAnywhere(query.q ?? '')})`;
  const { rows } = await sql<IncomingRecord>`
    select ${columns} from ${tables} where ${where} order by i.arrived_at desc, i.id
    limit ${query.pageSize} offset ${(query.page - 1) * query.pageSize}`.execute(db);
  const counted = await sql<{ n: number }>`select count(*) as n from agency.incoming i where ${where}`.execute(db);
  return { items: rows, total: Number(counted.rows[0]?.n ?? 0) };
}

/** What waits in an agency, for the counts beside the menu. */
export async function incomingCounts(
  db: Db,
  agencyId: string,
  positionId: string,
): Promise<{ toReceive: number; toAssign: number; assignedToMe: number }> {
  const { rows } = await sql<{ toReceive: number; toAssign: number; assignedToMe: number }>`
    select count(*) filter (where state = 'arrived') as "toReceive", count(*) filter (where state = 'registered') as "toAssign",
      count(*) filter (where state = 'assigned' and assignee_position_id = ${positionId}::uuid) as "assignedToMe"
    from agency.incoming where receiver_agency_id = ${agencyId}`.execute(db);
  const row = rows[0];
  return {
    toReceive: Number(row?.toReceive ?? 0),
    toAssign: Number(row?.toAssign ?? 0),
    assignedToMe: Number(row?.assignedToMe ?? 0),
  };
}

export interface StoredReceipt {
  readonly receipt: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

export async function issuedReceipt(db: Db, messageId: string, kind: string): Promise<StoredReceipt | undefined> {
  const { rows } = await sql<StoredReceipt>`
    select receipt, key_id as "keyId", signature from agency.issued_receipt
    where message_id = ${messageId} and kind = ${kind}`.execute(db);
  return rows[0];
}

export async function insertIssuedReceipt(tx: Tx, messageId: string, kind: string, receipt: StoredReceipt): Promise<void> {
  await sql`
    insert into agency.issued_receipt (message_id, kind, receipt, key_id, signature)
    values (${messageId}, ${kind}, ${receipt.receipt}, ${receipt.keyId}, ${Buffer.from(receipt.signature)})`.execute(tx);
}
