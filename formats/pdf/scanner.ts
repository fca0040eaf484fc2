import { fromLatin1 } from '../bytes/bytes.ts';
import type { ByteSource } from '../bytes/source.ts';
import { FormatFault } from '../fault.ts';
import type { PdfBudget } from './budget.ts';
import type { PdfDict, PdfObject } from './objects.ts';

export interface ScannerOptions {
  readonly budget: PdfBudget;
  /** First offset that is not part of the input: an object may not reach past its revision. */
  readonly limit?: number;
  /** Offsets of strings are only meaningful in the file itself, not inside an object stream. */
  readonly positions: boolean;
  /** Called for a duplicate key instead of a fault; the later value wins then. */
  readonly onDuplicateKey?: (key: string, offset: number) => void;
}

const WHITE = 1;
const DELIMITER = 2;
const classOf = new Uint8Array(256);
for (const b of [0, 9, 10, 12, 13, 32]) classOf[b] = WHITE;
for (const b of [0x28, 0x29, 0x3c, 0x3e, 0x5b, 0x5d, 0x7b, 0x7d, 0x2f, 0x25]) classOf[b] = DELIMITER;

const hexValue = new Int8Array(256).fill(-1);
for (let i = 0; i < 10; i++) hexValue[0x30 + i] = i;
for (let i = 0; i < 6; i++) hexValue[0x41 + i] = hexValue[0x61 + i] = 10 + i;

const NOTHING = new Uint8Array(0);
/** Names met lately, by a hash; a name that falls on another's place takes it. */
const KNOWN_NAMES = 1024;
const LONGEST_KNOWN = 40;
const names: string[] = Array.from({ length: KNOWN_NAMES }, () => '');
const FIRST_WINDOW = 4096;
const LAST_WINDOW = 1 << 20;

/** Reads objects of ISO 32000-2 §7.2-7.3 at absolute positions, through a window, without loading the file. */
export class PdfScanner {
  pos = 0;
  readonly limit: number;
  private readonly source: ByteSource;
  private readonly options: ScannerOptions;
  private base = 0;
  private window: Uint8Array = NOTHING;
  private windowSize = FIRST_WINDOW;
  private tokens = 0;

  constructor(source: ByteSource, options: ScannerOptions) {
    this.source = source;
    this.options = options;
    this.limit = options.limit ?? source.size;
  }

  fault(code: string, message: string, offset = this.pos): FormatFault {
    return new FormatFault(code, message, offset);
  }

  /** The byte at an absolute position, or -1 at the end. */
  peek(pos: number = this.pos): number {
    const byte = this.window[pos - this.base];
    return byte !== undefined && pos < this.limit ? byte : this.refill(pos);
  }

  private refill(pos: number): number {
    if (pos < 0 || pos >= this.limit) return -1;
    this.base = pos;
    this.window = this.source.read(pos, Math.min(this.windowSize, this.limit - pos));
    this.windowSize = Math.min(this.windowSize * 2, LAST_WINDOW);
    return this.window[0] ?? -1;
  }

  /** White space and comments (§7.2.3, §7.2.4). */
  skipSpace(): void {
    for (;;) {
      const b = this.peek();
      if (b === 0x25) {
        this.pos++;
        for (let c = this.peek(); c !== -1 && c !== 10 && c !== 13; c = this.peek()) this.pos++;
      } else if (b !== -1 && classOf[b] === WHITE) this.pos++;
      else return;
    }
  }

