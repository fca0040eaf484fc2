import type { CopiedJournal } from '@antin/adapters/journal/copy';
import type { GrowingJournal } from '@antin/adapters/journal/grow';
import { JOURNAL_TREE } from './migrations.ts';
import { entriesFrom, leavesFrom } from './store.ts';

/** The office's journal as `adapters/journal` keeps it. */
export const agencyJournal: Omit<GrowingJournal, 'origin'> & CopiedJournal = {
  schema: JOURNAL_TREE,
  take: leavesFrom,
  entriesFrom,
};
