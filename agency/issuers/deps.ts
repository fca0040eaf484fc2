import type { Clock } from '@antin/adapters/clock/clock';
import type { AnyDatabase } from '@antin/adapters/db/connect';
import type { Db, Tx } from '@antin/adapters/db/transaction';
import type { FileStore } from '@antin/adapters/files/store';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { ItemResult } from '@antin/protocol/certificates/result';
import type { Limits } from '../certificates/limits.ts';
import type { CitizenNumbers } from '../directory/citizen-number.ts';
import type { JudgeArchive } from './archive-seal.ts';
import type { IssuerConnector } from './connector.ts';
import type { RequestSealer } from './seal.ts';
import type { ItemRecord } from './store.ts';

/** An issued certificate that was read and fits its item. */
export interface ReadCertificate {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly deviceSerial: string | undefined;
}

/** What requests to issuers need from outside. */
export interface IssuerDeps {
  readonly db: AnyDatabase;
  readonly clock: Clock;
  readonly files: FileStore;
  /** Seals requests and what travels, at rest. */
  readonly vault: CitizenNumbers;
  readonly connectors: ReadonlyMap<string, IssuerConnector>;
  readonly defaultConnector: string;
  /** Stands in where no organisation signs: see `unsealed`. */
  readonly sealer: RequestSealer;
  /** Whether a request may leave under `sealer` alone when an officer says so (practice); refused when left out. */
  readonly unsealed?: 'refused' | 'when-said' | undefined;
  /** Whether a certificate comes from an issuer that this installation knows; what does not is listed as foreign. */
  readonly trusted: (certificate: Certificate, chain: readonly Certificate[]) => boolean;
  /** Judges what came back sealed; without it a seal that is required is never found. */
  readonly judgeArchive?: JudgeArchive;
  /** Dated configuration of the day; without it, what ships. */
  readonly limits?: (db: Db) => Promise<Pick<Limits, 'leader-signature' | 'withdrawn-days'>>;
  /** The register hears of every step of an item once, in the transaction that makes it. */
  readonly onItem: (tx: Tx, item: ItemRecord, result: ItemResult, read: ReadCertificate | undefined) => Promise<void>;
  /** Milliseconds between two questions to an issuer that answers online. */
  readonly pollMs?: number;
}
