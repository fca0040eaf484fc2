import { fromUtf8, fromLatin1 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import type { DerNode } from './reader.ts';
import { TAG } from './tags.ts';

/** Typed views of primitive values; each refuses what DER does not allow and says where. */

export function readBoolean(node: DerNode): boolean {
  const value = node.expect(TAG.BOOLEAN, 'BOOLEAN').content;
  if (value.length !== 1 || (value[0] !== 0 && value[0] !== 0xff)) {
    throw new FormatFault('der.boolean', 'BOOLEAN must be one byte 00 or FF', node.start);
  }
  return value[0] === 0xff;
}

/** The two's-complement octets of an INTEGER, checked to be minimal. */
export function readIntegerBytes(node: DerNode, tag: number = TAG.INTEGER): Uint8Array {
  const value = node.expect(tag, 'INTEGER').content;
  const first = value[0];
  const second = value[1];
  if (first === undefined) throw new FormatFault('der.integer', 'INTEGER without octets', node.start);
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new FormatFault('der.integer-not-minimal', 'INTEGER not minimal', node.start);
  }
  return value;
}

export function readBigInt(node: DerNode, tag: number = TAG.INTEGER): bigint {
  const bytes = readIntegerBytes(node, tag);
  if (bytes.length > 2048) throw new FormatFault('der.integer', 'INTEGER longer than 2048 octets', node.start);
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  const value = BigInt(`0x${hex}`);
  return (bytes[0] as number) < 0x80 ? value : value - (1n << BigInt(bytes.length * 8));
}

/** An INTEGER that must fit a JavaScript safe integer. */
export function readSmallInteger(node: DerNode, tag: number = TAG.INTEGER): number {
  const bytes = readIntegerBytes(node, tag);
  // Six octets and their sign are exact in a number.
  if (bytes.length <= 6) {
    let small = (bytes[0] as number) < 0x80 ? 0 : -1;
    for (const byte of bytes) small = small * 256 + byte;
    return small;
  }
  const value = readBigInt(node, tag);
  const small = Number(value);
  if (!Number.isSafeInteger(small)) throw new FormatFault('der.integer-range', 'INTEGER too large here', node.start);
  return small;
}

/** Identifiers read before, by a number made of their octets: a certificate names thirty, and nearly all name the same. */
const known: ({ readonly octets: Uint8Array; readonly dotted: string } | undefined)[] = Array.from({ length: 512 });
const LONGEST_KNOWN = 16;

/** Dotted decimal. @throws {FormatFault} `der.object-identifier` */
export function readOid(node: DerNode, tag: number = TAG.OBJECT_IDENTIFIER): string {
  const { source, contentStart, end } = node.expect(tag, 'OBJECT IDENTIFIER');
  const length = end - contentStart;
  // An OID of many kilobytes costs quadratic time in naive readers (ASN1.js #148): 64 octets are plenty.
  if (length === 0 || length > 64) throw new FormatFault('der.object-identifier', 'OID length', node.start);
  if (length > LONGEST_KNOWN) return dottedOf(node.content, node.start);
  let number = length;
  for (let i = contentStart; i < end; i++) number = (Math.imul(number, 31) + (source[i] as number)) | 0;
  const slot = (number ^ (number >>> 9)) & 511;
  const found = known[slot];
  if (found !== undefined && isAt(found.octets, source, contentStart, length)) return found.dotted;
  const octets = source.slice(contentStart, end);
  const dotted = dottedOf(octets, node.start);
  known[slot] = { octets, dotted };
  return dotted;
}

function isAt(octets: Uint8Array, source: Uint8Array, start: number, length: number): boolean {
  if (octets.length !== length) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== source[start + i]) return false;
  return true;
}

function dottedOf(bytes: Uint8Array, start: number): string {
  let dotted = '';
  let arc: number | bigint = 0;
  let fresh = true;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (fresh && byte === 0x80) throw new FormatFault('der.object-identifier', 'arc not minimal', start);
    arc = shifted(arc, byte & 0x7f);
    fresh = byte < 0x80;
    if (!fresh) continue;
    if (dotted === '') {
      const top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      dotted = `${top}.${typeof arc === 'number' ? arc - top * 40 : arc - BigInt(top * 40)}`;
    } else dotted += `.${arc}`;
    arc = 0;
  }
  if (!fresh) throw new FormatFault('der.object-identifier', 'last arc unfinished', start);
  return dotted;
}

/** Arcs made from a UUID take 128 bits (X.667); all others fit a number, which costs a twentieth. */
function shifted(arc: number | bigint, digit: number): number | bigint {
  return typeof arc === 'number' && arc < 2 ** 45 ? arc * 128 + digit : BigInt(arc) * 128n + BigInt(digit);
}

/** Octets of a BIT STRING that must be whole bytes (keys, signatures). */
export function readBitStringBytes(node: DerNode, tag: number = TAG.BIT_STRING): Uint8Array {
  const value = node.expect(tag, 'BIT STRING').content;
  if (value[0] !== 0) throw new FormatFault('der.bit-string', 'BIT STRING must have no unused bits here', node.start);
  return value.subarray(1);
}

