import { decodeDer, SMALL_DER_BUDGET } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes, readOid } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';

const NIST = '2.16.840.1.101.3.4';
/** FIPS 203, 204, 205: octets of a public key, by OID. */
const SIZES = new Map<string, number>([
  [`${NIST}.4.1`, 800],
  [`${NIST}.4.2`, 1184],
  [`${NIST}.4.3`, 1568],
  [`${NIST}.3.17`, 1312],
  [`${NIST}.3.18`, 1952],
  [`${NIST}.3.19`, 2592],
  [`${NIST}.3.32`, 1312],
  [`${NIST}.3.33`, 1952],
  [`${NIST}.3.34`, 2592],
  // SLH-DSA in the order of FIPS 205: SHA2-128s, 128f, 192s, 192f, 256s, 256f, then SHAKE; then the pre-hash forms.
  ...[20, 35].flatMap((first) =>
    [32, 32, 48, 48, 64, 64, 32, 32, 48, 48, 64, 64].map((size, i) => [`${NIST}.3.${first + i}`, size] as [string, number]),
  ),
  [OID.ed25519, 32],
  [OID.ed448, 57],
  ['1.3.101.110', 32],
  ['1.3.101.111', 56],
]);

const range = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${NIST}.3.${first + i}`);

/** Families of public keys that rules about key usage speak of. */
export const KEY_FAMILIES = new Map<string, KeyFamily>([
  [OID.rsaEncryption, 'rsa'],
  [OID.idEcPublicKey, 'ec'],
  [OID.ed25519, 'edwards'],
  [OID.ed448, 'edwards'],
  ['1.3.101.110', 'montgomery'],
  ['1.3.101.111', 'montgomery'],
  ...range(17, 19).map((id) => [id, 'ml-dsa'] as const),
  ...range(32, 34).map((id) => [id, 'hash-ml-dsa'] as const),
  ...range(20, 31).map((id) => [id, 'slh-dsa'] as const),
  ...range(35, 46).map((id) => [id, 'hash-slh-dsa'] as const),
  ...[1, 2, 3].map((n) => [`${NIST}.4.${n}`, 'ml-kem'] as const),
]);
export type KeyFamily =
  'rsa' | 'ec' | 'edwards' | 'montgomery' | 'ml-dsa' | 'hash-ml-dsa' | 'slh-dsa' | 'hash-slh-dsa' | 'ml-kem';

/** Signature algorithms whose parameters must be absent (RFC 5758 §3.2, RFC 8410 §3, FIPS 204/205 profiles). */
const WITHOUT_PARAMETERS = (id: string): boolean =>
  id.startsWith('1.2.840.10045.4.') || SIZES.has(id) || /^2\.16\.840\.1\.101\.3\.4\.3\.(1[0-2])$/.test(id);

/** @throws {FormatFault} `x509.algorithm-parameters` */
export function checkSignatureParameters({ oid, parameters }: AlgorithmIdentifier): void {
  if (WITHOUT_PARAMETERS(oid) && parameters !== undefined) {
    throw new FormatFault('x509.algorithm-parameters', `parameters of ${oid} must be absent`);
  }
}

/**
 * Reads a key as its algorithm says, as far as the grammar goes: parameters, sizes, numbers.
 *
 * @throws {FormatFault} `x509.algorithm-parameters`, `x509.key-size`, `der.*`
 */
export function readKey({ oid, parameters }: AlgorithmIdentifier, octets: Uint8Array): RsaFacts | undefined {
  const size = SIZES.get(oid);
  if (size !== undefined) {
    if (parameters !== undefined) throw new FormatFault('x509.algorithm-parameters', `parameters of ${oid} must be absent`);
    if (octets.length !== size) throw new FormatFault('x509.key-size', `${size} octets expected, found ${octets.length}`);
    return undefined;
  }
  if (oid === OID.idEcPublicKey) {
    const tag = parameters?.[0];
    if (tag !== TAG.OBJECT_IDENTIFIER && tag !== TAG.SEQUENCE && tag !== TAG.NULL) {
      throw new FormatFault('x509.algorithm-parameters', 'an EC key needs its curve');
    }
    if (tag === TAG.OBJECT_IDENTIFIER) readOid(decodeDer(parameters as Uint8Array));
    return undefined;
  }
  if (oid !== OID.rsaEncryption) return undefined;
  if (parameters?.[0] !== TAG.NULL || parameters.length !== 2) {
    throw new FormatFault('x509.algorithm-parameters', 'parameters of rsaEncryption must be NULL (RFC 3279 §2.3.1)');
  }
  const parts = decodeDer(octets, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'RSAPublicKey').children();
  const [modulus, exponent] = parts;
  if (modulus === undefined || exponent === undefined || parts.length > 2)
    throw new FormatFault('x509.key', 'two integers expected');
  return { modulus: readIntegerBytes(modulus), exponent: readIntegerBytes(exponent) };
}

export interface RsaFacts {
  /** Two's-complement octets, as in the key. */
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** Bits of a positive INTEGER; 0 for a negative one. */
export function bitLength(octets: Uint8Array): number {
  let at = 0;
  while (at < octets.length && octets[at] === 0) at++;
  if (at === octets.length || (at === 0 && (octets[0] as number) >= 0x80)) return 0;
  return (octets.length - at) * 8 - (Math.clz32(octets[at] as number) - 24);
}
