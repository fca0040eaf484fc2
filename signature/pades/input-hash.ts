import { readInPieces } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';

/** One pass over the input: its SHA-256 and, where the door can copy, the beginning of the document digest from the same pass. */
export function hashInput(source: ByteSource, digest: DigestAlgorithm, door: CryptoDoor) {
  const plain = door.digest('SHA-256');
  const copies = digest === 'SHA-256' && plain.copy !== undefined;
  const other = copies ? undefined : door.digest(digest);
  readInPieces(source, 0, source.size, (piece) => {
    plain.update(piece);
    other?.update(piece);
  });
  const running = other ?? (plain.copy as NonNullable<typeof plain.copy>)();
  return { running, sha256: plain.finish() };
}

/** Distinct for every revision, the same for the same preparation: SHA-256 of the input mixed with the time (§14.4). */
export function revisionId(inputSha256: Uint8Array, signingTime: number): Uint8Array {
  const id = inputSha256.slice(0, 16);
  let rest = signingTime;
  for (let i = 15; i >= 8; i--) {
    id[i] = (id[i] as number) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return id;
}
