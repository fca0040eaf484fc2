import type { ByteSource } from '@antin/formats/bytes/source';
import { digestOf } from '@antin/pki/crypto';
import type { SigningKey } from '../making/signer.ts';
import { xadesTimeStampImprint } from '../xades/embed.ts';
import type { SignXadesOptions } from '../xades/sign.ts';
import { embedAsicCades, prepareAsicCades } from './cades.ts';
import { embedAsic } from './embed.ts';
import type { AsicInput } from './input.ts';
import { prepareAsic } from './prepare.ts';

/**
 * Prepare, sign, time-stamp, embed in one go, for keys at hand.
 *
 * @throws what `prepareAsic`, the key, the time-stamp callback and `embedAsic` throw
 */
export async function signAsic(input: AsicInput, key: SigningKey, options: SignXadesOptions): Promise<ByteSource> {
  const { door, level, timeStamp } = options;
  if (level === 'B-T' && !timeStamp) throw new TypeError('level B-T needs the timeStamp callback');
  const chain = key.chain.map((certificate) => certificate.raw);
  const tbs = prepareAsic(input, { ...options, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.xades.signedInfo);
  if (level === 'B-B' || !timeStamp) return embedAsic(input, tbs, value, { door });
  const timeStampToken = await timeStamp(xadesTimeStampImprint(tbs.xades, value, door));
  return embedAsic(input, tbs, value, { door, timeStampToken });
}

export type SignAsicCadesOptions = Pick<SignXadesOptions, 'door' | 'signingTime' | 'level' | 'timeStamp'>;

/** The same with CAdES inside. @throws what `prepareAsicCades`, the key, the time-stamp callback and `embedAsicCades` throw */
export async function signAsicCades(input: AsicInput, key: SigningKey, options: SignAsicCadesOptions): Promise<ByteSource> {
  const { door, level, timeStamp, signingTime } = options;
  if (level === 'B-T' && !timeStamp) throw new TypeError('level B-T needs the timeStamp callback');
  const chain = key.chain.map((certificate) => certificate.raw);
  const tbs = prepareAsicCades(input, { door, signingTime, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.cades.signedAttributes);
  if (level === 'B-B' || !timeStamp) return embedAsicCades(input, tbs, value, { door });
  return embedAsicCades(input, tbs, value, { door, timeStampToken: await timeStamp(digestOf(door, 'SHA-256', value)) });
}
