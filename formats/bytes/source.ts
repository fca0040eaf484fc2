import { FormatFault } from '../fault.ts';

/**
 * Random access to bytes without holding them: a file descriptor on a server, `FileReaderSync` in a browser worker.
 *
 * `read` returns exactly `length` bytes; the result may alias memory of the source and must not be written to.
 *
 * @throws {FormatFault} `bytes.out-of-range` when the range leaves the source
 */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

/** A source over bytes already in memory; `read` returns views, never copies. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A window of another source, for a revision or a part of a file. */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      return source.read(start + offset, length);
    },
  };
}

/** Refuses a range that is not wholly inside `size` bytes. */
export function checkRange(size: number, offset: number, length: number): void {
  const inside =
    Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= size;
  if (!inside) {
    throw new FormatFault('bytes.out-of-range', `bytes ${offset}..${offset + length} asked of a source of ${size}`, offset);
  }
}

/** Feeds a range to `update` in pieces, so that a digest never needs the whole file in memory. */
export function readInPieces(
  source: ByteSource,
  offset: number,
  length: number,
  update: (piece: Uint8Array) => void,
  pieceSize = 1 << 20,
): void {
  checkRange(source.size, offset, length);
  for (let done = 0; done < length; done += pieceSize) {
    update(source.read(offset + done, Math.min(pieceSize, length - done)));
  }
}

/**
 * The door to decompression (zlib format, RFC 1950). `node:zlib` on servers, `fflate` in a browser.
 *
 * @throws {FormatFault} `inflate.budget` when more than `maxOutput` bytes would come out, `inflate.damaged` otherwise
 */
export type Inflate = (deflated: Uint8Array, maxOutput: number) => Uint8Array;
