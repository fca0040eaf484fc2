import { connect, singleClient, type AnyDatabase, type DatabaseAddress } from '@antin/adapters/db/connect';

type Server = Exclude<DatabaseAddress, string>;

/** A database with the rows of the moment, as a backup that was restored is. */
export interface Backup extends AsyncDisposable {
  readonly db: AnyDatabase;
  readonly address: DatabaseAddress;
}

let count = 0;

/** Whoever is connected to the original is sent away for a moment; pools come back by themselves. */
export async function backupOf(address: DatabaseAddress): Promise<Backup> {
  const from = address as Server;
  const name = `${from.database}_${count++}`;
  await asAdministrator(from, async (run) => {
    await run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from.database}'`);
    await run(`create database ${name} template ${from.database}`);
  });
  const restored = { ...from, database: name };
  const db = connect(restored);
  return {
    db,
    address: restored,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await asAdministrator(from, (run) => run(`drop database if exists ${name} with (force)`));
    },
  };
}

async function asAdministrator(server: Server, work: (run: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
  const admin = singleClient({ ...server, database: 'postgres' });
  await admin.connect();
  try {
    await work(async (text) => void (await admin.query(text)));
  } finally {
    await admin.end();
  }
}
