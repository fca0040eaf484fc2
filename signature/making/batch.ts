import { SignatureFault } from '../fault.ts';

/** A key for many values: one activation (one PIN, one passphrase) for all of them. */
export interface BatchKey {
  sign(data: Uint8Array): Promise<Uint8Array>;
  /** All values under one activation, in the order of the data. Keys that stay active after the first use need none. */
  signAll?(data: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
}

/** What one item goes through. Whatever a step throws concerns that item alone. */
export interface BatchSteps<Item, Prepared, Made> {
  /** Everything before the key is needed; held until the item is finished, so it should hold no content. */
  prepare(item: Item, index: number): Prepared | Promise<Prepared>;
  /** What the key signs. */
  dataOf(prepared: Prepared): Uint8Array;
  /** Time-stamp, embed, check, keep. */
  finish(item: Item, prepared: Prepared, signatureValue: Uint8Array, index: number): Promise<Made>;
}

export type BatchOutcome<Item, Made> =
  | { readonly status: 'signed'; readonly item: Item; readonly index: number; readonly made: Made }
  | {
      readonly status: 'refused';
      readonly item: Item;
      readonly index: number;
      /** That of the fault; `batch.cancelled`, or `batch.item-fault` for what carries no stable code: a fault of the program. */
      readonly code: string;
      readonly message: string;
      readonly fault: unknown;
    };

export interface BatchProgress {
  readonly phase: 'prepared' | 'signed' | 'finished';
  readonly done: number;
  readonly of: number;
}

export interface BatchOptions {
  /** Items finished at the same time, that is, questions to the time-stamp authority on their way; default 4. */
  readonly concurrency?: number;
  /** An AbortSignal. What is not finished when it is aborted is refused; what is finished stays. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: BatchProgress) => void;
}

interface Entry<Item, Prepared> {
  readonly item: Item;
  readonly index: number;
  readonly prepared: Prepared;
}

/**
 * Signs many items under one activation of the key: all are prepared, the key is asked once, each is finished by itself. One
 * bad item never spoils the rest; every item gets exactly one outcome, in the order in which they come about.
 *
 * A key that refuses is not asked again: a second try with the same wrong PIN would lock a token. Then all that waited for it
 * are refused with its code.
 */
export async function* signBatch<Item, Prepared, Made>(
  items: readonly Item[],
  key: BatchKey,
  steps: BatchSteps<Item, Prepared, Made>,
  options: BatchOptions = {},
): AsyncGenerator<BatchOutcome<Item, Made>, void, void> {
  const { concurrency = 4, signal, onProgress } = options;
  const of = items.length;
  const waiting: Entry<Item, Prepared>[] = [];
  for (const [index, item] of items.entries()) {
    try {
      requireWanted(signal);
      waiting.push({ item, index, prepared: await steps.prepare(item, index) });
    } catch (fault) {
      yield refused(item, index, fault);
    }
    onProgress?.({ phase: 'prepared', done: index + 1, of });
  }
  if (waiting.length === 0) return;

  const signed: (Entry<Item, Prepared> & { readonly value: Uint8Array })[] = [];
  for await (const step of values(waiting, key, steps, signal)) {
    if (step.value === undefined) yield refused(step.entry.item, step.entry.index, step.fault);
    else signed.push({ ...step.entry, value: step.value });
    onProgress?.({ phase: 'signed', done: signed.length, of });
  }

  const finish = async (one: (typeof signed)[number]): Promise<BatchOutcome<Item, Made>> => {
    const { item, index } = one;
    try {
      requireWanted(signal);
      return { status: 'signed', item, index, made: await steps.finish(item, one.prepared, one.value, index) };
    } catch (fault) {
      return refused(item, index, fault);
    }
  };
  let done = of - signed.length;
  for await (const outcome of pooled(signed, finish, concurrency)) {
    onProgress?.({ phase: 'finished', done: ++done, of });
    yield outcome;
  }
}

interface Step<E> {
  readonly entry: E;
  readonly value?: Uint8Array;
  readonly fault?: unknown;
}

async function* values<Item, Prepared>(
  entries: readonly Entry<Item, Prepared>[],
  key: BatchKey,
  steps: Pick<BatchSteps<Item, Prepared, unknown>, 'dataOf'>,
  signal: BatchOptions['signal'],
): AsyncGenerator<Step<Entry<Item, Prepared>>, void, void> {
  if (key.signAll === undefined) {
    let refusal: { readonly fault: unknown } | undefined;
    for (const entry of entries) {
      try {
        if (refusal !== undefined) throw refusal.fault;
        requireWanted(signal);
        yield { entry, value: await key.sign(steps.dataOf(entry.prepared)) };
      } catch (fault) {
        refusal ??= { fault };
        yield { entry, fault };
      }
    }
    return;
  }
  try {
    requireWanted(signal);
    const made = await key.signAll(entries.map((entry) => steps.dataOf(entry.prepared)));
    if (made.length !== entries.length) {
      const message = `the key gave ${made.length} values for ${entries.length} items`;
      throw new SignatureFault('batch.values-missing', message);
    }
    for (const [i, entry] of entries.entries()) yield { entry, value: made[i] as Uint8Array };
  } catch (fault) {
    for (const entry of entries) yield { entry, fault };
  }
}

/** At most `width` at work; results as they come. Whoever stops listening waits for those on their way. */
async function* pooled<T, R>(items: readonly T[], work: (item: T) => Promise<R>, width: number): AsyncGenerator<R, void, void> {
  const running = new Map<number, Promise<readonly [number, R]>>();
  let next = 0;
  try {
    while (next < items.length || running.size > 0) {
      while (next < items.length && running.size < Math.max(1, width)) {
        const n = next++;
        running.set(
          n,
          work(items[n] as T).then((result) => [n, result] as const),
        );
      }
      const [n, result] = await Promise.race(running.values());
      running.delete(n);
      yield result;
    }
  } finally {
    await Promise.allSettled(running.values());
  }
}

function requireWanted(signal: BatchOptions['signal']): void {
  if (signal?.aborted === true) throw new SignatureFault('batch.cancelled', 'the batch was cancelled before this item was done');
}

const STABLE_CODE = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

function refused<Item>(item: Item, index: number, fault: unknown): BatchOutcome<Item, never> {
  const { code, message } = fault as { readonly code?: unknown; readonly message?: unknown };
  const known = typeof code === 'string' && STABLE_CODE.test(code);
  const text = typeof message === 'string' ? message : String(fault);
  return { status: 'refused', item, index, code: known ? code : 'batch.item-fault', message: text, fault };
}
