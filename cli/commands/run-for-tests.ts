import { Writable } from 'node:stream';
import type { DatabaseAddress } from '@antin/adapters/db/connect';
import type { Command, Io } from '../io.ts';

/** Runs one command in this process, with an environment, and keeps what it says. */
export async function runForTests(run: Command, argv: readonly string[], env: Record<string, string> = {}) {
  const said = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        said[name] += piece.toString();
        done();
      },
    });
  const code = await run([...argv], { stdout: into('out'), stderr: into('err'), env } as unknown as Io);
  return { code, ...said };
}

/** The address of a test's database as DATABASE_URL. */
export function databaseUrl(address: DatabaseAddress): string {
  if (typeof address === 'string') return address;
  const { socketDir, port, user, database } = address;
  return `postgresql://${user}@/${database}?host=${encodeURIComponent(socketDir)}&port=${port}`;
}
