import { toHex } from '@antin/formats/bytes/text-encodings';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOid } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../../oids.ts';
import type { DigestAlgorithm } from '../../crypto.ts';
import { DIGEST_LENGTH, signatureAlgorithmOf } from '../../x509/algorithm.ts';
import type { CertificateFacts } from '../facts.ts';
import { bitLength } from '../key-facts.ts';
import type { Rule } from '../rule.ts';

/** TS 119 312 §6.2.2.3: what may still be signed with; brainpool and FRP256v1 beside the NIST curves. */
const CURVES: ReadonlySet<string> = new Set([
  OID.secp256r1,
  OID.secp384r1,
  OID.secp521r1,
  '1.2.250.1.223.101.256.1',
  '1.3.36.3.3.2.8.1.1.7',
  '1.3.36.3.3.2.8.1.1.11',
  '1.3.36.3.3.2.8.1.1.13',
]);
const PKCS1_DIGESTS: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-384', 'SHA-512'];
const DIGESTS: readonly DigestAlgorithm[] = [...PKCS1_DIGESTS, 'SHA3-256', 'SHA3-384', 'SHA3-512'];

function exponentOf({ rsa }: CertificateFacts): bigint {
  return rsa === undefined || rsa.exponent.length === 0 ? 0n : BigInt(`0x${toHex(rsa.exponent)}`);
}

/** Algorithms and sizes (EN 319 412-2 §4.2.2, §4.2.5 by TS 119 312). */
export const STRENGTH_RULES: readonly Rule<CertificateFacts>[] = [
  {
    id: 'ts119312.rsa-modulus',
    severity: 'notice',
    clause: 'TS 119 312 §8.4',
    applies: ({ rsa }) => rsa !== undefined,
    check: ({ rsa }) => rsa === undefined || bitLength(rsa.modulus) >= 1900 || `${bitLength(rsa.modulus)} bits`,
  },
  {
    id: 'ts119312.rsa-exponent',
    severity: 'notice',
    clause: 'TS 119 312 §6.2.2.1',
    applies: ({ rsa }) => rsa !== undefined,
    check: (facts) => (exponentOf(facts) > 65_536n && exponentOf(facts) < 1n << 256n) || `${exponentOf(facts)}`,
  },
  {
    id: 'en319412-2.key-type',
    severity: 'notice',
    clause: 'EN 319 412-2 GEN-4.2.5-1',
    applies: ({ keyAlgorithm }) => keyAlgorithm !== undefined,
    check({ keyAlgorithm }) {
      const { oid, parameters } = keyAlgorithm as NonNullable<typeof keyAlgorithm>;
      if (oid === OID.rsaEncryption) return parameters !== undefined;
      return (oid === OID.idEcPublicKey && CURVES.has(curveOf(parameters))) || oid;
    },
  },
  {
    id: 'en319412-2.signature-algorithm',
    severity: 'notice',
    clause: 'EN 319 412-2 GEN-4.2.2-1',
    applies: ({ innerAlgorithm }) => innerAlgorithm !== undefined,
    check({ innerAlgorithm }) {
      const id = innerAlgorithm as NonNullable<typeof innerAlgorithm>;
      const algorithm = signatureAlgorithmOf(id);
      if (algorithm === undefined || algorithm.scheme === 'ed25519') return id.oid;
      if (algorithm.scheme === 'rsa-pkcs1') return PKCS1_DIGESTS.includes(algorithm.digest) || id.oid;
      if (algorithm.scheme === 'ecdsa') return DIGESTS.includes(algorithm.digest) || id.oid;
      const { digest, mgfDigest, saltLength } = algorithm;
      return (digest === mgfDigest && digest !== 'SHA-1' && saltLength === DIGEST_LENGTH[digest]) || id.oid;
    },
  },
];

function curveOf(parameters: Uint8Array | undefined): string {
  if (parameters?.[0] !== TAG.OBJECT_IDENTIFIER) return '';
  try {
    return readOid(decodeDer(parameters));
  } catch (error) {
    if (error instanceof FormatFault) return '';
    throw error;
  }
}
