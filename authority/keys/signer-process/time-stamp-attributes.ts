import { createHash } from 'node:crypto';
import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString, readOid } from '@antin/formats/der/values';
import { NODE_DIGEST } from '@antin/adapters/crypto/digest-names';
import { parseSigningCertificate } from '@antin/pki/cms/ess';
import { parseAttributes } from '@antin/pki/cms/signed-data';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { OID } from '@antin/pki/oids';
import { DIGEST_LENGTH, digestOfSignatureAlgorithm } from '@antin/pki/x509/algorithm';
import type { Certificate } from '@antin/pki/x509/certificate';

/**
 * What is wrong with the SignedAttributes of a time-stamp token (RFC 3161 §2.4.2, RFC 5816), undefined when nothing is: the
 * content is a TSTInfo, its digest is as long as the key's digest, and the certificate named is the key's own.
 *
 * @throws {FormatFault | PkiFault} when the bytes are no DER SET of attributes
 */
export function timeStampAttributesFault(
  tbs: Uint8Array,
  certificate: Certificate | undefined,
  algorithm: SignatureAlgorithm,
): string | undefined {
  const attributes = parseAttributes(decodeDer(tbs).expect(TAG.SET, 'SignedAttributes'));
  const named = new Map(attributes.map((one) => [one.oid, one]));
  if (named.size !== attributes.length) return 'an attribute twice';
  const values = (oid: string) => named.get(oid)?.values ?? [];
  const [contentType, ...moreTypes] = values(OID.idContentType);
  if (contentType === undefined || moreTypes.length > 0) return 'no content type';
  if (readOid(decodeDer(contentType)) !== OID.idCtTstInfo) return 'the content is no TSTInfo';
  const [digest, ...moreDigests] = values(OID.idMessageDigest);
  const length = DIGEST_LENGTH[digestOfSignatureAlgorithm(algorithm)];
  if (digest === undefined || moreDigests.length > 0) return 'no message digest';
  if (readOctetString(decodeDer(digest)).length !== length) return 'a digest of another length';
  const ess = named.get(OID.idAaSigningCertificateV2);
  if (ess === undefined) return 'no signing certificate';
  if (named.size !== 3) return 'an attribute that no time-stamp has';
  const [first] = parseSigningCertificate(ess).certs;
  if (first?.digest === undefined) return 'a certificate under an unknown digest';
  if (certificate === undefined) return undefined;
  const hash = createHash(NODE_DIGEST[first.digest]).update(certificate.raw).digest();
  return equalBytes(first.hash, hash) ? undefined : 'another certificate';
}
