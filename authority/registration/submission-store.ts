import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { KnownSigner, Signers } from './signers.ts';

export interface SubmissionRecord {
  readonly id: string;
  readonly status: 'accepted' | 'quarantined' | 'dismissed';
  readonly code: string | null;
  readonly note: string | null;
  readonly fromCode: string | null;
  readonly fromName: string | null;
  readonly fromPlace: string | null;
  readonly requestId: string | null;
  readonly number: string | null;
  readonly roundName: string | null;
  readonly createdAt: Date | null;
  readonly channel: 'api' | 'file';
  readonly authenticatedBy: 'signature' | 'token' | 'officer' | 'nobody';
  readonly signer: KnownSigner | null;
  /** Signed before the organisation. */
  readonly leader: NonNullable<Signers['leader']> | null;
  readonly fileSha256: string;
  readonly fileSize: number;
  readonly requestSha256: string | null;
  readonly mediaType: string;
  readonly receivedAt: Date;
  readonly receivedBy: string | null;
  readonly itemCount: number;
}

const COLUMNS = sql`s.id, s.status, s.code, s.note, s.from_code as "fromCode", s.from_name as "fromName",
  s.from_place as "fromPlace", s.request_id as "requestId", s.number, s.round_name as "roundName", s.created_at as "createdAt",
  s.channel, s.authenticated_by as "authenticatedBy", s.signer, s.leader, s.file_sha256 as "fileSha256", s.file_size as "fileSize",
  s.request_sha256 as "requestSha256", s.media_type as "mediaType", s.received_at as "receivedAt",
  s.received_by as "receivedBy", s.item_count as "itemCount"`;

export async function submissionById(db: Db, id: string): Promise<SubmissionRecord | undefined> {
  const { rows } = await sql<SubmissionRecord>`select ${COLUMNS} from authority.submission s where s.id = ${id}`.execute(db);
  return rows[0];
}

/** The accepted request of a sender by the sender's own id: the idempotency key. */
export async function acceptedSubmission(db: Db, fromCode: string, requestId: string): Promise<SubmissionRecord | undefined> {
  const { rows } = await sql<SubmissionRecord>`
    select ${COLUMNS} from authority.submission s
    where s.from_code = ${fromCode} and s.request_id = ${requestId} and s.status = 'accepted'`.execute(db);
  return rows[0];
}

/** The same by a token that may speak for several senders: the first of these codes that has it. */
export async function acceptedOf(db: Db, codes: readonly string[], requestId: string): Promise<SubmissionRecord | undefined> {
  const { rows } = await sql<SubmissionRecord>`
    select ${COLUMNS} from authority.submission s
    where s.from_code = any(${[...codes]}::text[]) and s.request_id = ${requestId} and s.status = 'accepted'
    order by array_position(${[...codes]}::text[], s.from_code) limit 1`.execute(db);
  return rows[0];
}

/**
 * A file that already stands apart: brought again, it is the same one.
 *
 * @param channel a system that sends it again hears what was decided; an officer who brings it again wants it looked at anew
 */
export async function quarantinedFile(
  db: Db,
  fileSha256: string,
  code: string,
  channel: SubmissionRecord['channel'],
): Promise<SubmissionRecord | undefined> {
  const dismissed = channel === 'api' ? sql`or (s.status = 'dismissed' and s.channel = 'api')` : sql``;
  const { rows } = await sql<SubmissionRecord>`
    select ${COLUMNS} from authority.submission s
    where s.file_sha256 = ${fileSha256} and s.code = ${code} and (s.status = 'quarantined' ${dismissed})
    order by s.received_at desc limit 1`.execute(db);
  return rows[0];
}

/** A sender's request that stands apart: it may ask why. */
export async function quarantinedRequest(
  db: Db,
  codes: readonly string[],
  requestId: string,
): Promise<SubmissionRecord | undefined> {
  const { rows } = await sql<SubmissionRecord>`
    select ${COLUMNS} from authority.submission s
    where s.from_code = any(${[...codes]}::text[]) and s.request_id = ${requestId} and s.status <> 'accepted' and s.channel = 'api'
    order by s.received_at desc limit 1`.execute(db);
  return rows[0];
}

/**
 * Whether one of these items was taken in under another request and is not given up: the same asks under another id, number or name of
 * the sender would be issued twice.
 *
 * @returns the sender's id of that request
 */
export async function itemsAskedBefore(db: Db, itemIds: readonly string[]): Promise<string | undefined> {
  const { rows } = await sql<{ requestId: string }>`
    select s.request_id as "requestId" from authority.request_item i join authority.submission s on s.id = i.submission_id
    where i.item_id = any(${[...itemIds]}::uuid[]) and i.state not in ('refused', 'withdrawn') and s.status = 'accepted'
    limit 1`.execute(db);
  return rows[0]?.requestId;
}

