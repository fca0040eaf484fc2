import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { checkRange, type ByteSource } from '@antin/formats/bytes/source';
import { FileFault } from './fault.ts';

export interface OpenSource extends ByteSource, Disposable {
  /** For another thread of this process, which reads it while this one keeps it open. */
  readonly descriptor: number;
  close(): void;
}

/**
 * A file on disk as a `ByteSource`: any size, one page of it in memory at a time.
 *
 * The descriptor stays open, so that a rename or removal under way cannot change what is being judged.
 *
 * @throws {FileFault} `file.not-found`
 */
export function fileSource(path: string): OpenSource {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new FileFault('file.not-found', `no file ${path}`, { cause });
    throw cause;
  }
  const { size } = fstatSync(fd);
  let open = true;
  const close = () => {
    if (open) closeSync(fd);
    open = false;
  };
  return { ...descriptorSource(fd, 0, size), descriptor: fd, close, [Symbol.dispose]: close };
}

/** A part of a file that somebody else keeps open, by its descriptor. */
export function descriptorSource(fd: number, start: number, size: number): ByteSource {
  // Parsers read small neighbouring ranges by the thousand: one window spares as many system calls.
  let window = new Uint8Array(0);
  let windowStart = 0;
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      if (length > WINDOW) return readExactly(fd, start + offset, length);
      if (offset < windowStart || offset + length > windowStart + window.length) {
        windowStart = offset - (offset % (WINDOW / 2));
        // A new array each time: views given out earlier keep their bytes.
        window = readExactly(fd, start + windowStart, Math.min(2 * WINDOW, size - windowStart));
      }
      return window.subarray(offset - windowStart, offset - windowStart + length);
    },
    readInto(offset, into) {
      checkRange(size, offset, into.length);
      fill(fd, into, start + offset);
    },
  };
}

const WINDOW = 1 << 16;

function readExactly(fd: number, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  fill(fd, bytes, offset);
  return bytes;
}

function fill(fd: number, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length;) {
    const read = readSync(fd, into, done, into.length - done, offset + done);
    if (read === 0) throw new FileFault('file.not-found', 'the file became shorter while it was read');
    done += read;
  }
}
