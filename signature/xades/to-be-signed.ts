import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { SignatureFault } from '../fault.ts';

export type Packaging = 'enveloped' | 'enveloping' | 'detached';

/** Where the signature goes in the document it envelops; offsets into the document's text, UTF-16 units. */
export interface SignaturePlace {
  readonly inputSize: number;
  /** Lower-case hexadecimal. */
  readonly inputSha256: string;
  readonly prefixEnd: number;
  readonly suffixStart: number;
  /** Written before and behind the signature: an empty-element tag has to be opened. */
  readonly before: string;
  readonly behind: string;
}

/** An XML signature without its value. Serialisable: the value may come tomorrow, from another machine. */
export interface XadesToBeSigned {
  readonly kind: 'xades';
  readonly packaging: Packaging;
  /** ds:Signature with an empty ds:SignatureValue. */
  readonly signature: string;
  /** Where in `signature` the value goes, UTF-16 units. */
  readonly valueAt: number;
  /** Identifier of ds:SignatureValue. */
  readonly valueId: string;
  /** Canonical octets of ds:SignedInfo: what the key signs. */
  readonly signedInfo: Uint8Array;
  /** Of all references. */
  readonly digest: DigestAlgorithm;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  /** Of an enveloped signature only. */
  readonly place?: SignaturePlace;
}

/** Bytes as base64. */
export function xadesToJson(tbs: XadesToBeSigned): Readonly<Record<string, unknown>> {
  return {
    ...tbs,
    version: 1,
    signedInfo: toBase64(tbs.signedInfo),
    certificate: toBase64(tbs.certificate),
    chain: tbs.chain.map(toBase64),
  };
}

const SCHEMES: readonly unknown[] = ['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'ed25519'];

/** @throws {SignatureFault} `xades.prepared-damaged` when a member is missing or of another type */
export function xadesFromJson(json: unknown): XadesToBeSigned {
  const o = membersOf(json);
  const need = <T>(member: string, holds: (value: unknown) => boolean, from = o): T => {
    const value = from[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('xades.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  need('kind', (value) => value === 'xades' && o['version'] === 1);
  const packaging = need<Packaging>('packaging', (value) => ['enveloped', 'enveloping', 'detached'].includes(value as string));
  const place = packaging === 'enveloped' ? membersOf(need('place', (value) => typeof value === 'object')) : undefined;
  return {
    kind: 'xades',
    packaging,
    signature: need('signature', isText),
    valueAt: need('valueAt', isCount),
    valueId: need('valueId', isText),
    signedInfo: fromBase64(need('signedInfo', isText)),
    digest: need('digest', (value) => isText(value) && Object.hasOwn(DIGEST_LENGTH, value)),
    algorithm: need('algorithm', (value) => SCHEMES.includes((value as { scheme?: unknown } | null)?.scheme)),
    certificate: fromBase64(need('certificate', isText)),
    chain: need<string[]>('chain', (value) => Array.isArray(value) && value.every(isText)).map(fromBase64),
    ...(place === undefined
      ? {}
      : {
          place: {
            inputSize: need('inputSize', isCount, place),
            inputSha256: need('inputSha256', isText, place),
            prefixEnd: need('prefixEnd', isCount, place),
            suffixStart: need('suffixStart', isCount, place),
            before: need('before', isText, place),
            behind: need('behind', isText, place),
          },
        }),
  };
}

function membersOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