/** One file, or one taking in of requests, at a time. */
export async function lockIntake(tx: Tx, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`authority intake ${name}`}, 0))`.execute(tx);
}

export type NewSubmission = Omit<SubmissionRecord, 'note'>;

export async function putSubmission(tx: Tx, one: NewSubmission): Promise<void> {
  await sql`
    insert into authority.submission (id, status, code, from_code, from_name, from_place, request_id, number, round_name,
      created_at, channel, authenticated_by, signer, leader, file_sha256, file_size, request_sha256, media_type, received_at, received_by,
      item_count)
    values (${one.id}, ${one.status}, ${one.code}, ${one.fromCode}, ${one.fromName}, ${one.fromPlace}, ${one.requestId},
      ${one.number}, ${one.roundName}, ${one.createdAt}, ${one.channel}, ${one.authenticatedBy},
      ${one.signer === null ? null : JSON.stringify(one.signer)}::jsonb,
      ${one.leader === null ? null : JSON.stringify(one.leader)}::jsonb, ${one.fileSha256}, ${one.fileSize}, ${one.requestSha256},
      ${one.mediaType}, ${one.receivedAt}, ${one.receivedBy}, ${one.itemCount})
    on conflict (id) do update set status = excluded.status, code = excluded.code, from_code = excluded.from_code,
      from_name = excluded.from_name, from_place = excluded.from_place, request_id = excluded.request_id,
      number = excluded.number, round_name = excluded.round_name, created_at = excluded.created_at,
      authenticated_by = excluded.authenticated_by, signer = excluded.signer, leader = excluded.leader, request_sha256 = excluded.request_sha256,
      received_at = excluded.received_at, item_count = excluded.item_count
      where authority.submission.status = 'quarantined'`.execute(tx);
}

export async function dismissSubmission(tx: Tx, id: string, note: string): Promise<boolean> {
  const done = await sql`
    update authority.submission set status = 'dismissed', note = ${note} where id = ${id} and status = 'quarantined'`.execute(tx);
  return done.numAffectedRows === 1n;
}

export interface SubmissionPageRow extends SubmissionRecord {
  readonly open: number;
}

/** Newest first, from after a place. */
export async function submissionsPage(
  db: Db,
  asked: {
    readonly status: string | undefined;
    readonly after: { readonly at: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<SubmissionPageRow[]> {
  const status = asked.status === undefined ? sql`` : sql`and s.status = ${asked.status}`;
  const after =
    asked.after === undefined
      ? sql``
      : sql`and (s.received_at, s.id) < (${asked.after.at}::timestamptz, ${asked.after.id}::uuid)`;
  const { rows } = await sql<SubmissionPageRow>`
    select ${COLUMNS}, (select count(*)::int from authority.request_item i where i.submission_id = s.id
      and i.state in ('received', 'question', 'proposed', 'approved', 'issuing', 'issued')) as open
    from authority.submission s where true ${status} ${after}
    order by s.received_at desc, s.id desc limit ${asked.limit}`.execute(db);
  return rows;
}

export async function quarantinedCount(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from authority.submission where status = 'quarantined'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Sent ahead of its request. */
export async function putSenderAttachment(
  tx: Tx,
  fromCode: string,
  one: { readonly sha256: string; readonly mediaType: string | null; readonly size: number },
  at: Date,
): Promise<void> {
  await sql`
    insert into authority.sender_attachment (from_code, sha256, media_type, size, received_at)
    values (${fromCode}, ${one.sha256}, ${one.mediaType}, ${one.size}, ${at})
    on conflict (from_code, sha256) do nothing`.execute(tx);
}

export async function senderAttachments(
  db: Db,
  codes: readonly string[],
  named: readonly string[],
): Promise<{ readonly sha256: string; readonly mediaType: string | null; readonly size: number }[]> {
  if (named.length === 0) return [];
  const { rows } = await sql<{ sha256: string; mediaType: string | null; size: number }>`
    select distinct on (sha256) sha256, media_type as "mediaType", size from authority.sender_attachment
    where from_code = any(${[...codes]}::text[]) and sha256 = any(${[...named]}::text[])`.execute(db);
  return rows;
}

/** Open requests of a sender that name an attachment: it has come for these. */
export async function waitingFor(
  db: Db,
  codes: readonly string[],
  sha256: string,
): Promise<{ readonly submissionId: string; readonly id: string }[]> {
  const { rows } = await sql<{ submissionId: string; id: string }>`
    select i.submission_id as "submissionId", i.id from authority.submission s
    join authority.request_item i on i.submission_id = s.id
    where s.from_code = any(${[...codes]}::text[]) and s.status = 'accepted' and i.state in ('received', 'question')
      and i.current -> 'attachments' ? ${sha256}`.execute(db);
  return rows;
}
