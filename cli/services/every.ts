import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `work` at once and then after each pause until stopped; what it throws is reported and the next call comes anyway. */
export function every(pauseMs: number, work: () => Promise<void>, onFault: (fault: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await work().catch(onFault);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
