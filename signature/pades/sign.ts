import type { ByteSource } from '@antin/formats/bytes/source';
import type { SigningKey } from '../making/signer.ts';
import { embedStamped } from './embed-stamped.ts';
import { embedPades } from './embed.ts';
import type { PreparePadesOptions } from './prepare.ts';
import { preparePades } from './prepare.ts';

export interface SignPadesOptions extends Omit<PreparePadesOptions, 'certificate' | 'chain' | 'algorithm'> {
  /** Asks a time-stamp authority; needed for B-T. @param imprint SHA-256 of the signature value @returns DER of a TimeStampToken */
  readonly timeStamp?: (imprint: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Prepare, sign, time-stamp, embed in one go, for keys at hand. A token that does not fit becomes a document time-stamp.
 *
 * @returns the bytes to append to `source`
 * @throws what `preparePades`, the key, the time-stamp callback and `embedPades` throw
 */
export async function signPades(source: ByteSource, key: SigningKey, options: SignPadesOptions): Promise<Uint8Array> {
  const { door, level, timeStamp } = options;
  if (level === 'B-T' && !timeStamp) throw new TypeError('level B-T needs the timeStamp callback');
  const chain = key.chain.map((certificate) => certificate.raw);
  const tbs = preparePades(source, { ...options, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.signedAttributes);
  if (level === 'B-B' || !timeStamp) return embedPades(source, tbs, value, { door, unchanged: true });
  const { inflate, decryption, signingTime } = options;
  const ask = { timeStamp: ({ hash }: { readonly hash: Uint8Array }) => timeStamp(hash), unchanged: true };
  return embedStamped(source, tbs, value, { door, inflate, decryption, at: signingTime, ...ask });
}
