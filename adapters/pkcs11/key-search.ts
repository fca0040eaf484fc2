import { X509Certificate, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CKA, CKK, CKO } from './constants.ts';
import type { Cryptoki } from './cryptoki.ts';

/**
 * The private key of a certificate on a logged-in session: by CKA_ID, else by the public key itself, since tokens in the field carry
 * certificates that are not linked by CKA_ID.
 *
 * @returns undefined when the token has no such key
 */
export function findPrivateKey(cryptoki: Cryptoki, session: number, certificate: Uint8Array): number | undefined {
  const wanted = publicPartOf(new X509Certificate(certificate).publicKey);
  const keys = cryptoki.find(session, [
    [CKA.class, CKO.privateKey],
    [CKA.keyType, wanted.keyType],
  ]);
  const idOf = (object: number) => cryptoki.attribute(session, object, CKA.id)?.toString('hex') ?? '';
  const matches = (object: number): boolean | undefined => {
    const value = cryptoki.attribute(session, object, wanted.attribute);
    return value === undefined || value.length === 0 ? undefined : wanted.is(value);
  };

  const certificateObject = cryptoki
    .find(session, [[CKA.class, CKO.certificate]])
    .find((object) => cryptoki.attribute(session, object, CKA.value)?.equals(certificate) === true);
  const certificateId = certificateObject === undefined ? '' : idOf(certificateObject);
  const byId = certificateId === '' ? [] : keys.filter((key) => idOf(key) === certificateId);
  // The same CKA_ID on another key (a renewed certificate under an old id) must not win over what the key itself says.
  const sure = byId.find((key) => matches(key) === true) ?? keys.find((key) => matches(key) === true);
  if (sure !== undefined) return sure;

  const byPublic = byPublicObject(cryptoki, session, keys, wanted);
  if (byPublic.found !== undefined) return byPublic.found;
  return byId.find((key) => matches(key) === undefined && !byPublic.contradicts(idOf(key)));
}

/** The private key of a public key: by what it says itself, else through the public key object with the same CKA_ID. */
export function findPrivateKeyOf(cryptoki: Cryptoki, session: number, spki: Uint8Array): number | undefined {
  const wanted = publicPartOf(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  const keys = cryptoki.find(session, [
    [CKA.class, CKO.privateKey],
    [CKA.keyType, wanted.keyType],
  ]);
  const sure = keys.find((key) => {
    const value = cryptoki.attribute(session, key, wanted.attribute);
    return value !== undefined && value.length > 0 && wanted.is(value);
  });
  return sure ?? byPublicObject(cryptoki, session, keys, wanted).found;
}

/** EC private keys often do not tell their point; the public key object does, and shares the id. */
function byPublicObject(cryptoki: Cryptoki, session: number, keys: readonly number[], wanted: PublicPart) {
  const idOf = (object: number) => cryptoki.attribute(session, object, CKA.id)?.toString('hex') ?? '';
  const publics = cryptoki
    .find(session, [
      [CKA.class, CKO.publicKey],
      [CKA.keyType, wanted.keyType],
    ])
    .map((object) => {
      const value = cryptoki.attribute(session, object, wanted.attribute);
      return { id: idOf(object), matches: value === undefined || value.length === 0 ? undefined : wanted.is(value) };
    });
  return {
    found: keys.find((key) => publics.some((entry) => entry.matches === true && entry.id !== '' && entry.id === idOf(key))),
    contradicts: (id: string) => publics.some((entry) => entry.matches === false && entry.id === id),
  };
}

interface PublicPart {
  readonly keyType: number;
  readonly attribute: number;
  readonly is: (value: Buffer) => boolean;
}

function publicPartOf(key: KeyObject): PublicPart {
  const jwk = key.export({ format: 'jwk' });
  if (jwk.kty === 'RSA') {
    const modulus = Buffer.from(jwk.n as string, 'base64url');
    return { keyType: CKK.rsa, attribute: CKA.modulus, is: (value) => withoutLeadingZeros(value).equals(modulus) };
  }
  const point = Buffer.concat([Buffer.of(4), Buffer.from(jwk.x as string, 'base64url'), Buffer.from(jwk.y ?? '', 'base64url')]);
  // CKA_EC_POINT is an OCTET STRING around the point (v2.40); some modules give the bare point (v2.20 as misread).
  return {
    keyType: CKK.ec,
    attribute: CKA.ecPoint,
    is: (value) => value.equals(point) || value.subarray(-point.length).equals(point),
  };
}

function withoutLeadingZeros(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  return value.subarray(start);
}
