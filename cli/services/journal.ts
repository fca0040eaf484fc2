import { join } from 'node:path';
import { nodeSecrets } from '@antin/adapters/crypto/node';
import { addressOf } from '@antin/adapters/db/connect';
import { ConfigFault } from '@antin/adapters/config/settings';
import type { CopiedJournal } from '@antin/adapters/journal/copy';
import type { GrowingJournal } from '@antin/adapters/journal/grow';
import { COPY_GRACE_MS, journalKeeper, type JournalKeeper } from '@antin/adapters/journal/keeper';
import type { SealDoors } from '@antin/adapters/journal/seal';
import { markServing } from '@antin/adapters/journal/serving';
import { evidenceOf, type TrustSource } from '@antin/agency/verification/trust-source';
import { keyFolder } from '@antin/authority/keys/key-folder';
import type { AuthorityService } from '@antin/authority/service';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import { configuredReportSeal, type ReportSeal } from './report-seal.ts';
import type { ServiceContext } from './service.ts';
import { timeStamps } from './time-stamps.ts';
import type { Wires } from './wires.ts';

type Env = Readonly<Record<string, string | undefined>>;
const ALGORITHM = { scheme: 'ecdsa', digest: 'SHA-256' } as const;
/** A practice key with less time than this is made anew. */
const SPARE_MS = 30 * 86_400_000;

export interface KeptJournal extends JournalKeeper {
  close(): Promise<void>;
}

/**
 * The journal of one service: its heads signed by the key of `ANTIN_JOURNAL_SEAL` (a file like that of the seal of reports; in
 * practice a key in the authority's folder), its copy in a folder of the service's name below `ANTIN_JOURNAL_COPY`.
 *
 * @param trust whom the installation trusts: what vouches for the key goes into each head
 * @throws {ConfigFault}
 */
export async function journalHere(
  context: ServiceContext,
  wires: Wires,
  journal: Omit<GrowingJournal & CopiedJournal, 'origin'> & { readonly name: 'agency' | 'authority' },
  trust: () => TrustSource,
  env: Env,
): Promise<KeptJournal> {
  const { db, clock, log, publicUrl } = context;
  const copy = env['ANTIN_JOURNAL_COPY'];
  const configured = await configuredSeal(context, wires, env);
  const authority = () => wires.authority?.authority();
  const seal = async (): Promise<SealDoors | undefined> => {
    const here = authority();
    const key = configured !== undefined ? await configured() : here && (await practiceKeyOnce(context, wires, here));
    if (key === undefined) return undefined;
    const stamp = timeStamps(env['ANTIN_TSA_URL'], here && (() => here));
    const evidence = { anchors: trust().anchors, evidenceFor: evidenceOf(trust()) };
    return { key, timeStamp: (imprint) => stamp(imprint.hash), evidence };
  };
  const keeper = await journalKeeper({
    ...journal,
    ...{ db, seal, log },
    clock: () => clock().getTime(),
    origin: `${new URL(publicUrl).host}/${journal.name}`,
    copyFolder: copy === undefined || copy === '' ? undefined : join(copy, journal.name),
    copyGraceMs: graceOf(env['ANTIN_JOURNAL_COPY_GRACE']),
  });
  const serving = await markServing(addressOf(db), journal.schema);
  return {
    ...keeper,
    async run() {
      await serving.renew();
      await keeper.run();
    },
    async close() {
      await serving.close();
      await configured?.close();
    },
  };
}

/** For `/healthz`: the code of what is wrong with the second place. */
export function copyHealth(journal: KeptJournal | undefined): { readonly journal: string } {
  return { journal: journal?.copy().code ?? 'ok' };
}

/** Hours, 0 for none. @throws {ConfigFault} */
function graceOf(text: string | undefined): number {
  if (text === undefined || text === '') return COPY_GRACE_MS;
  if (!/^\d{1,4}$/.test(text)) throw new ConfigFault(`ANTIN_JOURNAL_COPY_GRACE is a number of hours, not "${text}"`);
  return Number(text) * 3_600_000;
}

/** One key for both journals of a process: their origins keep their heads apart. */
async function configuredSeal(context: ServiceContext, wires: Wires, env: Env): Promise<ReportSeal | undefined> {
  const { clock, settings, log } = context;
  const named = env['ANTIN_JOURNAL_SEAL'];
  if (named !== undefined && named !== '') {
    wires.journalSeal ??= await configuredReportSeal(named, { profile: settings.profile, clock, io: process });
    return wires.journalSeal;
  }
  if (settings.profile === 'practice') return undefined;
  if (settings.services.includes('authority')) {
    throw new ConfigFault(
      'ANTIN_JOURNAL_SEAL is needed: in production the heads of the journal are signed by a key of their own',
    );
  }
  log.warn({}, 'ANTIN_JOURNAL_SEAL is not set: the heads of the journal are not signed');
  return undefined;
}

/** Both journals of a process ask at once: one key is made, and what failed is tried again. */
export function practiceKeyOnce(
  { folder, clock }: ServiceContext,
  wires: Wires,
  authority: AuthorityService,
): Promise<SigningKey> {
  return (wires.journalKey ??= practiceKey(folder.authority, authority, clock()).catch((fault: unknown) => {
    delete wires.journalKey;
    throw fault;
  }));
}

async function practiceKey(dataDir: string, authority: AuthorityService, now: Date): Promise<SigningKey> {
  const keys = keyFolder(dataDir);
  let pkcs8 = keys.readKey('journal');
  let certificate = keys.readCertificate('journal');
  if (pkcs8 === undefined || certificate === undefined || certificate.notAfter - now.getTime() < SPARE_MS) {
    const pair = nodeSecrets.generateKeyPair('p-256');
    const issued = await authority.issueCertificate({
      profile: 'organisation',
      subject: { commonName: 'NHẬT KÝ HỆ THỐNG (THỰC HÀNH)', organization: 'Ấn Tín' },
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
