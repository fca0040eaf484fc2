import { judgeClock } from './quorum.ts';
import type { QuorumRule } from './quorum.ts';
import { askTime } from './sntp.ts';
import type { TimeServer } from './sntp.ts';

/** Whether the time of this computer may be told to others now. */
export type ClockTrust = { readonly trusted: true } | { readonly trusted: false; readonly reason: string };

export interface WatchedClock {
  trust(): ClockTrust;
  /** Asks the servers now. */
  check(): Promise<ClockTrust>;
  /** Checks at once and then every minute. */
  start(): void;
  stop(): void;
}

export interface WatchOptions extends QuorumRule {
  readonly servers: readonly TimeServer[];
  /** Our clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  readonly onChange?: (trust: ClockTrust) => void;
  /** Milliseconds that nobody steps; for tests. */
  readonly monotonic?: () => number;
}

/** A check is good for this many of its intervals: one may fail for the network's sake. */
const GOOD_FOR = 3;

/**
 * A clock that is held against several time servers, and against its own steps between two checks: what an administrator or
 * a virtual machine does to it is noticed at the next question, not a minute later.
 */
export function watchedClock(options: WatchOptions): WatchedClock {
  const { servers, now, timeoutMs = 2000, everyMs = 60_000, maxDriftMs } = options;
  const monotonic = options.monotonic ?? (() => performance.now());
  let last: { readonly trust: ClockTrust; readonly wall: number; readonly mono: number } = {
    trust: { trusted: false, reason: 'the time servers were not asked yet' },
    wall: now(),
    mono: monotonic(),
  };
  let told: boolean | undefined;
  let timer: NodeJS.Timeout | undefined;

  function trust(): ClockTrust {
    if (!last.trust.trusted) return last.trust;
    const passed = monotonic() - last.mono;
    if (passed > GOOD_FOR * everyMs) return { trusted: false, reason: 'the last check of the clock is too long ago' };
    const step = now() - last.wall - passed;
    if (Math.abs(step) > maxDriftMs) return { trusted: false, reason: `the clock was stepped by ${Math.round(step)} ms` };
    return last.trust;
  }

  async function check(): Promise<ClockTrust> {
    const samples = await Promise.all(servers.map((server) => askTime(server, { now, timeoutMs }).catch(() => undefined)));
    const judged = judgeClock(samples, options);
    const silent = samples.every((one) => one === undefined);
    // Nobody answered at all: that is the network; what was known before holds until it is too old.
    if (!(silent && last.trust.trusted)) {
      last = {
        trust: judged.trusted ? { trusted: true } : { trusted: false, reason: judged.reason },
        wall: now(),
        mono: monotonic(),
      };
    }
    const answer = trust();
    if (answer.trusted !== told) options.onChange?.(answer);
    told = answer.trusted;
    return answer;
  }

  return {
    trust,
    check,
    start() {
      void check();
      timer ??= setInterval(() => void check(), everyMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/**
 * For a network without time servers, by an explicit decision of whoever runs it: the computer's own clock, set from a
 * receiver or by hand, is taken at its word.
 */
export function localClock(): WatchedClock {
  const trust: ClockTrust = { trusted: true };
  return { trust: () => trust, check: () => Promise.resolve(trust), start: () => {}, stop: () => {} };
}

/** `host`, `host:port`, `[2001:db8::1]:123`, separated by commas. @throws {TypeError} */
export function timeServersFrom(text: string): TimeServer[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [, v6, host, port] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::(\d{1,5}))?$/i.exec(one) ?? [];
      const name = v6 ?? host;
      if (name === undefined || Number(port ?? 123) > 65_535) throw new TypeError(`not a time server: ${one}`);
      return { host: name, ...(port === undefined ? {} : { port: Number(port) }) };
    });
}
