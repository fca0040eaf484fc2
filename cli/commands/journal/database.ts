import { join } from 'node:path';
import { sql } from 'kysely';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { migrate } from '@antin/adapters/db/migrate';
import { agencyMigrations } from '@antin/agency/service';
import { restoredAgencyJournal } from '@antin/agency/journal/restore';
import { migrations as authorityMigrations } from '@antin/authority/migrations';
import { restoredAuthorityJournal } from '@antin/authority/journal/restore/restore';
import type { RestoredJournal } from '@antin/adapters/journal/restore';
import { newestHead } from '@antin/adapters/journal/head-store';
import { parseCheckpoint } from '@antin/pki/log/checkpoint';
import type { Io } from '../../io.ts';
import { claimDataFolder } from '../../services/data-folder.ts';
import { openDatabase } from '../../services/database.ts';
import { databaseEnvironment } from '../../services/role-databases.ts';
import { UsageFault, oneOf, type ReadOptions } from '../options.ts';

export type JournalName = 'authority' | 'agency';

export interface JournalOfDatabase extends RestoredJournal {
  readonly name: JournalName;
}

const ROOMS = {
  authority: { schema: 'authority', migrations: authorityMigrations, journal: restoredAuthorityJournal },
  agency: { schema: 'agency', migrations: agencyMigrations, journal: restoredAgencyJournal },
} as const;

/**
 * Works on the journals of a stopped installation: of `--data DIR`, or of DATABASE_URL. The folder is taken for this process,
 * so that no server runs on it meanwhile.
 */
export async function withJournals<T>(
  options: ReadOptions,
  io: Io,
  work: (db: AnyDatabase, journals: readonly JournalOfDatabase[]) => Promise<T>,
): Promise<T> {
  const url = databaseEnvironment(io.env)['DATABASE_URL'];
  const databaseUrl = url === '' ? undefined : url;
  const data = options.single('data');
  if (data === undefined && databaseUrl === undefined)
    throw new UsageFault('--data says which installation, or DATABASE_URL which database');
  const wanted = options.single('journal');
  const name = wanted === undefined ? undefined : oneOf(wanted, ['authority', 'agency'], '--journal');
  const folder = data === undefined ? undefined : claimDataFolder(data, { fresh: false });
  try {
    const database = await openDatabase({ databaseUrl, dataDir: join(data ?? '.', 'postgres') });
    try {
      return await work(database.db, await journalsOf(database.db, name));
    } finally {
      await database.stop();
    }
  } finally {
    folder?.release();
  }
}

async function journalsOf(db: AnyDatabase, wanted: JournalName | undefined): Promise<JournalOfDatabase[]> {
  const found: JournalOfDatabase[] = [];
  for (const name of ['authority', 'agency'] as const) {
    const { schema, migrations, journal } = ROOMS[name];
    const there = await sql<{ n: string | null }>`select to_regnamespace(${schema})::text as n`.execute(db);
    if (there.rows[0]?.n == null || (wanted !== undefined && wanted !== name)) continue;
    // A backup may be of an earlier version.
    await migrate(db, migrations, name);
    const head = await newestHead(db, journal.schema);
    const origin = head === undefined ? name : parseCheckpoint(head.checkpoint).origin;
    found.push({ ...journal, name, origin });
  }
  if (found.length === 0) throw new UsageFault(`the database has no journal${wanted === undefined ? '' : ` of the ${wanted}`}`);
  return found;
}
