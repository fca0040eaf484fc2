import type { AnyDatabase } from '@antin/adapters/db/connect';
import { copyJournal, stateOfCopy, type CopyState } from '@antin/adapters/journal/copy';
import { growJournal } from '@antin/adapters/journal/grow';
import { sealNewestHead, type SealDoors } from '@antin/adapters/journal/seal';
import { entriesFrom, placeWaiting } from './store.ts';

export const JOURNAL_SCHEMA = 'authority';

export interface JournalDeps {
  readonly db: AnyDatabase;
  readonly clock: () => number;
  /** Name of this journal in its checkpoints: host and path of the authority. */
  readonly origin: string;
  /** Key and time-stamps for heads; undefined while there are none, and heads then wait. */
  readonly seal: () => Promise<SealDoors | undefined>;
  /** A folder in a second place: another disk, another machine. */
  readonly copyFolder?: string | undefined;
  readonly log: { error(facts: object, text: string): void };
}

export interface JournalKeeper {
  /** Gives entries their places, seals the head, brings the copy up to it. Every few seconds; a fault is tried again. */
  run(): Promise<void>;
  /**
   * Whether the database knows everything that the second place knows. After a restore from yesterday's backup it does not,
   * and must not give out serial numbers again that were given out since.
   */
  isWhole(): boolean;
}

/** Looks at the copy first, then keeps the journal. */
export async function journalKeeper(deps: JournalDeps): Promise<JournalKeeper> {
  const { db, clock, origin, copyFolder, log } = deps;
  const journal = { schema: JOURNAL_SCHEMA, origin, take: placeWaiting, entriesFrom };
  let state: CopyState = { status: 'copied', size: 0 };
  const note = (found: CopyState): void => {
    state = found;
    if (found.status !== 'copied')
      log.error({ found }, 'the journal and its copy in the second place disagree: nothing is issued');
  };
  if (copyFolder !== undefined) note(await stateOfCopy(db, journal, copyFolder));
  return {
    async run() {
      await growJournal(db, journal, new Date(clock()));
      const doors = await deps.seal();
      if (doors !== undefined) await sealNewestHead(db, JOURNAL_SCHEMA, doors, new Date(clock()));
      if (copyFolder !== undefined) note(await copyJournal(db, journal, copyFolder));
    },
    isWhole: () => state.status === 'copied',
  };
}
