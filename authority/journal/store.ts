import { sql } from 'kysely';
import type { Db, Tx } from '@antin/adapters/db/transaction';

/** Gives waiting entries their places from `from` on, in the order they were written. @returns their leaf hashes in that order */
export async function placeWaiting(tx: Tx, from: number, limit: number): Promise<Uint8Array[]> {
  const { rows } = await sql<{ leaf_hash: Uint8Array }>`
    with taken as (
      delete from authority.journal_waiting
      where entry in (select entry from authority.journal_waiting order by entry limit ${limit}) returning entry),
    placed as (
      insert into authority.journal_place (leaf_index, entry)
      select ${from}::bigint + row_number() over (order by entry) - 1, entry from taken returning leaf_index, entry)
    select e.leaf_hash from placed p join authority.journal_entry e on e.id = p.entry order by p.leaf_index`.execute(tx);
  return rows.map((row) => new Uint8Array(row.leaf_hash));
}

export interface PlacedEntry {
  readonly leafIndex: number;
  readonly canonical: string;
}

/** Entries of the tree in order. */
export async function entriesFrom(db: Db, leafIndex: number, limit: number): Promise<PlacedEntry[]> {
  const { rows } = await sql<PlacedEntry>`
    select p.leaf_index as "leafIndex", e.canonical
    from authority.journal_place p join authority.journal_entry e on e.id = p.entry
    where p.leaf_index >= ${leafIndex} order by p.leaf_index limit ${limit}`.execute(db);
  return rows;
}

/** Everything about one certificate that has its place, oldest first. */
export async function entriesOfSerial(db: Db, serialHex: string): Promise<PlacedEntry[]> {
  const { rows } = await sql<PlacedEntry>`
    select p.leaf_index as "leafIndex", e.canonical
    from authority.journal_entry e join authority.journal_place p on p.entry = e.id
    where e.serial_hex = ${serialHex} order by e.id limit 1000`.execute(db);
  return rows;
}

/** Certificates that entries of a stretch of the tree speak of as issued. */
export async function certificatesFrom(
  db: Db,
  from: number,
  to: number,
  limit: number,
): Promise<{ leafIndex: number; der: Uint8Array }[]> {
  const { rows } = await sql<{ leafIndex: number; der: Uint8Array }>`
    select p.leaf_index as "leafIndex", c.der
    from authority.journal_place p
    join authority.journal_entry e on e.id = p.entry and e.kind = 'certificate.issued'
    join authority.certificate c on c.issuer_sha256 = e.detail ->> 'issuerSha256' and c.serial_hex = e.serial_hex
    where p.leaf_index >= ${from} and p.leaf_index < ${to} and c.der is not null
    order by p.leaf_index limit ${limit}`.execute(db);
  return rows.map(({ leafIndex, der }) => ({ leafIndex, der: new Uint8Array(der) }));
}
