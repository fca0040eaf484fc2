import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readBoolean, readOid, readSmallInteger } from '@antin/formats/der/values';
import { boolean, integer, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm } from '../crypto.ts';
import { parseExtensionList } from '../x509/extensions.ts';
import type { Extension } from '../x509/extensions.ts';
import { buildMessageImprint, parseMessageImprint } from './imprint.ts';
import type { MessageImprint } from './imprint.ts';

/**
 * `TimeStampReq ::= SEQUENCE { version, messageImprint, reqPolicy OPTIONAL, nonce OPTIONAL, certReq DEFAULT FALSE,
 *  extensions [0] OPTIONAL }` (RFC 3161 §2.4.1)
 */
export interface TimeStampRequest {
  readonly messageImprint: MessageImprint;
  readonly policy?: string;
  readonly nonce?: bigint;
  /** The INTEGER as it stands in the request, for echoing. */
  readonly nonceRaw?: Uint8Array;
  readonly certReq: boolean;
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** Longest nonce a request may carry, in bits: it is echoed into every answer. */
export const MAX_NONCE_BITS = 512;

/** @throws {FormatFault} `tsp.request`, `tsp.version`, `tsp.nonce`, `tsp.message-imprint`, `der.*` */
export function parseTimeStampRequest(der: Uint8Array): TimeStampRequest {
  const root = decodeDer(der);
  const [version, imprint, ...rest] = root.expect(TAG.SEQUENCE, 'TimeStampReq').children();
  if (version === undefined || imprint === undefined) {
    throw new FormatFault('tsp.request', 'TimeStampReq needs version and messageImprint', root.start);
  }
  if (readSmallInteger(version) !== 1) throw new FormatFault('tsp.version', 'TimeStampReq version must be 1', version.start);
  const messageImprint = parseMessageImprint(imprint);
  const take = (tag: number) => (rest[0]?.tag === tag ? rest.shift() : undefined);
  const policy = take(TAG.OBJECT_IDENTIFIER);
  const nonce = take(TAG.INTEGER);
  const certReq = take(TAG.BOOLEAN);
  const extensions = take(0xa0);
  if (rest[0] !== undefined) throw new FormatFault('tsp.request', 'unexpected member of TimeStampReq', rest[0].start);
  if (nonce !== undefined && nonce.content.length * 8 > MAX_NONCE_BITS + 8) {
    throw new FormatFault('tsp.nonce', `nonce longer than ${MAX_NONCE_BITS} bits`, nonce.start);
  }
  return {
    messageImprint,
    ...(policy === undefined ? {} : { policy: readOid(policy) }),
    ...(nonce === undefined ? {} : { nonce: readBigInt(nonce), nonceRaw: nonce.raw }),
    certReq: certReq !== undefined && readBoolean(certReq),
    extensions: extensions === undefined ? new Map() : parseExtensionList(extensions),
  };
}

/** @throws {PkiFault} `tsp.message-imprint` */
export function buildTimeStampRequest(input: {
  readonly digest: DigestAlgorithm;
  readonly hash: Uint8Array;
  readonly nonce?: bigint;
  readonly certReq: boolean;
  readonly policy?: string;
}): Uint8Array {
  return sequence(
    integer(1),
    buildMessageImprint(input.digest, input.hash),
    ...(input.policy === undefined ? [] : [oid(input.policy)]),
    ...(input.nonce === undefined ? [] : [integer(input.nonce)]),
    ...(input.certReq ? [boolean(true)] : []),
  );
}

/** A positive nonce from random octets, so that both sides compare numbers and never encodings. */
export function nonceFrom(random: Uint8Array): bigint {
  let value = 0n;
  for (const byte of random) value = (value << 8n) | BigInt(byte);
  return value;
}
