import type { JobAct, JobAnswer } from '@antin/protocol/agent/jobs';
import type { Credential, SigningJob } from '@antin/protocol/office/signing';
import type { Sha256 } from '@antin/protocol/basics';
import type { z } from 'zod';
import type { Db, Tx } from '../db/transaction.ts';

/** `approve`: an officer signs a statement, not a document. `hand-over`: the receiver of a key signs the record with it. */
export type Act = JobAct;

/**
 * One prepared file. Its bytes (placeholder included) must be in the file store before the transaction commits; what is text
 * and nobody's file comes along as `bytes`, lies beside the job, and is forgotten with it.
 */
export type PreparedDocument = PreparedPdf | PreparedStatement | PreparedContainer;

/** What was prepared, as a job remembers it: without the bytes that came along. */
export type RememberedDocument = PreparedPdf | Omit<PreparedStatement, 'bytes' | 'about'> | Omit<PreparedContainer, 'bytes'>;

interface Prepared {
  readonly title: string;
  readonly fileName: string;
  readonly preparedSha256: string;
  readonly size: number;
  /** DER SET OF Attribute. */
  readonly signedAttributes: Uint8Array;
}

export interface PreparedPdf extends Prepared {
  readonly byteRange: readonly [0, number, number, number];
}

/** Text that is shown whole and signed as CAdES. */
export interface PreparedStatement extends Prepared {
  readonly content: 'statement';
  readonly bytes?: Uint8Array;
  /** The text that the statement names by hash: the device reads in it whom the statement is about. */
  readonly about?: Uint8Array;
}

/** The manifest of a container: the device makes it again from the parts. */
export interface PreparedContainer extends Prepared {
  readonly content: 'container';
  readonly bytes?: Uint8Array;
  /** In the order of the manifest. */
  readonly parts: readonly PreparedPart[];
}

export interface PreparedPart {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

/** Reads a part of a container for a device, for rooms whose files only they can open; in vain is `undefined`. */
export type PartReader = (job: { readonly documentId: string }, part: PreparedPart) => Promise<Uint8Array | undefined>;

export interface NewSigningJob {
  readonly act: Act;
  readonly documentId: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly credentialId: string;
  readonly agentId: string;
  readonly personId: string;
  readonly originatorPositionId: string;
  readonly summary: readonly { readonly label: { readonly vi: string; readonly en: string }; readonly value: string }[];
  readonly documents: readonly PreparedDocument[];
  /** At most five minutes from now are kept: a job is a short-lived order, a new one is made for the next try. */
  readonly expiresAt: Date;
  /** The batch it belongs to; the device sees it when the batch is released. */
  readonly batch?: { readonly id: string; readonly ordinal: number };
}

/** Jobs that a device is asked about together. */
export interface NewBatch {
  readonly act: Act;
  readonly credentialId: string;
  readonly agentId: string;
  readonly personId: string;
  readonly expiresAt: Date;
}

export interface BatchRecord {
  readonly id: string;
  readonly comparisonCode: string;
  readonly deviceName: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly released: boolean;
}

/** What a handler and the release rule see of a job. */
export interface JobRecord {
  readonly id: string;
  readonly act: Act;
  readonly documentId: string;
  readonly credentialId: string;
  readonly agentId: string;
  readonly personId: string;
  readonly originatorPositionId: string;
  readonly documents: readonly RememberedDocument[];
  readonly state: z.infer<typeof SigningJob>['state'];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The agent's authenticated word, once it came; the bytes and the proof are kept beside it verbatim. */
  readonly answer?: JobAnswer;
  readonly answeredAt?: Date;
  readonly closed: boolean;
}

export interface UsableCredential extends z.infer<typeof Credential> {
  readonly id: Sha256;
  readonly certificate: Uint8Array;
  /** The agency of an organisation's certificate. */
  readonly agencyId?: string;
}

/**
 * Called inside the transaction that stores the agent's answer, exactly once a job, and only for the newest job of its
 * document and act that was not closed. `late` says that the document has moved on (checked under the document's own
 * lock): the values are then refused (`already-closed`), the answer itself stays kept as evidence.
 */
export type AnswerHandler = (tx: Tx, job: JobRecord, answer: JobAnswer) => Promise<void | 'late'>;

export interface SigningJobs {
  /**
   * Sends an order to a paired agent. Older jobs of the same document and act stop being current.
   *
   * @throws {Refusal} `device.credential-not-usable` when that agent does not hold that certificate for that person,
   *   `device.no-documents`
   */
  createJob(tx: Tx, job: NewSigningJob): Promise<{ id: string; comparisonCode: string; job: z.infer<typeof SigningJob> }>;
  /** Opens a batch: jobs are made for it one by one, each in its own transaction, and the device learns of none. */
  openBatch(tx: Tx, batch: NewBatch): Promise<BatchRecord>;
  /** All its jobs are made: the device is asked once about all of them. */
  releaseBatch(tx: Tx, id: string): Promise<void>;
  batchRecord(db: Db, id: string): Promise<BatchRecord | undefined>;
  /** As the office page follows it; undefined when there is no such job. */
  jobStatus(db: Db, id: string): Promise<(z.infer<typeof SigningJob> & { personId: string }) | undefined>;
  jobRecord(db: Db, id: string): Promise<JobRecord | undefined>;
  /** Every job ever made for a document and act, oldest first: release needs a `not-used` answer from each. */
  jobsOfDocument(db: Db, documentId: string, act: Act): Promise<JobRecord[]>;
  /** Asks the agent to drop the job. Only its answer says whether it did. */
  requestCancel(tx: Tx, id: string): Promise<void>;
  /** After this a `signed` answer is refused (void, release). */
  closeJob(tx: Tx, id: string): Promise<void>;
  /** What became of received values: embedded and stored, or not. */
  settleJob(tx: Tx, id: string, outcome: { state: 'done' } | { state: 'failed'; reason: string }): Promise<void>;
  onAnswer(act: Act, handler: AnswerHandler): void;
  /** Who reads the parts of containers of this act; else they are looked for in the file store. */
  onPart(act: Act, reader: PartReader): void;
  /** Keys the person can use now in that position, those of agents online first. */
  credentialsFor(
    db: Db,
    who: { personId: string; positionId: string; kind?: 'person' | 'organisation' },
  ): Promise<UsableCredential[]>;
  /** Pairs an agent without the device flow: for the practice agent that this very installation starts. */
  registerAgent(tx: Tx, agent: NewAgent): Promise<{ agentId: string }>;
}

export interface NewAgent {
  /** 32 octets, Ed25519. */
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly holder: 'practice' | 'token';
  readonly personIds: readonly string[];
  /** DER certificates it holds keys for; those not bound in the directory are ignored. */
  readonly certificates: readonly Uint8Array[];
}

/** What devices ask of the directory. */
export interface DeviceDirectory {
  /** Whom a certificate is bound to by issuer and serial number, today. */
  bindingOf(
    db: Db,
    certificate: { readonly issuer: Uint8Array; readonly serialHex: string; readonly der: Uint8Array },
  ): Promise<{ kind: 'person'; personId: string } | { kind: 'organisation'; agencyId: string } | undefined>;
  personName(db: Db, personId: string): Promise<string>;
  /** The agency for which the person may use the organisation's key in that position today (clerks), else undefined. */
  sealAgencyOf(db: Db, who: { personId: string; positionId: string }): Promise<string | undefined>;
}
