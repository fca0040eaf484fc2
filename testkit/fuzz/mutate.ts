/** A generator with a fixed seed (mulberry32): the same run everywhere, and a failing input can be made again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Numbers that parsers trip over, as text and as bytes. */
const NUMBERS = ['0', '-1', '1', '65536', '2147483647', '4294967295', '9007199254740993', '99999999999999999999', '1e308', 'NaN'];
const BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x30, 0x31, 0x04, 0xa0, 0x84, 0x20, 0x0a, 0x28, 0x3c, 0x5b, 0x7b, 0x22, 0x5c];

/** One to four small damages of a file; never longer than twice the input and 1 MB. */
export function mutated(seeds: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  let out: Uint8Array = (seeds[below(seeds.length)] as Uint8Array).slice();
  for (let times = 1 + below(4); times > 0 && out.length > 0; times--) {
    const at = below(out.length);
    const length = 1 + below(Math.min(64, out.length - at));
    switch (below(9)) {
      case 0:
        out[at] = (out[at] as number) ^ (1 << below(8));
        break;
      case 1:
        out[at] = BYTES[below(BYTES.length)] as number;
        break;
      case 2:
        out = joined(out.subarray(0, at), out.subarray(at + length));
        break;
      case 3:
        out = joined(out.subarray(0, at + length), out.subarray(at, at + length), out.subarray(at + length));
        break;
      case 4: {
        const other = seeds[below(seeds.length)] as Uint8Array;
        const from = below(other.length);
        out = joined(out.subarray(0, at), other.subarray(from, from + length * 8), out.subarray(at + length));
        break;
      }
      case 5:
        out = out.slice(0, at);
        break;
      case 6:
        out = withNumber(out, at, NUMBERS[below(NUMBERS.length)] as string);
        break;
      case 7: {
        const target = below(out.length);
        out.copyWithin(target, at, at + length);
        break;
      }
      default:
        for (let i = 0; i < length; i++) out[at + i] = below(256);
    }
    if (out.length > 1 << 20) out = out.slice(0, 1 << 20);
  }
  return out;
}

/** The next run of digits after a place becomes another number. */
function withNumber(bytes: Uint8Array, from: number, number: string): Uint8Array {
  let start = from;
  const digit = (i: number): boolean => (bytes[i] as number) >= 0x30 && (bytes[i] as number) <= 0x39;
  while (start < bytes.length && !digit(start)) start++;
  let end = start;
  while (end < bytes.length && digit(end)) end++;
  return joined(bytes.subarray(0, start), new TextEncoder().encode(number), bytes.subarray(end));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    out.set(one, at);
    at += one.length;
  }
  return out;
}
