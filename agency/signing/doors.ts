import type { FileStore } from '@antin/adapters/files/store';
import type { Inflate } from '@antin/formats/bytes/source';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { TrustAnchor } from '@antin/pki/path/validate';
import type { EvidenceSource } from '@antin/signature/making/evidence';
import type { Deflate } from '@antin/signature/pades/image';
import type { SigningJobs } from '@antin/adapters/devices/jobs';
import type { Clock } from '@antin/adapters/clock/clock';
import type { Db } from '@antin/adapters/db/transaction';
import type { IssueLevel } from './issue-level.ts';

/** One signature of a stored PDF as the engine judges it now. */
export interface JudgedSignature {
  readonly status: 'valid' | 'invalid' | 'indeterminate';
  readonly level: string | null;
  /** What the file itself says, for documents that were not signed here. */
  readonly signer?: { readonly name: string; readonly kind: 'person' | 'organisation'; readonly at: string };
}

/** Judges a stored file; signatures in the order of signing. */
export type JudgeSignatures = (sha256: string) => Promise<readonly JudgedSignature[]>;

/** Places where a test may stop the process: names of the steps between which nothing may be half done. */
export type SigningStep =
  | 'issue.number-reserved'
  | 'issue.prepared'
  | 'issue.committed'
  | 'answer.values-stored'
  | 'batch.opened'
  | 'batch.prepared-one'
  | 'batch.released'
  | 'complete.begun'
  | 'complete.time-stamped'
  | 'complete.embedded'
  | 'complete.switching'
  | 'complete.done'
  | 'stamp.begun'
  | 'stamp.stored'
  | 'stamp.done';

export interface SigningDoors {
  readonly db: Db;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly crypto: CryptoDoor;
  readonly inflate: Inflate;
  readonly deflate?: Deflate;
  /** TrueType file with the metrics of Times New Roman and all Vietnamese letters. */
  readonly font: Uint8Array;
  readonly jobs: SigningJobs;
  /** Asks the time-stamp authority. @param imprint SHA-256 of a signature value @returns DER of a TimeStampToken over it */
  readonly timeStamp: (imprint: Uint8Array) => Promise<Uint8Array>;
  /** How long a person's signature waits for its time-stamp before it goes on without, ms; 20,000 when left out. */
  readonly patienceMs?: number;
  /** Whether the authority was silent lately; made by `office.ts` around `timeStamp`. */
  readonly authority?: { readonly away: () => boolean; readonly noteSilence: () => void };
  /** Level of issued documents. */
  readonly issueLevel: () => IssueLevel;
  readonly anchors: () => readonly TrustAnchor[];
  /** Revocation data of the issuers we know; what cannot be had is left out. */
  readonly evidenceFor: EvidenceSource;
  /** Revocation state now, by CRL or OCSP of the issuer. */
  readonly statusOf: (certificate: Uint8Array) => Promise<'good' | 'revoked' | 'unknown'>;
  /** Issuer first, as far as known: embedded beside the signing certificate. */
  readonly chainOf: (certificate: Uint8Array) => Promise<readonly Uint8Array[]>;
  readonly profile: 'practice' | 'production';
  /** The engine's judgement of a stored file: the check after every signature, and the lines on the page. */
  readonly judgeSignatures: JudgeSignatures;
  /** For crash tests. */
  readonly at?: (step: SigningStep) => void | Promise<void>;
}
