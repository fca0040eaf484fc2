import type { ByteSource } from './source.ts';
import { checkRange } from './source.ts';

/** Sources one behind the other, read in place; only a read across a seam copies. */
export function joinedSource(parts: readonly ByteSource[]): ByteSource {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const partAt = (offset: number): number => {
    let low = 0;
    for (let high = parts.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      if (length === 0) return new Uint8Array(0);
      let i = partAt(offset);
      const first = parts[i] as ByteSource;
      const inside = offset - (starts[i] as number);
      if (inside + length <= first.size) return first.read(inside, length);
      const out = new Uint8Array(length);
      for (let done = 0; done < length; i++) {
        const part = parts[i] as ByteSource;
        const from = offset + done - (starts[i] as number);
        const piece = part.read(from, Math.min(part.size - from, length - done));
        out.set(piece, done);
        done += piece.length;
      }
      return out;
    },
    ...(parts.every((part) => part.readInto === undefined) ? {} : { readInto }),
  };

  function readInto(offset: number, into: Uint8Array): void {
    checkRange(size, offset, into.length);
    for (let done = 0, i = into.length === 0 ? parts.length : partAt(offset); done < into.length; i++) {
      const part = parts[i] as ByteSource;
      const from = offset + done - (starts[i] as number);
      const target = into.subarray(done, done + Math.min(part.size - from, into.length - done));
      if (part.readInto === undefined) target.set(part.read(from, target.length));
      else part.readInto(from, target);
      done += target.length;
    }
  }
}
