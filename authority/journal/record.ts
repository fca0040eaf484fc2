import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';
import { entryOf } from './entry.ts';

/**
 * Writes down what happened, in the caller's transaction: it stands in the journal exactly if it happened. It gets its
 * place in the tree a moment later, so that two transactions never wait for each other here.
 */
export async function recordEvent(
  db: Db,
  at: number,
  kind: string,
  serialHex: string | undefined,
  detail: object,
): Promise<void> {
  const when = new Date(at);
  const { canonical, leafHash } = entryOf({ id: randomUUID(), at: when, kind, serialHex: serialHex ?? null, detail });
  await sql`
    with e as (
      insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
      values (${when}, ${kind}, ${serialHex ?? null}, ${JSON.stringify(detail)}::jsonb, ${canonical}, ${Buffer.from(leafHash)})
      returning id)
    insert into authority.journal_waiting (entry) select id from e`.execute(db);
}

/** Many happenings of one moment in one statement, in their order. */
export async function recordEvents(
  db: Db,
  at: number,
  events: readonly { readonly kind: string; readonly serialHex: string | undefined; readonly detail: object }[],
): Promise<void> {
  const when = new Date(at);
  const rows = events.map(({ kind, serialHex = null, detail }) => {
    const { canonical, leafHash } = entryOf({ id: randomUUID(), at: when, kind, serialHex, detail });
    return { kind, serial_hex: serialHex, detail, canonical, leaf: Buffer.from(leafHash).toString('hex') };
  });
  await sql`
    with e as (
      insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
      select ${when}::timestamptz, kind, serial_hex, detail, canonical, decode(leaf, 'hex')
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as x(kind text, serial_hex text, detail jsonb, canonical text, leaf text)
      returning id)
    insert into authority.journal_waiting (entry) select id from e order by id`.execute(db);
}

/**
 * A change of one row and its entry in one statement: a transaction without a way to and fro between them. When the change
 * finds no row, nothing is written.
 *
 * @param change an `update` of at most one row, without `returning`
 * @returns whether there was a row
 */
export async function recordChange(
  db: Db,
  change: RawBuilder<unknown>,
  at: number,
  kind: string,
  serialHex: string | undefined,
  detail: object,
): Promise<boolean> {
  const when = new Date(at);
  const { canonical, leafHash } = entryOf({ id: randomUUID(), at: when, kind, serialHex: serialHex ?? null, detail });
  // A second row of a change that should have one would be a second entry of the same leaf.
  const { numAffectedRows = 0n } = await sql`
    with changed as (${change} returning 1),
      e as (
        insert into authority.journal_entry (at, kind, serial_hex, detail, canonical, leaf_hash)
        select ${when.toISOString()}::timestamptz, ${kind}, ${serialHex ?? null}, ${JSON.stringify(detail)}::jsonb, ${canonical},
          ${Buffer.from(leafHash)}::bytea
        from (select from changed limit 1) once
        returning id)
    insert into authority.journal_waiting (entry) select id from e`.execute(db);
  return numAffectedRows === 1n;
}
