import type { AnyDatabase } from '../db/connect.ts';
import { copyJournal, stateOfCopy, type CopiedJournal, type CopyState } from './copy.ts';
import { growJournal, type GrowingJournal } from './grow.ts';
import { sealNewestHead, type SealDoors } from './seal.ts';

export interface JournalDeps extends GrowingJournal, CopiedJournal {
  readonly db: AnyDatabase;
  readonly clock: () => number;
  /** Key and time-stamps for heads; undefined while there are none, and heads then wait. */
  readonly seal: () => Promise<SealDoors | undefined>;
  /** A folder in a second place: another disk, another machine. */
  readonly copyFolder?: string | undefined;
  readonly log: { error(facts: object, text: string): void };
}

export interface JournalKeeper {
  /** Gives entries their places, seals the head, brings the copy up to it; does nothing while database and copy disagree. Every few seconds; a fault is tried again. */
  run(): Promise<void>;
  /**
   * Whether the database knows everything that the second place knows. After a restore from yesterday's backup it does not:
   * an authority must not give out serial numbers again that it gave out since.
   */
  isWhole(): boolean;
}

/** Looks at the copy first, then keeps the journal. */
export async function journalKeeper(deps: JournalDeps): Promise<JournalKeeper> {
  const { db, clock, copyFolder, log, schema } = deps;
  let state: CopyState = { status: 'copied', size: 0 };
  const note = (found: CopyState): void => {
    state = found;
    if (found.status !== 'copied') log.error({ found }, 'the journal and its copy in the second place disagree');
  };
  if (copyFolder !== undefined) note(await stateOfCopy(db, deps, copyFolder));
  return {
    async run() {
      // Before anything is signed: heads of a database that was set back would be a second story under the same key.
      if (copyFolder !== undefined) {
        note(await stateOfCopy(db, deps, copyFolder));
        if (state.status !== 'copied') return;
      }
      await growJournal(db, deps, new Date(clock()));
      const doors = await deps.seal();
      if (doors !== undefined) await sealNewestHead(db, schema, doors, new Date(clock()));
      if (copyFolder !== undefined) note(await copyJournal(db, deps, copyFolder));
    },
    isWhole: () => state.status === 'copied',
  };
}
