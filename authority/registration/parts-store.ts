import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { RequestItem } from '@antin/protocol/certificates/request';
import type { HeldStatement } from '../officers/signed-statement.ts';

/** What belongs to one request beside its content: versions, questions, evidence, attachments, acts. */
export interface QuestionRecord {
  readonly id: string;
  readonly text: string;
  readonly askedBy: string;
  readonly askedByName: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
}

export async function questionsOf(db: Db, itemId: string): Promise<QuestionRecord[]> {
  const { rows } = await sql<QuestionRecord>`
    select q.id, q.text, q.asked_by as "askedBy", o.full_name as "askedByName", q.asked_at as "askedAt", q.answer,
      q.answered_at as "answeredAt"
    from authority.request_question q join authority.officer o on o.id = q.asked_by
    where q.request_item_id = ${itemId} order by q.asked_at, q.id`.execute(db);
  return rows;
}

export async function insertQuestion(
  tx: Tx,
  one: { readonly id: string; readonly itemId: string; readonly text: string; readonly by: string; readonly at: Date },
): Promise<void> {
  await sql`
    insert into authority.request_question (id, request_item_id, text, asked_by, asked_at)
    values (${one.id}, ${one.itemId}, ${one.text}, ${one.by}, ${one.at})`.execute(tx);
}

/** @returns false when it is of another request, or answered already */
export async function answerQuestion(
  tx: Tx,
  one: {
    readonly id: string;
    readonly itemId: string;
    readonly text: string;
    readonly by: string | undefined;
    readonly at: Date;
  },
): Promise<boolean> {
  const done = await sql`
    update authority.request_question set answer = ${one.text}, answered_by = ${one.by ?? null}, answered_at = ${one.at}
    where id = ${one.id} and request_item_id = ${one.itemId} and answered_at is null`.execute(tx);
  return done.numAffectedRows === 1n;
}

/** Request of a question, within a submission: a sender answers only its own. */
export async function itemOfQuestion(db: Db, submissionId: string, questionId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select i.id from authority.request_question q join authority.request_item i on i.id = q.request_item_id
    where q.id = ${questionId} and i.submission_id = ${submissionId}`.execute(db);
  return rows[0]?.id;
}

export interface EvidenceRecord {
  readonly kind: string;
  readonly note: string;
  readonly sha256: string | null;
  readonly seenBy: string;
  readonly seenByName: string;
  readonly at: Date;
}

export async function evidenceOf(db: Db, itemId: string): Promise<EvidenceRecord[]> {
  const { rows } = await sql<EvidenceRecord>`
    select e.kind, e.note, e.sha256, e.seen_by as "seenBy", o.full_name as "seenByName", e.at
    from authority.request_evidence e join authority.officer o on o.id = e.seen_by
    where e.request_item_id = ${itemId} order by e.at, e.id`.execute(db);
  return rows;
}

export async function insertEvidence(
  tx: Tx,
  one: {
    readonly id: string;
    readonly itemId: string;
    readonly kind: string;
    readonly note: string;
    readonly sha256: string | undefined;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> {
  await sql`
    insert into authority.request_evidence (id, request_item_id, kind, note, sha256, seen_by, at)
    values (${one.id}, ${one.itemId}, ${one.kind}, ${one.note}, ${one.sha256 ?? null}, ${one.by}, ${one.at})`.execute(tx);
}

export interface VersionRecord {
  readonly version: number;
  readonly by: string;
  readonly byName: string;
  readonly at: Date;
  readonly reason: string;
}

export async function versionsOf(db: Db, itemId: string): Promise<VersionRecord[]> {
  const { rows } = await sql<VersionRecord>`
    select v.version, v.edited_by as "by", o.full_name as "byName", v.edited_at as "at", v.reason
    from authority.request_version v join authority.officer o on o.id = v.edited_by
    where v.request_item_id = ${itemId} order by v.version`.execute(db);
  return rows;
}

export async function insertVersion(
  tx: Tx,
  one: {
    readonly itemId: string;
    readonly version: number;
    readonly item: RequestItem;
    readonly by: string;
    readonly at: Date;
    readonly reason: string;
  },
): Promise<void> {
  await sql`
    insert into authority.request_version (request_item_id, version, item, edited_by, edited_at, reason)
    values (${one.itemId}, ${one.version}, ${JSON.stringify(one.item)}::jsonb, ${one.by}, ${one.at}, ${one.reason})`.execute(tx);
}

export interface AttachmentRecord {
  readonly sha256: string;
  readonly name: string | null;
  readonly mediaType: string | null;
  readonly size: number;
}

export async function attachmentsOf(db: Db, submissionId: string, named?: readonly string[]): Promise<AttachmentRecord[]> {
  const only = named === undefined ? sql`` : sql`and sha256 = any(${[...named]}::text[])`;
  const { rows } = await sql<AttachmentRecord>`
    select sha256, name, media_type as "mediaType", size from authority.request_attachment
    where submission_id = ${submissionId} ${only} order by sha256`.execute(db);
  return rows;
}

export async function putAttachment(tx: Tx, submissionId: string, one: AttachmentRecord, at: Date): Promise<void> {
  await sql`
    insert into authority.request_attachment (submission_id, sha256, name, media_type, size, received_at)
    values (${submissionId}, ${one.sha256}, ${one.name}, ${one.mediaType}, ${one.size}, ${at})
    on conflict (submission_id, sha256) do nothing`.execute(tx);
}

export interface ActRecord {
  readonly act: string;
  readonly at: Date;
  readonly officerId: string | null;
  readonly officerName: string | null;
  readonly bySender: string | null;
  readonly shownSha256: string | null;
  readonly signature: 'signed' | 'unsigned' | 'none';
  readonly note: string | null;
}

export async function actsOf(db: Db, itemId: string): Promise<ActRecord[]> {
  const { rows } = await sql<ActRecord>`
    select a.act, a.at, a.officer_id as "officerId", o.full_name as "officerName", a.by_sender as "bySender",
      a.shown_sha256 as "shownSha256", a.signature, a.note
    from authority.request_act a left join authority.officer o on o.id = a.officer_id
    where a.request_item_id = ${itemId} order by a.id`.execute(db);
  return rows;
}

export async function insertAct(
  tx: Tx,
  one: {
    readonly itemId: string;
    readonly act: string;
    readonly at: Date;
    readonly officerId?: string | undefined;
    readonly bySender?: string;
    readonly shown?: { readonly sha256: string; readonly text: string };
    readonly held?: HeldStatement;
    readonly note?: string;
  },
): Promise<void> {
  const { held } = one;
  const cms = held?.signature === 'signed' ? held : undefined;
  await sql`
    insert into authority.request_act (request_item_id, act, at, officer_id, by_sender, shown_sha256, shown, statement, cms,
      certificate_sha256, signature, note)
    values (${one.itemId}, ${one.act}, ${one.at}, ${one.officerId ?? null}, ${one.bySender ?? null}, ${one.shown?.sha256 ?? null},
      ${one.shown?.text ?? null}, ${held?.statement ?? null}, ${cms === undefined ? null : Buffer.from(cms.cms)},
      ${cms?.certificateSha256 ?? null}, ${held?.signature ?? 'none'}, ${one.note ?? null})`.execute(tx);
}
