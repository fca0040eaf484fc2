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
  /**
   * Fills `into` with the bytes from `offset`. Where `read` has to make an array of each piece (a disk), so that whoever passes
   * over hundreds of megabytes needs one buffer.
   */
  readInto?(offset: number, into: Uint8Array): void;
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
    ...(source.readInto === undefined
      ? {}
      : {
          readInto(offset, into) {
            checkRange(size, offset, into.length);
            source.readInto?.(start + offset, into);
          },
        }),
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

/**
 * Feeds a range to `update` in pieces, so that a digest never needs the whole file in memory.
 *
 * @param update gets bytes that are good until the next piece; whoever keeps them copies them
 */
export function readInPieces(
  source: ByteSource,
  offset: number,
  length: number,
  update: (piece: Uint8Array) => void,
  pieceSize = 1 << 20,
): void {
  checkRange(source.size, offset, length);
  // Garbage of a megabyte a piece waits for the collector: a file of 500 MB took 100 MB more than this one buffer.
  const buffer = source.readInto === undefined ? undefined : new Uint8Array(Math.min(pieceSize, length));
  for (let done = 0; done < length; done += pieceSize) {
    const size = Math.min(pieceSize, length - done);
    if (buffer === undefined) update(source.read(offset + done, size));
    else {
      const piece = size === buffer.length ? buffer : buffer.subarray(0, size);
      source.readInto?.(offset + done, piece);
      update(piece);
    }
  }
}

/**
 * The door to decompression (zlib format, RFC 1950). `node:zlib` on servers, `fflate` in a browser.
 *
 * @throws {FormatFault} `inflate.budget` when more than `maxOutput` bytes would come out, `inflate.damaged` otherwise
 */
export type Inflate = (deflated: Uint8Array, maxOutput: number) => Uint8Array;
