import { compareBytes, latin1, utf8 } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import { TAG } from './tags.ts';

/** Exact DER writing: every function returns one finished TLV, so that ready-made parts are copied, never re-encoded. */

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets = lengthOctetsOf(length);
  const out = new Uint8Array(2 + lengthOctets + length);
  writeHeader(out, tag, length, lengthOctets);
  let at = 2 + lengthOctets;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Identifier and length octets alone, for a value of many parts that a writer further out puts together in one copy. */
export function header(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets = lengthOctetsOf(length);
  const out = new Uint8Array(2 + lengthOctets);
  writeHeader(out, tag, length, lengthOctets);
  return out;
}

function lengthOctetsOf(length: number): number {
  let octets = 0;
  if (length >= 0x80) for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets++;
  return octets;
}

function writeHeader(out: Uint8Array, tag: number, length: number, lengthOctets: number): void {
  out[0] = tag;
  out[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  for (let i = lengthOctets, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) out[1 + i] = rest % 256;
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.SEQUENCE, ...parts);
}

/** SET OF: elements sorted by their encoding (X.690 §11.6). */
export function setOf(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.SET, ...[...elements].sort(compareBytes));
}

/** `[n] EXPLICIT`, or `[n] IMPLICIT` over the content of a constructed value. */
export function context(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...parts);
}

/** `[n] IMPLICIT` over primitive content. */
export function contextValue(number: number, content: Uint8Array): Uint8Array {
  return tlv(0x80 | number, content);
}

/** The same value under another identifier octet: turns `SET` into `[0] IMPLICIT` and back without re-encoding. */
export function retag(encoded: Uint8Array, tag: number): Uint8Array {
  const out = encoded.slice();
  out[0] = tag;
  return out;
}

export function boolean(value: boolean): Uint8Array {
  return tlv(TAG.BOOLEAN, Uint8Array.of(value ? 0xff : 0));
}

export function integer(value: number | bigint): Uint8Array {
  // Versions, seconds and millis: they need no arithmetic of big numbers.
  if (typeof value === 'number' && value >= 0 && value < 0x80 && Number.isInteger(value))
    return Uint8Array.of(TAG.INTEGER, 1, value);
  const big = BigInt(value);
  const octets: number[] = [];
  let rest = big;
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!(rest === 0n && (octets[0] as number) < 0x80) && !(rest === -1n && (octets[0] as number) >= 0x80));
  return tlv(TAG.INTEGER, Uint8Array.from(octets));
}

/** A non-negative INTEGER from big-endian magnitude octets (serial numbers, r and s). */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  let at = 0;
  while (at < magnitude.length - 1 && magnitude[at] === 0) at++;
  const body = magnitude.subarray(at);
  const needsZero = body.length === 0 || (body[0] as number) >= 0x80;
  return needsZero ? tlv(TAG.INTEGER, Uint8Array.of(0), body) : tlv(TAG.INTEGER, body);
}

export function enumerated(value: number): Uint8Array {
  return retag(integer(value), TAG.ENUMERATED);
}

export function nullValue(): Uint8Array {
  return Uint8Array.of(TAG.NULL, 0);
}

export function octetString(content: Uint8Array): Uint8Array {
  return tlv(TAG.OCTET_STRING, content);
}

export function bitString(content: Uint8Array): Uint8Array {
  return tlv(TAG.BIT_STRING, Uint8Array.of(0), content);
}

/** Named bits by position, trailing zero bits cut (X.690 §11.2.2). */
export function namedBits(...positions: readonly number[]): Uint8Array {
  if (positions.length === 0) return tlv(TAG.BIT_STRING, Uint8Array.of(0));
  const highest = Math.max(...positions);
  const octets = new Uint8Array(1 + (highest >> 3) + 1);
  octets[0] = 7 - (highest & 7);
  for (const position of positions) {
    const at = 1 + (position >> 3);
    octets[at] = (octets[at] as number) | (0x80 >> (position & 7));
  }
  return tlv(TAG.BIT_STRING, octets);
}

