import { fromUtf8 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { JsonObject, JsonString, JsonValue } from './value.ts';

/** What may be spent on one text; every limit is a named value. */
export interface JsonBudget {
  readonly bytes: number;
  /** Nesting of objects and arrays. */
  readonly depth: number;
  /** Of all kinds, nested ones included. */
  readonly values: number;
}

export const JSON_BUDGET: JsonBudget = { bytes: 64 << 20, depth: 64, values: 500_000 };

/**
 * Reads one JSON text strictly (RFC 8259, I-JSON of RFC 7493 §2): UTF-8 without byte order mark, every member name of an object
 * once, no lone surrogates, no control characters, nothing behind the value.
 *
 * @throws {FormatFault} `json.damaged`, `json.duplicate-member`, `json.encoding`, `json.lone-surrogate`, `json.too-large`,
 *   `json.too-deep`, `json.too-many-values`
 */
export function parseJson(bytes: Uint8Array, budget: JsonBudget = JSON_BUDGET): JsonValue {
  if (bytes.length > budget.bytes) throw new FormatFault('json.too-large', `more than ${budget.bytes} bytes`);
  const scan = new Scan(bytes, budget);
  const value = scan.value(0);
  scan.end();
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LITERALS: readonly (readonly [string, true | false | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class Scan {
  private readonly bytes: Uint8Array;
  private readonly budget: JsonBudget;
  private at = 0;
  private values = 0;

  constructor(bytes: Uint8Array, budget: JsonBudget) {
    this.bytes = bytes;
    this.budget = budget;
  }

  value(depth: number): JsonValue {
    this.space();
    const { budget } = this;
    if (++this.values > budget.values)
      throw new FormatFault('json.too-many-values', `more than ${budget.values} values`, this.at);
    if (depth > budget.depth) throw new FormatFault('json.too-deep', `more than ${budget.depth} levels`, this.at);
    const first = this.bytes[this.at];
    if (first === 0x7b) return this.object(depth);
    if (first === 0x5b) return this.array(depth);
    if (first === QUOTE) return this.string();
    return this.literal() ?? this.number();
  }

  end(): void {
    this.space();
    if (this.at < this.bytes.length) throw this.damaged('something follows the value');
  }

  private object(depth: number): JsonObject {
    const start = this.at++;
    const members = new Map<string, JsonValue>();
    this.space();
    if (!this.take(0x7d)) {
      do {
        this.space();
        const nameAt = this.at;
        if (this.bytes[nameAt] !== QUOTE) throw this.damaged('expected a member name');
        const { text } = this.string();
        // Two readers take different ones of two members with one name: what was checked is then not what is used.
        if (members.has(text)) throw new FormatFault('json.duplicate-member', 'a member name stands twice', nameAt);
        this.space();
        if (!this.take(0x3a)) throw this.damaged('expected ":"');
        members.set(text, this.value(depth + 1));
        this.space();
      } while (this.take(0x2c));
      if (!this.take(0x7d)) throw this.damaged('expected "," or "}"');
    }
    return { kind: 'object', members, ...this.placed(start) };
  }

  private array(depth: number): JsonValue {
    const start = this.at++;
    const items: JsonValue[] = [];
    this.space();
    if (!this.take(0x5d)) {
      do {
        items.push(this.value(depth + 1));
        this.space();
      } while (this.take(0x2c));
      if (!this.take(0x5d)) throw this.damaged('expected "," or "]"');
    }
    return { kind: 'array', items, ...this.placed(start) };
  }

  private string(): JsonString {
    const { bytes } = this;
    const start = this.at++;
    let escaped = false;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === QUOTE) break;
      if (byte === undefined) throw this.damaged('a string does not end');
      if (byte < 0x20) throw this.damaged('a control character in a string');
      if (byte === BACKSLASH) {
        escaped = true;
        this.at++;
      }
      this.at++;
    }
    const text = this.decode(start + 1, this.at);
    this.at++;
    return { kind: 'string', text: escaped ? unescaped(text, start) : text, ...this.placed(start) };
  }

  private decode(start: number, end: number): string {
    try {
      return fromUtf8(this.bytes.subarray(start, Math.min(end, this.bytes.length)));
    } catch (cause) {
      throw new FormatFault('json.encoding', 'not UTF-8 text', start, { cause });
    }
  }

  private literal(): JsonValue | undefined {
    const start = this.at;
    for (const [word, value] of LITERALS) {
      if (![...word].every((letter, i) => this.bytes[start + i] === letter.charCodeAt(0))) continue;
      this.at += word.length;
      return { kind: 'literal', value, ...this.placed(start) };
    }
    return undefined;
  }

  private number(): JsonValue {
    const start = this.at;
    while (isNumberByte(this.bytes[this.at])) this.at++;
    const text = String.fromCharCode(...this.bytes.subarray(start, Math.min(this.at, start + 400)));
    const value = Number(text);
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) || !Number.isFinite(value) || this.at - start > 400) {
      throw new FormatFault('json.damaged', 'expected a value', start);
    }
    return { kind: 'number', value, ...this.placed(start) };
  }

  private space(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
      this.at++;
    }
  }

  private take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  private placed(start: number): { readonly start: number; readonly end: number; readonly raw: Uint8Array } {
    return { start, end: this.at, raw: this.bytes.subarray(start, this.at) };
  }

  private damaged(message: string): FormatFault {
    return new FormatFault('json.damaged', message, this.at);
  }
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x45 || byte === 0x65;
}

function unescaped(text: string, at: number): string {
  const out = text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]?))/g, (_, hex: string | undefined, letter: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const plain = ESCAPES.get(letter ?? '');
    if (plain === undefined) throw new FormatFault('json.damaged', 'an unknown escape in a string', at);
    return plain;
  });
  // Written again, a half pair would become another text or another half.
  if (!out.isWellFormed()) throw new FormatFault('json.lone-surrogate', 'half a surrogate pair in a string', at);
  return out;
}
