import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { z } from 'zod';
import { Id, Instant } from '@antin/protocol/basics';
import type { AnyDatabase } from '../db/connect.ts';
import { inTransaction, only, type Db, type Tx } from '../db/transaction.ts';
import { sealedHead } from './head-store.ts';
import { JournalFault } from './fault.ts';

export const MARKER_FILE = 'journal.json';

/**
 * Whose copy a folder is. A mount point without its disk has none, and is therefore never taken for a copy that is still
 * empty; a disk of another installation has another's.
 */
const Marker = z.object({
  type: z.literal('antin.journal-copy'),
  version: z.literal(1),
  /** Name of the log in its heads, for people. */
  origin: z.string(),
  /** Random, as the database keeps it. */
  journal: Id,
  /** Of this place: a place that was given up does not pass for the one that came after it. */
  copy: Id,
  begunAt: Instant,
});
export type Marker = z.infer<typeof Marker>;

export interface JournalIdentity {
  readonly journal: string;
  /** The place that was begun last; undefined: there never was a copy. */
  readonly copy: string | undefined;
}

export async function identityOf(db: Db, schema: string): Promise<JournalIdentity> {
  const { rows } = await sql<{ journal: string; copy: string | null }>`
    select journal, copy from ${sql.id(schema, 'journal_identity')}`.execute(db);
  const { journal, copy } = only(rows, `identity of the journal of ${schema}`);
  return { journal, copy: copy ?? undefined };
}

/** @returns undefined when the folder has none @throws {JournalFault} `journal.copy-damaged` @throws what reading throws */
export function markerOf(folder: string): Marker | undefined {
  const path = join(folder, MARKER_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return Marker.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== undefined && !(cause instanceof z.ZodError)) throw cause;
    throw new JournalFault('journal.copy-damaged', `${path} does not say whose copy this is`, { cause });
  }
}

export interface BegunJournal {
  readonly schema: string;
  readonly origin: string;
  /** Writes down in the journal itself what was done with it. */
  readonly note?: ((tx: Tx, at: Date, kind: string, detail: Readonly<Record<string, string>>) => Promise<void>) | undefined;
}

/**
 * Begins a copy in a folder: its marker, and in the database that there is one from now on. Done already, it changes nothing.
 *
 * @param instead a new place for the one before, which is given up: it is lost, or was moved with its files
 * @throws {JournalFault} `journal.copy-foreign`, `journal.copy-begun-elsewhere`, `journal.copy-damaged`
 */
export async function beginCopy(
  db: AnyDatabase,
  journal: BegunJournal,
  folder: string,
  { at, instead = false }: { readonly at: Date; readonly instead?: boolean },
): Promise<Marker> {
  return inTransaction(db, async (tx) => {
    await lockCopy(tx, journal.schema);
    const own = await identityOf(tx, journal.schema);
    const found = markerOf(folder);
    if (found !== undefined && found.journal !== own.journal) throw foreign(folder, found);
    if (found !== undefined && found.copy === own.copy) return found;
    if (own.copy !== undefined && !instead) {
      const text = 'the journal has its copy in another place already; give it up for this one with --instead';
      throw new JournalFault('journal.copy-begun-elsewhere', text);
    }
    // A marker without a word in the database: a crash between the two, or a database from before the copy was begun.
    const marker = own.copy === undefined ? found : undefined;
    const begun = marker ?? {
      ...({ type: 'antin.journal-copy', version: 1 } as const),
      ...{ origin: journal.origin, journal: own.journal, copy: randomUUID(), begunAt: at.toISOString() },
    };
    if (marker === undefined) writeMarker(folder, begun);
    await sql`update ${sql.id(journal.schema, 'journal_identity')} set copy = ${begun.copy}`.execute(tx);
    const before = own.copy === undefined ? {} : { instead: own.copy };
    await journal.note?.(tx, at, 'journal.copy-begun', { copy: begun.copy, ...before });
    return begun;
  });
}

/** A copy begins by itself only with the journal: of one that says nothing yet no copy can be missing. */
export async function beginsByItself(db: Db, schema: string): Promise<boolean> {
  return (await identityOf(db, schema)).copy === undefined && (await sealedHead(db, schema)) === undefined;
}

/** Of several processes one writes to the copy. */
export async function lockCopy(tx: Tx, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`copy of the journal of ${schema}`}, 0))`.execute(tx);
}

export function foreign(folder: string, marker: Marker): JournalFault {
  return new JournalFault(
    'journal.copy-foreign',
    `${folder} is a copy of another journal: ${marker.origin}, begun ${marker.begunAt}`,
  );
}

function writeMarker(folder: string, marker: Marker): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, MARKER_FILE);
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(marker, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  const holder = openSync(folder, 'r');
  try {
    fsyncSync(holder);
  } finally {
    closeSync(holder);
  }
}
