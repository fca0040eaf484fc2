import type { JournalCopy } from '@antin/protocol/journal/reading';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import type { AnyDatabase } from '../db/connect.ts';
import { identityOf } from './copy-identity.ts';
import { beginByItself, copyJournal, stateOfCopy, type CopiedJournal } from './copy.ts';
import { closedBy, shownCopy, standing, type Closed, type CopyStanding } from './copy-standing.ts';
import { growJournal, type GrowingJournal } from './grow.ts';
import { newestHead } from './head-store.ts';
import { sealNewestHead, type SealDoors } from './seal.ts';
import type { JournalView } from './state.ts';

export interface JournalDeps extends GrowingJournal, CopiedJournal {
  readonly db: AnyDatabase;
  readonly clock: () => number;
  /** Key and time-stamps for heads; undefined while there are none, and heads then wait. */
  readonly seal: () => Promise<SealDoors | undefined>;
  /** A folder in a second place: another disk, another machine. */
  readonly copyFolder?: string | undefined;
  /** For how long certificates are issued while a copy that was seen whole cannot be written; a working day when left out. */
  readonly copyGraceMs?: number | undefined;
  readonly log: { error(facts: object, text: string): void };
}

export interface JournalKeeper extends JournalView {
  /**
   * Gives entries their places, seals the head, brings the copy up to it. Does nothing while the copy was never seen whole, or
   * says that the database was set back: heads signed then might be a second story under the same key. Every minute; what
   * failed is tried again.
   */
  run(): Promise<void>;
  /** Whether the database knows everything that the second place knows, as far as could be seen. */
  isWhole(): boolean;
  /** Why nothing new may be given out; undefined when it may. */
  closed(): Closed | undefined;
}

/** A working day: somebody is there to mount a disk again. */
export const COPY_GRACE_MS = 8 * 3_600_000;

/** Looks at the copy first, then keeps the journal. */
export async function journalKeeper(deps: JournalDeps): Promise<JournalKeeper> {
  const { db, clock, copyFolder, log, schema } = deps;
  // A log keeps its name: an installation that moves to another address goes on with the same journal.
  const known = await newestHead(db, schema);
  const origin = known === undefined ? deps.origin : parseCheckpoint(known.checkpoint).origin;
  const journal = { ...deps, origin };
  const graceMs = deps.copyGraceMs ?? COPY_GRACE_MS;
  let state: CopyStanding = await look();
  /** When the copy was last seen whole by this process: what it knows that no restored database can tell it. */
  let wholeAt: number | undefined;
  note(state);

  function note(found: CopyStanding): void {
    state = found;
    if (found.status === 'none' || found.status === 'copied') wholeAt = clock();
    else log.error({ code: found.code, found }, 'the copy of the journal in the second place is not as it should be');
  }

  async function look(): Promise<CopyStanding> {
    return standing(async () => {
      if (copyFolder === undefined) {
        const { copy } = await identityOf(db, schema);
        return copy === undefined ? { status: 'none' } : { status: 'missing', begun: true };
      }
      await beginByItself(db, journal, copyFolder, new Date(clock()));
      return stateOfCopy(db, journal, copyFolder);
    });
  }

  return {
    origin,
    async run() {
      const found = await look();
      const fine = found.status === 'none' || found.status === 'copied';
      if (!fine) note(found);
      if (found.status === 'behind' || found.status === 'forked' || (!fine && wholeAt === undefined)) return;
      await growJournal(db, journal, new Date(clock()));
      const doors = await deps.seal();
      if (doors !== undefined) await sealNewestHead(db, schema, doors, new Date(clock()));
      // Only what was written says that it can be written: a full disk still compares well.
      if (fine) note(copyFolder === undefined ? found : await standing(() => copyJournal(db, journal, copyFolder)));
    },
    isWhole: () => state.status === 'none' || state.status === 'copied',
    closed: () => closedBy(state, wholeAt, graceMs, clock()),
    copy: (): JournalCopy => shownCopy(state, wholeAt, graceMs),
  };
}
