import { sql } from 'kysely';
import { toBeSignedFromJson, toBeSignedToJson, type ToBeSigned } from '@antin/signature/pades/to-be-signed';
import type { PlaceOnPage } from '@antin/protocol/office/documents';
import { only, type Db, type Tx } from '@antin/adapters/db/transaction';

export type AttemptState = 'waiting' | 'value-received' | 'done' | 'not-used' | 'unknown' | 'failed' | 'abandoned';

export interface Attempt {
  readonly id: string;
  readonly documentId: string;
  readonly act: 'sign' | 'issue';
  readonly entryId: string | null;
  readonly personId: string;
  readonly positionId: string;
  readonly credentialSha256: string;
  readonly jobId: string;
  readonly state: AttemptState;
  readonly reason: string | null;
  readonly revocation: 'good' | 'not-checked';
  readonly signerName: string;
  readonly signerTitle: string | null;
  readonly startedAt: Date;
  readonly timeStampedAt: Date | null;
}

export interface AttemptFile {
  readonly ordinal: number;
  readonly fileId: string;
  readonly baseSha256: string;
  readonly preparedSha256: string;
  readonly toBeSigned: ToBeSigned;
  readonly value: Uint8Array | null;
  readonly timeStampToken: Uint8Array | null;
  readonly resultSha256: string | null;
  readonly resultSize: number | null;
}

const columns = sql`
  id, document_id as "documentId", act, entry_id as "entryId", person_id as "personId", position_id as "positionId",
  credential_sha256 as "credentialSha256", job_id as "jobId", state, reason, revocation, signer_name as "signerName",
  signer_title as "signerTitle", started_at as "startedAt", time_stamped_at as "timeStampedAt"`;

export async function insertAttempt(
  tx: Tx,
  attempt: Omit<Attempt, 'state' | 'reason' | 'timeStampedAt'> & { place: PlaceOnPage | undefined },
  files: readonly Pick<AttemptFile, 'fileId' | 'baseSha256' | 'preparedSha256' | 'toBeSigned'>[],
): Promise<void> {
  const a = attempt;
  await sql`
    insert into agency.signing_attempt (id, document_id, act, entry_id, person_id, position_id, credential_sha256, job_id, state,
      revocation, signer_name, signer_title, place, started_at)
    values (${a.id}, ${a.documentId}, ${a.act}, ${a.entryId}, ${a.personId}, ${a.positionId}, ${a.credentialSha256}, ${a.jobId},
      'waiting', ${a.revocation}, ${a.signerName}, ${a.signerTitle},
      ${a.place === undefined ? null : JSON.stringify(a.place)}::jsonb, ${a.startedAt})`.execute(tx);
  for (const [ordinal, file] of files.entries()) {
    await sql`
      insert into agency.signing_file (attempt_id, ordinal, file_id, base_sha256, prepared_sha256, to_be_signed)
      values (${a.id}, ${ordinal}, ${file.fileId}, ${file.baseSha256}, ${file.preparedSha256},
        ${JSON.stringify(toBeSignedToJson(file.toBeSigned))}::jsonb)`.execute(tx);
  }
}

export async function attemptById(db: Db, id: string): Promise<Attempt | undefined> {
  const { rows } = await sql<Attempt>`select ${columns} from agency.signing_attempt where id = ${id}`.execute(db);
  return rows[0];
}

export async function attemptOfJob(db: Db, jobId: string): Promise<Attempt | undefined> {
  const { rows } = await sql<Attempt>`select ${columns} from agency.signing_attempt where job_id = ${jobId}`.execute(db);
  return rows[0];
}

/** Newest first. */
export async function attemptsOf(db: Db, documentId: string): Promise<Attempt[]> {
  const { rows } = await sql<Attempt>`
    select ${columns} from agency.signing_attempt where document_id = ${documentId} order by sequence desc`.execute(db);
  return rows;
}

