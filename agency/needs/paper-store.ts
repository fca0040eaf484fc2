import { sql } from 'kysely';
import type { NeedsPaper, PaperKind } from '@antin/protocol/office/needs-papers';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { forgetSealed } from '../sealed-files.ts';

export interface PaperRecord {
  readonly id: string;
  readonly entryId: string;
  readonly sheetId: string;
  readonly kind: PaperKind;
  readonly name: string;
  readonly mediaType: NeedsPaper['mediaType'];
  readonly size: number;
  readonly sha256: string;
  readonly addedAt: Date;
  readonly addedBy: string;
}

const columns = sql`id, entry_id as "entryId", sheet_id as "sheetId", kind, name, media_type as "mediaType", size, sha256,
  added_at as "addedAt", added_by as "addedBy"`;

/** @returns false when the row has this very paper already */
export async function insertPaper(tx: Tx, one: PaperRecord): Promise<boolean> {
  const { rows } = await sql`
    insert into agency.needs_paper (id, entry_id, sheet_id, kind, name, media_type, size, sha256, added_at, added_by)
    values (${one.id}, ${one.entryId}, ${one.sheetId}, ${one.kind}, ${one.name}, ${one.mediaType}, ${one.size}, ${one.sha256},
      ${one.addedAt}, ${one.addedBy}) on conflict (entry_id, sha256) do nothing returning id`.execute(tx);
  return rows.length > 0;
}

export async function paperById(db: Db, id: string): Promise<PaperRecord | undefined> {
  const { rows } = await sql<PaperRecord>`select ${columns} from agency.needs_paper where id = ${id}`.execute(db);
  return rows[0];
}

/** Papers of rows, in the order in which they came. */
export async function papersOf(db: Db, entryIds: readonly string[]): Promise<PaperRecord[]> {
  const { rows } = await sql<PaperRecord>`
    select ${columns} from agency.needs_paper where entry_id = any(${[...entryIds]}::uuid[]) order by added_at, id`.execute(db);
  return rows;
}

export async function paperUse(db: Db, sheetId: string, entryId: string): Promise<{ ofRow: number; bytesOfSheet: number }> {
  const { rows } = await sql<{ ofRow: number; bytesOfSheet: number }>`
    select count(*) filter (where entry_id = ${entryId})::integer as "ofRow", coalesce(sum(size), 0)::float8 as "bytesOfSheet"
    from agency.needs_paper where sheet_id = ${sheetId}`.execute(db);
  return rows[0]!;
}

/** @returns names in the store that go after the transaction */
export async function deletePaper(tx: Tx, one: PaperRecord): Promise<string[]> {
  await sql`delete from agency.needs_paper where id = ${one.id}`.execute(tx);
  return forgetSealed(tx, [one.sha256]);
}

/** Papers of rows that were removed and can no longer come back by undoing. @returns names in the store */
export async function deleteOrphanPapers(tx: Tx, sheetId: string): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    delete from agency.needs_paper p where p.sheet_id = ${sheetId}
      and not exists (select 1 from agency.needs_entry e where e.id = p.entry_id) returning p.sha256`.execute(tx);
  return rows.length === 0 ? [] : forgetSealed(tx, [...new Set(rows.map((row) => row.sha256))]);
}
