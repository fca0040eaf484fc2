import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, singleClient } from '@antin/adapters/db/connect';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import { STATUS_CHANNEL } from './change.ts';

export interface Hearing {
  /** Whether every change committed until a second ago has been heard. */
  hears(): boolean;
  stop(): Promise<void>;
}

/** Notices come before the answer to a question asked later: who answers this often has told everything. */
const ASK_EVERY_MS = 500;
const TRUST_MS = 1500;

/**
 * Hears of every change of a status over a connection of its own, in this process and from others. While the connection is
 * away, or does not answer, `hears` is false and responders ask the database instead of their memory.
 *
 * @param onLost before anything is heard again: what was remembered may be out of date
 */
export function hearChanges(
  db: AnyDatabase,
  tell: {
    readonly onChange: (certificate: string) => void;
    readonly onLost: () => void;
    readonly onFault: (fault: unknown) => void;
  },
): Hearing {
  const stopping = new AbortController();
  const { signal } = stopping;
  let heardAt = -Infinity;

  async function once(): Promise<void> {
    const client = singleClient(addressOf(db));
    const broken = new AbortController();
    client.on('error', () => broken.abort());
    client.on('end', () => broken.abort());
    client.on('notification', ({ payload }) => payload !== undefined && tell.onChange(payload));
    try {
      await client.connect();
      await client.query(`listen ${STATUS_CHANNEL}`);
      tell.onLost();
      while (!signal.aborted && !broken.signal.aborted) {
        const asked = performance.now();
        await Promise.race([client.query('select 1'), late(TRUST_MS)]);
        heardAt = asked;
        await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      heardAt = -Infinity;
      await Promise.race([client.end(), sleep(1000, undefined, { ref: false })]).catch(() => {});
    }
  }

  const ended = (async () => {
    while (!signal.aborted) {
      await once().catch((fault: unknown) => {
        if (!signal.aborted) tell.onFault(fault);
      });
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  })();
  return {
    hears: () => performance.now() - heardAt < TRUST_MS,
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

async function late(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error('the database does not answer');
}