export async function attemptFiles(db: Db, attemptId: string): Promise<AttemptFile[]> {
  const { rows } = await sql<Omit<AttemptFile, 'toBeSigned'> & { toBeSigned: unknown }>`
    select ordinal, file_id as "fileId", base_sha256 as "baseSha256", prepared_sha256 as "preparedSha256",
      to_be_signed as "toBeSigned", value, time_stamp_token as "timeStampToken", result_sha256 as "resultSha256",
      result_size as "resultSize"
    from agency.signing_file where attempt_id = ${attemptId} order by ordinal`.execute(db);
  return rows.map((row) => ({
    ...row,
    toBeSigned: toBeSignedFromJson(row.toBeSigned),
    value: plain(row.value),
    timeStampToken: plain(row.timeStampToken),
  }));
}

/** A Buffer's `slice` shares its memory, a Uint8Array's copies: the engine counts on the latter. */
function plain(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : new Uint8Array(bytes);
}

/** Moves an attempt on, only from where it may come: two that race are told apart by the row that did not change. */
export async function moveAttempt(
  tx: Tx,
  id: string,
  from: readonly AttemptState[],
  to: { state: AttemptState; reason?: string; timeStampedAt?: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update agency.signing_attempt set state = ${to.state}, reason = ${to.reason ?? null},
      time_stamped_at = coalesce(${to.timeStampedAt ?? null}::timestamptz, time_stamped_at)
    where id = ${id} and state = any (${[...from]}::text[]) returning id`.execute(tx);
  return rows.length === 1;
}

export async function markTimeStamped(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`update agency.signing_attempt set time_stamped_at = ${at} where id = ${id} and time_stamped_at is null`.execute(tx);
}

/** Signatures without their time-stamp, the oldest first. */
export async function pendingStamps(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id from agency.signing_attempt a join agency.document d on d.id = a.document_id
    where a.state = 'done' and a.act = 'sign' and a.time_stamped_at is null and d.state = 'signed'
    order by a.sequence limit 500`.execute(db);
  return rows.map((row) => row.id);
}

/** Which of these documents carry a person's signature that still waits for its time-stamp. */
export async function stampsPendingOf(db: Db, documentIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select d.id from agency.document d
    where d.id = any(${[...documentIds]}::uuid[]) and d.state in ('signed', 'awaiting-seal') and (
      select a.time_stamped_at is null from agency.signing_attempt a
      where a.document_id = d.id and a.act = 'sign' and a.state = 'done' order by a.sequence desc limit 1)`.execute(db);
  return new Set(rows.map((row) => row.id));
}

export async function noteReason(db: Db, id: string, reason: string | null): Promise<void> {
  await sql`update agency.signing_attempt set reason = ${reason} where id = ${id} and state = 'value-received'`.execute(db);
}

export async function abandonWaiting(tx: Tx, documentId: string): Promise<{ jobId: string }[]> {
  const { rows } = await sql<{ jobId: string }>`
    update agency.signing_attempt set state = 'abandoned'
    where document_id = ${documentId} and state in ('waiting', 'unknown') returning job_id as "jobId"`.execute(tx);
  return rows;
}

export async function storeValues(tx: Tx, attemptId: string, values: readonly Uint8Array[]): Promise<void> {
  for (const [ordinal, value] of values.entries()) {
    const { rows } = await sql`
      update agency.signing_file set value = ${Buffer.from(value)}
      where attempt_id = ${attemptId} and ordinal = ${ordinal} and value is null returning ordinal`.execute(tx);
    only(rows, 'file of the attempt');
  }
}

export async function storeToken(db: Db, attemptId: string, ordinal: number, token: Uint8Array): Promise<void> {
  await sql`
    update agency.signing_file set time_stamp_token = ${Buffer.from(token)}
    where attempt_id = ${attemptId} and ordinal = ${ordinal}`.execute(db);
}

export async function storeResult(
  db: Db,
  attemptId: string,
  ordinal: number,
  result: { sha256: string; size: number },
): Promise<void> {
  await sql`
    update agency.signing_file set result_sha256 = ${result.sha256}, result_size = ${result.size}
    where attempt_id = ${attemptId} and ordinal = ${ordinal}`.execute(db);
}
