import { fromBase64, fromHex, toBase64, toHex } from '@antin/formats/bytes/text-encodings';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { DIGEST_LENGTH } from '@antin/pki/x509/algorithm';
import { SignatureFault } from '../fault.ts';

/** What a CAdES signature will say, waiting for the value. Serialisable: the value may come tomorrow, from another machine. */
export interface CadesToBeSigned {
  readonly kind: 'cades';
  /** `counter-signature`: over the value of another signature. */
  readonly role: 'signature' | 'counter-signature';
  /** Of what is signed. */
  readonly inputSize: number;
  /** Of the content and of the signed attributes. */
  readonly digest: DigestAlgorithm;
  /** Digest of the content, or of the signature value that is counter-signed. */
  readonly contentDigest: Uint8Array;
  /** DER SET: what the key signs. */
  readonly signedAttributes: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
}

/** Bytes as base64, the digest as hexadecimal. */
export function cadesToJson(tbs: CadesToBeSigned): Readonly<Record<string, unknown>> {
  return {
    ...tbs,
    version: 1,
    contentDigest: toHex(tbs.contentDigest),
    signedAttributes: toBase64(tbs.signedAttributes),
    certificate: toBase64(tbs.certificate),
    chain: tbs.chain.map(toBase64),
  };
}

const SCHEMES: readonly unknown[] = ['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'ed25519'];

/** @throws {SignatureFault} `cades.prepared-damaged` when a member is missing or of another type */
export function cadesFromJson(json: unknown): CadesToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('cades.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  need('kind', (value) => value === 'cades' && o['version'] === 1);
  return {
    kind: 'cades',
    role: need('role', (value) => value === 'signature' || value === 'counter-signature'),
    inputSize: need('inputSize', (value) => Number.isSafeInteger(value) && (value as number) >= 0),
    digest: need('digest', (value) => isText(value) && Object.hasOwn(DIGEST_LENGTH, value)),
    contentDigest: fromHex(need('contentDigest', isText)),
    signedAttributes: fromBase64(need('signedAttributes', isText)),
    algorithm: need('algorithm', (value) => SCHEMES.includes((value as { scheme?: unknown } | null)?.scheme)),
    certificate: fromBase64(need('certificate', isText)),
    chain: need<string[]>('chain', (value) => Array.isArray(value) && value.every(isText)).map(fromBase64),
  };
}
