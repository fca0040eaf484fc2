import type { Clock } from '../clock/clock.ts';

/** Answers kept until they are due again: at most `maxBytes` of them, the longest unused go first. */
export interface AnswerCache {
  get(key: string): Uint8Array | undefined;
  put(key: string, bytes: Uint8Array, freshUntil: number): void;
}

export function answerCache(options: { readonly clock: Clock; readonly maxBytes: number }): AnswerCache {
  const kept = new Map<string, { readonly bytes: Uint8Array; readonly freshUntil: number }>();
  let size = 0;
  const drop = (key: string) => {
    size -= kept.get(key)?.bytes.length ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      kept.set(key, found);
      if (found.freshUntil > options.clock().getTime()) return found.bytes;
      drop(key);
      return undefined;
    },
    put(key, bytes, freshUntil) {
      drop(key);
      if (bytes.length > options.maxBytes || freshUntil <= options.clock().getTime()) return;
      kept.set(key, { bytes, freshUntil });
      size += bytes.length;
      while (size > options.maxBytes) drop(kept.keys().next().value!);
    },
  };
}
