/** Small exact operations on byte arrays that every room needs; no encoding knowledge. */

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Plain comparison for public values. Secrets go through the constant-time compare of the crypto door. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  const { length } = a;
  if (length !== b.length) return false;
  let i = 0;
  if (length >= LONG) {
    // Two words at a time: certificates and lists met before are compared whole, again and again.
    const x = new DataView(a.buffer, a.byteOffset, length);
    const y = new DataView(b.buffer, b.byteOffset, length);
    for (const stop = length - 7; i < stop; i += 8) {
      if (((x.getInt32(i) ^ y.getInt32(i)) | (x.getInt32(i + 4) ^ y.getInt32(i + 4))) !== 0) return false;
    }
  }
  for (; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** From here on a view of words pays for itself. */
const LONG = 192;

/** Lexicographic order by unsigned byte; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/**
 * First position of `needle` in `hay` at or after `from`, or -1.
 *
 * Every occurrence lies over exactly one of the places that are a needle's length apart, so only these are looked at, four at
 * once: unlike the steps of Horspool's method none of these looks waits for the one before it.
 */
export function indexOfBytes(hay: Uint8Array, needle: Uint8Array, from = 0): number {
  const size = needle.length;
  if (size === 0) return from;
  const stride = Math.min(size, 31);
  const at = positions.fill(0);
  for (let k = 0; k < stride; k++) (at[needle[k] as number] as number) |= 1 << k;
  const bits = (place: number): number => at[hay[place] as number] as number;
  const stop = hay.length;
  const far = stop - 3 * stride;
  for (let place = Math.max(0, from) + stride - 1; place < stop;) {
    while (place < far && (bits(place) | bits(place + stride) | bits(place + 2 * stride) | bits(place + 3 * stride)) === 0) {
      place += 4 * stride;
    }
    for (const end = Math.min(stop, place + 4 * stride); place < end; place += stride) {
      // From the highest bit, which is the earliest occurrence.
      for (let left = bits(place); left !== 0;) {
        const k = 31 - Math.clz32(left);
        left ^= 1 << k;
        const start = place - k;
        let i = 0;
        while (i < size && hay[start + i] === needle[i]) i++;
        if (i === size) return start;
      }
    }
  }
  return -1;
}

/** Bit k: the needle looked for has this byte at position k. One for all searches, each fills it anew. */
const positions = new Int32Array(256);

/** Big-endian octets as a number without sign. By words: text on the way costs five times as much; not for thousands of octets. */
export function unsigned(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = bytes.length % 8;
  let value = 0n;
  for (let i = 0; i < at; i++) value = (value << 8n) | BigInt(bytes[i] as number);
  for (; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}

export function latin1(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

export function fromLatin1(bytes: Uint8Array): string {
  let out = '';
  // Spreading would walk the array's iterator, ten times slower.
  for (let i = 0; i < bytes.length; i += 8192) {
    out += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[]);
  }
  return out;
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Strict: throws `TypeError` on bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}
