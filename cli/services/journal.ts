import { digestOf } from '@antin/pki/crypto';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { ConfigFault } from '@antin/adapters/config/settings';
import type { SealDoors } from '@antin/adapters/journal/seal';
import { journalKeeper, type JournalKeeper } from '@antin/authority/journal/keeper';
import { keyFolder } from '@antin/authority/keys/key-folder';
import type { AuthorityService } from '@antin/authority/service';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import { configuredReportSeal } from './report-seal.ts';
import type { ServiceContext } from './service.ts';
import { timeStamps } from './time-stamps.ts';

type Env = Readonly<Record<string, string | undefined>>;
const ALGORITHM = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
/** Below this a practice key for heads is made anew. */
const SPARE_MS = 30 * 86_400_000;

/**
 * The journal of the authority of this process: its key from `ANTIN_JOURNAL_SEAL` (the same form as the seal of reports; in
 * practice one in the folder of keys), its copy in `ANTIN_JOURNAL_COPY`.
 *
 * @throws {ConfigFault}
 */
export async function journalHere(
  context: ServiceContext,
  authority: () => AuthorityService,
  env: Env,
): Promise<JournalKeeper & { close(): Promise<void> }> {
  const { db, clock, folder, log, publicUrl, settings } = context;
  const named = env['ANTIN_JOURNAL_SEAL'];
  const copyFolder = env['ANTIN_JOURNAL_COPY'];
  if (settings.profile === 'production' && (named === undefined || named === '')) {
    throw new ConfigFault(
      'ANTIN_JOURNAL_SEAL is needed: in production the heads of the journal are signed by a key of their own',
    );
  }
  const options = { profile: settings.profile, clock, io: process };
  const configured = named === undefined || named === '' ? undefined : await configuredReportSeal(named, options);
  const seal = async (): Promise<SealDoors> => {
    const key = configured === undefined ? await practiceKey(folder.authority, authority(), clock()) : await configured();
    const stamp = timeStamps(env['ANTIN_TSA_URL'], authority);
    return {
      key,
      timeStamp: (imprint) =>
        imprint.digest === 'SHA-256'
          ? stamp(imprint.hash)
          : Promise.reject(new TypeError(`no time-stamp over ${imprint.digest}`)),
      evidence: { anchors: authority().trustAnchors(), evidenceFor: evidenceOf(authority) },
    };
  };
  const keeper = await journalKeeper({
    ...{ db, seal, log },
    clock: () => clock().getTime(),
    origin: `${new URL(publicUrl).host}/authority`,
    copyFolder: copyFolder === '' ? undefined : copyFolder,
  });
  return { ...keeper, close: async () => configured?.close() };
}

/** What raising a head asks: an OCSP answer, the list only where there is none. */
function evidenceOf(authority: () => AuthorityService): NonNullable<SealDoors['evidence']>['evidenceFor'] {
  return async (certificate, issuer) => {
    const known = [
      ...authority().chain(),
      ...authority()
        .trustAnchors()
        .map((anchor) => anchor.certificate),
    ];
    const certificates = known.map((one) => one.raw);
    if (issuer === undefined) return { certificates, crls: [], ocsps: [] };
    const issuerSha256 = Buffer.from(digestOf(nodeCrypto, 'SHA-256', issuer.raw)).toString('hex');
    const found = await authority().evidenceFor(certificate.serialHex, issuerSha256);
    if (found === undefined) return { certificates, crls: [], ocsps: [] };
    return found.ocsps.length > 0
      ? { certificates, crls: [], ocsps: found.ocsps }
      : { certificates, crls: found.crls, ocsps: [] };
  };
}

async function practiceKey(dataDir: string, authority: AuthorityService, now: Date): Promise<SigningKey> {
  const keys = keyFolder(dataDir);
  let pkcs8 = keys.readKey('journal');
  let certificate = keys.readCertificate('journal');
  if (pkcs8 === undefined || certificate === undefined || certificate.notAfter - now.getTime() < SPARE_MS) {
    const pair = nodeSecrets.generateKeyPair('p-256');
    const issued = await authority.issueCertificate({
      profile: 'organisation',
      subject: { commonName: 'NHẬT KÝ CƠ QUAN CHỨNG THỰC (THỰC HÀNH)', organization: 'Ấn Tín' },
      spki: pair.spki,
    });
    if (issued.status === 'refused') throw new Error(`the authority refused the key of the journal: ${issued.code}`);
    keys.writeKey('journal', pair.pkcs8);
    keys.writeCertificate('journal', issued.certificate);
    [pkcs8, certificate] = [pair.pkcs8, parseCertificate(issued.certificate.raw)];
  }
  const secret = pkcs8;
  return {
    certificate,
    chain: authority.chain(),
    algorithm: ALGORITHM,
    sign: (data) => Promise.resolve(nodeSecrets.sign(secret, ALGORITHM, data)),
  };
}
