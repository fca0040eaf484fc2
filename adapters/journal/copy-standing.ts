import type { JournalCopy } from '@antin/protocol/journal/reading';
import type { CopyState } from './copy.ts';
import { JournalFault } from './fault.ts';

/** How the second place stands, with the stable code of what is wrong. */
export type CopyStanding =
  | { readonly status: 'none' }
  | { readonly status: 'copied'; readonly size: number }
  | { readonly status: 'missing' | 'foreign' | 'failing' | 'damaged'; readonly code: string; readonly said: string }
  | { readonly status: 'behind'; readonly code: string; readonly said: string; readonly size: number; readonly copied: number }
  | { readonly status: 'forked'; readonly code: string; readonly said: string; readonly leafIndex: number };

/** Why nothing new is given out. */
export interface Closed {
  readonly code: string;
  readonly text: string;
}

/** Looks, and turns what a disk throws into a state: it is none of the database's, which is thrown on. */
export async function standing(look: () => Promise<CopyState | { readonly status: 'none' }>): Promise<CopyStanding> {
  try {
    return named(await look());
  } catch (fault) {
    if (fault instanceof JournalFault) {
      return { status: fault.code === 'journal.copy-foreign' ? 'foreign' : 'damaged', code: fault.code, said: fault.message };
    }
    if (!ofDisk(fault)) throw fault;
    return { status: 'failing', code: 'journal.copy-failing', said: fault.message };
  }
}

const FILE_CALLS = new Set(['ftruncate', 'open', 'fsync', 'fstat', 'rename', 'mkdir', 'stat', 'close']);
/** Sockets to the database read and write too, and break otherwise. */
const DISK_CODES = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EISDIR', 'ESTALE']);

function ofDisk(fault: unknown): fault is Error {
  const { syscall, code } = fault as { syscall?: unknown; code?: unknown };
  if (code === 'EBADF') return false;
  return fault instanceof Error && (FILE_CALLS.has(String(syscall)) || DISK_CODES.has(String(code)));
}

function named(state: CopyState | { readonly status: 'none' }): CopyStanding {
  switch (state.status) {
    case 'none':
    case 'copied':
      return state;
    case 'missing': {
      const why = state.begun
        ? 'the second place is not there: its folder has no marker of this journal'
        : 'this journal has no copy yet, and is older than it: begin one with "antin journal begin --copy FOLDER"';
      return { status: 'missing', code: 'journal.copy-missing', said: why };
    }
    case 'foreign':
      return {
        ...{ status: 'foreign', code: 'journal.copy-foreign' },
        said: `the second place belongs to another journal, or was given up: ${state.origin}`,
      };
    case 'behind':
      return {
        ...{ ...state, code: 'journal.set-back' },
        said: `the copy has ${state.copied} entries, the database knows ${state.size}: it was set back`,
      };
    case 'forked':
      return { ...state, code: 'journal.forked', said: `copy and database differ from entry ${state.leafIndex} on` };
  }
}

/**
 * Whether a copy that is not there stops what must not be forgotten. A database that was set back stops it at once. So does a
 * process that has never seen the copy: nothing else tells it a restored database from a whole one. One that has seen it goes
 * on for a while: under a running process no database is restored.
 */
export function closedBy(state: CopyStanding, wholeAt: number | undefined, graceMs: number, now: number): Closed | undefined {
  if (state.status === 'none' || state.status === 'copied') return undefined;
  const { code, said } = state;
  const atOnce = state.status === 'behind' || state.status === 'forked' || wholeAt === undefined;
  return atOnce || now >= wholeAt + graceMs ? { code, text: said } : undefined;
}

export function shownCopy(state: CopyStanding, wholeAt: number | undefined, graceMs: number): JournalCopy {
  if (state.status === 'none') return { status: 'none' };
  const seen = wholeAt === undefined ? {} : { wholeAt: new Date(wholeAt).toISOString() };
  if (state.status === 'copied') return { status: 'copied', size: state.size, ...seen };
  const { status, code } = state;
  const until = status === 'behind' || status === 'forked' || wholeAt === undefined ? 0 : wholeAt + graceMs;
  return {
    ...{ status, code, issuingUntil: new Date(until).toISOString(), ...seen },
    ...(state.status === 'behind' ? { size: state.copied } : {}),
  };
}
