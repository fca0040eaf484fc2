import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

/** What happened, in the order it happened; the serial and digests, never a key. */
export async function recordEvent(
  db: Db,
  at: number,
  kind: string,
  serialHex: string | undefined,
  detail: object,
): Promise<void> {
  await sql`
    insert into authority.event (at, kind, serial_hex, detail)
    values (${new Date(at)}, ${kind}, ${serialHex ?? null}, ${JSON.stringify(detail)}::jsonb)`.execute(db);
}
