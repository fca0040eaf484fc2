import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction, type Db, type Tx } from '@antin/adapters/db/transaction';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Clock } from '@antin/adapters/clock/clock';
import type { FileStore } from '@antin/adapters/files/store';
import type { CitizenNumbers } from './directory/citizen-number.ts';

/**
 * Files that hold identity numbers (scans of papers, what travels to an issuer): sealed in the store, known by the SHA-256
 * of their content. The same content is kept once, however many rows name it.
 */
export interface SealedFileDeps {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly files: FileStore;
  readonly vault: CitizenNumbers;
}

/** The content's own digest stands in the seal: a file put in another's place stays closed. */
const about = (sha256: string): string => `file ${sha256}`;

/** @returns SHA-256 of the content, by which it is asked for again */
export async function putSealed(deps: SealedFileDeps, content: Uint8Array): Promise<string> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  if ((await storedAs(deps.db, sha256)) !== undefined) return sha256;
  const stored = await deps.files.put(deps.vault.sealBytes(content, about(sha256)));
  const kept = await inTransaction(deps.db, async (tx) => {
    const { rows } = await sql`insert into agency.sealed_file (sha256, stored_sha256, size, at)
      values (${sha256}, ${stored.sha256}, ${content.length}, ${deps.clock()}) on conflict do nothing returning sha256`.execute(
      tx,
    );
    return rows.length > 0;
  });
  // Somebody kept the same content a moment earlier.
  if (!kept) await deps.files.remove(stored.sha256);
  return sha256;
}

/** What was stored before files were sealed is still read as it lies. @throws {SealedFault} @throws {FileFault} `file.not-found` */
export async function sealedBytes(deps: Pick<SealedFileDeps, 'db' | 'files' | 'vault'>, sha256: string): Promise<Uint8Array> {
  const stored = await storedAs(deps.db, sha256);
  if (stored === undefined) return deps.files.bytes(sha256);
  return deps.vault.openBytes(await deps.files.bytes(stored), about(sha256));
}

/** Whether a content is kept, and stays so until this transaction has named it. */
export async function keepsSealed(tx: Tx, sha256: string): Promise<boolean> {
  const { rows } = await sql`select 1 from agency.sealed_file where sha256 = ${sha256} for key share`.execute(tx);
  return rows.length > 0;
}

/**
 * Forgets those of these contents that neither a row of needs nor a request names any more; their files go after the
 * transaction.
 *
 * @returns names in the store, for `dropStored`
 */
export async function forgetSealed(tx: Tx, hashes: readonly string[]): Promise<string[]> {
  // Locked first, looked at in the next statement: who names one meanwhile is waited for, and seen.
  await sql`select 1 from agency.sealed_file where sha256 = any(${[...hashes]}::text[]) order by sha256 for update`.execute(tx);
  const { rows } = await sql<{ stored: string }>`delete from agency.sealed_file f where f.sha256 = any(${[...hashes]}::text[])
    and not exists (select 1 from agency.needs_paper p where p.sha256 = f.sha256)
    and not exists (select 1 from agency.issuer_attachment a where a.sha256 = f.sha256)
    -- The same octets, attached to a row as a paper and taken off again, would take the print of a request with them.
    and not exists (select 1 from agency.issuer_signing s where s.paper_sha256 = f.sha256 or s.container_sha256 = f.sha256)
    and not exists (select 1 from agency.issuer_request r where r.container_sha256 = f.sha256)
    returning f.stored_sha256 as stored`.execute(tx);
  return rows.map((row) => row.stored);
}

/** Sizes of contents that are kept, by their SHA-256. */
export async function sealedSizes(db: Db, hashes: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ sha256: string; size: number }>`
    select sha256, size from agency.sealed_file where sha256 = any(${[...hashes]}::text[])`.execute(db);
  return new Map(rows.map((row) => [row.sha256, row.size]));
}

export async function dropStored(files: FileStore, stored: readonly string[]): Promise<void> {
  for (const one of stored) await files.remove(one);
}

async function storedAs(db: Db, sha256: string): Promise<string | undefined> {
  const { rows } = await sql<{ stored: string }>`
    select stored_sha256 as stored from agency.sealed_file where sha256 = ${sha256}`.execute(db);
  return rows[0]?.stored;
}
