import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@antin/adapters/log/log';
import { startPracticeAgent, type PracticeAgent } from '@antin/token-agent/practice/practice-agent';

export interface KeptPracticeAgent {
  current(): PracticeAgent;
  stop(): Promise<void>;
}

/**
 * Starts the practice agent and starts it again when it ends by itself. Its page has a new secret at each launch, so
 * `again` pairs it anew and tells the terminal the new link.
 */
export async function keepPracticeAgent(options: {
  readonly folder: string;
  readonly log: Log;
  readonly again: (agent: PracticeAgent) => Promise<void>;
}): Promise<KeptPracticeAgent> {
  const { folder, log, again } = options;
  const stopping = new AbortController();
  const start = (): Promise<PracticeAgent> =>
    startPracticeAgent({ folder, report: (code, about) => log.warn({ code, about }, 'practice agent') });
  let agent = await start();
  const watching = (async () => {
    for (let failures = 0; ;) {
      const since = performance.now();
      await agent.exited;
      if (stopping.signal.aborted) return;
      failures = performance.now() - since > 60_000 ? 0 : failures + 1;
      log.error({ failures }, 'the practice agent ended and is started again');
      await sleep(Math.min(30_000, 250 * 2 ** failures), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        agent = await start();
        // Told to stop in this moment: `stop` has seen only the dead one.
        if (stopping.signal.aborted) return await agent.stop();
        await again(agent);
      } catch (fault) {
        log.error({ fault }, 'the practice agent could not be started');
      }
    }
  })();
  return {
    current: () => agent,
    async stop() {
      stopping.abort();
      await agent.stop();
      await watching;
    },
  };
}
