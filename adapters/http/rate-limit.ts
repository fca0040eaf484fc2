import type { Context, MiddlewareHandler } from 'hono';
import type { Clock } from '../clock/clock.ts';
import { HttpRefusal } from './fault.ts';

export interface RateLimit {
  /** Takes one. @returns 0 when allowed, else the seconds to wait */
  take(key: string): number;
}

/** A bucket a key: `burst` at once, then `perMinute`. In memory of one process, and never more than `maxKeys` of them. */
export function rateLimit(options: { burst: number; perMinute: number; clock: Clock; maxKeys?: number }): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  const { burst, perMinute, clock, maxKeys = 100_000 } = options;
  return {
    take(key) {
      const now = clock().getTime();
      const old = buckets.get(key);
      const left = old === undefined ? burst : Math.min(burst, old.left + ((now - old.at) / 60_000) * perMinute);
      // Re-inserted, so that the first of the map is the one longest unused.
      buckets.delete(key);
      if (buckets.size >= maxKeys) buckets.delete(buckets.keys().next().value!);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      return left >= 1 ? 0 : Math.ceil(((1 - left) / perMinute) * 60);
    },
  };
}

/** Refuses with 429 and Retry-After. */
export function limitRate(limit: RateLimit, keyOf: (c: Context) => string): MiddlewareHandler {
  return async (c, next) => {
    const wait = limit.take(keyOf(c));
    if (wait > 0) throw new HttpRefusal('http.too-many-requests', { headers: { 'retry-after': String(wait) } });
    await next();
  };
}
