import { concatBytes } from '@antin/formats/bytes/bytes';
import type { ByteSource, Inflate } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import type { CryptoDoor } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { timestampPdf } from './document-time-stamp.ts';
import type { TimeStampSource } from '../making/time-stamp-source.ts';
import { embedPades, timeStampImprint } from './embed.ts';
import type { ToBeSigned } from './to-be-signed.ts';
import { appendedSource } from './to-be-signed.ts';

export interface EmbedStampedOptions {
  readonly door: CryptoDoor;
  readonly inflate: Inflate;
  /** For a file that is encrypted; without effect on others. */
  readonly decryption?: PdfDecryption | undefined;
  /** The present, ms since 1970. */
  readonly at: number;
  readonly timeStamp: TimeStampSource;
  /** As `EmbedPadesOptions.unchanged`. */
  readonly unchanged?: boolean;
}

/**
 * Time-stamps the value and embeds both (B-T). A token larger than the reserved room becomes a document time-stamp in a revision
 * of its own: the level is the same, and nobody has to sign again.
 *
 * @returns the bytes to append to `original`
 * @throws what `embedPades`, `timestampPdf` and the authority throw
 */
export async function embedStamped(
  original: ByteSource,
  tbs: ToBeSigned,
  signatureValue: Uint8Array,
  { door, inflate, decryption, at, timeStamp, unchanged = false }: EmbedStampedOptions,
): Promise<Uint8Array> {
  const token = await timeStamp({ digest: 'SHA-256', hash: timeStampImprint(signatureValue, door) });
  try {
    return embedPades(original, tbs, signatureValue, { door, unchanged, timeStampToken: token });
  } catch (fault) {
    if (!(fault instanceof SignatureFault) || fault.code !== 'pades.placeholder-too-small') throw fault;
    const bare = embedPades(original, tbs, signatureValue, { door, unchanged });
    const tokenBytes = token.length + 512;
    const stamp = await timestampPdf(appendedSource(original, bare), { door, inflate, decryption, at, timeStamp, tokenBytes });
    return concatBytes(bare, stamp);
  }
}
