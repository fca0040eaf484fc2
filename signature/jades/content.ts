import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { digestsInsteadOf, givenDigest } from '../known-by-digest.ts';
import { base64UrlOctets, base64UrlSize } from './base64url.ts';

export type JadesInput =
  | {
      readonly packaging: 'attached';
      readonly payload: Uint8Array;
      /** Of the payload; `application/json` is written `json` (RFC 7515 §4.1.10). */
      readonly mimeType?: string;
    }
  | {
      /** Named in `sigD` by the mechanism ObjectIdByURIHash; the payload is empty. */
      readonly packaging: 'detached';
      readonly files: readonly JadesFile[];
    };

export interface JadesFile {
  /** As people see it; the URI is made from it. */
  readonly name: string;
  readonly content: ByteSource;
  readonly mimeType: string;
}

/** What a signature does not carry itself, brought by the caller. */
export interface JadesContent {
  /** Of a JWS whose payload was left out (RFC 7515 appendix F). */
  readonly payload?: Uint8Array;
  /** Of what `sigD` names. @param uri as it is written there */
  readonly file?: (uri: string) => ByteSource | undefined;
}

/** TS 119 182-1 clause 5.2.8.3.3 */
export const OBJECT_ID_BY_URI_HASH = 'http://uri.etsi.org/19182/ObjectIdByURIHash';

/** A multiple of three, so that base64url of pieces is base64url of the whole. */
const PIECE = 3 << 18;

/**
 * Feeds a data object as the signature takes it: as it is with `b64: false`, else base64url-encoded.
 *
 * @param update gets octets that are good until the next piece
 */
export function writeOctets(content: ByteSource, encoded: boolean, update: (piece: Uint8Array) => void): void {
  if (!encoded) return readInPieces(content, 0, content.size, update, PIECE);
  const buffer = new Uint8Array(base64UrlSize(Math.min(PIECE, content.size)));
  readInPieces(
    content,
    0,
    content.size,
    (piece) => update(base64UrlOctets(piece, buffer.subarray(0, base64UrlSize(piece.length)))),
    PIECE,
  );
}

export function digestOfContent(door: CryptoDoor, digest: DigestAlgorithm, content: ByteSource, encoded: boolean): Uint8Array {
  const given = digestsInsteadOf(content);
  if (given !== undefined) return givenDigest(given, digest, encoded);
  const running = door.digest(digest);
  writeOctets(content, encoded, (piece) => running.update(piece));
  return running.finish();
}

/** A relative reference: the folders stay folders. @throws {SignatureFault} `jades.file-name` */
export function nameUri(name: string): string {
  if (name === '' || !name.isWellFormed()) throw new SignatureFault('jades.file-name', 'not a file name');
  return name.split('/').map(encodeURIComponent).join('/');
}

/** RFC 7515 §4.1.10: without `application/` where no other slash follows. */
export function mediaType(mimeType: string): string {
  const short = mimeType.replace(/^application\//i, '');
  return short.includes('/') ? mimeType : short;
}
