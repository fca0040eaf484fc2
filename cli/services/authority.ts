import { Hono } from 'hono';
import { localClock, watchedClock } from '@antin/adapters/clock/watched-clock';
import { migrations } from '@antin/authority/migrations';
import { publicationProblems } from '@antin/authority/publication/problems';
import { publicationRoutes } from '@antin/authority/publication/routes';
import { authorityService, type AuthorityService } from '@antin/authority/service';
import { ACCURACY_MS } from '@antin/authority/time-stamp/rules';
import { beginFirstStart, FOUNDED } from './first-start.ts';
import type { ServiceContext } from './service.ts';
import type { AuthorityHere, Wires } from './wires.ts';

/** Path below which the authority answers; certificates carry it. */
const AUTHORITY_PATH = '/authority';

/** The issuing authority of practice: its own schema and its own folder of keys. */
export function makeAuthority({ db, folder, publicUrl, clock, log, settings }: ServiceContext, wires: Wires): AuthorityHere {
  if (settings.profile === 'production') {
    throw Object.assign(new Error('the practice authority keeps its keys in files and does not run in the production profile'), {
      code: 'serve.practice-only',
    });
  }
  const app = new Hono();
  const { timeServers } = settings;
  const watched =
    timeServers.length === 0
      ? localClock()
      : watchedClock({
          servers: timeServers,
          now: Date.now,
          maxDriftMs: ACCURACY_MS / 2,
          onChange: (trust) =>
            trust.trusted ? log.info({}, 'the clock is trusted') : log.error(trust, 'no time-stamps: the clock is not trusted'),
        });
  let ready: AuthorityService | undefined;
  const authority = () => {
    if (ready === undefined) throw new TypeError('the authority is not prepared yet');
    return ready;
  };
  const here: AuthorityHere = {
    name: 'authority',
    migrations,
    app,
    problems: publicationProblems,
    authority,
    async prepare() {
      // The demo's authority is older than the oldest document of the seed.
      if (beginFirstStart(folder.path, settings.seed)) wires.past = FOUNDED;
      const baseUrl = publicUrl + AUTHORITY_PATH;
      ready = await authorityService({
        db,
        dataDir: folder.authority,
        baseUrl,
        clock: () => (wires.past ?? clock()).getTime(),
        // Documents of the past are stamped with the past's time: that is no question to a time server.
        clockTrust: () => (wires.past === undefined ? watched.trust() : { trusted: true }),
        log,
      });
      app.route(AUTHORITY_PATH, ready.app);
      app.route('/', publicationRoutes({ db, clock: () => clock().getTime(), profile: settings.profile }));
    },
    get jobs() {
      return authority().status.jobs;
    },
    fast: (request, response) => ready?.status.fast(request, response) === true,
    health: () => authority().status.health(),
    everyMinute: () => authority().runJobs(),
    async started() {
      authority().status.start();
      watched.start();
    },
    async stop() {
      watched.stop();
      await ready?.status.stop();
    },
  };
  wires.authority = here;
  return here;
}
