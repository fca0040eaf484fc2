import type { InflateRaw } from '@antin/formats/zip/reader';
import { FormatFault } from '@antin/formats/fault';

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
  16385, 24577,
];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * `InflateRaw` (RFC 1951) for browsers. Written out because the container's reader must know where the stream ends: `fflate` passes
 * over bytes behind it, and two readers that disagree about where an entry ends can be shown two documents.
 */
export const browserInflateRaw: InflateRaw = (deflated, maxOutput) => {
  const bits = new Bits(deflated);
  const out = new Output(maxOutput);
  for (let last = false; !last;) {
    last = bits.take(1) === 1;
    const kind = bits.take(2);
    if (kind === 0) stored(bits, out);
    else if (kind === 1) compressed(bits, out, fixedLengths(), fixedDistances());
    else if (kind === 2) compressed(bits, out, ...dynamicCodes(bits));
    else throw damaged('a block of a kind that does not exist');
  }
  if (!bits.atEnd()) throw damaged('bytes behind the deflated data');
  return out.bytes();
};

function damaged(message: string): FormatFault {
  return new FormatFault('inflate.damaged', `deflated data are damaged or cut off: ${message}`);
}

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** At most 16 bits, lowest first. */
  take(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw damaged('it ends too early');
      this.#held |= (this.#bytes[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  symbol({ table, longest }: Code): number {
    // Near the end there may be fewer bits than the longest code has.
    while (this.#count < longest && this.#at < this.#bytes.length) {
      this.#held |= (this.#bytes[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
    const entry = table[this.#held & ((1 << longest) - 1)] as number;
    const length = entry >>> 9;
    if (length === 0) throw damaged('a code that was not defined');
    if (length > this.#count) throw damaged('it ends too early');
    this.#held >>>= length;
    this.#count -= length;
    return entry & 511;
  }

  /** The rest of the byte is passed over; whole bytes follow. */
  run(length: number): Uint8Array {
    this.#at -= this.#count >>> 3;
    this.#held = this.#count = 0;
    if (this.#at + length > this.#bytes.length) throw damaged('it ends too early');
    const run = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return run;
  }

  atEnd(): boolean {
    return this.#at - (this.#count >>> 3) === this.#bytes.length;
  }
}

class Output {
  readonly #most: number;
  #bytes: Uint8Array;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
    this.#bytes = new Uint8Array(Math.min(most, 65_536));
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#size++] = value;
  }

  run(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  again(distance: number, length: number): void {
    if (distance > this.#size) throw damaged('a distance before the beginning');
    this.#room(length);
    const bytes = this.#bytes;
    let to = this.#size;
    // Byte by byte: a run may repeat what it is just writing.
    for (let from = to - distance; length > 0; length--) bytes[to++] = bytes[from++] as number;
    this.#size = to;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #room(more: number): void {
    const needed = this.#size + more;
    if (needed > this.#most) throw new FormatFault('inflate.budget', `more than ${this.#most} bytes come out`);
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#most, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** By the next `longest` bits: length of the code × 512 + symbol; 0 where no code is defined. */
interface Code {
  readonly table: Uint16Array;
  readonly longest: number;
}

/** RFC 1951 §3.2.2. @param whole an incomplete code is refused, as zlib does, but for a single code of one bit */
function codeOf(lengths: Uint8Array, whole = true): Code {
  const counts = new Uint16Array(16);
  for (const one of lengths) counts[one] = (counts[one] as number) + 1;
  counts[0] = 0;
  let longest = 15;
  while (longest > 0 && counts[longest] === 0) longest--;
  let left = 1;
  const next = new Uint16Array(16);
  for (let length = 1, code = 0; length <= 15; length++) {
    left = left * 2 - (counts[length] as number);
    if (left < 0) throw damaged('more codes than there is room for');
    code = (code + (counts[length - 1] as number)) * 2;
    next[length] = code;
  }
  if (left > 0 && (whole || longest > 1)) throw damaged('codes are missing');
  const table = new Uint16Array(1 << longest);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const code = next[length] as number;
    next[length] = code + 1;
    let reversed = 0;
    for (let i = 0; i < length; i++) reversed |= ((code >>> i) & 1) << (length - 1 - i);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = (length << 9) | symbol;
  });
  return { table, longest };
}

let lengthsOnce: Code | undefined;
function fixedLengths(): Code {
  return (lengthsOnce ??= codeOf(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))));
}

let distancesOnce: Code | undefined;
function fixedDistances(): Code {
  return (distancesOnce ??= codeOf(new Uint8Array(32).fill(5)));
}

/** RFC 1951 §3.2.7 */
function dynamicCodes(bits: Bits): [Code, Code] {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  if (literals > 286 || distances > 30) throw damaged('more symbols than there are');
  const order = new Uint8Array(19);
  for (let i = bits.take(4) + 4, at = 0; at < i; at++) order[CODE_LENGTH_ORDER[at] as number] = bits.take(3);
  const code = codeOf(order);
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length;) {
    const symbol = bits.symbol(code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === 16 && at === 0) throw damaged('a length repeats nothing');
    const value = symbol === 16 ? (lengths[at - 1] as number) : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (at + times > lengths.length) throw damaged('more lengths than symbols');
    lengths.fill(value, at, at + times);
    at += times;
  }
  if (lengths[256] === 0) throw damaged('a block without an end');
  return [codeOf(lengths.subarray(0, literals), false), codeOf(lengths.subarray(literals), false)];
}

function stored(bits: Bits, out: Output): void {
  const head = bits.run(4);
  const length = (head[0] as number) | ((head[1] as number) << 8);
  if ((length ^ 0xffff) !== ((head[2] as number) | ((head[3] as number) << 8))) throw damaged('lengths of a block contradict');
  out.run(bits.run(length));
}

function compressed(bits: Bits, out: Output, literals: Code, distances: Code): void {
  for (;;) {
    const symbol = bits.symbol(literals);
    if (symbol < 256) out.byte(symbol);
    else if (symbol === 256) return;
    else {
      const base = LENGTH_BASE[symbol - 257];
      if (base === undefined) throw damaged('a length that does not exist');
      const length = base + bits.take(LENGTH_EXTRA[symbol - 257] as number);
      const distance = bits.symbol(distances);
      const from = DISTANCE_BASE[distance];
      if (from === undefined) throw damaged('a distance that does not exist');
      out.again(from + bits.take(DISTANCE_EXTRA[distance] as number), length);
    }
  }
}
