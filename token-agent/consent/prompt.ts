import type { Order } from '../order.ts';
import type { KeyCondition } from '../keys/holder.ts';
import type { Words } from '../taken.ts';

/** One order, checked and complete, as a person is asked about it. */
export interface PresentedJob {
  /** Of the job, or of the batch. */
  readonly jti: string;
  readonly claims: Order['claims'];
  /** Documents that one consent signs; files are more when they have annexes. */
  readonly items: number;
  readonly batch: boolean;
  /** What was read in the documents themselves, when it says what is done; else the act of the order. */
  readonly heading?: Words;
  readonly summary: readonly PresentedLine[];
  /** What is on disk under `path` is what will be signed: hashed and held against the order. */
  readonly documents: readonly PresentedDocument[];
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

export interface PresentedLine {
  readonly label: Words;
  readonly value: string;
  /** Words of the server beside what is signed: shown as such. */
  readonly told?: true;
}

export interface PresentedDocument {
  readonly index: number;
  readonly title: string;
  readonly fileName: string;
  readonly size: number;
  readonly path: string;
  readonly pages?: number;
}

/** An order whose documents are still being fetched and checked: nothing can be consented to yet. */
export interface ComingJob {
  readonly jti: string;
  readonly claims: Order['claims'];
  readonly items: number;
  readonly batch: boolean;
  /** Documents that are to be checked, files of a container as one. */
  readonly total: number;
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
  /** An order is on its way: so many of its documents are checked. */
  coming(job: ComingJob, checked: number): void;
  /** One question about all documents of one order. Taken back when the signal is aborted (expired, cancelled). */
  ask(job: PresentedJob, signal: AbortSignal): Promise<Decision>;
  tell(outcome: Outcome): void;
  /** So many documents of an order are done. */
  progress(order: string, done: number): void;
  /** An order is over: its question goes. Without a number: all of it ends. */
  close(order?: string): Promise<void>;
}
