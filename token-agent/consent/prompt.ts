import type { JobClaims } from '@antin/protocol/agent/jobs';
import type { Order } from '../order.ts';
import type { KeyCondition } from '../keys/holder.ts';

/** One order, checked and complete, as a person is asked about it. */
export interface PresentedJob {
  /** Of the job, or of the batch. */
  readonly jti: string;
  readonly claims: Order['claims'];
  /** Documents that one consent signs; files are more when they have annexes. */
  readonly items: number;
  readonly batch: boolean;
  readonly summary: JobClaims['summary'];
  /** What is on disk under `path` is what will be signed: hashed and held against the order. */
  readonly documents: readonly {
    readonly index: number;
    readonly title: string;
    readonly fileName: string;
    readonly size: number;
    readonly path: string;
  }[];
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly serialHex: string;
    readonly notAfter: string;
    readonly place: string;
  };
  readonly condition: KeyCondition;
  readonly practice: boolean;
  /** Wrong PINs typed for this certificate since the agent started. */
  readonly wrongPins: number;
}

export type Decision = { readonly decision: 'sign'; readonly pin: Buffer } | { readonly decision: 'refuse' };

/** What became of an order, by stable code: `signed`, or the reason of the answer. */
export interface Outcome {
  readonly jti: string;
  /** The order it belonged to; its own number when it came alone. */
  readonly order: string;
  readonly title: string;
  readonly code: string;
  readonly at: string;
}

/**
 * Where consent is given and a PIN is typed: the agent's own page, or a native dialogue. Never the office's page.
 */
export interface Prompt {
  /** One question about all documents of one order. Taken back when the signal is aborted (expired, cancelled). */
  ask(job: PresentedJob, signal: AbortSignal): Promise<Decision>;
  tell(outcome: Outcome): void;
  /** So many documents of an order are done. */
  progress(order: string, done: number): void;
  /** An order is over: its question goes. Without a number: all of it ends. */
  close(order?: string): Promise<void>;
}
