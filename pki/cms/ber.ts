import { concatBytes } from '@antin/formats/bytes/bytes';
import { tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';

/**
 * The door for BER (X.690 clause 8) that tokens, old HSM software and Windows write into CMS and PKCS#12: indefinite and
 * non-minimal lengths, segmented strings. Everything after this door reads DER only.
 */
export interface BerBudget {
  readonly depth: number;
  readonly nodes: number;
}

export const DEFAULT_BER_BUDGET: BerBudget = { depth: 64, nodes: 500_000 };

export interface NormalisedBer {
  readonly der: Uint8Array;
  /** Octets of the input the value took; what follows (padding of `/Contents`) is the caller's to judge. */
  readonly consumed: number;
  /** False when the input was already in this form: `der` is then a slice of it. */
  readonly changed: boolean;
}

/**
 * Rewrites one BER value with definite minimal lengths and unsegmented strings. Order is kept, SETs are not sorted, and a
 * part that was DER stays byte for byte what it was, so embedded certificates keep their signatures.
 *
 * @throws {FormatFault} `ber.*` with the byte offset
 */
export function normaliseBer(bytes: Uint8Array, budget: BerBudget = DEFAULT_BER_BUDGET): NormalisedBer {
  const end = endOfNormal(bytes, 0, bytes.length, { left: budget.nodes, depth: budget.depth }, 0);
  if (end >= 0) return { der: bytes.subarray(0, end), consumed: end, changed: false };
  const account = { left: budget.nodes, depth: budget.depth };
  const value = readValue(bytes, 0, bytes.length, account, 0);
  return { der: value.encoded, consumed: value.end, changed: value.changed };
}

/** The same for input that must be one value and nothing else. @throws {FormatFault} `ber.trailing-bytes`, `ber.*` */
export function berToDer(bytes: Uint8Array, budget: BerBudget = DEFAULT_BER_BUDGET): Uint8Array {
  const { der, consumed } = normaliseBer(bytes, budget);
  if (consumed !== bytes.length) throw new FormatFault('ber.trailing-bytes', 'bytes follow the value', consumed);
  return der;
}

/**
 * Where the value ends if it is in normal form already, as nearly every CMS is; -1 for anything else, damage included,
 * which is then read again part by part.
 */
function endOfNormal(source: Uint8Array, start: number, limit: number, account: Account, depth: number): number {
  if (--account.left < 0 || depth > account.depth || start + 2 > limit) return -1;
  const tag = source[start] as number;
  const constructed = (tag & 0x20) !== 0;
  if ((tag & 0x1f) === 0x1f || (constructed && STRINGS.has(tag & ~0x20))) return -1;
  let at = start + 2;
  let length = source[start + 1] as number;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4 || at + count > limit || source[at] === 0) return -1;
    length = 0;
    for (const stop = at + count; at < stop; at++) length = length * 256 + (source[at] as number);
    if (length < 0x80) return -1;
  }
  const end = at + length;
  if (end > limit) return -1;
  if (constructed) while (at < end) if ((at = endOfNormal(source, at, end, account, depth + 1)) < 0) return -1;
  return end;
}

interface Value {
  readonly tag: number;
  /** Content in normal form. */
  readonly content: Uint8Array;
  readonly encoded: Uint8Array;
  readonly end: number;
  readonly changed: boolean;
}

interface Account {
  left: number;
  readonly depth: number;
}

function readValue(source: Uint8Array, start: number, limit: number, account: Account, depth: number): Value {
  if (--account.left < 0) throw new FormatFault('ber.nodes', 'more values than the budget', start);
  if (depth > account.depth) throw new FormatFault('ber.depth', 'nesting deeper than the budget', start);
  if (start + 2 > limit) throw new FormatFault('ber.truncated', 'value ends inside its header', start);
  const tag = source[start] as number;
  if ((tag & 0x1f) === 0x1f) throw new FormatFault('ber.high-tag', 'high-tag-number form is not used here', start);
  const header = readLength(source, start + 1, limit);
  const constructed = (tag & 0x20) !== 0;
  if (header.length === undefined && !constructed) {
    throw new FormatFault('ber.indefinite-primitive', 'indefinite length needs a constructed value', start);
  }
  const stop = header.length === undefined ? limit : header.next + header.length;
  if (stop > limit) throw new FormatFault('ber.truncated', 'value leaves its container', start);
  if (!constructed) return finish(source, tag, start, stop, [source.subarray(header.next, stop)], header.minimal, true);
  const children: Value[] = [];
  let at = header.next;
  let end: number | undefined;
  while (end === undefined) {
    if (header.length !== undefined && at === stop) end = stop;
    else if (header.length === undefined && source[at] === 0 && source[at + 1] === 0 && at + 2 <= limit) end = at + 2;
    else {
      const child = readValue(source, at, stop, account, depth + 1);
      children.push(child);
      at = child.end;
    }
  }
  const same = header.minimal && header.length !== undefined && children.every((child) => !child.changed);
  const string = STRINGS.has(tag & ~0x20);
  if (string) return finish(source, tag & ~0x20, start, end, joinSegments(tag & ~0x20, children, start), false, false);
  const parts = same ? [source.subarray(header.next, end)] : children.map((child) => child.encoded);
  return finish(source, tag, start, end, parts, same, same);
}

/** BIT STRING, OCTET STRING and the character string types; under an implicit tag only the grammar knows (see the PKCS#12 reader). */
const STRINGS: ReadonlySet<number> = new Set([0x03, 0x04, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e]);

function joinSegments(tag: number, segments: readonly Value[], start: number): Uint8Array[] {
  for (const segment of segments) {
    if (segment.tag !== tag) throw new FormatFault('ber.segment', 'segment of another type inside a string', start);
  }
  if (tag !== 0x03) return segments.map((segment) => segment.content);
  // Only the last segment of a BIT STRING may have unused bits; that count leads the joined string (X.690 §8.6.4).
  const last = segments[segments.length - 1]?.content[0] ?? 0;
  if (segments.slice(0, -1).some((segment) => segment.content[0] !== 0)) {
    throw new FormatFault('ber.segment', 'unused bits inside a segmented BIT STRING', start);
  }
  return [Uint8Array.of(last), ...segments.map((segment) => segment.content.subarray(1))];
}

function finish(
  source: Uint8Array,
  tag: number,
  start: number,
  end: number,
  parts: readonly Uint8Array[],
  minimal: boolean,
  same: boolean,
): Value {
  const content = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(...parts);
  const changed = !(minimal && same);
  return { tag, content, encoded: changed ? tlv(tag, content) : source.subarray(start, end), end, changed };
}

function readLength(
  source: Uint8Array,
  at: number,
  limit: number,
): { length: number | undefined; next: number; minimal: boolean } {
  const first = source[at] as number;
  if (first < 0x80) return { length: first, next: at + 1, minimal: true };
  if (first === 0x80) return { length: undefined, next: at + 1, minimal: false };
  const count = first & 0x7f;
  if (count > 8 || at + 1 + count > limit) throw new FormatFault('ber.length', 'length field too long', at);
  let length = 0;
  for (let i = 1; i <= count; i++) length = length * 256 + (source[at + i] as number);
  if (!Number.isSafeInteger(length)) throw new FormatFault('ber.length', 'length out of range', at);
  return { length, next: at + 1 + count, minimal: length >= 0x80 && source[at + 1] !== 0 };
}
