import type { SigningKey } from '../making/signer.ts';
import type { XadesInput } from './content.ts';
import { embedXades, xadesTimeStampImprint } from './embed.ts';
import type { PrepareXadesOptions } from './prepare.ts';
import { prepareXades } from './prepare.ts';

export interface SignXadesOptions extends Omit<PrepareXadesOptions, 'certificate' | 'chain' | 'algorithm'> {
  readonly level: 'B-B' | 'B-T';
  /** Asks a time-stamp authority; needed for B-T. @param imprint SHA-256 @returns DER of a TimeStampToken */
  readonly timeStamp?: (imprint: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Prepare, sign, time-stamp, embed in one go, for keys at hand.
 *
 * @returns the signed XML document
 * @throws what `prepareXades`, the key, the time-stamp callback and `embedXades` throw
 */
export async function signXades(input: XadesInput, key: SigningKey, options: SignXadesOptions): Promise<Uint8Array> {
  const { door, level, timeStamp } = options;
  if (level === 'B-T' && !timeStamp) throw new TypeError('level B-T needs the timeStamp callback');
  const chain = key.chain.map((certificate) => certificate.raw);
  const tbs = prepareXades(input, { ...options, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.signedInfo);
  const document = input.packaging === 'enveloped' ? input.document : undefined;
  if (level === 'B-B' || !timeStamp) return embedXades(document, tbs, value, { door });
  const timeStampToken = await timeStamp(xadesTimeStampImprint(tbs, value, door));
  return embedXades(document, tbs, value, { door, timeStampToken });
}