  /** Moves past `word` when it stands here as a whole token. */
  keyword(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.peek(this.pos + i) !== word.charCodeAt(i)) return false;
    const next = this.peek(this.pos + word.length);
    if (next !== -1 && classOf[next] === 0) return false;
    this.pos += word.length;
    return true;
  }

  /** A whole number without a sign, at most 15 digits, or `undefined` without moving. */
  unsigned(): number | undefined {
    let at = this.pos;
    let value = 0;
    let b = this.peek(at);
    while (b >= 0x30 && b <= 0x39 && at - this.pos < 15) {
      value = value * 10 + b - 0x30;
      b = this.peek(++at);
    }
    if (at === this.pos || (b !== -1 && classOf[b] === 0)) return undefined;
    this.pos = at;
    return value;
  }

  object(depth = 0): PdfObject {
    if (++this.tokens > this.options.budget.tokens) throw this.fault('pdf.budget', 'more tokens than budget.tokens allows');
    if (depth > this.options.budget.depth) throw this.fault('pdf.budget', 'objects nested deeper than budget.depth');
    this.skipSpace();
    const b = this.peek();
    switch (b) {
      case 0x2f:
        return { kind: 'name', value: this.name() };
      case 0x28:
        return this.literal();
      case 0x3c:
        return this.peek(this.pos + 1) === 0x3c ? this.dict(depth) : this.hexString();
      case 0x5b:
        return this.array(depth);
      case 0x74:
        if (this.keyword('true')) return true;
        break;
      case 0x66:
        if (this.keyword('false')) return false;
        break;
      case 0x6e:
        if (this.keyword('null')) return null;
        break;
      default:
        if ((b >= 0x30 && b <= 0x39) || b === 0x2b || b === 0x2d || b === 0x2e) return this.numberOrRef();
    }
    throw this.fault('pdf.syntax', b === -1 ? 'the input ends inside an object' : 'expected an object');
  }

  private numberOrRef(): PdfObject {
    const start = this.pos;
    const first = this.unsigned();
    if (first === undefined) return this.number();
    const after = this.pos;
    if (!this.someSpace()) return first;
    const second = this.unsigned();
    if (second !== undefined && this.someSpace() && this.keyword('R')) {
      // Object 0 heads the free list; a reference to it is null by definition (§7.3.10), nothing to refuse.
      if (second > 65_535) throw this.fault('pdf.syntax', 'generation number above 65535', start);
      return { kind: 'ref', num: first, gen: second };
    }
    this.pos = after;
    return first;
  }

  private someSpace(): boolean {
    const before = this.pos;
    this.skipSpace();
    return this.pos > before;
  }

  private number(): number {
    const start = this.pos;
    let text = '';
    for (let b = this.peek(); b !== -1 && classOf[b] === 0; b = this.peek()) {
      if (text.length >= 64) break;
      text += String.fromCharCode(b);
      this.pos++;
    }
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw this.fault('pdf.syntax', 'expected a number', start);
    return Number(text);
  }

  name(): string {
    const plain = this.plainName();
    if (plain !== undefined) return plain;
    let out = '';
    for (let b = this.peek(++this.pos); b !== -1 && classOf[b] === 0; b = this.peek(++this.pos)) {
      if (b === 0x23) {
        const high = hexValue[this.peek(this.pos + 1)] ?? -1;
        const low = hexValue[this.peek(this.pos + 2)] ?? -1;
        if (high < 0 || low < 0) throw this.fault('pdf.syntax', '# in a name without two hexadecimal digits');
        out += String.fromCharCode(high * 16 + low);
        this.pos += 2;
      } else out += String.fromCharCode(b);
    }
    return out;
  }

  /** A name without `#` that ends inside the window, and moves behind it; the same few names make up most of a file. */
  private plainName(): string | undefined {
    const { window } = this;
    const from = this.pos + 1 - this.base;
    const stop = Math.min(window.length, this.limit - this.base, from + LONGEST_KNOWN);
    let hash = 0;
    let to = from;
    for (; to < stop; to++) {
      const b = window[to] as number;
      if (b === 0x23) return undefined;
      if (classOf[b] !== 0) break;
      hash = (Math.imul(hash, 31) + b) | 0;
    }
    if (to === stop || from < 1) return undefined;
    this.pos += to - from + 1;
    const slot = hash & (KNOWN_NAMES - 1);
    const known = names[slot] as string;
    if (known.length === to - from) {
      let i = 0;
      while (i < known.length && known.charCodeAt(i) === window[from + i]) i++;
      if (i === known.length) return known;
    }
    return (names[slot] = fromLatin1(window.subarray(from, to)));
  }

  private literal(): PdfObject {
    const start = this.pos++;
    const bytes: number[] = [];
    for (let level = 1; ;) {
      const b = this.peek();
      if (b === -1) throw this.fault('pdf.syntax', 'string without its closing parenthesis', start);
      this.pos++;
      if (b === 0x5c) this.escape(bytes);
      else if (b === 0x0d) {
        // An end-of-line marker inside a string reads as one line feed (§7.3.4.2).
        if (this.peek() === 0x0a) this.pos++;
        bytes.push(0x0a);
      } else {
        if (b === 0x28) level++;
        else if (b === 0x29 && --level === 0) return this.string(Uint8Array.from(bytes), false, start);
        bytes.push(b);
      }
    }
  }

  private escape(bytes: number[]): void {
    const b = this.peek();
    this.pos++;
    if (b >= 0x30 && b <= 0x37) {
      let value = b - 0x30;
      for (let n = 0; n < 2 && this.peek() >= 0x30 && this.peek() <= 0x37; n++) value = value * 8 + this.peek(this.pos++) - 0x30;
      bytes.push(value & 0xff);
      return;
    }
    const at = 'nrtbf'.indexOf(String.fromCharCode(b));
    if (at >= 0) bytes.push([10, 13, 9, 8, 12][at] as number);
    else if (b === 0x0d) {
      if (this.peek() === 0x0a) this.pos++;
    } else if (b !== 0x0a && b !== -1) bytes.push(b);
  }

  private hexString(): PdfObject {
    const start = this.pos++;
    // `/Contents` of a signature is by far the longest: a typed array that doubles, never a list of numbers.
    // Its end mostly lies in the window and tells the length.
    const close = this.window.indexOf(0x3e, this.pos - this.base);
    let bytes = new Uint8Array(Math.max(32, (close - (this.pos - this.base) + 1) >> 1));
    let digits = 0;
    for (;;) {
      if ((digits & 1) === 0) {
        if (digits >> 1 === bytes.length) bytes = enlarged(bytes);
        digits += this.hexPairs(bytes, digits >> 1);
      }
      const b = this.peek();
      this.pos++;
      const value = b === -1 ? -1 : (hexValue[b] as number);
      if (value >= 0) {
        const at = digits++ >> 1;
        if (at === bytes.length) bytes = enlarged(bytes);
        bytes[at] = (digits & 1) === 1 ? value << 4 : (bytes[at] as number) | value;
      } else if (b === 0x3e) break;
      else if (b === -1 || classOf[b] !== WHITE) throw this.fault('pdf.syntax', 'hexadecimal string without its end', start);
    }
    const length = (digits + 1) >> 1;
    return this.string(length === bytes.length ? bytes : bytes.slice(0, length), true, start);
  }

  /** Moves over pairs of digits as far as nothing else, the window or `into` ends them. @returns digits read */
  private hexPairs(into: Uint8Array, at: number): number {
    const { window } = this;
    const from = this.pos - this.base;
    const stop = Math.min(window.length, this.limit - this.base, from + 2 * (into.length - at)) - 1;
    let i = from;
    for (let to = at; i >= 0 && i < stop; i += 2) {
      // Negative as soon as one of the two is no digit.
      const value = ((hexValue[window[i] as number] as number) << 4) | (hexValue[window[i + 1] as number] as number);
      if (value < 0) break;
      into[to++] = value;
    }
    this.pos += i - from;
    return i - from;
  }

  private string(bytes: Uint8Array, hex: boolean, start: number): PdfObject {
    const value = { kind: 'string', bytes, hex } as const;
    return this.options.positions ? { ...value, start, end: this.pos } : value;
  }

  private array(depth: number): PdfObject {
    this.pos++;
    const items: PdfObject[] = [];
    for (this.skipSpace(); this.peek() !== 0x5d; this.skipSpace()) items.push(this.object(depth + 1));
    this.pos++;
    return { kind: 'array', items };
  }

  dict(depth: number): PdfDict {
    this.pos += 2;
    const entries = new Map<string, PdfObject>();
    for (;;) {
      this.skipSpace();
      const b = this.peek();
      if (b === 0x3e && this.peek(this.pos + 1) === 0x3e) break;
      if (b !== 0x2f) throw this.fault('pdf.syntax', 'expected a name as dictionary key');
      const at = this.pos;
      const key = this.name();
      const value = this.object(depth + 1);
      // Readers disagree which of two equal keys counts: a parser differential, so neither does.
      if (entries.has(key)) {
        if (!this.options.onDuplicateKey) throw this.fault('pdf.duplicate-key', `dictionary key /${key} stands twice`, at);
        this.options.onDuplicateKey(key, at);
      }
      entries.set(key, value);
    }
    this.pos += 2;
    return { kind: 'dict', entries };
  }
}

function enlarged(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(2 * bytes.length);
  out.set(bytes);
  return out;
}
