import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
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
