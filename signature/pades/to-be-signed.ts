import { fromBase64, fromHex, toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import type { ByteSource } from '@antin/formats/bytes/source';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import { memorySource } from '@antin/formats/bytes/source';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';

/**
 * A PDF with a place for a signature, waiting for the value. Holds what was appended, not the file itself.
 *
 * Serialisable (`toBeSignedToJson`), because the key may be on another machine and the value may come tomorrow.
 */
export interface ToBeSigned {
  readonly kind: 'pades';
  readonly inputSize: number;
  /** Lower-case hexadecimal. */
  readonly inputSha256: string;
  /** Goes behind the input; `/Contents` holds zeros. */
  readonly appended: Uint8Array;
  readonly byteRange: readonly [0, number, number, number];
  /** Room for the CMS in bytes, before hexadecimal. */
  readonly reservedBytes: number;
  /** Of the document and of the signed attributes. */
  readonly digest: DigestAlgorithm;
  /** Over both ranges. */
  readonly documentDigest: Uint8Array;
  /** DER SET: what the key signs. */
  readonly signedAttributes: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly fieldName: string;
  /** The signed attributes name a time-stamp to come; nothing but `embedPades` asks. */
  readonly level: 'B-B' | 'B-T';
}

export interface ToBeSignedJson {
  readonly kind: 'pades';
  readonly version: 1;
  readonly inputSize: number;
  readonly inputSha256: string;
  readonly appended: string;
  readonly byteRange: readonly number[];
  readonly reservedBytes: number;
  readonly digest: DigestAlgorithm;
  readonly documentDigest: string;
  readonly signedAttributes: string;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: string;
  readonly chain: readonly string[];
  readonly fieldName: string;
  readonly level: 'B-B' | 'B-T';
}

/** Bytes as base64, the digest as hexadecimal. */
export function toBeSignedToJson(tbs: ToBeSigned): ToBeSignedJson {
  return {
    ...tbs,
    version: 1,
    appended: toBase64(tbs.appended),
    documentDigest: toHex(tbs.documentDigest),
    signedAttributes: toBase64(tbs.signedAttributes),
    certificate: toBase64(tbs.certificate),
    chain: tbs.chain.map(toBase64),
  };
}

/** @throws {SignatureFault} `pades.prepared-damaged` when a member is missing or of another type */
export function toBeSignedFromJson(json: unknown): ToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Partial<Record<keyof ToBeSignedJson, unknown>>;
  const wrong = (member: string): SignatureFault =>
    new SignatureFault('pades.prepared-damaged', `the stored preparation has no usable "${member}"`);
  const text = (member: keyof ToBeSignedJson): string => {
    const value = o[member];
    if (typeof value !== 'string') throw wrong(member);
    return value;
  };
  const count = (value: unknown, member: string): number => {
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(member);
    return value as number;
  };
  if (o.kind !== 'pades' || o.version !== 1) throw wrong('kind');
  const range = Array.isArray(o.byteRange) ? o.byteRange.map((n) => count(n, 'byteRange')) : [];
  if (range.length !== 4 || range[0] !== 0) throw wrong('byteRange');
  if (!Array.isArray(o.chain) || o.chain.some((c) => typeof c !== 'string')) throw wrong('chain');
  if (o.level !== 'B-B' && o.level !== 'B-T') throw wrong('level');
  return {
    kind: 'pades',
    inputSize: count(o.inputSize, 'inputSize'),
    inputSha256: text('inputSha256'),
    appended: fromBase64(text('appended')),
    byteRange: [0, range[1] as number, range[2] as number, range[3] as number],
    reservedBytes: count(o.reservedBytes, 'reservedBytes'),
    digest: text('digest') as DigestAlgorithm,
    documentDigest: fromHex(text('documentDigest')),
    signedAttributes: fromBase64(text('signedAttributes')),
    algorithm: algorithmFrom(o.algorithm, wrong),
    certificate: fromBase64(text('certificate')),
    chain: (o.chain as string[]).map(fromBase64),
    fieldName: text('fieldName'),
    level: o.level,
  };
}

function algorithmFrom(value: unknown, wrong: (member: string) => SignatureFault): SignatureAlgorithm {
  const scheme = (value as { scheme?: unknown } | undefined)?.scheme;
  if (!['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'ed25519'].includes(scheme as string)) throw wrong('algorithm');
  return value as SignatureAlgorithm;
}

/** The original and what was appended, as one source: what an agent shows and hashes before its key signs. */
export function preparedSource(original: ByteSource, tbs: ToBeSigned): ByteSource {
  if (original.size !== tbs.inputSize) {
    const found = `${original.size} bytes, prepared were ${tbs.inputSize}`;
    throw new SignatureFault('pades.input-changed', `this is not the file that was prepared: ${found}`);
  }
  return appendedSource(original, tbs.appended);
}

/** `first` followed by `second`, read in place; only a read across the seam copies. */
export function appendedSource(first: ByteSource, second: Uint8Array): ByteSource {
  return joinedSource([first, memorySource(second)]);
}
