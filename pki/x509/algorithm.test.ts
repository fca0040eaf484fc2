import { describe, expect, it } from 'vitest';
import { decodeDer } from '@antin/formats/der/reader';
import { context, integer, nullValue, octetString, oid, sequence } from '@antin/formats/der/writer';
import type { SignatureAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier, sameAlgorithm, signatureAlgorithmIdentifier, signatureAlgorithmOf } from './algorithm.ts';

const read = (der: Uint8Array) => parseAlgorithmIdentifier(decodeDer(der));

describe('signature algorithms', () => {
  it.each<SignatureAlgorithm>([
    { scheme: 'rsa-pkcs1', digest: 'SHA-256' },
    { scheme: 'rsa-pkcs1', digest: 'SHA3-512' },
    { scheme: 'ecdsa', digest: 'SHA-384' },
    { scheme: 'ed25519' },
    { scheme: 'rsa-pss', digest: 'SHA-256', mgfDigest: 'SHA-256', saltLength: 32 },
    { scheme: 'rsa-pss', digest: 'SHA-1', mgfDigest: 'SHA-1', saltLength: 20 },
    { scheme: 'rsa-pss', digest: 'SHA-512', mgfDigest: 'SHA-256', saltLength: 0 },
  ])('%o come back from their identifier', (algorithm) => {
    expect(signatureAlgorithmOf(read(signatureAlgorithmIdentifier(algorithm)))).toEqual(algorithm);
  });

  it('rsaEncryption means what digestAlgorithm says, and nothing without it', () => {
    const id = read(sequence(oid(OID.rsaEncryption), nullValue()));
    expect(signatureAlgorithmOf(id, 'SHA-384')).toEqual({ scheme: 'rsa-pkcs1', digest: 'SHA-384' });
    expect(signatureAlgorithmOf(id)).toBeUndefined();
  });

  it('an identifier that names its digest is not overruled by digestAlgorithm', () => {
    const id = read(signatureAlgorithmIdentifier({ scheme: 'ecdsa', digest: 'SHA-256' }));
    expect(signatureAlgorithmOf(id, 'SHA-512')).toEqual({ scheme: 'ecdsa', digest: 'SHA-256' });
  });

  it.each([
    ['MD5', sequence(oid(OID.md5WithRsaEncryption), nullValue())],
    ['Ed25519 with parameters', sequence(oid(OID.ed25519), nullValue())],
    ['ECDSA with curve parameters', sequence(oid(OID.ecdsaWithSha256), oid(OID.secp256r1))],
    ['RSA with foreign parameters', sequence(oid(OID.sha256WithRsaEncryption), octetString(new Uint8Array(1)))],
    ['PSS without parameters', sequence(oid(OID.idRsassaPss))],
    ['PSS with another trailer', sequence(oid(OID.idRsassaPss), sequence(context(3, integer(2))))],
    ['PSS with a negative salt', sequence(oid(OID.idRsassaPss), sequence(context(2, integer(-1))))],
    ['PSS with an unknown mask', sequence(oid(OID.idRsassaPss), sequence(context(1, sequence(oid('1.2.3')))))],
    ['PSS out of order', sequence(oid(OID.idRsassaPss), sequence(context(3, integer(1)), context(2, integer(20))))],
  ])('%s is unknown', (_, der) => {
    expect(signatureAlgorithmOf(read(der), 'SHA-256')).toBeUndefined();
  });

  it('absent and NULL parameters are the same algorithm, other parameters are not', () => {
    const absent = read(sequence(oid(OID.sha256WithRsaEncryption)));
    const withNull = read(sequence(oid(OID.sha256WithRsaEncryption), nullValue()));
    const strange = read(sequence(oid(OID.sha256WithRsaEncryption), integer(1)));
    expect(sameAlgorithm(absent, withNull)).toBe(true);
    expect(sameAlgorithm(absent, strange)).toBe(false);
  });
});
