import type { Hono } from 'hono';
import { systemClock } from '@antin/adapters/clock/clock';
import type { Settings } from '@antin/adapters/config/settings';
import { forgetDoneJobs } from '@antin/adapters/db/forget-done';
import { migrate } from '@antin/adapters/db/migrate';
import { releaseLeases } from '@antin/adapters/db/outbox';
import { startWorker } from '@antin/adapters/db/worker';
import { openFileStore } from '@antin/adapters/files/store';
import { createApp } from '@antin/adapters/http/app';
import { listen, type FastRoute, type Listening } from '@antin/adapters/http/listen';
import type { ProblemRows } from '@antin/adapters/http/problem';
import { HttpRefusal } from '@antin/adapters/http/fault';
import { createLog, type Log } from '@antin/adapters/log/log';
import { claimDataFolder, DataFolderFault } from './data-folder.ts';
import { openDatabase } from './database.ts';
import { every } from './every.ts';
import { partsOf } from './parts.ts';
import { wasCutOff } from './first-start.ts';
import type { MakeService, Service, ServiceContext } from './service.ts';

export interface Installation {
  /** Where people reach it. */
  readonly url: string;
  /** Where it listens, which a proxy in front may be the only one to know. */
  readonly listening: string;
  readonly greeting: readonly string[];
  /** Resolves with a reason when something that we cannot do without has ended. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Puts one installation together and starts it. What was started is stopped again when a later step fails.
 *
 * The port is taken first: a taken one is said before anything is written or forgotten, and nobody meets a half-started
 * system (everything answers 503 until all is ready).
 *
 * @param asked resolves when somebody wants it to end: also in the middle of starting, which then throws `serve.stopped`
 */
export async function runServices(
  settings: Settings,
  table: Readonly<Record<string, MakeService>>,
  asked: Promise<unknown> = new Promise(() => {}),
): Promise<Installation> {
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const stopped = asked.then(() => {
    throw new DataFolderFault('serve.stopped', 'stopped while starting');
  });
  stopped.catch(() => {});
  const unlessStopped = <T>(work: T | Promise<T>): Promise<T> => Promise.race([stopped, work]);
  try {
    const log = createLog({ level: settings.logLevel });
    const folder = claimDataFolder(settings.dataDir, { fresh: false });
    undo.push(() => folder.release());
    const front = frontDoor(log);
    const door = await listen(front, { port: settings.port, host: settings.host });
    undo.push(() => door.close());
    if (settings.fresh || wasCutOff(settings.dataDir)) folder.forget();
    const publicUrl = settings.publicUrl ?? door.url;
    const database = await openDatabase({ databaseUrl: settings.databaseUrl, dataDir: folder.postgres });
    undo.push(() => database.stop());
    const parts = partsOf(database.db, settings, log, process.env);
    undo.push(() => parts.close());
    // After the services, before their database: running answers may finish.
    undo.push(() => door.close());
    const context: ServiceContext = {
      settings,
      folder,
      db: parts.office,
      owner: database.db,
      doors: () => parts.doors(),
      files: openFileStore(folder.files),
      clock: systemClock,
      log,
      publicUrl,
    };

    const running: Service[] = [];
    for (const name of settings.services) {
      const service = await table[name]!(context);
      undo.push(() => service.stop?.());
      running.push(service);
    }
    await migrate(database.db, {});
    for (const service of running)
      if (service.migrations !== undefined) await migrate(database.db, service.migrations, service.name);
    await parts.begin();
    for (const service of running) await unlessStopped(service.prepare?.());

    // The embedded database has this process alone, which the claim on its folder makes sure of.
    if (settings.databaseUrl === undefined) await releaseLeases(database.db);
    const handlers = Object.assign({}, ...running.map((service) => service.jobs ?? {})) as NonNullable<Service['jobs']>;
    // From here on nobody is the owner of the tables: what went wrong in a part does not reach another's.
    if (settings.profile === 'production') await database.closeOwner();
    const queue = parts.queue();
    const worker = startWorker(queue, {
      handlers,
      onFault: (fault, job) => log.warn({ fault, queue: job?.queue, key: job?.key }, 'a job will be tried again'),
    });
    undo.push(() => worker.stop());
    for (const service of running) {
      if (service.everyMinute === undefined) continue;
      const work = () => service.everyMinute!();
      const timer = every(60_000, work, (fault) =>
        log.error({ fault, service: service.name }, 'what happens every minute failed'),
      );
      undo.push(() => timer.stop());
    }
    const tidy = async () => void (await forgetDoneJobs(queue, { olderThanDays: settings.keepJobsDays }));
    const tidying = every(6 * 3_600_000, tidy, (fault) => log.error({ fault }, 'finished jobs could not be removed'));
    undo.push(() => tidying.stop());
    front.open(running, { hosts: hostsOf(settings, door), proxies: settings.trustedProxies });
    undo.push(() => front.shut());
    for (const service of running) await service.started?.();
    folder.announce(publicUrl);
    return {
      url: publicUrl,
      listening: door.url,
      greeting: running.flatMap((service) => service.greeting?.() ?? []),
      lost: database.lost.then(() => 'the database ended'),
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/**
 * Names that are answered for: on a loopback address only its own and the public one, so that a foreign page whose name
 * was pointed at us (DNS rebinding) gets nothing. On other addresses the proxy or network in front decides.
 */
function hostsOf(settings: Settings, door: Listening): readonly string[] | undefined {
  if (!['127.0.0.1', '::1', 'localhost'].includes(settings.host)) return undefined;
  const own = ['127.0.0.1', '[::1]', 'localhost'].flatMap((name) => [`${name}:${door.port}`, name]);
  const named = [settings.publicUrl, settings.statusUrl].flatMap((url) => (url === undefined ? [] : [new URL(url)]));
  // Without a port too: `openssl ocsp` never names one, and lists of a public https address are fetched by plain HTTP.
  return [...own, ...named.flatMap(({ host, hostname }) => [host, hostname])];
}

interface FrontDoor {
  readonly fetch: Hono['fetch'];
  readonly fast: FastRoute;
  open(
    running: readonly Service[],
    from: { readonly hosts: readonly string[] | undefined; readonly proxies: readonly string[] },
  ): void;
  shut(): void;
}

/** Answers 503 until it is opened with the services' own apps, and again after it is shut. */
function frontDoor(log: Log): FrontDoor {
  const waiting = createApp({ log });
  waiting.use(() => {
    throw new HttpRefusal('http.unavailable', { headers: { 'retry-after': '2' } });
  });
  const notNow: Hono['fetch'] = (request, env, context) => waiting.fetch(request, env, context);
  let fetch = notNow;
  const closed: FastRoute = () => false;
  let fast = closed;
  return {
    fast: (request, response) => fast(request, response),
    fetch: (request, env, context) => fetch(request, env, context),
    open(running, { hosts, proxies }) {
      const problems = Object.assign({}, ...running.map((service) => service.problems ?? {})) as ProblemRows;
      const app = createApp({ log, problems, proxies, ...(hosts === undefined ? {} : { hosts }) });
      app.get('/healthz', async (c) => {
        // An alarm is for whoever runs it, not for a balancer: the installation still answers.
        const said = running.flatMap((service) =>
          service.health === undefined ? [] : [{ name: service.name, ask: service.health }],
        );
        const services = await Promise.all(said.map(async ({ name, ask }) => [name, await ask()] as const));
        const status = services.some(([, one]) => one.status !== 'ok') ? 'alarm' : 'ok';
        return c.json({ status, ...Object.fromEntries(services) });
      });
      for (const service of running) if (service.app !== undefined) app.route('/', service.app);
      fetch = (request, env, context) => app.fetch(request, env, context);
      const doors = running.flatMap((service) => service.fast ?? []);
      fast = (request, response) =>
        // Another host's name goes to the app, which refuses it.
        (hosts === undefined || hosts.includes(request.headers.host ?? '')) && doors.some((door) => door(request, response));
    },
    shut() {
      fetch = notNow;
      fast = closed;
    },
  };
}
