import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { fromBase64 } from '@antin/formats/bytes/text-encodings';
import { sql } from 'kysely';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import { leafHash } from '@antin/pki/log/hash';
import { append, NO_ENTRIES, rootOf, type Edge } from '@antin/pki/log/tree';
import type { SignedCheckpoint } from '@antin/protocol/journal/proof';
import { nodeCrypto } from '../crypto/node.ts';
import type { Tx } from '../db/transaction.ts';
import { checkCopy } from './check-copy.ts';
import { identityOf, lockCopy, markerOf, foreign } from './copy-identity.ts';
import type { CopiedJournal } from './copy.ts';
import { JournalFault } from './fault.ts';
import { lockGrowth } from './grow.ts';
import { keepSignature, putHead, sealedHead } from './head-store.ts';
import { copiedCertificates, copiedEntries, copiedHeads } from './read-copy.ts';
import { requireUnserved } from './serving.ts';
import { appendLeaves, edgeAt, treeSize } from './tree-store.ts';

/** An entry that a database has forgotten. */
export interface ForgottenEntry {
  readonly leafIndex: number;
  readonly canonical: string;
  readonly leafHash: Uint8Array;
  /** DER of the certificate that lies beside it. */
  readonly certificate?: Uint8Array;
}

export interface RestoredJournal extends CopiedJournal {
  /** Puts entries back with their places; one that the database has without a place only gets it. */
  readonly putBack: (tx: Tx, entries: readonly ForgottenEntry[]) => Promise<void>;
}

/** What a restore would put back. */
export interface Forgotten {
  /** Entries the database has in their places. */
  readonly known: number;
  /** Entries the copy has. */
  readonly copied: number;
  /** Entries of the copy that a signed head holds. */
  readonly signed: number;
  /** The newest head of the copy; whose signature it is, is the caller's question. */
  readonly newest: SignedCheckpoint;
}

const BATCH = 1000;

/**
 * Holds database and copy against each other: every entry that both have must be the same, and every head of the copy must
 * follow from its entries.
 *
 * @throws {JournalFault} `journal.in-use`, `journal.copy-missing`, `journal.copy-foreign`, `journal.copy-damaged`, `journal.entry-missing`,
 *   `journal.head-differs`, `journal.head-without-entries`, `journal.no-head`, `journal.forked`, `journal.nothing-to-restore`
 */
export async function forgottenBy(tx: Tx, journal: RestoredJournal, folder: string): Promise<Forgotten> {
  await lockCopy(tx, journal.schema);
  await lockGrowth(tx, journal.schema);
  await requireUnserved(tx, journal.schema);
  const marker = markerOf(folder);
  if (marker === undefined) throw new JournalFault('journal.copy-missing', `${folder} has no marker of a journal`);
  const known = await treeSize(tx, journal.schema);
  // A database in which nothing has its place yet becomes this journal: there was no backup at all.
  if (marker.journal !== (await identityOf(tx, journal.schema)).journal && known > 0) throw foreign(folder, marker);
  const finding = checkCopy(folder);
  if (finding.status === 'broken') throw new JournalFault(finding.code, `the copy is not whole: entry or head ${finding.at}`);
  if (finding.newest === undefined) throw new JournalFault('journal.no-head', 'the copy has no signed head');
  await holdAgainst(tx, journal, folder, known);
  const signed = finding.status === 'whole' ? finding.entries : finding.signed;
  if (finding.entries <= known) {
    throw new JournalFault('journal.nothing-to-restore', `the database has ${known} entries, the copy ${finding.entries}`);
  }
  return { known, copied: finding.entries, signed, newest: finding.newest };
}

async function holdAgainst(tx: Tx, journal: RestoredJournal, folder: string, known: number): Promise<void> {
  let edge: Edge = NO_ENTRIES;
  let own: readonly { readonly leafIndex: number; readonly canonical: string }[] = [];
  for (const { leafIndex, entry } of copiedEntries(folder)) {
    if (leafIndex >= known) break;
    const at = leafIndex % BATCH;
    if (at === 0) own = await journal.entriesFrom(tx, leafIndex, BATCH);
    if (own[at]?.canonical !== entry) {
      throw new JournalFault('journal.forked', `copy and database tell different stories from entry ${leafIndex} on`);
    }
    edge = append(nodeCrypto, edge, leafHash(nodeCrypto, utf8(entry))).edge;
  }
  // The tree too: its nodes are what later proofs are made of.
  const tree = await edgeAt(tx, journal.schema, Math.min(known, edge.size));
  if (edge.size > 0 && !equalBytes(rootOf(nodeCrypto, edge), rootOf(nodeCrypto, tree))) {
    throw new JournalFault('journal.forked', `copy and database have different trees over ${edge.size} entries`);
  }
}

