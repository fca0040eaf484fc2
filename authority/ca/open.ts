import type { Db } from '@antin/adapters/db/transaction';
import { PRACTICE_POLICY, PRACTICE_TSA_POLICY } from '@antin/pki/path/practice';
import { decodeDer } from '@antin/formats/der/reader';
import { buildName, parseName } from '@antin/pki/x509/name';
import type { Name } from '@antin/pki/x509/name';
import { oneAtATime } from '../issuance/store.ts';
import { readHierarchy } from '../keys/hierarchy.ts';
import { softwareKey } from '../keys/software-key.ts';
import type { CaKey } from '../keys/signing-key.ts';
import { ISSUING_SCHEDULE, ROOT_SCHEDULE } from '../status/schedule.ts';
import { PRACTICE_SHARDS } from '../status/shards.ts';
import { openAuthorityKeys, SUBJECTS } from './authority-keys.ts';
import { caGenerations, sha256Of } from './generations.ts';
import type { CaGenerations } from './generations.ts';
import { openInstalledCas } from './installed.ts';
import { adoptFirstGenerations, practiceKeys, preparePracticeCa } from './practice.ts';
import { recordCa } from './record.ts';
import type { Generation } from './rules.ts';
import { generationBySha256 } from './store.ts';

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

/**
 * What ceremonies installed in the folder, or else the practice folder, whose keys are made on the first start.
 *
 * @throws {AuthorityFault} `ca.*`, `keys.*`
 */
export async function openCas(options: OpenCasOptions): Promise<OpenCas> {
  const hierarchy = readHierarchy(options.dataDir);
  return hierarchy === undefined ? openPracticeCas(options) : openInstalledCas(options, hierarchy);
}

async function openPracticeCas({ db, dataDir, baseUrl, clock }: OpenCasOptions): Promise<OpenCas> {
  // Two processes that start at once on an empty folder must not each make a root.
  const keys = await oneAtATime(db, async () => {
    const opened = openAuthorityKeys(dataDir, baseUrl, Math.floor(clock() / 1000) * 1000);
    await adoptFirstGenerations(db, opened, clock());
    return opened;
  });
  for (const [{ certificate }, schedule, shards] of [
    [keys.root, ROOT_SCHEDULE, 0],
    [keys.issuing, ISSUING_SCHEDULE, PRACTICE_SHARDS],
  ] as const) {
    const generation = await generationBySha256(db, sha256Of(certificate.raw));
    if (generation !== undefined) await recordCa(db, generation, { baseUrl, schedule, shards, expiredStay: true }, clock());
  }
  const uses = { ocsp: ['ocsp'], tsa: ['tsp'] } as const;
  const generations = caGenerations({ db, keyOf: practiceKeys(keys.folder) });
  return {
    generations,
    practice: true,
    policies: [PRACTICE_POLICY],
    tsaPolicies: [PRACTICE_TSA_POLICY],
    serviceName: async (name) => parseName(decodeDer(buildName(SUBJECTS[name]))),
    serviceKey: (name) =>
      oneAtATime(db, async () => {
        const spki = keys.serviceKey(name);
        const pkcs8 = keys.folder.readKey(name) as Uint8Array;
        return softwareKey({ pkcs8, spki, algorithm: { scheme: 'ecdsa', digest: 'SHA-256' }, uses: uses[name] });
      }),
    prepareNext: async (series) =>
      preparePracticeCa({
        ...{ db, folder: keys.folder, series, baseUrl, now: clock() },
        parent: await generations.activeOf('root'),
        profiles: [],
      }),
    watch: async () => {},
    stop: async () => {},
  };
}
