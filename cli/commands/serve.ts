import { fileURLToPath } from 'node:url';
import { readSettings } from '@antin/adapters/config/settings';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { databaseEnvironment } from '../services/role-databases.ts';
import { runServices, type Installation } from '../services/run.ts';
import { stopSignal } from '../services/stop-signal.ts';
import { serviceTable } from '../services/table.ts';

const usage = `antin serve: run the services until Ctrl-C

  --port N             port to listen on; 8080, 0 takes a free one    [ANTIN_PORT]
  --host H             address to listen on; 127.0.0.1                [ANTIN_HOST]
  --data DIR           folder of all data; .antin in the checkout     [ANTIN_DATA]
  --fresh              forget all data of that folder and begin again
  --seed NAME          demo data of the first start: province, four-level, none  [ANTIN_SEED]
  --profile NAME       practice, or production (no software keys, no demo)       [ANTIN_PROFILE]
  --public-url URL     where people reach it, e.g. https://office.example.gov.vn [ANTIN_PUBLIC_URL]
  --services LIST      which services this process runs               [ANTIN_SERVICES]
  --log-level LEVEL    warn; debug shows each request                 [ANTIN_LOG_LEVEL]

DATABASE_URL=postgresql://… uses a PostgreSQL of your own instead of the one that came with the install. ANTIN_TRUST,
ANTIN_DATABASES, ANTIN_TIME_SERVERS, ANTIN_STATUS_URL, ANTIN_JOURNAL_SEAL and others: docs/running.md.
`;

const UNAVAILABLE = [
  'serve.already-running',
  'http.port-taken',
  'http.port-forbidden',
  'http.no-such-host',
  'http.listen-failed',
  'db.not-startable',
  'db.no-binaries',
  'db.unreachable',
  'db.start-failed',
];
const WRONG_USE = [
  'config.invalid',
  'serve.foreign-folder',
  'serve.unusable-folder',
  'serve.practice-only',
  'source.trust-unreadable',
  'source.practice-anchor',
  'database.superuser',
  'database.roles-missing',
  'database.role-user',
  'keys.software-token',
  'keys.hierarchy',
];

/** `antin serve`: 0 after a clean stop, 64 wrong use, 69 port or folder taken or no database, 70 our own fault. */
export async function run(argv: string[], io: Io): Promise<number> {
  const services = serviceTable();
  const signal = stopSignal();
  let installation: Installation | undefined;
  try {
    const settings = readSettings(argv, databaseEnvironment(io.env), {
      dataDir: fileURLToPath(new URL('../../.antin', import.meta.url)),
      services: Object.keys(services),
    });
    if (settings.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    installation = await runServices(settings, services, signal.asked);
    io.stdout.write([`Antin: ${installation.url}`, ...installation.greeting, 'Ctrl-C stops.', ''].join('\n'));
    const why = await Promise.race([signal.asked, installation.lost.then((lost) => ({ lost }))]);
    if (typeof why === 'object') {
      io.stderr.write(`antin serve: ${why.lost}, stopping\n`);
      return exit.fault;
    }
    return exit.ok;
  } catch (fault) {
    const { code, message } = fault as { code?: string; message: string };
    if (code === 'serve.stopped') return exit.ok;
    if (code === undefined || !(UNAVAILABLE.includes(code) || WRONG_USE.includes(code))) throw fault;
    io.stderr.write(`antin serve: ${message} [${code}]\n`);
    return UNAVAILABLE.includes(code) ? exit.unavailable : exit.usage;
  } finally {
    await installation?.stop();
    signal.forget();
  }
}
