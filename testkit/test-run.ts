import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '@antin/adapters/db/postgres/server';

/**
 * Global set-up of a test run: owns the one PostgreSQL of the run and starts it when the first test asks (runs of pure
 * rooms never pay for it). Tests live in processes that come and go; the server must outlive them and end with the run.
 */
export default async function testRun(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-test-'));
  let server: Promise<PostgresServer> | undefined;
  const desk = createServer((_request, response) => {
    server ??= startPostgres({
      dataDir: join(folder, 'postgres'),
      careless: true,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    });
    server.then(
      (running) => response.end(JSON.stringify(running.address('postgres'))),
      (fault: unknown) => response.writeHead(500).end(String(fault)),
    );
  });
  await new Promise<void>((ready) => desk.listen(0, '127.0.0.1', ready));
  process.env['ANTIN_TEST_DESK'] = `http://127.0.0.1:${(desk.address() as AddressInfo).port}/`;
  return async () => {
    desk.close();
    desk.closeAllConnections();
    await (await server?.catch(() => undefined))?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
