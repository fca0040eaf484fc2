import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG, contextConstructed } from '@antin/formats/der/tags';
import { readOid, readSmallInteger } from '@antin/formats/der/values';
import { context, integer, nullValue, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';

/** `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }` (RFC 5280 §4.1.1.2) */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The raw TLV of the parameters. */
  readonly parameters: Uint8Array | undefined;
  readonly raw: Uint8Array;
}

/** @throws {FormatFault} `x509.algorithm`, `der.*` */
export function parseAlgorithmIdentifier(node: DerNode): AlgorithmIdentifier {
  const parts = node.expect(TAG.SEQUENCE, 'AlgorithmIdentifier').children();
  if (parts[0] === undefined || parts.length > 2) {
    throw new FormatFault('x509.algorithm', 'AlgorithmIdentifier has one or two members', node.start);
  }
  return { oid: readOid(parts[0]), parameters: parts[1]?.raw, raw: node.raw };
}

/** Equal by encoding, where absent and NULL parameters of RSA and digest algorithms count as the same (RFC 4055 §2.1). */
export function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  if (equalBytes(a.raw, b.raw)) return true;
  return a.oid === b.oid && isAbsentOrNull(a.parameters) && isAbsentOrNull(b.parameters);
}

const DIGESTS: readonly (readonly [DigestAlgorithm, string])[] = [
  ['SHA-1', OID.sha1],
  ['SHA-224', OID.sha224],
  ['SHA-256', OID.sha256],
  ['SHA-384', OID.sha384],
  ['SHA-512', OID.sha512],
  ['SHA3-256', OID.sha3_256],
  ['SHA3-384', OID.sha3_384],
  ['SHA3-512', OID.sha3_512],
];
const RSA: readonly (readonly [DigestAlgorithm, string])[] = [
  ['SHA-1', OID.sha1WithRsaEncryption],
  ['SHA-224', OID.sha224WithRsaEncryption],
  ['SHA-256', OID.sha256WithRsaEncryption],
  ['SHA-384', OID.sha384WithRsaEncryption],
  ['SHA-512', OID.sha512WithRsaEncryption],
  ['SHA3-256', OID.rsaWithSha3_256],
  ['SHA3-384', OID.rsaWithSha3_384],
  ['SHA3-512', OID.rsaWithSha3_512],
];
const ECDSA: readonly (readonly [DigestAlgorithm, string])[] = [
  ['SHA-1', OID.ecdsaWithSha1],
  ['SHA-224', OID.ecdsaWithSha224],
  ['SHA-256', OID.ecdsaWithSha256],
  ['SHA-384', OID.ecdsaWithSha384],
  ['SHA-512', OID.ecdsaWithSha512],
  ['SHA3-256', OID.ecdsaWithSha3_256],
  ['SHA3-384', OID.ecdsaWithSha3_384],
  ['SHA3-512', OID.ecdsaWithSha3_512],
];
const byOid = (table: readonly (readonly [DigestAlgorithm, string])[]) => new Map(table.map(([name, id]) => [id, name]));
const digestByOid = byOid(DIGESTS);
const rsaByOid = byOid(RSA);
const ecdsaByOid = byOid(ECDSA);
const digestOid = new Map(DIGESTS);
const rsaOid = new Map(RSA);
const ecdsaOid = new Map(ECDSA);

export const DIGEST_LENGTH: Readonly<Record<DigestAlgorithm, number>> = {
  'SHA-1': 20,
  'SHA-224': 28,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
  'SHA3-256': 32,
  'SHA3-384': 48,
  'SHA3-512': 64,
};

/** The digest an OID names, or undefined for one this engine does not know (MD5 and SHAKE among them). */
export function digestAlgorithmOf(id: string): DigestAlgorithm | undefined {
  return digestByOid.get(id);
}

/** DER of the AlgorithmIdentifier of a digest, without parameters (RFC 5754 §2: SHOULD omit; RFC 8702). */
export function digestAlgorithmIdentifier(digest: DigestAlgorithm): Uint8Array {
  return cached(`digest ${digest}`, () => sequence(oid(digestOid.get(digest) as string)));
}

/**
 * What an algorithm identifier means, or undefined when it is unknown or its parameters are not what the standard demands.
 *
 * `digest` is SignerInfo.digestAlgorithm, needed only where the identifier itself names no digest (rsaEncryption in CMS,
 * RFC 3370 §3.2). PSS parameters come out exactly as written, also when hash and MGF hash differ: that is for policy.
 */
