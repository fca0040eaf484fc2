import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { writeZip } from '@antin/formats/zip/writer';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { requireDigest } from '../making/policy.ts';
import { requireImprint } from '../making/require-imprint.ts';
import type { TimeStampSource } from '../making/time-stamp-source.ts';
import { contentDigest } from './cms-manifest.ts';
import type { AsicFile } from './input.ts';
import { filesOf } from './input.ts';
import { MIME_TYPE, MIMETYPE, TIME_STAMP } from './names.ts';

export interface TimestampAsicOptions {
  readonly door: CryptoDoor;
  /** The present, ms since 1970: modification time of the entries. */
  readonly at: number;
  readonly timeStamp: TimeStampSource;
  /** Digest of the message imprint; default SHA-256. */
  readonly digest?: DigestAlgorithm;
}

/**
 * A simple container (ASiC-S) that holds one file and a time-stamp token over it: proof that the file was there, and nobody's
 * signature. The file is read in pieces.
 *
 * @throws {SignatureFault} `asic.files`, `signature.algorithm-not-allowed`, `signature.time-stamp-mismatch`; what the source throws
 * @see ETSI EN 319 162-1 clause 4.3.3.2
 */
export async function timestampAsic(file: AsicFile, options: TimestampAsicOptions): Promise<ByteSource> {
  const { door, at, digest = 'SHA-256' } = options;
  requireDigest(digest, at);
  filesOf({ container: 'ASiC-S', files: [file] });
  const token = await options.timeStamp({ digest, hash: contentDigest(file.content, digest, door) });
  requireImprint(token, (of) => contentDigest(file.content, of, door));
  return writeZip(
    [
      { name: MIMETYPE, content: memorySource(utf8(MIME_TYPE['ASiC-S'])) },
      { name: file.name, content: file.content },
      { name: TIME_STAMP, content: memorySource(token) },
    ],
    at,
  );
}