/**
 * Puts forgotten entries back at their places, with tree and heads, and shows each to `replay` in order.
 *
 * The files are read a second time, so they are held against the heads a second time: whoever writes into the folder must not
 * change them between being believed and being read.
 *
 * @param forgotten of `forgottenBy`, in the same transaction
 * @throws {JournalFault} `journal.copy-damaged`
 */
export async function putBackForgotten(
  tx: Tx,
  journal: RestoredJournal,
  folder: string,
  { known, copied, newest }: Forgotten,
  at: Date,
  replay: (entries: readonly ForgottenEntry[]) => Promise<void>,
): Promise<void> {
  const { schema } = journal;
  let edge = await edgeAt(tx, schema, known);
  let own = edge;
  const last = (await sealedHead(tx, schema))?.size ?? 0;
  // One by one: a year has half a million heads, each with a signature of kilobytes.
  const holding = headsAfter(folder, last);
  let head = holding.next();
  let newestSeen: SignedCheckpoint | undefined;
  /** Heads up to the size of an edge: each must be over exactly what stands there. */
  const holdUpTo = async (size: number, edgeOf: (size: number) => Promise<Edge>): Promise<void> => {
    for (; head.done !== true && head.value.size <= size; head = holding.next()) {
      const one = head.value;
      requireRoot(one, await edgeOf(one.size));
      await putHead(tx, schema, { size: one.size, root: parseCheckpoint(one.checkpoint).root, at, checkpoint: one.checkpoint });
      await keepSignature(tx, schema, one.size, fromBase64(one.signature), at);
      newestSeen = one;
    }
  };
  // Over what the database has and had not signed.
  await holdUpTo(known, (size) => edgeAt(tx, schema, size));
  for (const batch of batches(folder, known)) {
    for (const one of batch) {
      own = append(nodeCrypto, own, one.leafHash).edge;
      await holdUpTo(own.size, async () => own);
    }
    edge = await appendLeaves(
      tx,
      schema,
      edge,
      batch.map((one) => one.leafHash),
    );
    await journal.putBack(tx, batch);
    await replay(batch);
  }
  const { checkpoint: believed, signature: by } = newestSeen ?? newest;
  if (edge.size !== copied || head.done !== true || believed !== newest.checkpoint || by !== newest.signature) throw changed();
  const marker = markerOf(folder);
  await sql`
    update ${sql.id(schema, 'journal_identity')} set journal = ${marker?.journal}, copy = ${marker?.copy}`.execute(tx);
}

type CopiedHead = ReturnType<typeof copiedHeads> extends Generator<infer T> ? T : never;

function* headsAfter(folder: string, size: number): Generator<CopiedHead> {
  for (const head of copiedHeads(folder)) if (head.size > size) yield head;
}

function requireRoot({ checkpoint }: SignedCheckpoint, edge: Edge): void {
  const { size, root } = parseCheckpoint(checkpoint);
  if (size !== edge.size || !equalBytes(root, rootOf(nodeCrypto, edge))) throw changed();
}

const changed = () => new JournalFault('journal.copy-damaged', 'the copy changed while it was read');

function* batches(folder: string, from: number): Generator<ForgottenEntry[]> {
  const certificates = copiedCertificates(folder);
  let beside = certificates.next();
  let batch: ForgottenEntry[] = [];
  for (const { leafIndex, entry } of copiedEntries(folder)) {
    if (leafIndex < from) continue;
    while (beside.done !== true && beside.value.leafIndex < leafIndex) beside = certificates.next();
    const own = beside.done !== true && beside.value.leafIndex === leafIndex ? fromBase64(beside.value.der) : undefined;
    const hash = leafHash(nodeCrypto, utf8(entry));
    batch.push({ leafIndex, canonical: entry, leafHash: hash, ...(own === undefined ? {} : { certificate: own }) });
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
