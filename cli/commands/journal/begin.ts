import { join } from 'node:path';
import { systemClock } from '@antin/adapters/clock/clock';
import { beginCopy } from '@antin/adapters/journal/copy-identity';
import { copyJournal } from '@antin/adapters/journal/copy';
import { JournalFault } from '@antin/adapters/journal/fault';
import { exit } from '../../exit.ts';
import type { Io } from '../../io.ts';
import { printable } from '../../printable.ts';
import type { ReadOptions } from '../options.ts';
import { UsageFault } from '../options.ts';
import { withJournals } from './database.ts';

/** `antin journal begin`: the act of a person by which a second place becomes the copy of a journal. */
export async function begin(options: ReadOptions, more: readonly string[], io: Io): Promise<number> {
  const copy = options.single('copy');
  if (more.length > 0 || copy === undefined) throw new UsageFault('begin takes --copy FOLDER');
  return withJournals(options, io, async (db, journals) => {
    for (const journal of journals) {
      const folder = join(copy, journal.name);
      const marker = await beginCopy(db, journal, folder, { at: systemClock(), instead: options.flag('instead') });
      // An earlier copy without a marker is taken over only when it is this journal's.
      const state = await copyJournal(db, journal, folder);
      if (state.status !== 'copied') {
        throw new JournalFault(
          state.status === 'behind' ? 'journal.set-back' : 'journal.forked',
          `${folder} does not agree with the database`,
        );
      }
      io.stdout.write(`${printable(folder)}: ${printable(marker.origin)}, ${state.size} entries\n`);
    }
    return exit.ok;
  });
}
