import type { ByteSource } from './source.ts';
import { checkRange } from './source.ts';

/** Several sources one behind the other, read in place; only a read across a seam copies. */
export function joinedSource(...parts: readonly ByteSource[]): ByteSource {
  const places: { readonly part: ByteSource; readonly start: number }[] = [];
  let size = 0;
  for (const part of parts) {
    if (part.size === 0) continue;
    places.push({ part, start: size });
    size += part.size;
  }
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length);
      const touched = places.filter(({ part, start }) => offset < start + part.size && offset + length > start);
      const [first] = touched;
      if (first === undefined) return new Uint8Array(0);
      if (touched.length === 1) return first.part.read(offset - first.start, length);
      const out = new Uint8Array(length);
      for (const { part, start } of touched) {
        const from = Math.max(offset, start);
        const to = Math.min(offset + length, start + part.size);
        out.set(part.read(from - start, to - from), from - offset);
      }
      return out;
    },
  };
}
