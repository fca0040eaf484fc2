import { sql } from 'kysely';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import { utf8 } from '@antin/formats/bytes/bytes';
import { Refusal } from '@antin/adapters/http/refusal';
import type { CitizenNumbers } from '../directory/citizen-number.ts';
import { putSealed, type SealedFileDeps } from '../sealed-files.ts';

const about = (requestId: string): string => `issuer request ${requestId}`;

/** The canonical text of a request as it lies in the database. */
export function sealContent(vault: CitizenNumbers, requestId: string, content: string): Uint8Array {
  return vault.sealBytes(utf8(content), about(requestId));
}

/**
 * The canonical text of a request: the octets that are signed and hashed.
 *
 * @throws {SealedFault} `sealed.does-not-open` @throws {Refusal} `issuer.request-not-found`, `issuer.request-shredded`
 */
export async function contentOf(vault: CitizenNumbers, db: Db, requestId: string): Promise<string> {
  const { rows } = await sql<{ content: string | null; sealed: Uint8Array | null; shredded: boolean }>`
    select content, content_sealed as sealed, shredded_at is not null as shredded
    from agency.issuer_request where id = ${requestId}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Refusal('issuer.request-not-found');
  if (row.shredded) throw new Refusal('issuer.request-shredded');
  if (row.sealed === null) return row.content!;
  return new TextDecoder('utf-8', { fatal: true }).decode(vault.openBytes(row.sealed, about(requestId)));
}

/**
 * Seals requests and containers of an installation that kept them in clear before. One after the other, and again from where
 * it stopped; clear files go when their row names the sealed one, unless they are somebody's file too: a container that was
 * downloaded may travel as an annex of a letter, and the store keeps the same content once.
 *
 * @returns how many were sealed
 */
export async function sealWhatLiesOpen(deps: SealedFileDeps, signal?: AbortSignal): Promise<number> {
  let sealed = 0;
  for (;;) {
    if (signal?.aborted === true || !(await inTransaction(deps.db, (tx) => sealNext(deps.vault, tx)))) break;
    sealed += 1;
  }
  for (const container of await openContainers(deps.db)) {
    if (signal?.aborted === true) break;
    // A run that was killed before this one may have left the clear file beside the sealed one.
    if (!(await deps.files.has(container)) || (await isAlsoADocument(deps.db, container))) continue;
    await putSealed(deps, await deps.files.bytes(container));
    await deps.files.remove(container);
    sealed += 1;
  }
  return sealed;
}

async function openContainers(db: Db): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    select container_sha256 as sha256 from agency.issuer_request where container_sha256 is not null
    order by created_at`.execute(db);
  return rows.map((row) => row.sha256);
}

async function isAlsoADocument(db: Db, sha256: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from agency.upload where sha256 = ${sha256}
    union all select 1 from agency.document_file where ${sha256} in (sha256, original_sha256)
    union all select 1 from agency.incoming_file where sha256 = ${sha256} limit 1`.execute(db);
  return rows.length > 0;
}

async function sealNext(vault: CitizenNumbers, tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ id: string; content: string }>`
    select id, content from agency.issuer_request where content is not null limit 1 for update`.execute(tx);
  const [row] = rows;
  if (row === undefined) return false;
  await sql`update agency.issuer_request set content = null, content_sealed = ${Buffer.from(sealContent(vault, row.id, row.content))}
    where id = ${row.id}`.execute(tx);
  return true;
}
