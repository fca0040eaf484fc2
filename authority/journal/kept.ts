import type { CopiedJournal } from '@antin/adapters/journal/copy';
import type { GrowingJournal } from '@antin/adapters/journal/grow';
import { recordEvent } from './record.ts';
import { certificatesFrom, entriesFrom, placeWaiting } from './store.ts';

/** The authority's journal as `adapters/journal` keeps it. */
export const authorityJournal: Omit<GrowingJournal & CopiedJournal, 'origin'> = {
  schema: 'authority',
  take: placeWaiting,
  entriesFrom,
  certificatesFrom,
  note: (tx, at, kind, detail) => recordEvent(tx, at.getTime(), kind, undefined, detail),
};
