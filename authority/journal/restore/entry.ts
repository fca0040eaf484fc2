import { z } from 'zod';
import { JournalFault } from '@antin/adapters/journal/fault';
import type { ForgottenEntry } from '@antin/adapters/journal/restore';

/** An entry as it was written; `detail` by kind. */
export interface Happened {
  readonly leafIndex: number;
  readonly at: number;
  readonly kind: string;
  readonly serialHex: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly certificate: Uint8Array | undefined;
}

const Written = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.string(),
  serial: z.string().optional(),
  detail: z.record(z.string(), z.unknown()),
});

/** @throws {JournalFault} `journal.copy-damaged`: signed, and yet nothing this authority writes */
export function readEntry({ leafIndex, canonical, certificate }: ForgottenEntry): Happened {
  try {
    const { at, kind, serial, detail } = Written.parse(JSON.parse(canonical));
    return { leafIndex, at: Date.parse(at), kind, serialHex: serial, detail, certificate };
  } catch (cause) {
    throw new JournalFault('journal.copy-damaged', `entry ${leafIndex} is none of an authority`, { cause });
  }
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Why an entry stands on the list for a person: what it did is not done again by itself. */
export type LeftReason =
  | 'submission-lost'
  | 'request-work-lost'
  | 'request-not-moved'
  | 'hand-over-lost'
  | 'officer-change-lost'
  | 'setting-lost'
  | 'account-lost'
  | 'ca-change'
  | 'certificate-without-bytes'
  | 'revoked-meanwhile'
  | 'list-unknown';

/** One line of the list that is printed after a restore. */
export interface LeftOver {
  readonly leafIndex: number;
  readonly at: number;
  readonly kind: string;
  readonly reason: LeftReason;
  /** Serial number, id of a request or an officer: what to look up. */
  readonly about: string;
}
