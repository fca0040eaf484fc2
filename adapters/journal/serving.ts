import { sql } from 'kysely';
import { singleClient, type DatabaseAddress } from '../db/connect.ts';
import type { Tx } from '../db/transaction.ts';
import { JournalFault } from './fault.ts';

/** That a server works on a journal: seen by every restore, wherever it runs, and gone with the process. */
export interface Serving {
  /** Takes it again after the connection broke; every minute. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

const lockOf = (schema: string): string => `serving the journal of ${schema}`;

/**
 * Says that this process serves a journal, on a connection of its own. Waits while a restore is at work: whoever signed in with
 * yesterday's password meanwhile would be signed in after it.
 */
export async function markServing(address: DatabaseAddress, schema: string): Promise<Serving> {
  let client: ReturnType<typeof singleClient> | undefined;
  async function take(): Promise<void> {
    const fresh = singleClient(address);
    const broken = () => void (client === fresh && (client = undefined));
    fresh.on('error', broken).on('end', broken);
    await fresh.connect();
    await fresh.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [lockOf(schema)]);
    client = fresh;
  }
  await take();
  return {
    async renew() {
      if (client === undefined) await take();
    },
    async close() {
      const held = client;
      client = undefined;
      await held?.end().catch(() => {});
    },
  };
}

/** @throws {JournalFault} `journal.in-use` while a server works on it; none starts before the transaction has ended */
export async function requireUnserved(tx: Tx, schema: string): Promise<void> {
  const { rows } = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${lockOf(schema)}, 0)) as free`.execute(tx);
  if (rows[0]?.free !== true) throw new JournalFault('journal.in-use', 'a server runs on this database; stop it first');
}
