import { latin1 } from '@antin/formats/bytes/bytes';
import { fromBase64, toBase64Url } from '@antin/formats/bytes/text-encodings';
import { FormatFault } from '@antin/formats/fault';

/**
 * The one canonical writing of RFC 7515 §2: no padding, no white space, no stray bits. A second writing of the same octets would
 * let a signature be changed without breaking.
 *
 * @throws {FormatFault} `base64.damaged`
 */
export function fromBase64Url(text: string): Uint8Array {
  const octets = fromBase64(text);
  if (toBase64Url(octets) !== text) throw new FormatFault('base64.damaged', 'not base64url as RFC 7515 writes it');
  return octets;
}

const ALPHABET = latin1('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

/** How many octets `base64UrlOctets` makes of so many bytes. */
export function base64UrlSize(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

/**
 * base64url as ASCII octets, for files: no string of their size is made.
 *
 * @param out of `base64UrlSize`; what comes is written there
 */
export function base64UrlOctets(bytes: Uint8Array, out = new Uint8Array(base64UrlSize(bytes.length))): Uint8Array {
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    // What lies behind the end of the text falls off the array.
    out[at++] = ALPHABET[word >> 18] as number;
    out[at++] = ALPHABET[(word >> 12) & 63] as number;
    out[at++] = ALPHABET[(word >> 6) & 63] as number;
    out[at++] = ALPHABET[word & 63] as number;
  }
  return out;
}