export function signatureAlgorithmOf(id: AlgorithmIdentifier, digest?: DigestAlgorithm): SignatureAlgorithm | undefined {
  if (id.oid === OID.idRsassaPss) return pssOf(id.parameters);
  const rsa = id.oid === OID.rsaEncryption ? digest : rsaByOid.get(id.oid);
  if (rsa !== undefined) return isAbsentOrNull(id.parameters) ? { scheme: 'rsa-pkcs1', digest: rsa } : undefined;
  const ecdsa = ecdsaByOid.get(id.oid);
  // RFC 5758 §3.2: parameters absent. NULL is met in the field and carries no choice an attacker could use.
  if (ecdsa !== undefined) return isAbsentOrNull(id.parameters) ? { scheme: 'ecdsa', digest: ecdsa } : undefined;
  if (id.oid === OID.ed25519) return id.parameters === undefined ? { scheme: 'ed25519' } : undefined;
  return undefined;
}

/** The digest a signature algorithm applies to the message; Ed25519 carries SHA-512 inside itself (RFC 8419 §2.3). */
export function digestOfSignatureAlgorithm(algorithm: SignatureAlgorithm): DigestAlgorithm {
  return algorithm.scheme === 'ed25519' ? 'SHA-512' : algorithm.digest;
}

/** DER of the AlgorithmIdentifier that announces `algorithm` in certificates and CMS. */
export function signatureAlgorithmIdentifier(algorithm: SignatureAlgorithm): Uint8Array {
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
      return cached(`rsa ${algorithm.digest}`, () => sequence(oid(rsaOid.get(algorithm.digest) as string), nullValue()));
    case 'ecdsa':
      return cached(`ecdsa ${algorithm.digest}`, () => sequence(oid(ecdsaOid.get(algorithm.digest) as string)));
    case 'ed25519':
      return cached('ed25519', () => sequence(oid(OID.ed25519)));
    case 'rsa-pss':
      // Not kept: the salt length may come from a hostile file, and every new one would stay.
      return pssIdentifier(algorithm);
  }
}

/**
 * `RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, maskGenAlgorithm [1] DEFAULT mgf1SHA1,
 *  saltLength [2] INTEGER DEFAULT 20, trailerField [3] INTEGER DEFAULT 1 }` (RFC 4055 §3.1)
 */
function pssOf(parameters: Uint8Array | undefined): SignatureAlgorithm | undefined {
  if (parameters === undefined) return undefined;
  try {
    let digest: DigestAlgorithm | undefined = 'SHA-1';
    let mgfDigest: DigestAlgorithm | undefined = 'SHA-1';
    let saltLength = 20;
    let last = -1;
    for (const part of decodeDer(parameters).expect(TAG.SEQUENCE, 'RSASSA-PSS-params').children()) {
      const number = part.tag - contextConstructed(0);
      if (number <= last || number > 3) return undefined;
      last = number;
      if (number === 0) digest = digestOfIdentifier(part.inner());
      else if (number === 1) {
        const mgf = parseAlgorithmIdentifier(part.inner());
        if (mgf.oid !== OID.idMgf1 || mgf.parameters === undefined) return undefined;
        mgfDigest = digestOfIdentifier(decodeDer(mgf.parameters));
      } else if (number === 2) saltLength = readSmallInteger(part.inner());
      else if (readSmallInteger(part.inner()) !== 1) return undefined;
    }
    if (digest === undefined || mgfDigest === undefined || saltLength < 0) return undefined;
    return { scheme: 'rsa-pss', digest, mgfDigest, saltLength };
  } catch (error) {
    if (error instanceof FormatFault) return undefined;
    throw error;
  }
}

function digestOfIdentifier(node: DerNode): DigestAlgorithm | undefined {
  const id = parseAlgorithmIdentifier(node);
  return isAbsentOrNull(id.parameters) ? digestByOid.get(id.oid) : undefined;
}

function pssIdentifier(algorithm: Extract<SignatureAlgorithm, { scheme: 'rsa-pss' }>): Uint8Array {
  const hash = (digest: DigestAlgorithm) => sequence(oid(digestOid.get(digest) as string), nullValue());
  const parts: Uint8Array[] = [];
  if (algorithm.digest !== 'SHA-1') parts.push(context(0, hash(algorithm.digest)));
  if (algorithm.mgfDigest !== 'SHA-1') parts.push(context(1, sequence(oid(OID.idMgf1), hash(algorithm.mgfDigest))));
  if (algorithm.saltLength !== 20) parts.push(context(2, integer(algorithm.saltLength)));
  return sequence(oid(OID.idRsassaPss), sequence(...parts));
}

function isAbsentOrNull(parameters: Uint8Array | undefined): boolean {
  return parameters === undefined || (parameters.length === 2 && parameters[0] === TAG.NULL && parameters[1] === 0);
}

const encodings = new Map<string, Uint8Array>();

function cached(key: string, make: () => Uint8Array): Uint8Array {
  let bytes = encodings.get(key);
  if (bytes === undefined) {
    bytes = make();
    encodings.set(key, bytes);
  }
  return bytes;
}
