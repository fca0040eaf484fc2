import { sql } from 'kysely';
import type { Db, Tx } from '../db/transaction.ts';
import type { PreparedDocument } from './jobs.ts';
import type { JobRow, StoredPart } from './job-store.ts';

/** Longer than any order lives. */
const KEPT_MS = 15 * 60_000;
const ITSELF = -1;

/** Keeps what came along with the documents of a job beside it: texts that are nobody's file. */
export async function keepContents(tx: Tx, jobId: string, documents: readonly PreparedDocument[], now: Date): Promise<void> {
  for (const [n, document] of documents.entries()) {
    if (!('content' in document)) continue;
    if (document.bytes !== undefined) await insert(tx, { jobId, document: n, part: ITSELF, bytes: document.bytes, now });
    const about = document.content === 'statement' ? document.about : undefined;
    if (about !== undefined) await insert(tx, { jobId, document: n, part: 0, bytes: about, now });
  }
  await forgetContents(tx, new Date(now.getTime() - KEPT_MS));
}

async function insert(
  tx: Tx,
  row: { jobId: string; document: number; part: number; bytes: Uint8Array; now: Date },
): Promise<void> {
  await sql`
    insert into devices.signing_job_content (job_id, document, part, bytes, created_at)
    values (${row.jobId}, ${row.document}, ${row.part}, ${Buffer.from(row.bytes)}, ${row.now})`.execute(tx);
}

/** What a device may fetch: the bytes, or what is to be looked for. */
export interface Content {
  readonly sha256: string;
  readonly bytes?: Uint8Array;
  readonly part?: StoredPart;
}

/** @returns undefined when the job has no such thing */
export async function contentOf(db: Db, row: JobRow, index: number, part = ITSELF): Promise<Content | undefined> {
  const document = row.documents[index];
  if (document === undefined) return undefined;
  const parts: readonly StoredPart[] = 'content' in document ? (document.parts ?? []) : [];
  const wanted = parts[part];
  if (part !== ITSELF && wanted === undefined) return undefined;
  const { rows } = await sql<{ bytes: Uint8Array }>`
    select bytes from devices.signing_job_content
    where job_id = ${row.id} and document = ${index} and part = ${part}`.execute(db);
  return {
    sha256: wanted?.sha256 ?? document.preparedSha256,
    ...(rows[0] === undefined ? {} : { bytes: rows[0].bytes }),
    ...(wanted === undefined ? {} : { part: wanted }),
  };
}

/** A device that has answered fetches nothing any more. */
export async function forgetContentsOf(tx: Tx, jobId: string): Promise<void> {
  await sql`delete from devices.signing_job_content where job_id = ${jobId}`.execute(tx);
}

/** Of jobs that nobody answered. */
export async function forgetContents(db: Db, before: Date): Promise<void> {
  await sql`delete from devices.signing_job_content where created_at < ${before}`.execute(db);
}
