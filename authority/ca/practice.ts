import { nodeSecrets } from '@antin/adapters/crypto/node';
import type { Db } from '@antin/adapters/db/transaction';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { PRACTICE_POLICY } from '@antin/pki/path/practice';
import { certificateFrom, buildTbsCertificate } from '@antin/pki/x509/build';
import { parseCertificate } from '@antin/pki/x509/certificate';
import { parsePublicKey } from '@antin/pki/x509/public-key';
import { AuthorityFault } from '../fault.ts';
import type { KeyFolder } from '../keys/key-folder.ts';
import { CA_USES, certifiedKey } from '../keys/signing-key.ts';
import type { CaKey } from '../keys/signing-key.ts';
import { softwareKey } from '../keys/software-key.ts';
import { extensionsOf } from '../profiles/extensions.ts';
import { latestEnd } from '../profiles/limits.ts';
import { PROFILES, SUBSCRIBER_PROFILES } from '../profiles/table.ts';
import type { AuthorityKeys } from './authority-keys.ts';
import { activate, sha256Of, takeIn } from './generations.ts';
import type { Issuer } from './generations.ts';
import { signLink } from './links.ts';
import { endWithin, generationName } from './rules.ts';
import type { Generation } from './rules.ts';
import { ISSUING_SCHEDULE } from '../status/schedule.ts';
import { PRACTICE_SHARDS } from '../status/shards.ts';
import { recordCa } from './record.ts';
import { drawSerial } from './serial.ts';
import { activeOf, generationBySha256, generationsOf } from './store.ts';

/** Keys of practice: files of the folder, by the generation's name, opened when they are first needed. */
export function practiceKeys(folder: KeyFolder): (generation: Pick<Generation, 'name' | 'certificate'>) => Promise<CaKey> {
  return async ({ name, certificate: { spki } }) => {
    const pkcs8 = folder.readKey(name);
    if (pkcs8 === undefined) throw new AuthorityFault('ca.keys-incomplete', `the folder has lost the key of ${name}`);
    return softwareKey({ pkcs8, spki, algorithm: algorithmOf(spki), uses: CA_USES });
  };
}

function algorithmOf(spki: Uint8Array): SignatureAlgorithm {
  const key = parsePublicKey(spki);
  if (key?.kind === 'rsa') return { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
  return { scheme: 'ecdsa', digest: key?.kind === 'ec' && key.curve === 'P-384' ? 'SHA-384' : 'SHA-256' };
}

/** What lies in a folder of before there were generations becomes the first one of its series. */
export async function adoptFirstGenerations(db: Db, keys: Pick<AuthorityKeys, 'root' | 'issuing'>, now: number): Promise<void> {
  const root = await adopt(db, 'root', keys.root.certificate.raw, undefined, ['issuing'], now);
  await adopt(db, 'issuing', keys.issuing.certificate.raw, root, [...SUBSCRIBER_PROFILES, 'ocsp', 'tsa'], now);
}

async function adopt(
  db: Db,
  series: string,
  der: Uint8Array,
  parentSha256: string | undefined,
  profiles: readonly string[],
  now: number,
): Promise<string> {
  const issuerSha256 = sha256Of(der);
  const known = await generationBySha256(db, issuerSha256);
  const taken = known ?? (await takeIn(db, { series, der, parentSha256 }, profiles, now));
  if (taken.state === 'prepared' && taken.generation === 1) await activate(db, issuerSha256, now);
  return issuerSha256;
}

export interface NewPracticeCa {
  readonly db: Db;
  readonly folder: KeyFolder;
  /** The active generation of the series that signs CAs. */
  readonly parent: Issuer;
  readonly series: string;
  /** The DN of a new series; the next generation of a known one keeps its name, so that links are possible. */
  readonly subject?: Uint8Array;
  readonly profiles: readonly string[];
  readonly baseUrl: string;
  readonly now: number;
}

/**
 * A further generation of a series, or the first of a new sub-CA, with its key in the folder of practice. It is `prepared`:
 * `activate` makes it issue. Links both ways are signed when there is an older generation.
 *
 * @throws {AuthorityFault} `ca.no-issuer`, `ca.link`, `ca.tbs-refused`
 */
export async function preparePracticeCa(input: NewPracticeCa): Promise<Generation> {
  const { db, folder, parent, series, now } = input;
  const older = (await generationsOf(db, series))[0];
  const name = generationName(series, (older?.generation ?? 0) + 1);
  const subject = older?.certificate.subject.raw ?? input.subject;
  if (subject === undefined) throw new AuthorityFault('ca.no-issuer', `${series} is new and needs a name`);
  const pair = nodeSecrets.generateKeyPair('p-256');
  const notBefore = Math.floor(now / 1000) * 1000;
  const serialNumber = drawSerial(nodeSecrets);
  const profile = PROFILES.issuing;
  const keyIdentifier = parent.certificate.subjectKeyIdentifier;
  const addresses = { baseUrl: input.baseUrl, issuer: parent.generation.name, shards: 0 };
  const extensions = extensionsOf(profile, { keyIdentifier, addresses, policies: [PRACTICE_POLICY] });
  const tbs = buildTbsCertificate({
    serialNumber,
    signatureAlgorithm: parent.algorithmIdentifier,
    issuer: parent.certificate.subject.raw,
    notBefore,
    notAfter: endWithin(parent.certificate, latestEnd(profile.limit, notBefore)),
    subject,
    spki: pair.spki,
    extensions: extensions({ spki: pair.spki, serialNumber, altNames: [] }),
  });
  const der = certificateFrom(tbs, parent.algorithmIdentifier, await parent.key.sign('certificate', tbs));
  // Key before row: a crash in between leaves a file nobody names, never a CA without its key.
  folder.writeKey(name, pair.pkcs8);
  folder.writeCertificate(name, parseCertificate(der));
  const made = await takeIn(db, { series, der, parentSha256: parent.generation.issuerSha256 }, input.profiles, now);
  const status = { schedule: ISSUING_SCHEDULE, shards: PRACTICE_SHARDS, expiredStay: true };
  await recordCa(db, made, { baseUrl: input.baseUrl, ...status }, now);
  const old = await activeOf(db, series);
  if (old !== undefined) {
    const keyOf = practiceKeys(folder);
    const pairOf = async (generation: Generation) => ({
      ...certifiedKey(generation.certificate, await keyOf(generation)),
      generation,
    });
    await signLink(db, await pairOf(old), made, now);
    await signLink(db, await pairOf(made), old, now);
  }
  return made;
}
