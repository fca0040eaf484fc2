import { concatBytes, unsigned } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes } from '@antin/formats/der/values';
import { sequence, unsignedInteger } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from './fault.ts';

/** `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3) */
export interface EcdsaValue {
  readonly r: bigint;
  readonly s: bigint;
}

/**
 * Reads a value strictly: DER without a spare byte, 1 ≤ r, s < order. Undefined otherwise.
 *
 * Lax readers accept many encodings of one signature, and some accept r = s = 0 for any message (CVE-2022-21449).
 */
export function readEcdsaValue(signature: Uint8Array, order: bigint): EcdsaValue | undefined {
  try {
    const parts = decodeDer(signature).expect(TAG.SEQUENCE, 'ECDSA-Sig-Value').children();
    if (parts.length !== 2) return undefined;
    const [r, s] = parts.map((part) => positive(readIntegerBytes(part))) as [bigint, bigint];
    return r > 0n && r < order && s > 0n && s < order ? { r, s } : undefined;
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function positive(bytes: Uint8Array): bigint {
  return (bytes[0] as number) >= 0x80 || bytes.length > 128 ? 0n : unsigned(bytes);
}

/**
 * Whether `readEcdsaValue` would read it, for whoever needs no numbers: octets are compared and nothing is made.
 *
 * @param order magnitude of the group's order, big-endian without leading zeros (`orderOctets`)
 */
export function isEcdsaValue(signature: Uint8Array, order: Uint8Array): boolean {
  const length = signature[1] as number;
  // P-521 needs one octet more for its length; nothing needs two.
  const at = length === 0x81 ? 3 : 2;
  const content = length === 0x81 ? (signature[2] as number) : length;
  if (signature[0] !== TAG.SEQUENCE || at + content !== signature.length) return false;
  if (length === 0x81 ? content < 0x80 : length >= 0x80) return false;
  const second = endOfNumber(signature, at, order);
  return second > 0 && endOfNumber(signature, second, order) === signature.length;
}

/** Where an INTEGER of at least 1 and less than the order ends; 0 when there is none. */
function endOfNumber(octets: Uint8Array, start: number, order: Uint8Array): number {
  const length = octets[start + 1] as number;
  let at = start + 2;
  const end = at + length;
  if (octets[start] !== TAG.INTEGER || !(length > 0 && length < 0x80) || end > octets.length) return 0;
  const first = octets[at] as number;
  if (first >= 0x80) return 0;
  // A zero in front stands where the next octet would look negative; alone it is nought.
  if (first === 0 && !((octets[++at] as number) >= 0x80 && at < end)) return 0;
  const missing = order.length - (end - at);
  if (missing !== 0) return missing > 0 ? end : 0;
  for (let i = 0; at < end; i++, at++) {
    const difference = (octets[at] as number) - (order[i] as number);
    if (difference !== 0) return difference < 0 ? end : 0;
  }
  return 0;
}

/** The order of a group as `isEcdsaValue` wants it. */
export function orderOctets(order: bigint): Uint8Array {
  return fixed(order, Math.ceil(order.toString(16).length / 2));
}

/** r‖s of PKCS#11, XMLDSig and JWS → the DER of CMS and X.509. @throws {PkiFault} `pki.signature-shape` */
export function ecdsaDerFromRaw(raw: Uint8Array): Uint8Array {
  if (raw.length === 0 || raw.length % 2 !== 0) throw new PkiFault('pki.signature-shape', 'r‖s must have an even length');
  const half = raw.length / 2;
  return sequence(unsignedInteger(raw.subarray(0, half)), unsignedInteger(raw.subarray(half)));
}

/** DER → r‖s with `size` octets each. @throws {PkiFault} `pki.signature-shape` */
export function ecdsaRawFromDer(der: Uint8Array, size: number): Uint8Array {
  const value = readEcdsaValue(der, 1n << BigInt(size * 8));
  if (value === undefined) throw new PkiFault('pki.signature-shape', 'not a DER ECDSA value of this size');
  return concatBytes(fixed(value.r, size), fixed(value.s, size));
}

function fixed(value: bigint, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}
