import { createApp } from '@antin/adapters/http/app';
import { listen, type Listening } from '@antin/adapters/http/listen';
import { staticFiles } from '@antin/adapters/http/static';
import { createLog } from '@antin/adapters/log/log';
import { pagesApp } from '@antin/agency/public/pages';
import { publicProblems } from '@antin/agency/public/problems';
import { publicApp } from '@antin/agency/public/routes';
import { judgeWith } from '@antin/agency/verification/judge';
import { threadPool } from '@antin/agency/verification/thread-pool';
import { trustOf } from '@antin/testkit/judging/every-format';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import type { TestPki } from '@antin/testkit/pki/types';
import { distFolder } from '@antin/web/assets';

/** The test PKI an hour ago: browsers know no other time than theirs. */
export function presentPki(): TestPki {
  return testPki({ ...DEFAULT_PKI, now: new Date(Date.now() - 3_600_000).toISOString() });
}

/** The public side of an installation that trusts the test PKI; no database, the same routes and pages. */
export async function startVerifier(pki: TestPki): Promise<Listening> {
  // Time passes quickly for the rate limits, slowly for certificates.
  let ahead = 0;
  const clock = (): Date => new Date(Date.now() + (ahead += 1000));
  const app = createApp({ log: createLog({ level: 'error' }), problems: publicProblems });
  const pool = threadPool();
  const trust = trustOf(pki);
  const doors = { clock, trust, judge: judgeWith(trust, pool.ask) };
  app.use('/assets/*', staticFiles({ folder: `${distFolder}/assets`, prefix: '/assets/', immutable: true }));
  app.route(
    '/',
    pagesApp({
      ...doors,
      profile: 'production',
      practicePeople: async () => [],
      operator: async () => ({ name: 'Thử nghiệm', agencies: 1 }),
    }),
  );
  app.route('/', publicApp(doors));
  const listening = await listen(app, { port: 0 });
  return {
    ...listening,
    async close() {
      await listening.close();
      await pool.stop();
    },
  };
}
