import { equalBytes, indexOfBytes } from '@antin/formats/bytes/bytes';
import { readInPieces } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { writeHexDigits } from '@antin/formats/bytes/text-encodings';
import { buildSignedData, signatureTimeStampAttribute } from '@antin/pki/cms/build';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { requireValue } from '../making/require-value.ts';
import type { ToBeSigned } from './to-be-signed.ts';

export interface EmbedPadesOptions {
  readonly door: CryptoDoor;
  /** DER of a TimeStampToken over `timeStampImprint`. */
  readonly timeStampToken?: Uint8Array;
  /** The caller held the very bytes since preparing: the file is not hashed again. */
  readonly unchanged?: boolean;
}

/**
 * The appended bytes with the CMS in place of the zeros; the file is `original` followed by them.
 *
 * The value is verified with the certificate first: a wrong key, a wrong card or a damaged transport never reaches a document.
 * So is the file: hours may lie between, and a signature over other bytes than are there would be broken from its first day.
 *
 * @param signatureValue as `VerifyInput.signature`
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`, `pades.input-changed`,
 *   `pades.placeholder-too-small`, `pades.prepared-damaged`, `signature.time-stamp-mismatch`
 * @throws {FormatFault} `tsp.*`, `cms.*`, `der.*` when the token is damaged
 */
export function embedPades(
  original: ByteSource,
  tbs: ToBeSigned,
  signatureValue: Uint8Array,
  { door, timeStampToken, unchanged = false }: EmbedPadesOptions,
): Uint8Array {
  placeOfContents(original, tbs);
  if (!unchanged) requireSameFile(original, tbs, door);
  const certificate = certificateOf(tbs.certificate);
  requireValue(tbs, certificate, signatureValue, door);
  if (timeStampToken) requireImprint(timeStampToken, (digest) => digestOf(door, digest, signatureValue));
  const cms = buildSignedData({
    digest: tbs.digest,
    signatureAlgorithm: tbs.algorithm,
    signingCertificate: certificate,
    certificates: tbs.chain,
    signedAttributes: tbs.signedAttributes,
    signature: signatureValue,
    ...(timeStampToken ? { unsignedAttributes: [signatureTimeStampAttribute(timeStampToken)] } : {}),
  });
  return withContents(original, tbs, cms);
}

/** Another revision of the same length, or one flipped byte, and the value would be about a file that is not there. */
function requireSameFile(original: ByteSource, tbs: ToBeSigned, door: CryptoDoor): void {
  const [, first, second] = tbs.byteRange;
  const running = door.digest(tbs.digest);
  readInPieces(original, 0, tbs.inputSize, (piece) => running.update(piece));
  running.update(tbs.appended.subarray(0, first - tbs.inputSize));
  running.update(tbs.appended.subarray(second - tbs.inputSize));
  if (!equalBytes(running.finish(), tbs.documentDigest)) {
    throw new SignatureFault('pades.input-changed', 'this is not the file that was prepared: its bytes give another digest');
  }
  if (indexOfBytes(tbs.signedAttributes, tbs.documentDigest) === -1) {
    throw new SignatureFault('pades.prepared-damaged', 'the attributes to be signed are about another document');
  }
}

/** A revision with a place for `/Contents`, of a signature or of a document time-stamp. */
export interface Reserved {
  readonly inputSize: number;
  readonly appended: Uint8Array;
  readonly byteRange: readonly [0, number, number, number];
  readonly reservedBytes: number;
}

/**
 * `reserved.appended` with the CMS in place of the zeros.
 *
 * @throws {SignatureFault} `pades.input-changed`, `pades.placeholder-too-small`, `pades.prepared-damaged`
 */
export function withContents(original: ByteSource, reserved: Reserved, cms: Uint8Array): Uint8Array {
  const [start, end] = placeOfContents(original, reserved);
  if (cms.length > reserved.reservedBytes) {
    const message = `the CMS takes ${cms.length} bytes, ${reserved.reservedBytes} were reserved; prepare again with more`;
    throw new SignatureFault('pades.placeholder-too-small', message);
  }
  const appended = reserved.appended.slice();
  writeHexDigits(cms, appended, start + 1);
  if (appended[start] !== 0x3c || appended[end - 1] !== 0x3e) {
    throw new SignatureFault('pades.prepared-damaged', 'the place of /Contents is not where the preparation says');
  }
  return appended;
}

/** Offsets of the `/Contents` string in `appended`, delimiters included. */
function placeOfContents(original: ByteSource, reserved: Reserved): readonly [number, number] {
  const { byteRange, inputSize, appended, reservedBytes } = reserved;
  if (original.size !== inputSize) {
    const message = `the file has ${original.size} bytes, prepared was one of ${inputSize}`;
    throw new SignatureFault('pades.input-changed', message);
  }
  const start = byteRange[1] - inputSize;
  const end = byteRange[2] - inputSize;
  const whole = byteRange[2] + byteRange[3] === inputSize + appended.length;
  if (start < 0 || end - start !== 2 * reservedBytes + 2 || !whole) {
    throw new SignatureFault('pades.prepared-damaged', 'the byte range does not fit the prepared bytes');
  }
  return [start, end];
}

/** SHA-256 of the signature value: the message imprint of the signature time-stamp (RFC 3161, EN 319 122-1 §5.3). */
export function timeStampImprint(signatureValue: Uint8Array, door: CryptoDoor): Uint8Array {
  return digestOf(door, 'SHA-256', signatureValue);
}
