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

/** Of all documents of one order, bytes on this machine's disk. */
const MOST = 4 * 2 ** 30;

/**
 * Items that nobody is asked about: an act that is not done with such documents (a statement in the clothes of a letter), and
 * what would fill the disk.
 */
export function unfit(order: Order, items: readonly BatchItem[]): { readonly jti: string; readonly code: string }[] {
  const kind = order.claims.act === 'approve' ? 'statement' : order.claims.act === 'request' ? 'container' : 'pdf';
  let left = MOST;
  return items.flatMap(({ jti, documents }) => {
    if (documents.some((one) => ('content' in one ? one.content : 'pdf') !== kind)) return [{ jti, code: 'job.act' }];
    const size = documents.reduce((sum, one) => sum + one.size, 0);
    if (size > left) return [{ jti, code: 'job.too-large' }];
    left -= size;
    return [];
  });
}

/** An order under way. Items leave it one by one; when none is left there is nothing to ask any more. */
export class Run {
  readonly order: Order;
  readonly controller = new AbortController();
  readonly #open: Map<string, BatchItem>;
  readonly #inUse = new Set<string>();
  /** What each document is called once it was read; what the server called it, until then. */
  readonly titles = new Map<string, string>();

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
