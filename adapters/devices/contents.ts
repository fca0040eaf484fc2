import { sql } from 'kysely';
import type { Db, Tx } from '../db/transaction.ts';
import type { PreparedDocument, PreparedPart } from './jobs.ts';
import type { JobRow, StoredPart } from './job-store.ts';

/** Longer than any order lives: an agent that was off for a while still finds what its order is about. */
const KEPT_MS = 24 * 3_600_000;
const ITSELF = -1;

/** Keeps what came along with the documents of a job beside it: texts that are nobody's file. */
export async function keepContents(tx: Tx, jobId: string, documents: readonly PreparedDocument[], now: Date): Promise<void> {
  for (const [n, document] of documents.entries()) {
    if (!('content' in document)) continue;
    if (document.bytes !== undefined) await insert(tx, { jobId, document: n, part: ITSELF, bytes: document.bytes, now });
    for (const [part, { bytes }] of partsOf(document).entries()) {
      if (bytes !== undefined) await insert(tx, { jobId, document: n, part, bytes, now });
    }
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

function partsOf(document: Extract<PreparedDocument, { content: unknown }>): readonly Pick<PreparedPart, 'bytes'>[] {
  if (document.content === 'container') return document.parts;
  return document.about === undefined ? [] : [{ bytes: document.about }];
}

/** What a device may fetch: the bytes, or the name of a stored file; undefined when the job has no such thing. */
export type Content = { readonly bytes: Uint8Array } | { readonly sha256: string; readonly size: number };

export async function contentOf(db: Db, row: JobRow, index: number, part = ITSELF): Promise<Content | undefined> {
  const document = row.documents[index];
  if (document === undefined) return undefined;
  const parts: readonly StoredPart[] = 'content' in document ? (document.parts ?? []) : [];
  const wanted = part === ITSELF ? { sha256: document.preparedSha256, size: document.size } : parts[part];
  if (wanted === undefined) return undefined;
  const { rows } = await sql<{ bytes: Uint8Array }>`
    select bytes from devices.signing_job_content
    where job_id = ${row.id} and document = ${index} and part = ${part}`.execute(db);
  return rows[0] === undefined ? wanted : { bytes: rows[0].bytes };
}

/** A device that has answered fetches nothing any more. */
export async function forgetContentsOf(tx: Tx, jobId: string): Promise<void> {
  await sql`delete from devices.signing_job_content where job_id = ${jobId}`.execute(tx);
}

/** Of jobs that nobody answered. */
export async function forgetContents(db: Db, before: Date): Promise<void> {
  await sql`delete from devices.signing_job_content where created_at < ${before}`.execute(db);
}
