import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { SignatureFault } from '../fault.ts';

/** A package signature without its value. Holds no content: the package is given again to `embedOoxml`. Serialisable. */
export interface OoxmlToBeSigned {
  readonly kind: 'ooxml';
  /** ds:Signature with an empty ds:SignatureValue. */
  readonly signature: string;
  /** Where in `signature` the value goes, UTF-16 units. */
  readonly valueAt: number;
  /** Canonical octets of ds:SignedInfo: what the key signs. */
  readonly signedInfo: Uint8Array;
  /** ds:Manifest as it stands in `signature`: what the package must still be when the value comes. */
  readonly manifest: string;
  /** Of all references. */
  readonly digest: DigestAlgorithm;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Uint8Array;
  /** Milliseconds since 1970: modification time of new entries. */
  readonly at: number;
}

/** Bytes as base64. */
export function ooxmlToJson(tbs: OoxmlToBeSigned): Readonly<Record<string, unknown>> {
  return { ...tbs, version: 1, signedInfo: toBase64(tbs.signedInfo), certificate: toBase64(tbs.certificate) };
}

const SCHEMES: readonly unknown[] = ['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'ed25519'];

/** @throws {SignatureFault} `ooxml.prepared-damaged` when a member is missing or of another type */
export function ooxmlFromJson(json: unknown): OoxmlToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('ooxml.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  need('kind', (value) => value === 'ooxml' && o['version'] === 1);
  return {
    kind: 'ooxml',
    signature: need('signature', isText),
    valueAt: need('valueAt', isCount),
    signedInfo: fromBase64(need('signedInfo', isText)),
    manifest: need('manifest', isText),
    digest: need('digest', (value) => isText(value) && Object.hasOwn(DIGEST_LENGTH, value)),
    algorithm: need('algorithm', (value) => SCHEMES.includes((value as { scheme?: unknown } | null)?.scheme)),
    certificate: fromBase64(need('certificate', isText)),
    at: need('at', (value) => Number.isSafeInteger(value)),
  };
}
