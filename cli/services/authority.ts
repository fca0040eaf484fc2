import { Hono } from 'hono';
import { migrations } from '@antin/authority/migrations';
import { authorityService, type AuthorityService } from '@antin/authority/service';
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
  let ready: AuthorityService | undefined;
  const authority = () => {
    if (ready === undefined) throw new TypeError('the authority is not prepared yet');
    return ready;
  };
  const here: AuthorityHere = {
    name: 'authority',
    migrations,
    app,
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
        log,
      });
      app.route(AUTHORITY_PATH, ready.app);
    },
    get jobs() {
      return authority().status.jobs;
    },
    fast: (request, response) => ready?.status.fast(request, response) === true,
    health: () => authority().status.health(),
    everyMinute: () => authority().runJobs(),
    async started() {
      authority().status.start();
    },
    async stop() {
      await ready?.status.stop();
    },
  };
  wires.authority = here;
  return here;
}
