import type { CopiedJournal } from '@antin/adapters/journal/copy';
import type { GrowingJournal } from '@antin/adapters/journal/grow';
import { entriesFrom, placeWaiting } from './store.ts';

/** The authority's journal as `adapters/journal` keeps it. */
export const authorityJournal: Omit<GrowingJournal, 'origin'> & CopiedJournal = {
  schema: 'authority',
  take: placeWaiting,
  entriesFrom,
};
