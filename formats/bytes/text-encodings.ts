import { FormatFault } from '../fault.ts';
import { fromLatin1, fromUtf8, latin1 } from './bytes.ts';

/** The two digits of every byte as one number in the byte order of the machine, whatever it is. */
const PAIRS = new Uint16Array(
  latin1(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('')).buffer,
);

/** Lower-case hexadecimal as ASCII, two digits a byte. */
export function hexDigits(bytes: Uint8Array): Uint8Array {
  const pairs = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) pairs[i] = PAIRS[bytes[i] as number] as number;
  return new Uint8Array(pairs.buffer);
}

/** The same digits, written into bytes that are there from `at` on. */
export function writeHexDigits(bytes: Uint8Array, into: Uint8Array, at: number): void {
  into.set(hexDigits(bytes), at);
}

const scratch = new Uint16Array(128);
const scratchBytes = new Uint8Array(scratch.buffer);
const digitsDecoder = new TextDecoder('latin1');

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length <= scratch.length) {
    for (let i = 0; i < length; i++) scratch[i] = PAIRS[bytes[i] as number] as number;
    return digitsDecoder.decode(scratchBytes.subarray(0, 2 * length));
  }
  // One string from all digits: adding up characters leaves a chain of pieces behind for every hash and serial number.
  return fromLatin1(hexDigits(bytes));
}

/** @throws {FormatFault} `hex.damaged` for an odd count or a character that is no hexadecimal digit */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new FormatFault('hex.damaged', 'expected an even number of hexadecimal digits');
  }
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const BASE64 = latin1('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const VALUES = new Int8Array(128).fill(-1);
BASE64.forEach((code, i) => (VALUES[code] = i));

/** RFC 4648 §4, with padding, without line breaks. */
export function toBase64(bytes: Uint8Array): string {
  // Digits first, then one string: adding up characters makes a chain of pieces fifty times the size of the text.
  const digits = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    digits[at++] = BASE64[word >> 18] as number;
    digits[at++] = BASE64[(word >> 12) & 63] as number;
    digits[at++] = BASE64[(word >> 6) & 63] as number;
    digits[at++] = BASE64[word & 63] as number;
  }
  const padded = (3 - (bytes.length % 3)) % 3;
  digits.fill(0x3d, digits.length - padded);
  // The decoder makes one flat string of a long text, and costs more than a short one is worth.
  return digits.length > 4096 ? fromUtf8(digits) : fromLatin1(digits);
}

/**
 * RFC 4648 §4 and §5 (both alphabets), padding optional, ASCII white space ignored.
 *
 * @throws {FormatFault} `base64.damaged`
 */
export function fromBase64(text: string): Uint8Array {
  const compact = text
    .replace(/[\t\n\r ]+/g, '')
    .replace(/-/g, '+')
    .replace(/_/g, '/');
  const body = compact.replace(/={1,2}$/, '');
  if (body.length % 4 === 1) throw new FormatFault('base64.damaged', 'base64 text has an impossible length');
  const out = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let word = 0;
  let at = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i);
    const value = code < 128 ? (VALUES[code] as number) : -1;
    if (value < 0) throw new FormatFault('base64.damaged', 'character outside the base64 alphabet', i);
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (word >> bits) & 0xff;
    }
  }
  return out;
}

/** RFC 4648 §5 without padding, as JWS and fragments use it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
