import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { utf8, fromUtf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { AnyDatabase } from '../db/connect.ts';
import { inTransaction, type Db } from '../db/transaction.ts';
import { beginCopy, beginsByItself, identityOf, lockCopy, markerOf, type BegunJournal } from './copy-identity.ts';
import { JournalFault } from './fault.ts';
import { sealedHead, sealedHeadsAfter } from './head-store.ts';

/** One line of a copy: an entry in its place. */
export interface CopiedEntry {
  readonly leafIndex: number;
  readonly canonical: string;
}

/** What an entry names by its hash and a restore needs: it lies beside the entries, and can be taken away without breaking them. */
export interface CopiedBeside {
  readonly leafIndex: number;
  readonly der: Uint8Array;
}

export interface CopiedJournal extends BegunJournal {
  /** Certificates of entries in their order, from one place up to another; left out, a journal has none. */
  readonly certificatesFrom?: (db: Db, from: number, to: number, limit: number) => Promise<readonly CopiedBeside[]>;
  readonly entriesFrom: (db: Db, leafIndex: number, limit: number) => Promise<readonly CopiedEntry[]>;
}

/**
 * How the copy and the database stand to each other. `behind`: the database lacks entries that the copy has, as after a
 * restore from yesterday's backup. `forked`: they tell different stories about one place. `missing`: the folder has no marker,
 * as a mount point without its disk; `foreign`: the marker of another journal, or of a place that was given up.
 */
export type CopyState =
  | { readonly status: 'copied'; readonly size: number }
  | { readonly status: 'missing'; readonly begun: boolean }
  | { readonly status: 'foreign'; readonly origin: string }
  | { readonly status: 'behind'; readonly size: number; readonly copied: number }
  | { readonly status: 'forked'; readonly leafIndex: number };

export const ENTRIES_FILE = 'entries.ndjson';
export const HEADS_FILE = 'heads.ndjson';
export const CERTIFICATES_FILE = 'certificates.ndjson';
const BATCH = 1000;

/**
 * Brings a copy in a second place up to the newest signed head: entries one a line, then the heads. Only ever appended;
 * a line that a crash cut off is taken away first. Of several processes one copies, the others wait: what one appends
 * would be cut off by another that looked a moment earlier.
 *
 * @param folder on another disk or machine; begun with `beginCopy`
 * @throws {JournalFault} `journal.copy-damaged` @throws what the disk throws; the next call takes up where it stopped
 */
export async function copyJournal(db: AnyDatabase, journal: CopiedJournal, folder: string): Promise<CopyState> {
  return inTransaction(db, async (tx) => {
    await lockCopy(tx, journal.schema);
    return looking(tx, journal, folder, (files) => copyOn(tx, journal, files));
  });
}

/**
 * Only compares, and changes nothing: what a server asks before it gives out anything new.
 *
 * @throws {JournalFault} `journal.copy-damaged` @throws what the disk throws
 */
export async function stateOfCopy(db: AnyDatabase, journal: CopiedJournal, folder: string): Promise<CopyState> {
  return looking(db, journal, folder, ({ entries, heads }) => compare(db, journal, entries.lastLine(), heads.lastLine()));
}

/** Begins the copy of a journal that has not begun itself; every other begins by an act of a person. */
export async function beginByItself(db: AnyDatabase, journal: CopiedJournal, folder: string, at: Date): Promise<void> {
  if (markerOf(folder) === undefined && (await beginsByItself(db, journal.schema))) await beginCopy(db, journal, folder, { at });
}

interface Files {
  readonly entries: AppendOnly;
  readonly heads: AppendOnly;
  readonly folder: string;
}

async function looking(
  db: Db,
  journal: CopiedJournal,
  folder: string,
  then: (files: Files) => Promise<CopyState>,
): Promise<CopyState> {
  const own = await identityOf(db, journal.schema);
  const marker = markerOf(folder);
  if (marker === undefined) return { status: 'missing', begun: own.copy !== undefined };
  if (marker.journal !== own.journal) return { status: 'foreign', origin: marker.origin };
  using entries = appendOnly(join(folder, ENTRIES_FILE));
  using heads = appendOnly(join(folder, HEADS_FILE));
  if (marker.copy === own.copy) return await then({ entries, heads, folder });
  // Of this journal, but not the place the database knows: it was given up, or the database has forgotten that it was begun.
  const state = await compare(db, journal, entries.lastLine(), heads.lastLine());
  return state.status === 'copied' ? { status: 'foreign', origin: marker.origin } : state;
}

async function copyOn(db: Db, journal: CopiedJournal, { entries, heads, folder }: Files): Promise<CopyState> {
  const state = await compare(db, journal, entries.lastLine(), heads.lastLine());
  if (state.status !== 'copied') return state;
  const head = await sealedHead(db, journal.schema);
  if (head === undefined) return state;
  // Before the entries that name them: an entry in the copy has its certificate there.
  await copyCertificates(db, journal, folder, state.size, head.size);
  let next = state.size;
  while (next < head.size) {
    const batch = await journal.entriesFrom(db, next, Math.min(BATCH, head.size - next));
    if (batch.length === 0) throw new Error(`the journal has no entry ${next}`);
    entries.append(batch.map((one) => JSON.stringify({ leafIndex: one.leafIndex, entry: one.canonical })));
    next = (batch.at(-1) as CopiedEntry).leafIndex + 1;
  }
  // After the entries that they speak of.
  for (let from = sizeOf(heads.lastLine()); ;) {
    const batch = await sealedHeadsAfter(db, journal.schema, from, BATCH);
    if (batch.length === 0) break;
    heads.append(
      batch.map((one) =>
        JSON.stringify({ size: one.size, checkpoint: one.checkpoint, signature: toBase64(one.signature as Uint8Array) }),
      ),
    );
    from = batch.at(-1)!.size;
  }
  return { status: 'copied', size: next };
}

async function copyCertificates(db: Db, journal: CopiedJournal, folder: string, from: number, to: number): Promise<void> {
  if (journal.certificatesFrom === undefined) return;
  using file = appendOnly(join(folder, CERTIFICATES_FILE));
  const last = file.lastLine();
  // An empty file is filled from the first entry on: the copy may be older than it, or it was lost.
  let next = last === undefined ? 0 : Math.max(from, parsed<{ leafIndex: number }>(last).leafIndex + 1);
  for (;;) {
    const batch = await journal.certificatesFrom(db, next, to, BATCH);
    if (batch.length === 0) return;
    file.append(batch.map(({ leafIndex, der }) => JSON.stringify({ leafIndex, der: toBase64(der) })));
    next = (batch.at(-1) as CopiedBeside).leafIndex + 1;
  }
}

async function compare(
  db: Db,
  journal: CopiedJournal,
  lastEntry: string | undefined,
  lastHead: string | undefined,
): Promise<CopyState> {
  const { leafIndex, entry } =
    lastEntry === undefined ? { leafIndex: -1, entry: undefined } : parsed<{ leafIndex: number; entry: string }>(lastEntry);
  const behind = async (copied: number): Promise<CopyState> => {
    const head = await sealedHead(db, journal.schema);
    return { status: 'behind', size: head?.size ?? 0, copied };
  };
  if (entry !== undefined) {
    const [own] = await journal.entriesFrom(db, leafIndex, 1);
    if (own === undefined) return behind(leafIndex + 1);
    if (own.leafIndex !== leafIndex || own.canonical !== entry) return { status: 'forked', leafIndex };
  }
  // Entries may have been lost with the disk's last blocks; a head speaks of everything before it.
  if (lastHead !== undefined) {
    const said = parsed<{ size: number; checkpoint: string }>(lastHead);
    const own = await sealedHead(db, journal.schema, said.size);
    if (own === undefined) return behind(Math.max(said.size, leafIndex + 1));
    if (own.checkpoint !== said.checkpoint) return { status: 'forked', leafIndex: said.size - 1 };
  }
  return { status: 'copied', size: leafIndex + 1 };
}

function sizeOf(line: string | undefined): number {
  return line === undefined ? 0 : parsed<{ size: number }>(line).size;
}

/** A whole line of ours; a disk that gives something else back is said to be damaged, and nothing is written behind it. */
function parsed<T extends object>(line: string): T {
  try {
    const value = JSON.parse(line) as T;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through.
  }
  throw new JournalFault('journal.copy-damaged', 'the last line of the copy is not what a journal writes');
}

interface AppendOnly extends Disposable {
  lastLine(): string | undefined;
  /** Durable when it returns. */
  append(lines: readonly string[]): void;
}

const LONGEST_LINE = 1 << 20;

function appendOnly(path: string): AppendOnly {
  if (!existsSync(path)) {
    const beside = `${path}.new`;
    closeSync(openSync(beside, 'w', 0o600));
    renameSync(beside, path);
  }
  const file = openSync(path, 'r+');
  // A crash while appending leaves at most one line without its end.
  let size = endOfLastLine(file, fstatSync(file).size);
  return {
    lastLine() {
      if (size === 0) return undefined;
      const from = Math.max(0, size - LONGEST_LINE);
      const text = read(file, from, size - from);
      const start = text.lastIndexOf(0x0a, text.length - 2) + 1;
      return fromUtf8(text.subarray(start, text.length - 1));
    },
    append(lines) {
      const bytes = utf8(lines.map((line) => `${line}\n`).join(''));
      // Also what a full disk left of an earlier try.
      ftruncateSync(file, size);
      // A disk that is nearly full takes a part and says so only in the count; the next call then throws.
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, size + done);
      fsyncSync(file);
      size += bytes.length;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function endOfLastLine(file: number, size: number): number {
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - 65_536);
    const at = read(file, from, end - from).lastIndexOf(0x0a);
    if (at !== -1) return from + at + 1;
    end = from;
  }
  return 0;
}

function read(file: number, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  readSync(file, bytes, 0, length, from);
  return bytes;
}
