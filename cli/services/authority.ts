import { Hono } from 'hono';
import { localClock, watchedClock } from '@antin/adapters/clock/watched-clock';
import { agentApp } from '@antin/adapters/devices/agent-routes';
import { officeDay } from '@antin/adapters/clock/days';
import { consolePages } from '@antin/authority/console-pages';
import { practiceOfficers } from '@antin/authority/officers/routes';
import { consoleProblems } from '@antin/authority/console';
import { authorityJournal } from '@antin/authority/journal/kept';
import { migrations } from '@antin/authority/migrations';
import { publicationProblems } from '@antin/authority/publication/problems';
import { publicationRoutes } from '@antin/authority/publication/routes';
import { authorityService, type AuthorityService } from '@antin/authority/service';
import { ACCURACY_MS } from '@antin/authority/time-stamp/rules';
import { requireCeremonyKeys, signerPin } from './ceremony-keys.ts';
import { devicesHere } from './devices.ts';
import { copyHealth, journalHere } from './journal.ts';
import { resultSealHere } from './result-seal.ts';
import { trustHere } from './judging.ts';
import { issuersOf } from './trust.ts';
import { beginFirstStart, FOUNDED } from './first-start.ts';
import type { ServiceContext } from './service.ts';
import { statusUrlOf } from './status-url.ts';
import type { AuthorityHere, Wires } from './wires.ts';

/** Path below which the authority answers; certificates carry it. */
const AUTHORITY_PATH = '/authority';

/** Reached by no option or variable: what a rehearsal of production in one's own program may leave out. */
export interface ForTrial {
  /** A token made of software plays the device. */
  readonly softwareToken?: boolean;
}

/** The issuing authority: its own schema and its own folder; keys of ceremonies, or of practice. */
export function makeAuthority(context: ServiceContext, wires: Wires, { softwareToken = false }: ForTrial = {}): AuthorityHere {
  const { files, folder, publicUrl, clock, log, settings } = context;
  requireCeremonyKeys(folder.authority, settings.profile);
  const statusUrl = statusUrlOf(settings, publicUrl);
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
  let resultSeal: Awaited<ReturnType<typeof resultSealHere>> | undefined;
  let journal: Awaited<ReturnType<typeof journalHere>> | undefined;
  const authority = () => {
    if (ready === undefined) throw new TypeError('the authority is not prepared yet');
    return ready;
  };
  const here: AuthorityHere = {
    name: 'authority',
    migrations,
    app,
    problems: { ...publicationProblems, ...consoleProblems },
    authority,
    async prepare() {
      const doors = context.doors();
      const agents = doors.as('antin_agents');
      const shared = devicesHere(settings.services.includes('agency') ? context : { ...context, db: agents }, wires);
      // The demo's authority is older than the oldest document of the seed.
      if (beginFirstStart(folder.path, settings.seed)) wires.past = FOUNDED;
      const baseUrl = statusUrl + AUTHORITY_PATH;
      // Officers and senders may have their certificates elsewhere: requests come signed under the roots of that folder.
      const trusted = trustHere(context, authority, process.env);
      resultSeal = await resultSealHere(context, wires, process.env);
      // Before anything is issued: a database that was set back must not give out serial numbers again.
      const own = { ...authorityJournal, name: 'authority' } as const;
      journal = await journalHere({ ...context, db: doors.as('antin_journal') }, wires, own, () => trusted, process.env);
      ready = await authorityService({
        ...{ db: context.owner, doors },
        dataDir: folder.authority,
        baseUrl,
        publicUrl: publicUrl + AUTHORITY_PATH,
        clock: () => (wires.past ?? clock()).getTime(),
        // Documents of the past are stamped with the past's time: that is no question to a time server.
        clockTrust: () => (wires.past === undefined ? watched.trust() : { trusted: true }),
        log,
        closed: () => journal?.closed(),
        pin: signerPin,
        hardwareOnly: settings.profile === 'production' && !softwareToken,
        console: {
          profile: settings.profile,
          signedActs: settings.profile === 'production' ? 'required' : 'when-present',
          secureCookie: publicUrl.startsWith('https:'),
          journal,
          seal: resultSeal,
          trust: () => trusted,
          devices: {
            ...{ shared, files, origin: () => publicUrl },
            agentPage: () => wires.agentPage?.(),
            chainOf: async (certificate) => issuersOf(certificate, trusted).map((one) => one.raw),
          },
        },
      });
      app.route(AUTHORITY_PATH, ready.app);
      if (ready.console !== undefined) app.route('/', ready.console.app);
      app.route('/', ready.machines());
      // The office has the routes of agents when it runs here.
      if (!settings.services.includes('agency')) {
        app.route('/', agentApp({ ...shared, db: agents, clock, files, profile: settings.profile, origin: () => publicUrl }));
      }
      const session = doors.as('antin_session');
      app.route(
        '/',
        consolePages({ profile: settings.profile, practiceOfficers: () => practiceOfficers(session, officeDay(clock())) }),
      );
      app.route(
        '/',
        publicationRoutes({ db: doors.as('antin_publication'), clock: () => clock().getTime(), profile: settings.profile }),
      );
    },
    get jobs() {
      return { ...authority().status.jobs, ...authority().console?.jobs };
    },
    fast: (request, response) => ready?.fast(request, response) === true,
    async health() {
      const lists = await authority().status.health();
      const copy = copyHealth(journal);
      return { ...lists, ...copy, status: copy.journal === 'ok' ? lists.status : 'alarm' };
    },
    async everyMinute() {
      try {
        await authority().runJobs();
      } finally {
        // Whatever failed: that the second place is back is seen here, and opens the authority again.
        if (wires.past === undefined) await journal?.run();
      }
    },
    async started() {
      authority().status.start();
      watched.start();
    },
    async stop() {
      watched.stop();
      await ready?.status.stop();
      await ready?.stop();
      await journal?.close();
      await resultSeal?.close();
      await wires.devices?.stop();
    },
  };
  wires.authority = here;
  return here;
}
