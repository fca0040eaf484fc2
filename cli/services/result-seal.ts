import { nodeCrypto } from '@antin/adapters/crypto/node';
import type { RegistrationDoors } from '@antin/authority/registration/doors';
import { memorySource } from '@antin/formats/bytes/source';
import { signAsicCades } from '@antin/signature/asic/sign';
import type { SigningKey } from '@antin/signature/making/signer';
import { practiceKeyOnce } from './journal.ts';
import { configuredReportSeal, type ReportSeal } from './report-seal.ts';
import type { ServiceContext } from './service.ts';
import { timeStamps } from './time-stamps.ts';
import type { Wires } from './wires.ts';

type Seal = NonNullable<RegistrationDoors['seal']>;

/**
 * The authority's seal under answers that people carry to their senders: the key of `ANTIN_RESULT_SEAL` (a file like that of the seal of
 * reports), else the one that signs heads of the journal. ASiC-E with CAdES over every file, with a time-stamp where one can be had.
 *
 * @throws {ConfigFault}
 */
export async function resultSealHere(
  context: ServiceContext,
  wires: Wires,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Seal & { close(): Promise<void> }> {
  const { clock, log, settings } = context;
  const path = env['ANTIN_RESULT_SEAL'];
  const own: ReportSeal | undefined =
    path === undefined || path === ''
      ? undefined
      : await configuredReportSeal(path, { profile: settings.profile, clock, io: process });
  const authority = () => wires.authority!.authority();
  const keyOf = (): Promise<SigningKey> => (own ?? wires.journalSeal)?.() ?? practiceKeyOnce(context, wires, authority());
  const seal: Seal = async (files) => {
    const key = await keyOf();
    const input = {
      container: 'ASiC-E' as const,
      files: files.map(({ name, mediaType, bytes }) => ({ name, mimeType: mediaType, content: memorySource(bytes) })),
    };
    const options = { door: nodeCrypto, signingTime: clock().getTime() };
    const timeStamp = timeStamps(env['ANTIN_TSA_URL'], authority);
    const sealed = await signAsicCades(input, key, { ...options, level: 'B-T', timeStamp }).catch((fault: unknown) => {
      // A clock that is not trusted must not keep an answer from its sender: the seal holds without its time proven.
      log.warn({ fault }, 'an answer is sealed without a time-stamp');
      return signAsicCades(input, key, { ...options, level: 'B-B' });
    });
    return sealed.read(0, sealed.size);
  };
  return Object.assign(seal, { close: async () => own?.close() });
}
