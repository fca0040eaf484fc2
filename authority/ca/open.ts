import { PRACTICE_POLICY, PRACTICE_TSA_POLICY } from '@antin/pki/path/practice';
import { decodeDer } from '@antin/formats/der/reader';
import { buildName, parseName } from '@antin/pki/x509/name';
import { oneAtATime } from '../issuance/store.ts';
import { readHierarchy } from '../keys/hierarchy.ts';
import { softwareKey } from '../keys/software-key.ts';
import { ISSUING_SCHEDULE, ROOT_SCHEDULE } from '../status/schedule.ts';
import { PRACTICE_SHARDS } from '../status/shards.ts';
import { openAuthorityKeys, SUBJECTS } from './authority-keys.ts';
import { caGenerations, sha256Of } from './generations.ts';
import type { OpenCas, OpenCasOptions } from './cas.ts';
import { openInstalledCas } from './installed.ts';
import { adoptFirstGenerations, practiceKeys, preparePracticeCa } from './practice.ts';
import { recordCa } from './record.ts';
import { generationBySha256 } from './store.ts';

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
