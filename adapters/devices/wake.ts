import { addressOf, singleClient, type AnyDatabase } from '../db/connect.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_CHANNEL } from './job-store.ts';

export interface Wake {
  /** Resolves when something for that device may have changed, or after `ms`; never earlier than asked for nothing. */
  wait(deviceId: string, ms: number, signal?: AbortSignal): Promise<void>;
  /** Nobody waits any more: a waiting request is to be answered with what there is. */
  readonly stopped: boolean;
  stop(): Promise<void>;
}

/**
 * One LISTENing connection a process for all waiting agents. Notices may be lost while it reconnects, so a waiter is also
 * let go every five seconds to look for itself.
 */
export function startWake(db: AnyDatabase, onFault: (fault: unknown) => void = () => {}): Wake {
  const waiting = new Map<string, Set<() => void>>();
  const stopping = new AbortController();
  const wakeAll = () => {
    for (const set of waiting.values()) for (const go of set) go();
  };

  async function listen(): Promise<void> {
    while (!stopping.signal.aborted) {
      const client = singleClient(addressOf(db));
      try {
        await new Promise<void>((resolve, reject) => {
          client.on('error', reject);
          client.on('end', resolve);
          client.on('notification', (notice) => {
            for (const go of waiting.get(notice.payload ?? '') ?? []) go();
          });
          stopping.signal.addEventListener('abort', () => resolve(), { once: true });
          client
            .connect()
            .then(() => client.query(`listen ${AGENT_CHANNEL}`))
            .then(wakeAll, reject);
        });
      } catch (fault) {
        if (!stopping.signal.aborted) onFault(fault);
      }
      await client.end().catch(() => {});
      if (!stopping.signal.aborted) await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const listening = listen();
  return {
    async wait(deviceId, ms, signal) {
      const own = waiting.get(deviceId) ?? new Set();
      waiting.set(deviceId, own);
      await new Promise<void>((resolve) => {
        const go = () => {
          clearTimeout(timer);
          own.delete(go);
          if (own.size === 0 && waiting.get(deviceId) === own) waiting.delete(deviceId);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        const timer = setTimeout(go, Math.min(ms, 5000));
        signal?.addEventListener('abort', go, { once: true });
        own.add(go);
        if (stopping.signal.aborted || signal?.aborted === true) go();
      });
    },
    get stopped() {
      return stopping.signal.aborted;
    },
    async stop() {
      stopping.abort();
      wakeAll();
      await listening;
    },
  };
}
