import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { utf8, fromUtf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import type { AnyDatabase } from '../db/connect.ts';
import { inTransaction, type Db } from '../db/transaction.ts';
import { sealedHead, sealedHeadsAfter } from './head-store.ts';

/** One line of a copy: an entry in its place. */
export interface CopiedEntry {
  readonly leafIndex: number;
  readonly canonical: string;
}

export interface CopiedJournal {
  readonly schema: string;
  readonly entriesFrom: (db: Db, leafIndex: number, limit: number) => Promise<readonly CopiedEntry[]>;
}

/**
 * How the copy and the database stand to each other. `behind`: the database lacks entries that the copy has, as after a
 * restore from yesterday's backup. `forked`: they tell different stories about one place.
 */
export type CopyState =
  | { readonly status: 'copied'; readonly size: number }
  | { readonly status: 'behind'; readonly size: number; readonly copied: number }
  | { readonly status: 'forked'; readonly leafIndex: number };

export const ENTRIES_FILE = 'entries.ndjson';
export const HEADS_FILE = 'heads.ndjson';
const BATCH = 1000;

/**
 * Brings a copy in a second place up to the newest signed head: entries one a line, then the heads. Only ever appended;
 * a line that a crash cut off is taken away first. Of several processes one copies, the others wait: what one appends
 * would be cut off by another that looked a moment earlier.
 *
 * @param folder on another disk or machine; made when it is not there
 */
export async function copyJournal(db: AnyDatabase, journal: CopiedJournal, folder: string): Promise<CopyState> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`copy of the journal of ${journal.schema}`}, 0))`.execute(tx);
    return copyOn(tx, journal, folder);
  });
}

async function copyOn(db: Db, journal: CopiedJournal, folder: string): Promise<CopyState> {
  using entries = appendOnly(join(folder, ENTRIES_FILE));
  using heads = appendOnly(join(folder, HEADS_FILE));
  const state = await compare(db, journal, entries.lastLine(), heads.lastLine());
  if (state.status !== 'copied') return state;
  const head = await sealedHead(db, journal.schema);
  if (head === undefined) return state;
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

/** Only compares, and changes nothing: what a server asks before it gives out anything new. */
export async function stateOfCopy(db: AnyDatabase, journal: CopiedJournal, folder: string): Promise<CopyState> {
  if (!existsSync(join(folder, ENTRIES_FILE)) && !existsSync(join(folder, HEADS_FILE))) return { status: 'copied', size: 0 };
  using entries = appendOnly(join(folder, ENTRIES_FILE));
  using heads = appendOnly(join(folder, HEADS_FILE));
  return compare(db, journal, entries.lastLine(), heads.lastLine());
}

async function compare(
  db: Db,
  journal: CopiedJournal,
  lastEntry: string | undefined,
  lastHead: string | undefined,
): Promise<CopyState> {
  const { leafIndex, entry } =
    lastEntry === undefined
      ? { leafIndex: -1, entry: undefined }
      : (JSON.parse(lastEntry) as { leafIndex: number; entry: string });
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
    const said = JSON.parse(lastHead) as { size: number; checkpoint: string };
    const own = await sealedHead(db, journal.schema, said.size);
    if (own === undefined) return behind(Math.max(said.size, leafIndex + 1));
    if (own.checkpoint !== said.checkpoint) return { status: 'forked', leafIndex: said.size - 1 };
  }
  return { status: 'copied', size: leafIndex + 1 };
}

function sizeOf(line: string | undefined): number {
  return line === undefined ? 0 : (JSON.parse(line) as { size: number }).size;
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
