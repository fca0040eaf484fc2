import { sql } from 'kysely';
import { checkpointText } from '@antin/pki/log/checkpoint';
import { rootOf } from '@antin/pki/log/tree';
import { nodeCrypto } from '../crypto/node.ts';
import type { AnyDatabase } from '../db/connect.ts';
import { inTransaction, type Tx } from '../db/transaction.ts';
import { putHead } from './head-store.ts';
import { appendLeaves, edgeAt, treeSize } from './tree-store.ts';

export interface GrowingJournal {
  readonly schema: string;
  /** Name of the log in its checkpoints. */
  readonly origin: string;
  /**
   * Leaf hashes of entries that are not in the tree yet, in the order they get their places from `from` on; the
   * journal's own tables may note the places in the same transaction.
   */
  readonly take: (tx: Tx, from: number, limit: number) => Promise<readonly Uint8Array[]>;
}

const BATCH = 5000;

/** Places are given by one process at a time. */
export async function lockGrowth(tx: Tx, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`journal of ${schema}`}, 0))`.execute(tx);
}

/**
 * Gives every waiting entry its place in the tree and writes a head over all of them. Several processes may call it: one
 * grows, the others find nothing to do.
 *
 * @returns the size of the tree afterwards
 */
export async function growJournal(db: AnyDatabase, journal: GrowingJournal, at: Date): Promise<number> {
  const { schema, origin } = journal;
  for (;;) {
    const { size, taken } = await inTransaction(db, async (tx) => {
      await lockGrowth(tx, schema);
      const edge = await edgeAt(tx, schema, await treeSize(tx, schema));
      const leaves = await journal.take(tx, edge.size, BATCH);
      if (leaves.length === 0) return { size: edge.size, taken: 0 };
      const grown = await appendLeaves(tx, schema, edge, leaves);
      const root = rootOf(nodeCrypto, grown);
      await putHead(tx, schema, { size: grown.size, root, at, checkpoint: checkpointText({ origin, size: grown.size, root }) });
      return { size: grown.size, taken: leaves.length };
    });
    if (taken < BATCH) return size;
  }
}
