import { fromUtf8 } from '@antin/formats/bytes/bytes';
import { fromBase64, toBase64 } from '@antin/formats/bytes/text-encodings';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';

/** RFC 7515 §3: `compact` has no room for anything unsigned. */
export type Serialization = 'compact' | 'flattened' | 'general';

/** What a JSON signature will say, waiting for the value. Serialisable: the value may come tomorrow, from another machine. */
export interface JadesToBeSigned {
  readonly kind: 'jades';
  readonly serialization: Serialization;
  /** `detached`: the payload is empty and `sigD` names the files. */
  readonly packaging: 'attached' | 'detached';
  /** JWS Signing Input, protected header, dot, payload: what the key signs. */
  readonly signingInput: Uint8Array;
  /** False where the header says `b64: false`: the payload stands as it is (RFC 7797). */
  readonly encodedPayload: boolean;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
}

/** The two halves of the signing input: the base64url text of the protected header, and the octets of the payload. */
export function halvesOf({ signingInput }: JadesToBeSigned): { readonly header: string; readonly payload: Uint8Array } {
  const dot = signingInput.indexOf(0x2e);
  if (dot < 1) throw new SignatureFault('jades.prepared-damaged', 'the signing input has no protected header');
  return { header: fromUtf8(signingInput.subarray(0, dot)), payload: signingInput.subarray(dot + 1) };
}

/** Bytes as base64. */
export function jadesToJson(tbs: JadesToBeSigned): Readonly<Record<string, unknown>> {
  return {
    ...tbs,
    version: 1,
    signingInput: toBase64(tbs.signingInput),
    certificate: toBase64(tbs.certificate),
    chain: tbs.chain.map(toBase64),
  };
}

const SCHEMES: readonly unknown[] = ['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'ed25519'];
const oneOf =
  (...allowed: readonly unknown[]) =>
  (value: unknown): boolean =>
    allowed.includes(value);

/** @throws {SignatureFault} `jades.prepared-damaged` when a member is missing or of another type */
export function jadesFromJson(json: unknown): JadesToBeSigned {
  const o = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const need = <T>(member: string, holds: (value: unknown) => boolean): T => {
    const value = o[member];
    if (holds(value)) return value as T;
    throw new SignatureFault('jades.prepared-damaged', `the stored preparation has no usable "${member}"`);
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  need('version', oneOf(1));
  return {
    kind: need('kind', oneOf('jades')),
    serialization: need('serialization', oneOf('compact', 'flattened', 'general')),
    packaging: need('packaging', oneOf('attached', 'detached')),
    signingInput: fromBase64(need('signingInput', isText)),
    encodedPayload: need('encodedPayload', oneOf(true, false)),
    algorithm: need('algorithm', (value) => SCHEMES.includes((value as { scheme?: unknown } | null)?.scheme)),
    certificate: fromBase64(need('certificate', isText)),
    chain: need<string[]>('chain', (value) => Array.isArray(value) && value.every(isText)).map(fromBase64),
  };
}
