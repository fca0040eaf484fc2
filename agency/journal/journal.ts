import { canonicalJson } from '@antin/protocol/canonical-json';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import { leafHash } from './tree.ts';
import { appendEntry, entriesAbout, lockHead, type StoredEntry } from './store.ts';

/** Names of what happened, in the past tense; other features add theirs by writing them (PascalCase). */
export type EventName = string;

export interface NewEntry {
  readonly event: EventName;
  readonly at: Date;
  /** Whose book this belongs to; absent for the installation itself. */
  readonly agencyId?: string | undefined;
  /** The person who acted, in which position; absent when a worker or a device did. */
  readonly actor?:
    { readonly personId: string; readonly positionId: string; readonly fullName: string; readonly title: string } | undefined;
  /** Who acted when no person did, e.g. `system` or the name of a device. */
  readonly who?: string | undefined;
  readonly documentId?: string | undefined;
  readonly incomingId?: string | undefined;
  /** Small facts for the reader of the history: no secrets, no personal data beyond names. */
  readonly detail?: Readonly<Record<string, string>> | undefined;
}

/** What is hashed: one canonical text for one entry, with the hash of the entry before it. */
interface EntryBody {
  readonly sequence: number;
  readonly at: string;
  readonly event: string;
  readonly agencyId: string | undefined;
  readonly personId: string | undefined;
  readonly positionId: string | undefined;
  readonly who: string;
  readonly position: string | undefined;
  readonly documentId: string | undefined;
  readonly incomingId: string | undefined;
  readonly detail: Readonly<Record<string, string>> | undefined;
  readonly previous: string;
}

/** Hash "before the first entry". */
const NO_ENTRY = '0'.repeat(64);

/**
 * Appends one entry in the caller's transaction.
 *
 * Takes the head's row lock until commit, so call it after the locks on business rows: a fixed order of locks is what
 * keeps two transactions from waiting for each other.
 */
export async function record(tx: Tx, entry: NewEntry): Promise<{ sequence: number; leafHash: string }> {
  const head = await lockHead(tx);
  const body: EntryBody = {
    sequence: head.sequence + 1,
    at: entry.at.toISOString(),
    event: entry.event,
    agencyId: entry.agencyId,
    personId: entry.actor?.personId,
    positionId: entry.actor?.positionId,
    who: entry.actor?.fullName ?? entry.who ?? 'system',
    position: entry.actor?.title,
    documentId: entry.documentId,
    incomingId: entry.incomingId,
    detail: entry.detail,
    previous: head.leafHash,
  };
  const canonical = canonicalJson(body);
  const hash = leafHash(canonical);
  await appendEntry(tx, { sequence: body.sequence, at: entry.at, canonical, leafHash: hash, body });
  return { sequence: body.sequence, leafHash: hash };
}

/** Lines of the history on a document's page, oldest first. */
export async function historyOf(
  db: Db,
  subject: { readonly documentId: string } | { readonly incomingId: string },
): Promise<{ at: string; event: string; who: string; position?: string; detail?: Record<string, string> }[]> {
  const entries = await entriesAbout(db, subject);
  return entries.map((entry) => ({
    at: entry.at.toISOString(),
    event: entry.event,
    who: entry.who,
    ...(entry.position === null ? {} : { position: entry.position }),
    ...(entry.detail === null ? {} : { detail: entry.detail }),
  }));
}

/** Where a chain of entries breaks: text and hash differ, a link is wrong, or a sequence number is missing. */
export function firstBreak(
  entries: readonly StoredEntry[],
  startAfter = { sequence: 0, leafHash: NO_ENTRY },
): number | undefined {
  let before = startAfter;
  for (const entry of entries) {
    const body = JSON.parse(entry.canonical) as { sequence?: unknown; previous?: unknown };
    const whole =
      leafHash(entry.canonical) === entry.leafHash &&
      canonicalJson(body) === entry.canonical &&
      body.sequence === entry.sequence &&
      entry.sequence === before.sequence + 1 &&
      body.previous === before.leafHash;
    if (!whole) return entry.sequence;
    before = { sequence: entry.sequence, leafHash: entry.leafHash };
  }
  return undefined;
}
