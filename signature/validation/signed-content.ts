import { concatBytes } from '@antin/formats/bytes/bytes';
import { readInPieces } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import type { SignedContent } from './cms-facts.ts';

/** Parts of a source as signed content; each digest is computed once, in pieces. */
export function contentOf(
  source: ByteSource,
  parts: readonly (readonly [start: number, length: number])[],
  door: CryptoDoor,
): SignedContent {
  const digests = new Map<DigestAlgorithm, Uint8Array>();
  return {
    digest(algorithm) {
      let value = digests.get(algorithm);
      if (value === undefined) {
        const running = door.digest(algorithm);
        for (const [start, length] of parts) readInPieces(source, start, length, (piece) => running.update(piece));
        value = running.finish();
        digests.set(algorithm, value);
      }
      return value;
    },
    all: () => concatBytes(...parts.map(([start, length]) => source.read(start, length))),
  };
}
