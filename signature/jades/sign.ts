import type { DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import type { SigningKey } from '../making/signer.ts';
import type { TimeStampSource } from '../making/time-stamp-source.ts';
import type { JadesInput } from './content.ts';
import { embedJades, jadesTimeStampImprint } from './embed.ts';
import type { PrepareJadesOptions } from './prepare.ts';
import { prepareJades } from './prepare.ts';

export interface SignJadesOptions extends Omit<PrepareJadesOptions, 'certificate' | 'chain' | 'algorithm'> {
  /** Asks a time-stamp authority: the level is then B-T. Not in compact form. */
  readonly timeStamp?: TimeStampSource;
  /** Digest of the time-stamp's message imprint; default SHA-256. */
  readonly stampDigest?: DigestAlgorithm;
  /** A general JWS over the same payload, which this signature joins. */
  readonly into?: Uint8Array;
}

/**
 * Prepare, sign, time-stamp, embed in one go, for keys at hand.
 *
 * @returns the JWS
 * @throws what `prepareJades`, the key, the time-stamp source and `embedJades` throw
 */
export async function signJades(input: JadesInput, key: SigningKey, options: SignJadesOptions): Promise<Uint8Array> {
  const { door, timeStamp, stampDigest: digest = 'SHA-256', into } = options;
  if (timeStamp !== undefined && options.serialization === 'compact') {
    throw new SignatureFault('jades.no-unsigned-header', 'the compact form has no place for a time-stamp');
  }
  const chain = key.chain.map((one) => one.raw);
  const tbs = prepareJades(input, { ...options, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.signingInput);
  const token = await timeStamp?.({ digest, hash: jadesTimeStampImprint(tbs, value, door, digest) });
  return embedJades(tbs, value, {
    door,
    ...(token === undefined ? {} : { timeStampToken: token }),
    ...(into === undefined ? {} : { into }),
  });
}
