import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readSmallInteger } from '@antin/formats/der/values';
import { integer, octetString, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { SecretDoor } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { DIGEST_LENGTH, digestAlgorithmIdentifier, digestAlgorithmOf, parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';
import { hmacDigest, pbkdf2Key, unsupported } from './encryption.ts';
import type { Keeper } from './encryption.ts';
import { PURPOSE, pkcs12Kdf, spendIterations } from './kdf.ts';
import type { Password } from './kdf.ts';

/**
 * Checks `MacData ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations DEFAULT 1 }` over the AuthenticatedSafe
 * octets, before anything inside them is looked at (RFC 7292 §4; PBMAC1 of RFC 9579).
 *
 * @throws {PkiFault} `pkcs12.wrong-password` (also for an altered file: the two cannot be told apart), `pkcs12.iterations`
 */
export function checkMac(macData: DerNode, authenticatedSafe: Uint8Array, keeper: Keeper): void {
  const [info, salt, count] = macData.expect(TAG.SEQUENCE, 'MacData').children();
  const [algorithmNode, value] = info?.expect(TAG.SEQUENCE, 'DigestInfo').children() ?? [];
  if (algorithmNode === undefined || value === undefined || salt === undefined) {
    throw new FormatFault('pkcs12.structure', 'MacData is incomplete', macData.start);
  }
  const algorithm = parseAlgorithmIdentifier(algorithmNode);
  const expected = readOctetString(value);
  const { secrets } = keeper;
  if (algorithm.oid === OID.pbmac1) {
    if (!secrets.equalSecret(pbmac1(algorithm, authenticatedSafe, keeper), expected)) throw wrongPassword();
    return;
  }
  const digest = digestAlgorithmOf(algorithm.oid);
  if (digest === undefined) throw unsupported(algorithm.oid);
  const iterations = count === undefined ? 1 : readSmallInteger(count);
  // "No password" is written as two zero octets by some tools and as nothing by others.
  const passwords = keeper.password.utf8.length === 0 ? [keeper.password.bmp, new Uint8Array(0)] : [keeper.password.bmp];
  for (const password of passwords) {
    spendIterations(keeper.account, iterations);
    const length = DIGEST_LENGTH[digest];
    const salted = { digest, purpose: PURPOSE.mac, password, salt: readOctetString(salt), iterations, length };
    if (secrets.equalSecret(secrets.hmac(digest, pkcs12Kdf(secrets, salted), authenticatedSafe), expected)) return;
  }
  throw wrongPassword();
}

/** `PBMAC1-params ::= SEQUENCE { keyDerivationFunc, messageAuthScheme }` (RFC 8018 appendix A.5) */
function pbmac1(algorithm: AlgorithmIdentifier, data: Uint8Array, keeper: Keeper): Uint8Array {
  const [kdf, scheme] = decodeDer(algorithm.parameters ?? new Uint8Array(0))
    .expect(TAG.SEQUENCE, 'PBMAC1-params')
    .children();
  if (kdf === undefined || scheme === undefined) throw new FormatFault('pkcs12.structure', 'PBMAC1-params have two members');
  const digest = hmacDigest(parseAlgorithmIdentifier(scheme).oid);
  const key = pbkdf2Key(parseAlgorithmIdentifier(kdf), keeper, DIGEST_LENGTH[digest]);
  return keeper.secrets.hmac(digest, key, data);
}

function wrongPassword(): PkiFault {
  return new PkiFault('pkcs12.wrong-password', 'the password is wrong, or the file was altered after it was written');
}

/** MacData with SHA-256 over the AuthenticatedSafe octets. */
export function buildMac(authenticatedSafe: Uint8Array, password: Password, secrets: SecretDoor, iterations: number): Uint8Array {
  const salt = secrets.random(16);
  const input = { digest: 'SHA-256', purpose: PURPOSE.mac, password: password.bmp, salt, iterations, length: 32 } as const;
  const value = secrets.hmac('SHA-256', pkcs12Kdf(secrets, input), authenticatedSafe);
  const info = sequence(digestAlgorithmIdentifier('SHA-256'), octetString(value));
  return sequence(info, octetString(salt), integer(iterations));
}
