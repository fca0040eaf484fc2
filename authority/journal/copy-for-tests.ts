import { connect, type DatabaseAddress } from '@antin/adapters/db/connect';
import { journalKeeper } from '@antin/adapters/journal/keeper';
import { authorityJournal } from './kept.ts';

/**
 * A process of its own that copies once and says how the copy stands: started with a limit on the size of files, its disk is
 * full in the middle of a line (Node ignores SIGXFSZ, so the write fails). `killed`: it ends there as by `kill -9`, with its connection and its locks.
 */
const [address, copyFolder, how, now] = process.argv.slice(2) as [string, string, 'full' | 'killed', string];
const db = connect(JSON.parse(address) as DatabaseAddress, { maxConnections: 2 });
const keeper = await journalKeeper({
  ...{ ...authorityJournal, db, copyFolder, origin: 'antin.test/authority', log: { error: () => {} } },
  clock: () => Number(now),
  seal: async () => undefined,
});
await keeper.run();
if (how === 'killed') process.kill(process.pid, 'SIGKILL');
process.stdout.write(JSON.stringify({ copy: keeper.copy(), closed: keeper.closed() ?? null }));
await db.destroy();