/** Named bits (KeyUsage, ReasonFlags) as a set of positions; DER demands that trailing zero bits are cut. */
export function readNamedBits(node: DerNode, tag: number = TAG.BIT_STRING): ReadonlySet<number> {
  const value = node.expect(tag, 'BIT STRING').content;
  const unused = value[0];
  if (unused === undefined || unused > 7 || (value.length === 1 && unused !== 0) || value.length > 9) {
    throw new FormatFault('der.bit-string', 'BIT STRING damaged', node.start);
  }
  const bits = new Set<number>();
  for (let i = 0; i < (value.length - 1) * 8; i++) {
    const set = ((value[1 + (i >> 3)] as number) & (0x80 >> (i & 7))) !== 0;
    if (!set) continue;
    if (i >= (value.length - 1) * 8 - unused) throw new FormatFault('der.bit-string', 'unused bits must be zero', node.start);
    bits.add(i);
  }
  return bits;
}

export function readOctetString(node: DerNode, tag: number = TAG.OCTET_STRING): Uint8Array {
  return node.expect(tag, 'OCTET STRING').content;
}

/**
 * UTCTime or GeneralizedTime in the one form PKIX allows (RFC 5280 §4.1.2.5), as milliseconds since 1970.
 *
 * `fraction` admits the fractional seconds of RFC 3161 genTime, without trailing zeros.
 */
export function readTime(node: DerNode, options: { readonly fraction?: boolean } = {}): number {
  const utc = node.tag === TAG.UTC_TIME;
  if (!utc && node.tag !== TAG.GENERALIZED_TIME) {
    throw new FormatFault('der.time', 'expected UTCTime or GeneralizedTime', node.start);
  }
  const { source, contentStart, end } = node;
  const digits = utc ? 12 : 14;
  let milliseconds = 0;
  if (end - contentStart !== digits + 1 || source[end - 1] !== 0x5a || !allDigits(source, contentStart, end - 1)) {
    const text = fromLatin1(node.content);
    const fraction = utc || options.fraction !== true ? null : /^\d{14}\.(\d*[1-9])Z$/.exec(text);
    if (fraction === null) {
      const shown = JSON.stringify(text.slice(0, 24));
      throw new FormatFault('der.time', `time in a form PKIX forbids: ${shown}`, node.start);
    }
    // By digits: binary fractions would turn .057 into 56 ms. Anything finer than a millisecond is cut.
    milliseconds = Number((fraction[1] as string).slice(0, 3).padEnd(3, '0'));
  }
  const first = pair(source, contentStart);
  const year = utc ? (first < 50 ? 2000 + first : 1900 + first) : first * 100 + pair(source, contentStart + 2);
  const at = contentStart + digits - 10;
  const month = pair(source, at);
  const day = pair(source, at + 2);
  const hour = pair(source, at + 4);
  const minute = pair(source, at + 6);
  const second = pair(source, at + 8);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, milliseconds);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!real) throw new FormatFault('der.time', `no such moment: ${fromLatin1(node.content)}`, node.start);
  return date.getTime();
}

/** Two digits as a number. */
function pair(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) * 10 + (bytes[at + 1] as number) - 528;
}

function allDigits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

/** Any of the string types of X.520 as text. TeletexString is read as Latin-1, as deployed software does. */
export function readText(node: DerNode): string {
  const bytes = node.content;
  switch (node.tag) {
    case TAG.UTF8_STRING:
      try {
        return fromUtf8(bytes);
      } catch (cause) {
        throw new FormatFault('der.utf8', 'UTF8String is not UTF-8', node.start, { cause });
      }
    case TAG.PRINTABLE_STRING:
    case TAG.NUMERIC_STRING:
    case TAG.IA5_STRING:
    case TAG.VISIBLE_STRING:
    case TAG.TELETEX_STRING:
      return fromLatin1(bytes);
    case TAG.BMP_STRING:
    case TAG.UNIVERSAL_STRING:
      return readWideText(bytes, node.tag === TAG.BMP_STRING ? 2 : 4, node.start);
    default:
      throw new FormatFault('der.text', `tag 0x${node.tag.toString(16)} is no string type`, node.start);
  }
}

function readWideText(bytes: Uint8Array, width: 2 | 4, offset: number): string {
  if (bytes.length % width !== 0) throw new FormatFault('der.text', 'wide string cut inside a character', offset);
  let out = '';
  for (let i = 0; i < bytes.length; i += width) {
    let code = 0;
    for (let k = 0; k < width; k++) code = code * 256 + (bytes[i + k] as number);
    if (code > 0x10ffff) throw new FormatFault('der.text', 'no such character', offset + i);
    out += width === 2 ? String.fromCharCode(code) : String.fromCodePoint(code);
  }
  return out;
}
