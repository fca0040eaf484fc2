import { sql } from 'kysely';
import type { Db } from '@antin/adapters/db/transaction';

/** The last time ever stated, also before a restart; 0 = none. */
export async function lastGenTime(db: Db): Promise<number> {
  const found = await sql<{ at: Date | null }>`select max(gen_time) as at from authority.time_stamp`.execute(db);
  return found.rows[0]?.at?.getTime() ?? 0;
}

export interface StampRecord {
  readonly serialHex: string;
  readonly genTime: number;
  readonly digest: string;
  readonly hash: Uint8Array;
}

/** One statement for all; the primary key keeps serials unique for ever. */
async function recordStamps(db: Db, stamps: readonly StampRecord[]): Promise<void> {
  await sql`
    insert into authority.time_stamp (serial_hex, gen_time, digest, imprint)
    select * from unnest(${stamps.map((one) => one.serialHex)}::text[],
      ${stamps.map((one) => new Date(one.genTime))}::timestamptz[], ${stamps.map((one) => one.digest)}::text[],
      ${stamps.map((one) => Buffer.from(one.hash))}::bytea[])`.execute(db);
}

/** Rows of one statement. */
const MOST = 1000;

/**
 * Records of stamps, written together: those that come while one commit is under way share the next. A promise resolves
 * when its record is on disk, so that no stamp is ever handed out without one, and the disk is asked once for many.
 */
export function stampLog(db: Db): { record(stamp: StampRecord): Promise<void>; readonly waiting: number } {
  let pending: { stamp: StampRecord; resolve: () => void; reject: (fault: unknown) => void }[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    // The others of this turn of the loop first.
    await new Promise(setImmediate);
    while (pending.length > 0) {
      const batch = pending.slice(0, MOST);
      pending = pending.slice(MOST);
      try {
        await recordStamps(
          db,
          batch.map((one) => one.stamp),
        );
        for (const one of batch) one.resolve();
      } catch (fault) {
        for (const one of batch) one.reject(fault);
      }
    }
    writing = false;
  }

  return {
    record(stamp) {
      return new Promise((resolve, reject) => {
        pending.push({ stamp, resolve, reject });
        if (!writing) void write();
      });
    },
    get waiting() {
      return pending.length;
    },
  };
}
