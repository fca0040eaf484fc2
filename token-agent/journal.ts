import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { JobAnswer } from '@antin/protocol/agent/jobs';

/**
 * The agent's own record of what its keys did, one JSON line an event, on disk before the next step: intent before a key is
 * used, result after. What is not in it did not happen; an intent without a result means that nobody knows.
 */
const Entry = z.discriminatedUnion('event', [
  /** An order that passed its checks. `token` is the SHA-256 of the whole JWS: the same `jti` with other content is a replay. */
  z.object({ event: z.literal('seen'), at: z.string(), jti: z.string(), token: z.string() }),
  z.object({
    event: z.literal('intent'),
    at: z.string(),
    jti: z.string(),
    credential: z.string(),
    documents: z.array(z.string()),
  }),
  z.object({ event: z.literal('result'), at: z.string(), jti: z.string(), answer: JobAnswer }),
  z.object({ event: z.literal('delivered'), at: z.string(), jti: z.string(), state: z.string() }),
]);
export type Entry = z.infer<typeof Entry>;
type NewEntry = Entry extends infer E ? (E extends { at: string } ? Omit<E, 'at'> : never) : never;

export interface JobMemory {
  readonly token?: string;
  readonly intent: boolean;
  readonly answer?: JobAnswer;
  readonly delivered: boolean;
}

export class AgentJournal {
  readonly #descriptor: number;
  readonly #jobs = new Map<string, JobMemory>();
  readonly #clock: () => Date;

  constructor(path: string, clock: () => Date) {
    this.#clock = clock;
    let torn = false;
    if (existsSync(path)) {
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      // A line cut off by a power failure was never acted upon: acting waits for fsync.
      torn = lines.pop() !== '';
      for (const line of lines) this.#apply(parse(line));
    }
    this.#descriptor = openSync(path, 'a', 0o600);
    if (torn) writeSync(this.#descriptor, '\n');
  }

  /** On disk when this returns. */
  write(entry: NewEntry): void {
    const whole = { ...entry, at: this.#clock().toISOString() } as Entry;
    writeSync(this.#descriptor, `${JSON.stringify(whole)}\n`);
    fsyncSync(this.#descriptor);
    this.#apply(whole);
  }

  about(jti: string): JobMemory | undefined {
    return this.#jobs.get(jti);
  }

  /** Orders whose key use was begun and not finished: the process died in between. */
  interrupted(): string[] {
    return [...this.#jobs].filter(([, job]) => job.intent && job.answer === undefined).map(([jti]) => jti);
  }

  /** Answers the server has not taken yet. */
  undelivered(): { jti: string; answer: JobAnswer }[] {
    return [...this.#jobs].flatMap(([jti, job]) =>
      job.answer !== undefined && !job.delivered ? [{ jti, answer: job.answer }] : [],
    );
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #apply(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const before = this.#jobs.get(entry.jti) ?? { intent: false, delivered: false };
    const changes = {
      seen: () => ({ ...before, token: (entry as { token: string }).token }),
      intent: () => ({ ...before, intent: true }),
      // The first result stands: a later one would let a used key become "not used".
      result: () => (before.answer === undefined ? { ...before, answer: (entry as { answer: JobAnswer }).answer } : before),
      delivered: () => ({ ...before, delivered: true }),
    };
    this.#jobs.set(entry.jti, changes[entry.event]());
  }
}

function parse(line: string): Entry | undefined {
  if (line === '') return undefined;
  try {
    return Entry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // the torn line of an earlier start, ended by `\n` since
  }
}
