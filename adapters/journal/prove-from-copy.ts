import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { leafHash } from '@antin/pki/log/hash';
import { append, consistencyRanges, hashesOf, inclusionRanges, NO_ENTRIES, type NodeName } from '@antin/pki/log/tree';
import type { EntryProof, GrowthProof, SignedCheckpoint } from '@antin/protocol/journal/proof';
import { nodeCrypto } from '../crypto/node.ts';
import { JournalFault } from './fault.ts';
import { copiedEntries, copiedHeads } from './read-copy.ts';

/** Places of the entries about one serial number. */
export function placesOfSerial(folder: string, serialHex: string): number[] {
  const places: number[] = [];
  for (const { leafIndex, entry } of copiedEntries(folder)) {
    if (serialOf(entry) === serialHex) places.push(leafIndex);
  }
  return places;
}

/** An entry may be any text: what is not JSON is about no certificate. */
function serialOf(entry: string): unknown {
  try {
    return (JSON.parse(entry) as { serial?: unknown } | null)?.serial;
  } catch {
    return undefined;
  }
}

/** Proof of one entry under the newest signed head of a copy. @throws {JournalFault} `journal.no-such-entry` */
export function proveEntryFromCopy(folder: string, leafIndex: number): EntryProof {
  const { size, head } = newestOf(folder);
  if (leafIndex >= size) throw new JournalFault('journal.no-such-entry', `the signed journal has ${size} entries, from 0 on`);
  const { proof, wanted } = walk(folder, inclusionRanges(leafIndex, size), size, leafIndex);
  return { type: 'antin.journal-entry-proof', version: 1, entry: wanted as string, leafIndex, proof, head };
}

/** Proof that the newest signed head of a copy continues an older head. @throws {JournalFault} `journal.no-such-entry` */
export function proveGrowthFromCopy(folder: string, older: SignedCheckpoint): GrowthProof {
  const { size, head } = newestOf(folder);
  const old = parseCheckpoint(older.checkpoint).size;
  if (old < 1 || old > size)
    throw new JournalFault('journal.no-such-entry', `the copy has ${size} entries, the older head ${old}`);
  const { proof } = walk(folder, consistencyRanges(old, size), size);
  return { type: 'antin.journal-growth-proof', version: 1, older, newer: head, proof };
}

function newestOf(folder: string): { readonly size: number; readonly head: SignedCheckpoint } {
  let newest: { size: number; checkpoint: string; signature: string } | undefined;
  for (const head of copiedHeads(folder)) newest = head;
  if (newest === undefined) throw new JournalFault('journal.no-such-entry', 'the copy has no signed head');
  return { size: newest.size, head: { checkpoint: newest.checkpoint, signature: newest.signature } };
}

/** One pass over the entries; only the hashes that the proof needs are kept. */
function walk(folder: string, ranges: readonly (readonly NodeName[])[], size: number, wantedIndex?: number) {
  const key = ({ level, index }: NodeName): string => `${level}/${index}`;
  const needed = new Map<string, Uint8Array | undefined>(ranges.flat().map((name) => [key(name), undefined]));
  let edge = NO_ENTRIES;
  let wanted: string | undefined;
  for (const { leafIndex, entry } of copiedEntries(folder)) {
    if (edge.size === size) break;
    if (leafIndex === wantedIndex) wanted = entry;
    const step = append(nodeCrypto, edge, leafHash(nodeCrypto, utf8(entry)));
    edge = step.edge;
    for (const node of step.completed) if (needed.has(key(node))) needed.set(key(node), node.hash);
  }
  if (edge.size < size) throw new JournalFault('journal.copy-damaged', `the copy has ${edge.size} of ${size} signed entries`);
  return { proof: hashesOf(nodeCrypto, ranges, (name) => needed.get(key(name)) as Uint8Array).map(toBase64), wanted };
}
