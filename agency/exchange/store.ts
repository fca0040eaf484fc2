import { sql } from 'kysely';
import type { Delivery } from '@antin/protocol/office/documents';
import type { SignedReceipt } from '@antin/protocol/exchange/message';
import { canonicalJson } from '@antin/protocol/canonical-json';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import type { Db, Tx } from '@antin/adapters/db/transaction';

export interface OutgoingMessage {
  readonly id: string;
  readonly documentId: string;
  readonly senderAgencyId: string;
  readonly receiverAgencyId: string;
  readonly sequence: number;
  readonly message: string;
  readonly contentSha256: string;
  readonly state: Delivery['state'];
}

/** Takes the next number of the pair; the row lock makes two dispatches wait for each other, so no number is left out. */
export async function nextSequence(tx: Tx, senderAgencyId: string, receiverAgencyId: string): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    insert into agency.exchange_sequence as s (sender_agency_id, receiver_agency_id, last)
    values (${senderAgencyId}, ${receiverAgencyId}, 1)
    on conflict (sender_agency_id, receiver_agency_id) do update set last = s.last + 1
    returning last`.execute(tx);
  return Number((rows[0] as { last: number }).last);
}

export async function receiversOf(tx: Tx, documentId: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select receiver_agency_id as id from agency.outgoing_message where document_id = ${documentId}`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

export async function insertMessage(
  tx: Tx,
  message: Omit<OutgoingMessage, 'state'> & { readonly addressedAgencyId: string | undefined; readonly queuedAt: Date },
): Promise<void> {
  await sql`
    insert into agency.outgoing_message
      (id, document_id, sender_agency_id, receiver_agency_id, addressed_agency_id, sequence, message, content_sha256, state, queued_at)
    values (${message.id}, ${message.documentId}, ${message.senderAgencyId}, ${message.receiverAgencyId},
      ${message.addressedAgencyId ?? null}, ${message.sequence}, ${message.message}, ${message.contentSha256}, 'queued', ${message.queuedAt})
  `.execute(tx);
}

export async function messageById(db: Db, id: string): Promise<OutgoingMessage | undefined> {
  const { rows } = await sql<OutgoingMessage>`
    select id, document_id as "documentId", sender_agency_id as "senderAgencyId", receiver_agency_id as "receiverAgencyId",
      sequence, message, content_sha256 as "contentSha256", state
    from agency.outgoing_message where id = ${id}`.execute(db);
  return rows[0];
}

export async function noteAttempt(db: Db, id: string, error: string | undefined): Promise<void> {
  await sql`
    update agency.outgoing_message set attempts = attempts + 1, last_error = ${error?.slice(0, 500) ?? null} where id = ${id}`.execute(
    db,
  );
}

const ORDER = ['queued', 'arrived', 'registered', 'assigned', 'done'] as const;

/** Keeps a receipt and moves the delivery forward, never back: receipts may come in any order and more than once. */
export async function keepReceipt(tx: Tx, signed: SignedReceipt, at: Date): Promise<boolean> {
  const { receipt } = signed;
  const kept = await sql`
    insert into agency.kept_receipt (message_id, kind, receipt, key_id, signature, kept_at)
    values (${receipt.messageId}, ${receipt.kind}, ${canonicalJson(receipt)}, ${signed.keyId},
      ${Buffer.from(fromBase64(signed.signature))}, ${at})
    on conflict (message_id, kind) do nothing returning 1`.execute(tx);
  if (kept.rows.length === 0) return false;
  const state = { R1: 'arrived', R2: 'registered', assigned: 'assigned', done: 'done', refused: 'refused' }[receipt.kind];
  const before = receipt.kind === 'refused' ? [...ORDER] : ORDER.slice(0, ORDER.indexOf(state as (typeof ORDER)[number]));
  await sql`
    update agency.outgoing_message set
      state = case when state = any(${[...before]}::text[]) then ${state} else state end,
      arrived_at = case when ${receipt.kind} = 'R1' then ${receipt.at}::timestamptz else arrived_at end,
      registered_at = case when ${receipt.kind} = 'R2' then ${receipt.at}::timestamptz else registered_at end,
      incoming_number = coalesce(${receipt.incomingNumber ?? null}::integer, incoming_number),
      refusal = coalesce(${receipt.refusal === undefined ? null : JSON.stringify(receipt.refusal)}::jsonb, refusal)
    where id = ${receipt.messageId}`.execute(tx);
  return true;
}

/** Recipients of a document with where each delivery stands, in the order they were addressed. */
export async function deliveriesOf(db: Db, documentId: string): Promise<Delivery[]> {
  const { rows } = await sql<{
    agencyId: string;
    agencyName: string;
    addressedAs: string | null;
    state: Delivery['state'];
    sequence: number;
    queuedAt: Date;
    arrivedAt: Date | null;
    registeredAt: Date | null;
    incomingNumber: number | null;
    refusal: { code: string; note: string } | null;
    lastError: string | null;
    attempts: number;
  }>`
    select m.receiver_agency_id as "agencyId", agency.agency_name_on(r.id, (m.queued_at at time zone 'Asia/Ho_Chi_Minh')::date) as "agencyName",
      agency.agency_name_on(d.id, (m.queued_at at time zone 'Asia/Ho_Chi_Minh')::date) as "addressedAs", m.state, m.sequence,
      m.queued_at as "queuedAt", m.arrived_at as "arrivedAt", m.registered_at as "registeredAt",
      m.incoming_number as "incomingNumber", m.refusal, m.last_error as "lastError", m.attempts
    from agency.outgoing_message m join agency.agency r on r.id = m.receiver_agency_id
      left join agency.agency d on d.id = m.addressed_agency_id
    where m.document_id = ${documentId} order by r.level, r.name`.execute(db);
  return rows.map((row) => ({
    agencyId: row.agencyId,
    agencyName: row.agencyName,
    ...(row.addressedAs === null ? {} : { addressedAs: row.addressedAs }),
    state: row.state,
    sequence: Number(row.sequence),
    queuedAt: row.queuedAt.toISOString(),
    ...(row.arrivedAt === null ? {} : { arrivedAt: row.arrivedAt.toISOString() }),
    ...(row.registeredAt === null ? {} : { registeredAt: row.registeredAt.toISOString() }),
    ...(row.incomingNumber === null ? {} : { incomingNumber: row.incomingNumber }),
    ...(row.refusal === null ? {} : { refusal: row.refusal }),
    ...(row.lastError === null ? {} : { lastError: row.lastError }),
    attempts: row.attempts,
  }));
}
