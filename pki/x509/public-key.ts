import { toHex } from '@antin/formats/bytes/text-encodings';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBitStringBytes, readIntegerBytes, readOid } from '@antin/formats/der/values';
import { bitString, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts';
import type { AlgorithmIdentifier } from './algorithm.ts';

export type CurveName =
  'P-256' | 'P-384' | 'P-521' | 'brainpoolP224r1' | 'brainpoolP256r1' | 'brainpoolP320r1' | 'brainpoolP384r1' | 'brainpoolP512r1';

/** A public key both doors can reason about before any arithmetic. */
export type PublicKey =
  | {
      readonly kind: 'rsa';
      /** Big-endian magnitude without leading zero. */
      readonly modulus: Uint8Array;
      readonly exponent: bigint;
      /** DER of RSAPublicKey. */
      readonly der: Uint8Array;
      /** `any` for rsaEncryption; for id-RSASSA-PSS what its parameters restrict the key to, or `pss` without restriction. */
      readonly use: 'any' | 'pss' | Extract<SignatureAlgorithm, { scheme: 'rsa-pss' }>;
    }
  | { readonly kind: 'ec'; readonly curve: CurveName; readonly order: bigint; readonly point: Uint8Array }
  | { readonly kind: 'ed25519'; readonly key: Uint8Array };

/** Group orders of the named curves (SEC 2, RFC 5639). */
const CURVES: ReadonlyMap<string, { readonly name: CurveName; readonly order: bigint; readonly size: number }> = new Map([
  curve(OID.secp256r1, 'P-256', 32, 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  curve(
    OID.secp384r1,
    'P-384',
    48,
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ),
  curve(
    OID.secp521r1,
    'P-521',
    66,
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ),
  curve('1.3.36.3.3.2.8.1.1.5', 'brainpoolP224r1', 28, 'd7c134aa264366862a18302575d0fb98d116bc4b6ddebca3a5a7939f'),
  curve('1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1', 32, 'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7'),
  curve(
    '1.3.36.3.3.2.8.1.1.9',
    'brainpoolP320r1',
    40,
    'd35e472036bc4fb7e13c785ed201e065f98fcfa5b68f12a32d482ec7ee8658e98691555b44c59311',
  ),
  curve(
    '1.3.36.3.3.2.8.1.1.11',
    'brainpoolP384r1',
    48,
    '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
  ),
  curve(
    '1.3.36.3.3.2.8.1.1.13',
    'brainpoolP512r1',
    64,
    'aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069',
  ),
]);

function curve(oid: string, name: CurveName, size: number, orderHex: string) {
  return [oid, { name, size, order: BigInt(`0x${orderHex}`) }] as const;
}

/** Nothing we verify with is longer; doors keep keys by their bytes, and nobody shall fill that memory. */
export const MAX_SPKI_BYTES = 4096;

/** A modulus beyond this costs seconds a verification; nobody issues such keys. */
export const MAX_RSA_MODULUS_BITS = 16_384;

/**
 * Reads SubjectPublicKeyInfo strictly; undefined when the key is of a kind we do not verify with, or damaged.
 *
 * Curves only by name: a key that brings its own curve parameters can be built to fit any signature (CVE-2020-0601).
 */
export function parsePublicKey(spki: Uint8Array): PublicKey | undefined {
  if (spki.length > MAX_SPKI_BYTES) return undefined;
  try {
    return readPublicKey(spki);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

/** Everything before the octets of an uncompressed point, for the curves nearly all keys are on: its one DER encoding. */
const HEADS = [OID.secp256r1, OID.secp384r1].map((id) => {
  const { name, order, size } = CURVES.get(id) as NonNullable<ReturnType<typeof CURVES.get>>;
  const length = 1 + 2 * size;
  const whole = sequence(sequence(oid(OID.idEcPublicKey), oid(id)), bitString(new Uint8Array(length)));
  return { head: whole.subarray(0, -length), length: whole.length, curve: name, order };
});

/** The same answer as reading node by node, for an encoding known by its octets. */
function readKnown(spki: Uint8Array): PublicKey | undefined {
  const known = HEADS.find(({ length }) => length === spki.length);
  if (known === undefined) return undefined;
  const { head, curve, order } = known;
  for (let i = 0; i < head.length; i++) if (spki[i] !== head[i]) return undefined;
  return spki[head.length] === 4 ? { kind: 'ec', curve, order, point: spki.subarray(head.length) } : undefined;
}

function readPublicKey(spki: Uint8Array): PublicKey | undefined {
  const known = readKnown(spki);
  if (known !== undefined) return known;
  const [algorithm, bits, ...more] = decodeDer(spki).expect(TAG.SEQUENCE, 'SubjectPublicKeyInfo').children();
  if (algorithm === undefined || bits === undefined || more.length > 0) return undefined;
  return readOctets(parseAlgorithmIdentifier(algorithm), readBitStringBytes(bits));
}

/** The same for a key whose SubjectPublicKeyInfo was taken apart before. */
export function publicKeyFrom(algorithm: AlgorithmIdentifier, subjectPublicKey: Uint8Array): PublicKey | undefined {
  if (algorithm.raw.length + subjectPublicKey.length > MAX_SPKI_BYTES) return undefined;
  try {
    return readOctets(algorithm, subjectPublicKey);
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function readOctets(id: AlgorithmIdentifier, key: Uint8Array): PublicKey | undefined {
  if (id.oid === OID.rsaEncryption || id.oid === OID.idRsassaPss) {
    const restricted = id.oid === OID.idRsassaPss && id.parameters !== undefined ? signatureAlgorithmOf(id) : undefined;
    if (id.oid === OID.idRsassaPss && id.parameters !== undefined && restricted?.scheme !== 'rsa-pss') return undefined;
    const use = id.oid === OID.rsaEncryption ? 'any' : restricted?.scheme === 'rsa-pss' ? restricted : 'pss';
    return readRsa(key, use);
  }
  if (id.oid === OID.idEcPublicKey) {
    if (id.parameters?.[0] !== TAG.OBJECT_IDENTIFIER) return undefined;
    const known = CURVES.get(readOid(decodeDer(id.parameters)));
    if (known === undefined) return undefined;
    const whole = key[0] === 4 && key.length === 1 + 2 * known.size;
    const compressed = (key[0] === 2 || key[0] === 3) && key.length === 1 + known.size;
    return whole || compressed ? { kind: 'ec', curve: known.name, order: known.order, point: key } : undefined;
  }
  if (id.oid === OID.ed25519 && id.parameters === undefined && key.length === 32) return { kind: 'ed25519', key };
  return undefined;
}

function readRsa(der: Uint8Array, use: Extract<PublicKey, { kind: 'rsa' }>['use']): PublicKey | undefined {
  const [n, e, ...more] = decodeDer(der).expect(TAG.SEQUENCE, 'RSAPublicKey').children();
  if (n === undefined || e === undefined || more.length > 0) return undefined;
  const modulus = magnitude(readIntegerBytes(n));
  const exponent = magnitude(readIntegerBytes(e));
  if (modulus === undefined || exponent === undefined || exponent.length > 8) return undefined;
  if (modulus.length * 8 > MAX_RSA_MODULUS_BITS || ((modulus[modulus.length - 1] as number) & 1) === 0) return undefined;
  const value = BigInt(`0x${toHex(exponent)}`);
  // e = 1 makes every padded message its own signature; an even e has no inverse.
  if (value < 3n || (value & 1n) === 0n) return undefined;
  return { kind: 'rsa', modulus, exponent: value, der, use };
}

function magnitude(integer: Uint8Array): Uint8Array | undefined {
  const first = integer[0] as number;
  if (first >= 0x80 || (integer.length === 1 && first === 0)) return undefined;
  return first === 0 ? integer.subarray(1) : integer;
}

/** Whether `algorithm` may be verified with `key` at all (RFC 4055 §1.2: PSS parameters in a key bind its signatures). */
export function keyFits(key: PublicKey, algorithm: SignatureAlgorithm): boolean {
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
      return key.kind === 'rsa' && key.use === 'any';
    case 'rsa-pss':
      if (key.kind !== 'rsa' || !Number.isSafeInteger(algorithm.saltLength) || algorithm.saltLength < 0) return false;
      if (typeof key.use === 'string') return true;
      return (
        key.use.digest === algorithm.digest &&
        key.use.mgfDigest === algorithm.mgfDigest &&
        algorithm.saltLength >= key.use.saltLength
      );
    case 'ecdsa':
      return key.kind === 'ec';
    case 'ed25519':
      return key.kind === 'ed25519';
  }
}
