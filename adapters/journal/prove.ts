import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { consistencyRanges, hashesOf, inclusionRanges, type NodeName } from '@antin/pki/log/tree';
import type { EntryProof, GrowthProof, SignedCheckpoint } from '@antin/protocol/journal/proof';
import { nodeCrypto } from '../crypto/node.ts';
import type { Db } from '../db/transaction.ts';
import { sealedHead, type Head } from './head-store.ts';
import { nodesOf } from './tree-store.ts';

/**
 * Proof that an entry stands in the journal, under the newest signed head.
 *
 * @returns undefined while no signed head holds it
 */
export async function proveEntry(
  db: Db,
  schema: string,
  entry: { readonly canonical: string; readonly leafIndex: number },
): Promise<EntryProof | undefined> {
  const head = await sealedHead(db, schema);
  if (head === undefined || entry.leafIndex >= head.size) return undefined;
  return {
    type: 'antin.journal-entry-proof',
    version: 1,
    entry: entry.canonical,
    leafIndex: entry.leafIndex,
    proof: await hashes(db, schema, inclusionRanges(entry.leafIndex, head.size)),
    head: signedCheckpoint(head),
  };
}

/** Proof that the journal of the newest signed head begins with an older one, which somebody kept. @throws {RangeError} */
export async function proveGrowth(db: Db, schema: string, older: SignedCheckpoint): Promise<GrowthProof | undefined> {
  const head = await sealedHead(db, schema);
  if (head === undefined) return undefined;
  const proof = await hashes(db, schema, consistencyRanges(parseCheckpoint(older.checkpoint).size, head.size));
  return { type: 'antin.journal-growth-proof', version: 1, older, newer: signedCheckpoint(head), proof };
}

/** @param head a sealed one */
export function signedCheckpoint(head: Head): SignedCheckpoint {
  return { checkpoint: head.checkpoint, signature: toBase64(head.signature as Uint8Array) };
}

async function hashes(db: Db, schema: string, ranges: readonly (readonly NodeName[])[]): Promise<string[]> {
  const nodes = await nodesOf(db, schema, ranges.flat());
  const found = new Map(nodes.map((node) => [`${node.level}/${node.index}`, node.hash]));
  return hashesOf(nodeCrypto, ranges, ({ level, index }) => found.get(`${level}/${index}`) as Uint8Array).map(toBase64);
}
