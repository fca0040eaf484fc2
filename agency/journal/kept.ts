import type { CopiedJournal } from '@antin/adapters/journal/copy';
import type { GrowingJournal } from '@antin/adapters/journal/grow';
import { record } from './journal.ts';
import { JOURNAL_TREE } from './migrations.ts';
import { entriesFrom, leavesFrom } from './store.ts';

/** The office's journal as `adapters/journal` keeps it. */
export const agencyJournal: Omit<GrowingJournal & CopiedJournal, 'origin'> = {
  schema: JOURNAL_TREE,
  take: leavesFrom,
  entriesFrom,
  async note(tx, at, kind, detail) {
    // Its events are named as those of documents are: `journal.copy-begun` is `JournalCopyBegun`.
    const event = kind.replaceAll(/(?:^|[.-])([a-z])/g, (_, letter: string) => letter.toUpperCase());
    await record(tx, { event, at, detail });
  },
};
