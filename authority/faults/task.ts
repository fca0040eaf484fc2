import type { DatabaseAddress } from '@antin/adapters/db/connect';

/** What a process of the authority does in a run; every instant between two of its steps is a place to die. */
export const ACTS = ['issue', 'issue-many', 'revoke', 'lists', 'reconcile', 'everything'] as const;
export type Act = (typeof ACTS)[number];

export interface Task {
  readonly address: DatabaseAddress;
  readonly act: Act;
  /** Own clock of the process, milliseconds since 1970: clocks are stepped between runs. */
  readonly now: number;
  /** The instant, counted over everything the process sends and receives, at which it kills itself; absent: it lives. */
  readonly dieAt?: number;
  /** CA certificate, base64 DER. */
  readonly certificate: string;
  /** PKCS#8, base64; absent when `signer` holds the key. */
  readonly pkcs8?: string;
  /** Socket of a signer process. */
  readonly signer?: string;
  /** Every signature is written here before anybody can see it: what the world might hold. */
  readonly log: string;
  /** Serials that may be revoked. */
  readonly serials: readonly string[];
}

/** What a process says it has done: promises that must hold after any crash. */
export type Said =
  | { readonly said: 'issued'; readonly serialHex: string; readonly sha256: string }
  | { readonly said: 'revoked'; readonly serialHex: string }
  | { readonly said: 'failed'; readonly code: string }
  | { readonly said: 'done'; readonly instants: number };
