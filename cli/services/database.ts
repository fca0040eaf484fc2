import { connect, type AnyDatabase } from '@antin/adapters/db/connect';
import { DatabaseFault } from '@antin/adapters/db/fault';
import { startPostgres, type PostgresServer } from '@antin/adapters/db/postgres/server';
import { sql } from 'kysely';

export interface RunningDatabase {
  readonly db: AnyDatabase;
  /** Ends when the server ended without being told to. */
  readonly lost: Promise<void>;
  /** Ends the owner's connections; whoever asks over them afterwards gets a fault. */
  closeOwner(): Promise<void>;
  stop(): Promise<void>;
}

/** The database of DATABASE_URL, else the embedded one on the data folder. @throws {DatabaseFault} `db.*` */
export async function openDatabase(options: { databaseUrl: string | undefined; dataDir: string }): Promise<RunningDatabase> {
  if (options.databaseUrl !== undefined) {
    const db = connect(options.databaseUrl);
    await checkVersion(db).catch(async (fault: unknown) => {
      await db.destroy();
      throw fault;
    });
    const closeOwner = once(() => db.destroy());
    return { db, lost: new Promise(() => {}), closeOwner, stop: closeOwner };
  }
  const server: PostgresServer = await startPostgres({ dataDir: options.dataDir });
  const db = connect(await server.ensureDatabase('antin'));
  const closeOwner = once(() => db.destroy());
  return {
    db,
    lost: server.ended,
    closeOwner,
    async stop() {
      await closeOwner();
      await server.stop();
    },
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

async function checkVersion(db: AnyDatabase): Promise<void> {
  let version: number;
  try {
    const rows = await sql<{ v: string }>`select current_setting('server_version_num') as v`.execute(db);
    version = Number(rows.rows[0]?.v);
  } catch (cause) {
    throw new DatabaseFault('db.unreachable', `the database of DATABASE_URL does not answer: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (version < 150_000)
    throw new DatabaseFault('db.unreachable', `PostgreSQL 15 or newer is needed, DATABASE_URL leads to ${version}`);
}
