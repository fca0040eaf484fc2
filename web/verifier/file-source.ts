import { checkRange, type ByteSource } from '@antin/formats/bytes/source';

const BLOCK = 1 << 18;
const KEPT_BLOCKS = 64;

/** Only in workers: reads a slice of a file at once. Not among the types of a page. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/**
 * A file on the reader's own disk as a synchronous source: never more than 16 MB of it is held, whatever its size.
 *
 * Small reads come from kept blocks of 256 kB, because each call of `FileReaderSync` costs a trip to the browser process.
 */
export function fileSource(file: Blob): ByteSource {
  const reader = new FileReaderSync();
  const blocks = new Map<number, Uint8Array>();
  const blockAt = (index: number): Uint8Array => {
    const kept = blocks.get(index);
    if (kept !== undefined) return kept;
    const bytes = new Uint8Array(reader.readAsArrayBuffer(file.slice(index * BLOCK, (index + 1) * BLOCK)));
    if (blocks.size >= KEPT_BLOCKS) blocks.delete(blocks.keys().next().value ?? 0);
    blocks.set(index, bytes);
    return bytes;
  };
  return {
    size: file.size,
    read(offset, length) {
      checkRange(file.size, offset, length);
      const first = Math.floor(offset / BLOCK);
      const within = offset - first * BLOCK;
      if (within + length <= BLOCK) return blockAt(first).subarray(within, within + length);
      return new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length)));
    },
  };
}
