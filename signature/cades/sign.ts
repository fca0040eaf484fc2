import type { ByteSource } from '@antin/formats/bytes/source';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import type { CryptoDoor } from '@antin/pki/crypto';
import type { SigningKey } from '../making/signer.ts';
import type { TimeStampSource } from '../making/time-stamp-source.ts';
import { embedCades } from './embed.ts';
import { prepareCades } from './prepare.ts';

export interface SignCadesOptions {
  readonly door: CryptoDoor;
  readonly signingTime: number;
  readonly packaging: 'attached' | 'detached';
  /** Asks a time-stamp authority: the level is then B-T. */
  readonly timeStamp?: TimeStampSource;
  /** Digest of the time-stamp's message imprint; default SHA-256. */
  readonly stampDigest?: DigestAlgorithm;
}

/** Prepare, sign, time-stamp, embed in one go, for keys at hand. @returns the CMS file, attached content read in place */
export async function signCades(content: ByteSource, key: SigningKey, options: SignCadesOptions): Promise<ByteSource> {
  const { door, signingTime, timeStamp, stampDigest = 'SHA-256' } = options;
  const chain = key.chain.map((one) => one.raw);
  const tbs = prepareCades(content, { door, signingTime, certificate: key.certificate, chain, algorithm: key.algorithm });
  const value = await key.sign(tbs.signedAttributes);
  const token = await timeStamp?.({ digest: stampDigest, hash: digestOf(door, stampDigest, value) });
  const stamp = token === undefined ? {} : { timeStampToken: token };
  return embedCades(options.packaging === 'attached' ? content : undefined, tbs, value, { door, ...stamp });
}
