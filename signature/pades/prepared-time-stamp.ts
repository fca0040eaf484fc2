import { fromBase64, fromHex, toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { SignatureFault } from '../fault.ts';

/** A PDF with a place for a document time-stamp, waiting for the token. Serialisable: the authority may answer tomorrow. */
export interface PreparedTimeStamp {
  readonly kind: 'pdf-time-stamp';
  readonly inputSize: number;
  /** Lower-case hexadecimal. */
  readonly inputSha256: string;
  /** Goes behind the input; `/Contents` holds zeros. */
  readonly appended: Uint8Array;
  readonly byteRange: readonly [0, number, number, number];
  /** Room for the token in bytes, before hexadecimal. */
  readonly reservedBytes: number;
  readonly digest: DigestAlgorithm;
  /** Over both ranges: the message imprint. */
  readonly documentDigest: Uint8Array;
  readonly fieldName: string;
}

/** Bytes as base64, the digest as hexadecimal. */
export function preparedTimeStampToJson(prepared: PreparedTimeStamp): Readonly<Record<string, unknown>> {
  return {
    ...prepared,
    version: 1,
    appended: toBase64(prepared.appended),
    documentDigest: toHex(prepared.documentDigest),
  };
}

/** @throws {SignatureFault} `pades.prepared-damaged` when a member is missing or of another type */
export function preparedTimeStampFromJson(json: unknown): PreparedTimeStamp {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('pades.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  const text = (member: string): string => need(member, (value) => typeof value === 'string');
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  need('kind', (value) => value === 'pdf-time-stamp' && o['version'] === 1);
  return {
    kind: 'pdf-time-stamp',
    inputSize: need('inputSize', isCount),
    inputSha256: text('inputSha256'),
    appended: fromBase64(text('appended')),
    byteRange: need('byteRange', (v) => Array.isArray(v) && v.length === 4 && v[0] === 0 && v.every(isCount)),
    reservedBytes: need('reservedBytes', isCount),
    digest: need('digest', (value) => typeof value === 'string' && Object.hasOwn(DIGEST_LENGTH, value)),
    documentDigest: fromHex(text('documentDigest')),
    fieldName: text('fieldName'),
  };
}
