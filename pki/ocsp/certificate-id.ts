import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes, readOctetString } from '@antin/formats/der/values';
import { nullValue, octetString, oid, sequence, tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { digestOf } from '../crypto.ts';
import type { CryptoDoor, DigestAlgorithm } from '../crypto.ts';
import { OID } from '../oids.ts';
import { digestAlgorithmOf, parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';

/** CertID (RFC 6960 §4.1.1): names a certificate by its issuer's name, its issuer's key and its serial. */
export interface CertId {
  /** Verbatim TLV: a responder copies the request's into its answer. */
  readonly raw: Uint8Array;
  /** undefined when the hash algorithm is unknown here; such an id matches nothing. */
  readonly digest: DigestAlgorithm | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** INTEGER content octets. */
  readonly serialNumber: Uint8Array;
}

const DIGEST_OID: Partial<Record<DigestAlgorithm, string>> = {
  'SHA-1': OID.sha1,
  'SHA-256': OID.sha256,
  'SHA-384': OID.sha384,
  'SHA-512': OID.sha512,
};

export function parseCertId(node: DerNode): CertId {
  const [algorithm, nameHash, keyHash, serial, ...more] = node.expect(TAG.SEQUENCE, 'CertID').children();
  if (algorithm === undefined || nameHash === undefined || keyHash === undefined || serial === undefined || more.length > 0) {
    throw new FormatFault('ocsp.cert-id', 'CertID must have four parts', node.start);
  }
  return {
    raw: node.raw,
    digest: digestAlgorithmOf(parseAlgorithmIdentifier(algorithm).oid),
    issuerNameHash: readOctetString(nameHash),
    issuerKeyHash: readOctetString(keyHash),
    serialNumber: readIntegerBytes(serial),
  };
}

/**
 * DER CertID. SHA-1 is what most responders still expect here; it identifies, it does not protect.
 *
 * @param serialNumber INTEGER content octets of the certificate asked about
 */
export function certId(issuer: Certificate, serialNumber: Uint8Array, digest: DigestAlgorithm, door: CryptoDoor): Uint8Array {
  const id = DIGEST_OID[digest];
  if (id === undefined) throw new FormatFault('ocsp.cert-id', `no CertID with ${digest}`);
  return sequence(
    sequence(oid(id), nullValue()),
    octetString(digestOf(door, digest, issuer.subject.raw)),
    octetString(digestOf(door, digest, issuer.publicKey)),
    tlv(TAG.INTEGER, serialNumber),
  );
}

/** Whether `id` names the certificate with this serial under this issuer; all three parts must fit. */
export function certIdMatches(id: CertId, issuer: Certificate, serialNumber: Uint8Array, door: CryptoDoor): boolean {
  return equalBytes(id.serialNumber, serialNumber) && certIdIssuerMatches(id, issuer, door);
}

export function certIdIssuerMatches(id: CertId, issuer: Certificate, door: CryptoDoor): boolean {
  if (id.digest === undefined) return false;
  return (
    equalBytes(id.issuerNameHash, digestOf(door, id.digest, issuer.subject.raw)) &&
    equalBytes(id.issuerKeyHash, digestOf(door, id.digest, issuer.publicKey))
  );
}

export function readCertId(der: Uint8Array): CertId {
  return parseCertId(decodeDer(der));
}
