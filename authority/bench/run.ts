import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { startPostgres } from '@antin/adapters/db/postgres/server';
import { migrations } from '../migrations.ts';
import { crlFigure, crlFromDatabase } from './crl.ts';
import { print } from './measure.ts';
import { restoreFigures } from './restore.ts';
import { ocspFigures } from './ocsp.ts';
import { timeStampFigures } from './time-stamps.ts';

/**
 * Status and time-stamps: one JSON line a figure, each beside its limit of the same run. A process of its own, because it
 * needs a database. `node authority/bench/run.ts [crl|ocsp|tsa|restore …]`
 */
const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
try {
  if (isWanted('crl')) print(await crlFigure());
  const server = await startPostgres({ dataDir: join(folder, 'postgres') });
  const address = await server.ensureDatabase('antin');
  const db = connect(address, { maxConnections: 4 });
  try {
    await migrate(db, migrations, 'authority');
    if (isWanted('crl')) print(await crlFromDatabase(db));
    if (isWanted('tsa')) for await (const figure of timeStampFigures(db, folder)) print(figure);
    if (isWanted('restore')) for await (const figure of restoreFigures(address, folder)) print(figure);
    if (isWanted('ocsp')) for await (const figure of ocspFigures(address, folder)) print(figure);
  } finally {
    await db.destroy();
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
