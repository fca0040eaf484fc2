import { sql } from 'kysely';
import { fromHex } from '@antin/formats/bytes/text-encodings';
import { only, type Db, type Tx } from '@antin/adapters/db/transaction';

export interface StoredEntry {
  readonly sequence: number;
  readonly canonical: string;
  readonly leafHash: string;
}

interface Columns {
  readonly event: string;
  readonly agencyId: string | undefined;
  readonly documentId: string | undefined;
  readonly incomingId: string | undefined;
  readonly who: string;
  readonly position: string | undefined;
  readonly detail: Readonly<Record<string, string>> | undefined;
}

/** The last entry's place and hash, locked until the end of the transaction: entries get their order from it. */
export async function lockHead(tx: Tx): Promise<{ sequence: number; leafHash: string }> {
  const { rows } = await sql<{ sequence: number; leafHash: string }>`
    select sequence, leaf_hash as "leafHash" from agency.journal_head for update`.execute(tx);
  return only(rows, 'journal head');
}

export async function appendEntry(tx: Tx, entry: StoredEntry & { at: Date; body: Columns }): Promise<void> {
  const { body } = entry;
  await sql`
    insert into agency.journal (sequence, at, canonical, leaf_hash, event, agency_id, document_id, incoming_id, who, position, detail)
    values (${entry.sequence}, ${entry.at}, ${entry.canonical}, ${entry.leafHash}, ${body.event}, ${body.agencyId ?? null},
      ${body.documentId ?? null}, ${body.incomingId ?? null}, ${body.who}, ${body.position ?? null},
      ${body.detail === undefined ? null : JSON.stringify(body.detail)}::jsonb)`.execute(tx);
  await sql`update agency.journal_head set sequence = ${entry.sequence}, leaf_hash = ${entry.leafHash}`.execute(tx);
}

export async function entriesAbout(
  db: Db,
  subject: { readonly documentId: string } | { readonly incomingId: string },
): Promise<{ at: Date; event: string; who: string; position: string | null; detail: Record<string, string> | null }[]> {
  const about = 'documentId' in subject ? sql`document_id = ${subject.documentId}` : sql`incoming_id = ${subject.incomingId}`;
  const { rows } = await sql<{
    at: Date;
    event: string;
    who: string;
    position: string | null;
    detail: Record<string, string> | null;
  }>`select at, event, who, position, detail from agency.journal where ${about} order by sequence`.execute(db);
  return rows;
}

/** A stretch of the journal as written, for checking it or building its tree. */
export async function readEntries(db: Db, after: number, limit: number): Promise<StoredEntry[]> {
  const { rows } = await sql<StoredEntry>`
    select sequence, canonical, leaf_hash as "leafHash" from agency.journal
    where sequence > ${after} order by sequence limit ${limit}`.execute(db);
  return rows;
}

/** Entries by their place in the tree: the first has place 0. */
export async function entriesFrom(db: Db, leafIndex: number, limit: number): Promise<{ leafIndex: number; canonical: string }[]> {
  const entries = await readEntries(db, leafIndex, limit);
  return entries.map(({ sequence, canonical }) => ({ leafIndex: sequence - 1, canonical }));
}

/** Leaf hashes of the entries behind the first `from`: they have their order already. */
export async function leavesFrom(db: Db, from: number, limit: number): Promise<Uint8Array[]> {
  return (await readEntries(db, from, limit)).map((entry) => fromHex(entry.leafHash));
}
