import { hash as digestOf } from 'node:crypto';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import type { DigestAlgorithm, SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { CKF_SIGN, CKG, CKM } from './constants.ts';
import type { Mechanism } from './cryptoki.ts';
import { Pkcs11Fault } from './fault.ts';

const DIGESTS = {
  'SHA-256': {
    node: 'sha256',
    oid: OID.sha256,
    hash: CKM.sha256,
    mgf: CKG.mgf1Sha256,
    rsa: CKM.sha256RsaPkcs,
    ecdsa: CKM.ecdsaSha256,
  },
  'SHA-384': {
    node: 'sha384',
    oid: OID.sha384,
    hash: CKM.sha384,
    mgf: CKG.mgf1Sha384,
    rsa: CKM.sha384RsaPkcs,
    ecdsa: CKM.ecdsaSha384,
  },
  'SHA-512': {
    node: 'sha512',
    oid: OID.sha512,
    hash: CKM.sha512,
    mgf: CKG.mgf1Sha512,
    rsa: CKM.sha512RsaPkcs,
    ecdsa: CKM.ecdsaSha512,
  },
} as const;

export interface SigningMechanism {
  readonly mechanism: Mechanism;
  /** What goes into C_Sign for a message. */
  readonly input: (data: Uint8Array) => Buffer;
}

/**
 * How this token makes a signature of that algorithm. Nothing is assumed: tokens differ, so each mechanism is asked for.
 *
 * Hashing in software comes first (CKM_RSA_PKCS over our DigestInfo, raw CKM_ECDSA): every token has it, and large inputs never
 * travel over USB. A token that only signs what it hashes itself gets the data.
 *
 * @param flagsOf C_GetMechanismInfo: flags, or undefined when the token does not have the mechanism
 * @param ulongs packs CK_ULONG values for parameters
 * @throws {Pkcs11Fault} `pkcs11.mechanism-missing`
 */
export function chooseMechanism(
  algorithm: SignatureAlgorithm,
  flagsOf: (mechanism: number) => number | undefined,
  ulongs: (...values: number[]) => Buffer,
): SigningMechanism {
  const canSign = (mechanism: number) => ((flagsOf(mechanism) ?? 0) & CKF_SIGN) !== 0;
  const digest = algorithm.scheme === 'ed25519' ? undefined : detailsOf(algorithm.digest);
  if (digest !== undefined) {
    const hash = (data: Uint8Array) => digestOf(digest.node, data, 'buffer');
    if (algorithm.scheme === 'rsa-pkcs1') {
      if (canSign(CKM.rsaPkcs)) {
        return { mechanism: { type: CKM.rsaPkcs }, input: (data) => digestInfo(digest.oid, hash(data)) };
      }
      if (canSign(digest.rsa)) return { mechanism: { type: digest.rsa }, input: (data) => Buffer.from(data) };
    } else if (algorithm.scheme === 'rsa-pss') {
      const mgf = algorithm.scheme === 'rsa-pss' ? detailsOf(algorithm.mgfDigest) : undefined;
      if (mgf !== undefined && canSign(CKM.rsaPkcsPss)) {
        // CK_RSA_PKCS_PSS_PARAMS: hashAlg, mgf, sLen
        return {
          mechanism: { type: CKM.rsaPkcsPss, parameter: ulongs(digest.hash, mgf.mgf, algorithm.saltLength) },
          input: hash,
        };
      }
    } else if (algorithm.scheme === 'ecdsa') {
      if (canSign(CKM.ecdsa)) return { mechanism: { type: CKM.ecdsa }, input: hash };
      if (canSign(digest.ecdsa)) return { mechanism: { type: digest.ecdsa }, input: (data) => Buffer.from(data) };
    }
  }
  const name = algorithm.scheme === 'ed25519' ? 'Ed25519' : `${algorithm.scheme} with ${algorithm.digest}`;
  throw new Pkcs11Fault('pkcs11.mechanism-missing', `the token has no mechanism for ${name}`);
}

function detailsOf(digest: DigestAlgorithm) {
  return digest === 'SHA-256' || digest === 'SHA-384' || digest === 'SHA-512' ? DIGESTS[digest] : undefined;
}

/** `DigestInfo ::= SEQUENCE { digestAlgorithm AlgorithmIdentifier (NULL parameters), digest OCTET STRING }` (RFC 8017 §9.2) */
export function digestInfo(digestOid: string, hash: Uint8Array): Buffer {
  return Buffer.from(sequence(sequence(oid(digestOid), nullValue()), octetString(hash)));
}

/**
 * Raw `r ‖ s` of PKCS#11 into `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3).
 *
 * @throws {Pkcs11Fault} `pkcs11.device-error` for an odd or empty value
 */
export function ecdsaDer(raw: Uint8Array): Uint8Array {
  if (raw.length === 0 || raw.length % 2 !== 0) {
    throw new Pkcs11Fault('pkcs11.device-error', `an ECDSA value of ${raw.length} octets is not r ‖ s`, { keyUsed: true });
  }
  const half = raw.length / 2;
  return sequence(positiveInteger(raw.subarray(0, half)), positiveInteger(raw.subarray(half)));
}

function positiveInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const body = bytes.subarray(start);
  const content = (body[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), body) : body;
  return concatBytes(Uint8Array.of(0x02, content.length), content);
}
