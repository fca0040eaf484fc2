import { X509Certificate } from 'node:crypto';
import { CKA, CKK, CKO } from './constants.ts';
import type { Cryptoki } from './cryptoki.ts';

/**
 * The private key of a certificate on a logged-in session: by CKA_ID, else by the public key itself, since tokens in the field carry
 * certificates that are not linked by CKA_ID.
 *
 * @returns undefined when the token has no such key
 */
export function findPrivateKey(cryptoki: Cryptoki, session: number, certificate: Uint8Array): number | undefined {
  const wanted = publicPartOf(certificate);
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

  // EC private keys often do not tell their point; the public key object does, and shares the id.
  const publics = cryptoki
    .find(session, [
      [CKA.class, CKO.publicKey],
      [CKA.keyType, wanted.keyType],
    ])
    .map((object) => ({ id: idOf(object), matches: matches(object) }));
  const byPublic = keys.find((key) =>
    publics.some((entry) => entry.matches === true && entry.id !== '' && entry.id === idOf(key)),
  );
  if (byPublic !== undefined) return byPublic;
  const contradicted = (key: number) => publics.some((entry) => entry.matches === false && entry.id === idOf(key));
  return byId.find((key) => matches(key) === undefined && !contradicted(key));
}

function publicPartOf(certificate: Uint8Array): { keyType: number; attribute: number; is: (value: Buffer) => boolean } {
  const key = new X509Certificate(certificate).publicKey;
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
