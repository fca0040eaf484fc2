import { Worker } from 'node:worker_threads';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { Evidence } from '@antin/signature/validation/types';
import { HttpRefusal } from '@antin/adapters/http/fault';
import type { AnchorData, FromThread, ToThread } from './messages.ts';
import type { Ask, FirstAnswer, Question } from './question.ts';

export interface PoolLimits {
  /** Threads at the most; of several, one is only for the office's own questions. */
  readonly threads: number;
  /** Of one question, from when a thread has it. */
  readonly milliseconds: number;
  /** Of JavaScript memory in one thread. */
  readonly megabytes: number;
  /** Questions that wait; more are told to come later. */
  readonly waiting: number;
}

export const POOL_LIMITS: PoolLimits = { threads: 3, milliseconds: 30_000, megabytes: 512, waiting: 200 };

/** Answers questions in threads of their own; `stop` ends what is under way. */
export interface ThreadPool {
  /** For what strangers send. @throws {HttpRefusal} `http.unavailable` when too many wait */
  readonly ask: Ask;
  /** For what the office made itself while a person waits: before the others, and never behind their files alone. */
  readonly askFirst: Ask;
  /** Starts the first thread, so that nobody waits for the engine to load. */
  warm(): void;
  stop(): Promise<void>;
}

interface Waiting {
  readonly first: boolean;
  readonly question: Question;
  readonly anchors: readonly TrustAnchor[];
  readonly evidence: Evidence;
  readonly resolve: (answer: FirstAnswer) => void;
  readonly reject: (fault: Error) => void;
}

/**
 * A few threads that judge, so that a file which costs much keeps nobody else waiting: the office answers meanwhile, and a thread that
 * does not come to an end in time, or wants more memory than a file may cost, is ended with everything a hostile file left in it.
 *
 * A thread is used again and again; files are read from their descriptors, not copied.
 */
export function threadPool(options: Partial<PoolLimits> = {}): ThreadPool {
  const limits: PoolLimits = { ...POOL_LIMITS, ...options };
  const waiting: Waiting[] = [];
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  let stopped = false;
  /** Threads that have a stranger's file. */
  let strangers = 0;

  const next = (): void => {
    for (;;) {
      const full = strangers >= Math.max(1, limits.threads - 1);
      const at = waiting.findIndex((one) => one.first || !full);
      if (at === -1) return;
      const thread = idle.pop() ?? (all.size < limits.threads ? start() : undefined);
      if (thread === undefined) return;
      void give(thread, waiting.splice(at, 1)[0] as Waiting);
    }
  };
  const give = async (thread: Thread, asked: Waiting): Promise<void> => {
    const stranger = asked.first ? 0 : 1;
    strangers += stranger;
    const after = await thread.run(asked);
    strangers -= stranger;
    if (after === 'alive') idle.push(thread);
    else all.delete(thread);
    if (after === 'not-asked' && stopped) asked.reject(new HttpRefusal('http.unavailable'));
    else if (after === 'not-asked') waiting.unshift(asked);
    next();
  };
  const start = (): Thread => {
    const thread = new Thread(limits);
    all.add(thread);
    return thread;
  };
  const lane =
    (first: boolean): Ask =>
    (question, anchors, evidence) =>
      new Promise((resolve, reject) => {
        if (stopped || waiting.length >= limits.waiting) {
          reject(new HttpRefusal('http.unavailable', { headers: { 'retry-after': '10' } }));
          return;
        }
        const behind = first ? waiting.findIndex((one) => !one.first) : -1;
        waiting.splice(behind === -1 ? waiting.length : behind, 0, { first, question, anchors, evidence, resolve, reject });
        next();
      });
  return {
    ask: lane(false),
    askFirst: lane(true),
    warm() {
      if (!stopped && all.size === 0) idle.push(start());
    },
    async stop() {
      stopped = true;
      for (const one of waiting.splice(0)) one.reject(new HttpRefusal('http.unavailable'));
      await Promise.all([...all].map((thread) => thread.end()));
      all.clear();
    },
  };
}

