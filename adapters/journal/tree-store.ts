import { sql } from 'kysely';
import { append, edgeOf, type Edge, type Node, type NodeName } from '@antin/pki/log/tree';
import { nodeCrypto } from '../crypto/node.ts';
import type { Db, Tx } from '../db/transaction.ts';

/** Nodes written with one statement; a leaf completes two on average. */
const ROWS = 2000;

/** How many leaves the tree has. */
export async function treeSize(db: Db, schema: string): Promise<number> {
  const { rows } = await sql<{ index: number }>`
    select index from ${sql.id(schema, 'journal_node')} where level = 0 order by index desc limit 1`.execute(db);
  return rows[0] === undefined ? 0 : rows[0].index + 1;
}

/** The right edge of the tree when it had `size` leaves. */
export async function edgeAt(db: Db, schema: string, size: number): Promise<Edge> {
  return { size, nodes: await nodesOf(db, schema, edgeOf(size)) };
}

/** Adds leaves in order; the caller holds the lock that makes it the only one. @returns the new edge */
export async function appendLeaves(tx: Tx, schema: string, edge: Edge, leaves: readonly Uint8Array[]): Promise<Edge> {
  let grown = edge;
  let waiting: Node[] = [];
  for (const leaf of leaves) {
    const step = append(nodeCrypto, grown, leaf);
    grown = step.edge;
    waiting.push(...step.completed);
    if (waiting.length >= ROWS) {
      await putNodes(tx, schema, waiting);
      waiting = [];
    }
  }
  await putNodes(tx, schema, waiting);
  return grown;
}

async function putNodes(tx: Tx, schema: string, nodes: readonly Node[]): Promise<void> {
  if (nodes.length === 0) return;
  await sql`
    insert into ${sql.id(schema, 'journal_node')} (level, index, hash)
    select * from unnest(${nodes.map((one) => one.level)}::smallint[], ${nodes.map((one) => one.index)}::bigint[],
      ${nodes.map((one) => Buffer.from(one.hash))}::bytea[])`.execute(tx);
}

/** The named nodes, in the order they were named. @throws when one of them is not there: the tables were cut */
export async function nodesOf(db: Db, schema: string, names: readonly NodeName[]): Promise<Node[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ level: number; index: number; hash: Uint8Array }>`
    select n.level, n.index, n.hash
    from unnest(${names.map((one) => one.level)}::smallint[], ${names.map((one) => one.index)}::bigint[]) as w (level, index)
    join ${sql.id(schema, 'journal_node')} n on n.level = w.level and n.index = w.index`.execute(db);
  const found = new Map(rows.map((row) => [`${row.level}/${row.index}`, new Uint8Array(row.hash)]));
  return names.map((name) => {
    const hash = found.get(`${name.level}/${name.index}`);
    if (hash === undefined) throw new Error(`the tree of the journal of ${schema} lacks node ${name.level}/${name.index}`);
    return { ...name, hash };
  });
}
