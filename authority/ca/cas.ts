import type { Db } from '@antin/adapters/db/transaction';
import type { Name } from '@antin/pki/x509/name';
import type { SignerState } from '../keys/signers.ts';
import type { CaKey } from '../keys/signing-key.ts';
import type { CaGenerations } from './generations.ts';
import type { Generation } from './rules.ts';

export type ServiceName = 'ocsp' | 'tsa';

/** The CAs of this authority and the keys of its services, wherever they live. */
export interface OpenCas {
  readonly generations: CaGenerations;
  /** Made of files, for trying things out. */
  readonly practice: boolean;
  /** Policies in every certificate, and those of time-stamps. */
  readonly policies: readonly string[];
  readonly tsaPolicies: readonly string[];
  serviceName(name: ServiceName): Promise<Name>;
  serviceKey(name: ServiceName): Promise<CaKey>;
  /**
   * The next generation of a series, not active yet; only in practice: elsewhere a ceremony makes it.
   *
   * @throws {AuthorityFault} `ca.ceremony-needed`
   */
  prepareNext(series: string): Promise<Generation>;
  /** What must be looked at now and then: that nothing was signed without a record. */
  watch(): Promise<void>;
  /** The processes that hold keys, as they answer now; absent where keys lie in files. */
  signers?(): Promise<readonly SignerState[]>;
  stop(): Promise<void>;
}

export interface OpenCasOptions {
  readonly db: Db;
  readonly dataDir: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly clock: () => number;
  readonly log: { info(facts: object, text: string): void; error(facts: object, text: string): void };
  /** Asked for a signer whose file wants its PIN from a person; the buffer is zeroed. */
  readonly pin?: (signer: string) => Promise<Buffer>;
  /** Production: a token made of software is refused. */
  readonly hardwareOnly?: boolean;
}
