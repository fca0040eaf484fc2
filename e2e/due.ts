import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Installation } from './installation.ts';

/**
 * Makes due what an installation has put off to a later day: its database knows only the true time, so a clock that is ahead
 * (clock-ahead.ts) does not wake what waits there.
 */
export async function makeDue(installation: Pick<Installation, 'data'>, queue: string): Promise<number> {
  const [, , , port, host] = readFileSync(join(installation.data, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const client = new pg.Client({ host: host!, port: Number(port), user: 'antin', database: 'antin' });
  await client.connect();
  try {
    const woken = await client.query('update job set run_at = now() where queue = $1 and done_at is null', [queue]);
    return woken.rowCount ?? 0;
  } finally {
    await client.end();
  }
}