class Thread {
  readonly #worker: Worker;
  readonly #limits: PoolLimits;
  readonly #ready: Promise<void>;
  #known: readonly AnchorData[] | undefined;
  #loaded = false;
  #ended = false;
  /** To end, by us. */
  #told = false;
  #why: Error | number | undefined;
  #heard: (message: FromThread | Error | number) => void = () => {};

  constructor(limits: PoolLimits) {
    this.#limits = limits;
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
    });
    // An idle thread keeps no process alive.
    this.#worker.unref();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ready = promise;
    this.#worker.on('message', (message: FromThread) => {
      if (!('ready' in message)) return this.#heard(message);
      this.#loaded = true;
      resolve();
    });
    this.#worker.on('error', (fault: Error) => this.#over(resolve, fault));
    this.#worker.on('exit', (code) => this.#over(resolve, code));
  }

  #over(ready: () => void, why: Error | number): void {
    this.#ended = true;
    this.#why ??= why;
    ready();
    this.#heard(why);
  }

  /** `not-asked`: it ended by itself before it had the question. */
  async run({ question, anchors, evidence, resolve, reject }: Waiting): Promise<'alive' | 'gone' | 'not-asked'> {
    this.#worker.ref();
    // Loading the engine is not the file's fault.
    await this.#ready;
    if (this.#ended && (this.#loaded || this.#told)) return 'not-asked';
    if (this.#ended) {
      // A further one would fare no better.
      reject(new Error('the engine could not be loaded in a thread', { cause: this.#why }));
      return 'gone';
    }
    const heard = Promise.withResolvers<FromThread | Error | number | 'late'>();
    this.#heard = heard.resolve;
    const timer = setTimeout(() => heard.resolve('late'), this.#limits.milliseconds);
    try {
      const fresh = this.#fresh(anchors);
      const message: ToThread = { question, evidence: copied(evidence), ...(fresh === undefined ? {} : { anchors: fresh }) };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage(message);
      const said = await heard.promise;
      // Only once nothing reads the file any more may its owner close it.
      if (said === 'late' || said instanceof Error || typeof said === 'number') await this.end();
      if (said === 'late') resolve({ status: 'stopped', code: 'verify.time-over' });
      else if (said instanceof Error && isOutOfMemory(said)) resolve({ status: 'stopped', code: 'verify.memory-over' });
      else if (said instanceof Error) reject(said);
      else if (typeof said === 'number') reject(new HttpRefusal('http.unavailable'));
      else if ('answer' in said) resolve(said.answer);
      else if ('fault' in said) reject(faultOf(said.fault));
    } catch (fault) {
      reject(fault as Error);
    } finally {
      clearTimeout(timer);
      this.#heard = () => {};
      this.#worker.unref();
    }
    return this.#ended ? 'gone' : 'alive';
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#told = true;
    await this.#worker.terminate();
  }

  /** Undefined while the thread knows them. */
  #fresh(anchors: readonly TrustAnchor[]): readonly AnchorData[] | undefined {
    const data = anchors.map(({ certificate, ...rest }): AnchorData => ({ ...rest, certificate: certificate.raw }));
    const known = this.#known;
    if (known !== undefined && known.length === data.length && known.every((one, i) => same(one, data[i] as AnchorData))) {
      return undefined;
    }
    this.#known = data;
    return data.map((one) => ({ ...one, certificate: one.certificate.slice() }));
  }
}

function same(a: AnchorData, b: AnchorData): boolean {
  if (a.certificate !== b.certificate && Buffer.compare(a.certificate, b.certificate) !== 0) return false;
  const plain = (one: AnchorData): string => JSON.stringify({ ...one, certificate: undefined });
  return plain(a) === plain(b);
}

/** A view into a large buffer would take the whole buffer along. */
function copied({ certificates, crls, ocsps }: Evidence): Evidence {
  const copy = (all: readonly Uint8Array[]): Uint8Array[] => all.map((one) => one.slice());
  return { certificates: copy(certificates), crls: copy(crls), ocsps: copy(ocsps) };
}

function isOutOfMemory(fault: Error): boolean {
  return (fault as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function faultOf({ code, message, stack }: { code: string | undefined; message: string; stack: string | undefined }): Error {
  const fault = new Error(message);
  if (stack !== undefined) fault.stack = stack;
  return code === undefined ? fault : Object.assign(fault, { code });
}
