import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';

/** Where one DER value lies in a source that is not in memory. */
export interface TlvPlace {
  readonly tag: number;
  readonly contentStart: number;
  readonly end: number;
}

/** Reads identifier and length only. @throws {FormatFault} `der.*` */
export function readHeader(source: ByteSource, offset: number, limit: number): TlvPlace {
  const head = source.read(offset, Math.min(10, limit - offset));
  const tag = head[0];
  const first = head[1];
  if (tag === undefined || first === undefined) throw new FormatFault('der.truncated', 'value ends inside its header', offset);
  if (first === 0x80) throw new FormatFault('der.indefinite-length', 'indefinite length is BER, not DER', offset + 1);
  const count = first > 0x80 ? first & 0x7f : 0;
  let length = first;
  if (count > 0) {
    if (count > 6 || 2 + count > head.length) throw new FormatFault('der.length', 'length field too long', offset + 1);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (head[2 + i] as number);
    if (length < 0x80 || head[2] === 0) throw new FormatFault('der.length-not-minimal', 'length not minimal', offset + 1);
  }
  const contentStart = offset + 2 + count;
  const end = contentStart + length;
  if (end > limit) throw new FormatFault('der.truncated', `value of ${length} bytes leaves its container`, offset);
  return { tag, contentStart, end };
}

/** Identifier and minimal length of a value whose content lies elsewhere. */
export function tlvHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
}
