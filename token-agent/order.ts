import type { BatchClaims, BatchItem, JobClaims } from '@antin/protocol/agent/jobs';

/** One question to a person: a job, or several bound together by one signature of the platform. */
export interface Order {
  /** Of the job, or of the batch. */
  readonly id: string;
  readonly claims: Omit<JobClaims, 'summary' | 'documents'>;
  readonly items: readonly BatchItem[];
  readonly batch: boolean;
}

export function orderOfJob(claims: JobClaims): Order {
  const { jti, summary, documents } = claims;
  return { id: jti, claims, items: [{ jti, summary, documents }], batch: false };
}

export function orderOfBatch(claims: BatchClaims): Order {
  return { id: claims.jti, claims, items: claims.items, batch: true };
}

/** An order under way. Items leave it one by one; when none is left there is nothing to ask any more. */
export class Run {
  readonly order: Order;
  readonly controller = new AbortController();
  readonly #open: Map<string, BatchItem>;
  readonly #inUse = new Set<string>();

  constructor(order: Order, items: readonly BatchItem[]) {
    this.order = order;
    this.#open = new Map(items.map((item) => [item.jti, item]));
  }

  get items(): readonly BatchItem[] {
    return [...this.#open.values()];
  }

  has(jti: string): boolean {
    return this.#open.has(jti);
  }

  /** From here on only the key's answer counts. */
  begin(items: readonly BatchItem[]): void {
    for (const { jti } of items) this.#inUse.add(jti);
  }

  /** It got its answer. @returns false when it was not open any more */
  close(jti: string): boolean {
    this.#inUse.delete(jti);
    return this.#open.delete(jti);
  }

  /** @returns whether the item may be dropped now: it is open, and the key is not at work on it */
  mayDrop(jti: string): boolean {
    return this.#open.has(jti) && !this.#inUse.has(jti);
  }
}
