import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { parseCheckpoint, type Checkpoint } from '@antin/pki/log/checkpoint';
import { leafHash } from '@antin/pki/log/hash';
import { append, NO_ENTRIES, rootOf } from '@antin/pki/log/tree';
import type { SignedCheckpoint } from '@antin/protocol/journal/proof';
import { nodeCrypto } from '../crypto/node.ts';
import { copiedEntries, copiedHeads } from './read-copy.ts';

/** What a copy shows by itself; whose signature stands under the newest head is another question. */
export type CopyFinding =
  | { readonly status: 'whole'; readonly entries: number; readonly heads: number; readonly newest: SignedCheckpoint }
  /** Entries without any signed head over them, from `signed` on: anybody could have added them. */
  | {
      readonly status: 'unsigned';
      readonly entries: number;
      readonly signed: number;
      readonly newest: SignedCheckpoint | undefined;
    }
  /** The first place where entries and heads disagree, or a number is missing. */
  | {
      readonly status: 'broken';
      readonly code: 'journal.entry-missing' | 'journal.head-differs' | 'journal.head-without-entries';
      readonly at: number;
    };

/**
 * Computes the tree of a copy again, entry by entry, and holds every head to it. A changed, taken out, added or moved
 * entry makes the next head differ.
 *
 * @throws {JournalFault} `journal.copy-damaged` @throws {PkiFault} `log.checkpoint-damaged`
 */
export function checkCopy(folder: string): CopyFinding {
  const heads = copiedHeads(folder);
  let signed = heads.next();
  let seen: { count: number; size: number; newest: SignedCheckpoint; origin: string } | undefined;
  let edge = NO_ENTRIES;
  for (const { leafIndex, entry } of copiedEntries(folder)) {
    if (leafIndex !== edge.size) return { status: 'broken', code: 'journal.entry-missing', at: edge.size };
    edge = append(nodeCrypto, edge, leafHash(nodeCrypto, utf8(entry))).edge;
    while (signed.done !== true && signed.value.size <= edge.size) {
      const said: Checkpoint = parseCheckpoint(signed.value.checkpoint);
      const holds =
        said.size === edge.size &&
        signed.value.size === edge.size &&
        (seen === undefined || seen.origin === said.origin) &&
        equalBytes(said.root, rootOf(nodeCrypto, edge));
      if (!holds) return { status: 'broken', code: 'journal.head-differs', at: said.size };
      const { checkpoint, signature } = signed.value;
      seen = { count: (seen?.count ?? 0) + 1, size: said.size, newest: { checkpoint, signature }, origin: said.origin };
      signed = heads.next();
    }
  }
  if (signed.done !== true) return { status: 'broken', code: 'journal.head-without-entries', at: signed.value.size };
  if (seen === undefined || seen.size < edge.size)
    return { status: 'unsigned', entries: edge.size, signed: seen?.size ?? 0, newest: seen?.newest };
  return { status: 'whole', entries: edge.size, heads: seen.count, newest: seen.newest };
}
