import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readSmallInteger } from '@antin/formats/der/values';
import { integer, nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm, SecretDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import { PURPOSE, pkcs12Kdf, spendIterations } from './kdf.ts';
import type { IterationAccount, Password } from './kdf.ts';

const PRFS: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [OID.hmacWithSha1, 'SHA-1'],
  [OID.hmacWithSha224, 'SHA-224'],
  [OID.hmacWithSha256, 'SHA-256'],
  [OID.hmacWithSha384, 'SHA-384'],
  [OID.hmacWithSha512, 'SHA-512'],
]);

const CIPHERS = new Map([
  [OID.aes128Cbc as string, { name: 'aes-128', keyLength: 16 }],
  [OID.aes192Cbc, { name: 'aes-192', keyLength: 24 }],
  [OID.aes256Cbc, { name: 'aes-256', keyLength: 32 }],
  [OID.desEde3Cbc, { name: 'des-ede3', keyLength: 24 }],
] as const);

const RC2: ReadonlySet<string> = new Set([OID.pbeWithSha1And40BitRc2Cbc, OID.pbeWithSha1And128BitRc2Cbc]);

export interface Keeper {
  readonly secrets: SecretDoor;
  readonly password: Password;
  readonly account: IterationAccount;
}

/**
 * Opens one password-encrypted value: PBES2 with AES-CBC or 3DES (RFC 8018 §6.2), or the SHA-1/3DES scheme of PKCS#12.
 *
 * @throws {PkiFault} `pkcs12.legacy-cipher`, `pkcs12.unsupported-algorithm`, `pkcs12.iterations`, `pki.decryption-failed`
 * @throws {FormatFault} `pkcs12.structure`, `der.*`
 */
export function decryptWithPassword(algorithm: AlgorithmIdentifier, data: Uint8Array, keeper: Keeper): Uint8Array {
  if (RC2.has(algorithm.oid)) {
    throw new PkiFault(
      'pkcs12.legacy-cipher',
      'this file is encrypted with RC2, which is broken; convert it on a trusted machine with OpenSSL 3: ' +
        'openssl pkcs12 -legacy -in old.p12 -out all.pem && openssl pkcs12 -export -in all.pem -out new.p12, then delete all.pem',
    );
  }
  if (algorithm.oid === OID.pbes2) return decryptPbes2(algorithm, data, keeper);
  const keyLength = algorithm.oid === OID.pbeWithSha1And3KeyTripleDesCbc ? 24 : 0;
  if (keyLength === 0) throw unsupported(algorithm.oid);
  const [salt, count] = parametersOf(algorithm).children();
  if (salt === undefined || count === undefined) throw new FormatFault('pkcs12.structure', 'PBE parameters have two members');
  const iterations = readSmallInteger(count);
  spendIterations(keeper.account, iterations);
  const derive = (purpose: 1 | 2, length: number) =>
    pkcs12Kdf(keeper.secrets, {
      digest: 'SHA-1',
      purpose,
      password: keeper.password.bmp,
      salt: readOctetString(salt),
      iterations,
      length,
    });
  return keeper.secrets.decryptCbc('des-ede3', derive(PURPOSE.key, 24), derive(PURPOSE.iv, 8), data);
}

/** `PBES2-params ::= SEQUENCE { keyDerivationFunc, encryptionScheme }` */
function decryptPbes2(algorithm: AlgorithmIdentifier, data: Uint8Array, keeper: Keeper): Uint8Array {
  const [kdf, scheme] = parametersOf(algorithm).children();
  if (kdf === undefined || scheme === undefined) throw new FormatFault('pkcs12.structure', 'PBES2-params have two members');
  const encryption = parseAlgorithmIdentifier(scheme);
  const cipher = CIPHERS.get(encryption.oid);
  if (cipher === undefined) throw unsupported(encryption.oid);
  const iv = readOctetString(decodeDer(encryption.parameters ?? new Uint8Array(0)));
  const key = pbkdf2Key(parseAlgorithmIdentifier(kdf), keeper, cipher.keyLength);
  if (key.length !== cipher.keyLength) throw new FormatFault('pkcs12.structure', 'key length does not fit the cipher');
  return keeper.secrets.decryptCbc(cipher.name, key, iv, data);
}

/**
 * `PBKDF2-params ::= SEQUENCE { salt OCTET STRING, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }`
 *
 * @param length octets wanted when the parameters name none
 */
export function pbkdf2Key(algorithm: AlgorithmIdentifier, keeper: Keeper, length: number): Uint8Array {
  if (algorithm.oid !== OID.pbkdf2) throw unsupported(algorithm.oid);
  const [salt, count, ...rest] = parametersOf(algorithm).children();
  if (salt === undefined || count === undefined) throw new FormatFault('pkcs12.structure', 'PBKDF2-params have two members');
  const named = rest[0]?.tag === TAG.INTEGER ? readSmallInteger(rest.shift() as DerNode) : length;
  const prfNode = rest.shift();
  const prfOid = prfNode === undefined ? OID.hmacWithSha1 : parseAlgorithmIdentifier(prfNode).oid;
  const prf = PRFS.get(prfOid);
  if (prf === undefined) throw unsupported(prfOid);
  if (named < 1 || named > 64) throw new FormatFault('pkcs12.structure', `impossible key length ${named}`);
  const iterations = readSmallInteger(count);
  spendIterations(keeper.account, iterations);
  return keeper.secrets.pbkdf2(prf, keeper.password.utf8, readOctetString(salt), iterations, named);
}

/** The digest of an HMAC identifier, for PBMAC1. */
export function hmacDigest(id: string): DigestAlgorithm {
  const digest = PRFS.get(id);
  if (digest === undefined) throw unsupported(id);
  return digest;
}

function parametersOf(algorithm: AlgorithmIdentifier): DerNode {
  return decodeDer(algorithm.parameters ?? new Uint8Array(0)).expect(TAG.SEQUENCE, 'algorithm parameters');
}

export function unsupported(id: string): PkiFault {
  return new PkiFault('pkcs12.unsupported-algorithm', `algorithm ${id} is not supported in PKCS#12 files`);
}

/** PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC: the AlgorithmIdentifier and the sealed octets. */
export function encryptWithPassword(
  data: Uint8Array,
  password: Password,
  secrets: SecretDoor,
  iterations: number,
): { readonly algorithm: Uint8Array; readonly sealed: Uint8Array } {
  const salt = secrets.random(16);
  const iv = secrets.random(16);
  const key = secrets.pbkdf2('SHA-256', password.utf8, salt, iterations, 32);
  const prf = sequence(oid(OID.hmacWithSha256), nullValue());
  const kdf = sequence(oid(OID.pbkdf2), sequence(octetString(salt), integer(iterations), prf));
  const scheme = sequence(oid(OID.aes256Cbc), octetString(iv));
  return {
    algorithm: sequence(oid(OID.pbes2), sequence(kdf, scheme)),
    sealed: secrets.encryptCbc('aes-256', key, iv, data),
  };
}
