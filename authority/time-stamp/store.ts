import { sql } from 'kysely';
import type { Database } from '../issuance/store.ts';

/** The last time ever stated, also before a restart; 0 = none. */
export async function lastGenTime(db: Database): Promise<number> {
  const found = await sql<{ at: Date | null }>`select max(gen_time) as at from authority.time_stamp`.execute(db);
  return found.rows[0]?.at?.getTime() ?? 0;
}

/** Written before the key signs; the primary key keeps serials unique for ever. */
export async function recordStamp(
  db: Database,
  stamp: { readonly serialHex: string; readonly genTime: number; readonly digest: string; readonly hash: Uint8Array },
): Promise<void> {
  await sql`
    insert into authority.time_stamp (serial_hex, gen_time, digest, imprint)
    values (${stamp.serialHex}, ${new Date(stamp.genTime)}, ${stamp.digest}, ${Buffer.from(stamp.hash)})`.execute(db);
}
