import type { ByteSource } from '@antin/formats/bytes/source';
import type { SigningKey } from '../making/signer.ts';
import { embedOoxml, ooxmlTimeStampImprint } from './embed.ts';
import type { OoxmlPackage } from './package.ts';
import type { PrepareOoxmlOptions } from './prepare.ts';
import { prepareOoxml } from './prepare.ts';

export type OoxmlLevel = 'XAdES-EPES' | 'XAdES-T';

export interface SignOoxmlOptions extends Omit<PrepareOoxmlOptions, 'certificate' | 'chain' | 'algorithm'> {
  readonly level: OoxmlLevel;
  /** Asks a time-stamp authority; needed for XAdES-T. @param imprint SHA-256 @returns DER of a TimeStampToken */
  readonly timeStamp?: (imprint: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Prepare, sign, time-stamp, embed in one go, for keys at hand.
 *
 * @returns the signed Office file
 * @throws what `prepareOoxml`, the key, the time-stamp callback and `embedOoxml` throw
 */
export async function signOoxml(file: OoxmlPackage, key: SigningKey, options: SignOoxmlOptions): Promise<ByteSource> {
  const { door, level, timeStamp } = options;
  if (level === 'XAdES-T' && !timeStamp) throw new TypeError('level XAdES-T needs the timeStamp callback');
  const chain = key.chain.map((certificate) => certificate.raw);
  const tbs = prepareOoxml(file, { ...options, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.signedInfo);
  if (level === 'XAdES-EPES' || !timeStamp) return embedOoxml(file, tbs, value, { door });
  const timeStampToken = await timeStamp(ooxmlTimeStampImprint(tbs, value, door));
  return embedOoxml(file, tbs, value, { door, timeStampToken });
}