const oidCache = new Map<string, Uint8Array>();
/** Policies and types come from other people's requests too: what they invent must not pile up here. */
const OID_CACHE_SIZE = 1024;

/** @throws {FormatFault} `der.object-identifier` for text that is no dotted decimal */
export function oid(dotted: string): Uint8Array {
  const known = oidCache.get(dotted);
  if (known !== undefined) return known;
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw new FormatFault('der.object-identifier', `not an OID: ${dotted}`);
  const arcs = dotted.split('.').map(BigInt);
  // 1.40 would come out as the octet of 2.0: below arc 2 the second arc ends at 39 (X.660).
  if ((arcs[0] as bigint) < 2n && (arcs[1] as bigint) > 39n) {
    throw new FormatFault('der.object-identifier', `not an OID: ${dotted}`);
  }
  const octets: number[] = [];
  const combined = [(arcs[0] as bigint) * 40n + (arcs[1] as bigint), ...arcs.slice(2)];
  for (const arc of combined) {
    const digits: number[] = [Number(arc & 0x7fn)];
    for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 0x7fn) | 0x80);
    octets.push(...digits);
  }
  const encoded = tlv(TAG.OBJECT_IDENTIFIER, Uint8Array.from(octets));
  if (oidCache.size < OID_CACHE_SIZE) oidCache.set(dotted, encoded);
  return encoded;
}

export function utf8String(text: string): Uint8Array {
  return tlv(TAG.UTF8_STRING, utf8(text));
}

export function printableString(text: string): Uint8Array {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) throw new FormatFault('der.printable-string', `not printable: ${text}`);
  return tlv(TAG.PRINTABLE_STRING, latin1(text));
}

export function ia5String(text: string): Uint8Array {
  // oxlint-disable-next-line no-control-regex -- IA5String is exactly the 7-bit set
  if (!/^[\x00-\x7f]*$/.test(text)) throw new FormatFault('der.ia5-string', 'character outside IA5');
  return tlv(TAG.IA5_STRING, latin1(text));
}

const UTC_TIME_FROM = Date.UTC(1950, 0);
const UTC_TIME_TO = Date.UTC(2050, 0);

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5); milliseconds since 1970, cut to the second. */
export function time(milliseconds: number): Uint8Array {
  const short = milliseconds >= UTC_TIME_FROM && milliseconds < UTC_TIME_TO;
  return short ? stamp(TAG.UTC_TIME, milliseconds) : generalizedTime(milliseconds);
}

/** GeneralizedTime with seconds, no fraction. */
export function generalizedTime(milliseconds: number): Uint8Array {
  return stamp(TAG.GENERALIZED_TIME, milliseconds);
}

function stamp(tag: number, milliseconds: number): Uint8Array {
  // Years beyond 0000–9999 have no four digits.
  if (!(milliseconds >= -62_167_219_200_000 && milliseconds < 253_402_300_800_000)) {
    throw new FormatFault('der.time', `no such moment: ${milliseconds}`);
  }
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  const century = tag === TAG.UTC_TIME ? 0 : 2;
  const out = new Uint8Array(15 + century);
  out[0] = tag;
  out[1] = 13 + century;
  if (century > 0) twoDigits(out, 2, Math.floor(year / 100));
  let at = 2 + century;
  twoDigits(out, at, year % 100);
  twoDigits(out, (at += 2), date.getUTCMonth() + 1);
  twoDigits(out, (at += 2), date.getUTCDate());
  twoDigits(out, (at += 2), date.getUTCHours());
  twoDigits(out, (at += 2), date.getUTCMinutes());
  twoDigits(out, (at += 2), date.getUTCSeconds());
  out[at + 2] = 0x5a;
  return out;
}

function twoDigits(out: Uint8Array, at: number, value: number): void {
  const tens = Math.floor(value / 10);
  out[at] = 0x30 + tens;
  out[at + 1] = 0x30 + value - tens * 10;
}
