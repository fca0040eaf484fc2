import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, singleClient, type AnyDatabase } from './connect.ts';
import { claim, JOB_CHANNEL, renewLease, settle, type ClaimedJob, type Outcome } from './outbox.ts';

/**
 * Does one job. It may be called again for the same key (at least once): be idempotent.
 * Nothing or `done` finishes it; a thrown error is a `retry` after the back-off.
 */
export type JobHandler = (
  job: ClaimedJob,
  context: { signal: AbortSignal },
) => Promise<Outcome | { status: 'retry'; reason: string } | void>;

export interface WorkerOptions {
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Jobs done at the same time by this worker; 2 when left out. */
  readonly concurrency?: number;
  readonly leaseMs?: number;
  /** How often the table is asked when no notice comes. */
  readonly pollMs?: number;
  /** Milliseconds before attempt n+1; has no end, see `backOff`. */
  readonly backOffMs?: (attempts: number) => number;
  readonly onFault?: (fault: unknown, job?: ClaimedJob) => void;
}

export interface Worker {
  /** Resolves when nothing is due any more (tests, and before a clean stop). */
  idle(): Promise<void>;
  /** Waits for running handlers (their `signal` is aborted after `graceMs`), then returns. */
  stop(graceMs?: number): Promise<void>;
}

/** 1 s, 2 s, 4 s … 15 min, ± 20 % so that a hundred senders do not come back in step. */
export function backOff(attempts: number): number {
  const base = Math.min(15 * 60_000, 1000 * 2 ** Math.min(attempts - 1, 20));
  return Math.round(base * (0.8 + 0.4 * Math.random()));
}

/** Runs handlers for their queues until stopped. Several workers, also in other processes, share the table. */
export function startWorker(db: AnyDatabase, options: WorkerOptions): Worker {
  const { handlers, concurrency = 2, leaseMs = 60_000, pollMs = 5000, backOffMs = backOff, onFault = () => {} } = options;
  const queues = Object.keys(handlers);
  const stopping = new AbortController();
  const giveUp = new AbortController();
  const waiters = new Set<() => void>();
  const idlers = new Set<() => void>();
  let busy = 0;
  let asleep = 0;
  // A notice that comes while a claim is under way must not be lost between "nothing due" and "asleep".
  let notices = 0;

  const wake = () => {
    notices += 1;
    for (const waiter of waiters) waiter();
  };
  const settleIdle = () => {
    if (busy > 0 || asleep < concurrency) return;
    for (const idler of idlers) idler();
    idlers.clear();
  };

  async function nap(ms: number): Promise<void> {
    asleep += 1;
    settleIdle();
    const timer = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiters.add(resolve);
    sleep(ms, undefined, { signal: AbortSignal.any([timer.signal, stopping.signal]) }).then(resolve, resolve);
    await promise;
    waiters.delete(resolve);
    timer.abort();
    asleep -= 1;
  }

  async function work(job: ClaimedJob): Promise<void> {
    const lost = new AbortController();
    const renewal = setInterval(() => {
      renewLease(db, job, leaseMs).then(
        (kept) => kept || lost.abort(new Error('the lease went to another worker')),
        (fault: unknown) => onFault(fault, job),
      );
    }, leaseMs / 3);
    try {
      let outcome: Outcome;
      try {
        const said = (await handlers[job.queue]!(job, { signal: AbortSignal.any([giveUp.signal, lost.signal]) })) ?? {
          status: 'done',
        };
        outcome = said.status === 'retry' ? { afterMs: backOffMs(job.attempts), ...said } : said;
      } catch (fault) {
        onFault(fault, job);
        outcome = {
          status: 'retry',
          afterMs: backOffMs(job.attempts),
          reason: fault instanceof Error ? fault.message : String(fault),
        };
      }
      await settle(db, job, outcome);
    } finally {
      clearInterval(renewal);
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const seen = notices;
      try {
        busy += 1;
        const job = await claim(db, queues, leaseMs).finally(() => (busy -= 1));
        if (job !== undefined) {
          busy += 1;
          await work(job).finally(() => (busy -= 1));
          continue;
        }
      } catch (fault) {
        // The database is away: keep asking, the jobs are safe in it.
        onFault(fault);
      }
      if (seen === notices) await nap(pollMs);
    }
  }

  const listening = listen(db, wake, stopping.signal, onFault);
  const loops = Array.from({ length: concurrency }, () => loop());
  return {
    idle() {
      return new Promise((resolve) => {
        idlers.add(resolve);
        wake();
      });
    },
    async stop(graceMs = 10_000) {
      stopping.abort();
      const timer = setTimeout(() => giveUp.abort(new Error('the worker is stopping')), graceMs);
      await Promise.all([...loops, listening]);
      clearTimeout(timer);
    },
  };
}

/** Holds one connection that LISTENs; a broken one is opened again, and polling bridges the gap. */
async function listen(db: AnyDatabase, wake: () => void, signal: AbortSignal, onFault: (fault: unknown) => void): Promise<void> {
  while (!signal.aborted) {
    const client = singleClient(addressOf(db));
    try {
      await new Promise<void>((resolve, reject) => {
        client.on('error', reject);
        client.on('end', resolve);
        client.on('notification', wake);
        signal.addEventListener('abort', () => resolve(), { once: true });
        client
          .connect()
          .then(() => client.query(`listen ${JOB_CHANNEL}`))
          .then(wake, reject);
      });
    } catch (fault) {
      if (!signal.aborted) onFault(fault);
    }
    await client.end().catch(() => {});
    if (!signal.aborted) await sleep(1000, undefined, { signal }).catch(() => {});
  }
}
