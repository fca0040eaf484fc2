import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { FileStore } from '@antin/adapters/files/store';
import type { Tx } from '@antin/adapters/db/transaction';
import type { CitizenNumbers } from '@antin/agency/directory/citizen-number';
import type { AuthorityService } from '@antin/authority/service';

/** What the practice agent makes for one person or agency: a key of its own, and the request for a certificate. */
export interface EnrolmentRequest {
  /** Name inside the demo, e.g. `person:stc.lan`. */
  readonly key: string;
  readonly profile: 'person' | 'organisation';
  /** Relative names in order: short names and texts. */
  readonly subject: [string, string][];
}

/** The process that holds the demo people's keys; the server sees requests and certificates only. */
export interface PracticeKeys {
  enrol(requests: EnrolmentRequest[]): Promise<readonly { readonly key: string; readonly csr: Uint8Array }[]>;
  /** Certificate first, then its issuers. */
  accept(certificates: { readonly key: string; readonly chain: readonly Uint8Array[] }[]): Promise<void>;
}

export interface SeedDoors {
  readonly db: AnyDatabase;
  readonly files: FileStore;
  /** Seals the citizen numbers of the demo; without it nobody has one. */
  readonly numbers?: CitizenNumbers;
  readonly authority: AuthorityService;
  readonly agent: PracticeKeys;
  readonly registerAgent: (tx: Tx, personIds: readonly string[], certificates: readonly Uint8Array[]) => Promise<void>;
  /** The office's own HTTP application, called without a network: drafts go in through the same door as people's. */
  readonly request: (path: string, init: RequestInit) => Promise<Response>;
  /** Turns the clock of the authority back for documents of the past, and forward again with `undefined`. */
  readonly turnClock: (to: Date | undefined) => void;
  readonly now: () => Date;
  readonly password: string;
  readonly passwordHash: string;
  readonly font: Uint8Array;
}
