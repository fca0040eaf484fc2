import { concatBytes } from '@antin/formats/bytes/bytes';
import { readInPieces } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestsInsteadOf, givenDigest } from '../known-by-digest.ts';
import type { SignedContent } from './cms-facts.ts';
import type { OnePass } from './one-pass.ts';

/** Parts of a source as signed content; each digest is computed once, in pieces, sharing the pass over the file where it can. */
export function contentOf(
  source: ByteSource,
  parts: readonly (readonly [start: number, length: number])[],
  door: CryptoDoor,
  pass?: OnePass,
): SignedContent {
  const digests = new Map<DigestAlgorithm, Uint8Array>();
  const given = digestsInsteadOf(source);
  return {
    digest(algorithm) {
      if (given !== undefined) return givenDigest(given, algorithm);
      let value = digests.get(algorithm);
      if (value === undefined) {
        const [first, ...rest] = parts;
        // Only what starts with the file can share its digest.
        const shared = algorithm === 'SHA-256' && first?.[0] === 0 ? pass?.fork(source, first[1]) : undefined;
        const running = shared ?? door.digest(algorithm);
        for (const [start, length] of shared ? rest : parts) {
          readInPieces(source, start, length, (piece) => running.update(piece));
        }
        value = running.finish();
        digests.set(algorithm, value);
      }
      return value;
    },
    all: () => concatBytes(...parts.map(([start, length]) => source.read(start, length))),
  };
}
