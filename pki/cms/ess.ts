import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes, readOctetString } from '@antin/formats/der/values';
import { context, octetString, sequence, tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { DigestAlgorithm } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { digestAlgorithmIdentifier, digestAlgorithmOf, parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { parseGeneralNames } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import type { Attribute } from './signed-data.ts';
import { encodeAttribute } from './attribute.ts';

/** One ESSCertID or ESSCertIDv2: which certificate the signer meant (RFC 2634 §5.4, RFC 5035 §3). */
export interface EssCertificateId {
  /** Undefined when the digest is one we do not know. */
  readonly digest: DigestAlgorithm | undefined;
  readonly digestOid: string;
  readonly hash: Uint8Array;
  readonly issuerSerial?: { readonly issuer: readonly GeneralName[]; readonly serialNumber: Uint8Array };
}

export interface SigningCertificateAttribute {
  readonly v: 1 | 2;
  /** The first one names the signing certificate. */
  readonly certs: readonly EssCertificateId[];
}

/**
 * Reads a signing-certificate or signing-certificate-v2 attribute.
 *
 * @throws {PkiFault} `cms.signing-certificate` when the attribute is another one or has not exactly one value
 * @throws {FormatFault} `cms.signing-certificate`, `der.*`
 */
export function parseSigningCertificate(attribute: Attribute): SigningCertificateAttribute {
  const v = attribute.oid === OID.idAaSigningCertificate ? 1 : attribute.oid === OID.idAaSigningCertificateV2 ? 2 : undefined;
  const value = attribute.values[0];
  if (v === undefined || value === undefined || attribute.values.length !== 1) {
    throw new PkiFault('cms.signing-certificate', 'not a signing-certificate attribute with one value');
  }
  const [certs] = decodeDer(value).expect(TAG.SEQUENCE, 'SigningCertificate').children();
  if (certs === undefined) throw new FormatFault('cms.signing-certificate', 'no certificate identifiers', 0);
  return {
    v,
    certs: certs
      .expect(TAG.SEQUENCE, 'certs')
      .children()
      .map((one) => readCertId(one, v)),
  };
}

function readCertId(node: DerNode, v: 1 | 2): EssCertificateId {
  const parts = node.expect(TAG.SEQUENCE, 'ESSCertID').children();
  // ESSCertIDv2 names its digest unless it is the default SHA-256; ESSCertID is always SHA-1.
  const named = v === 2 && parts[0]?.tag === TAG.SEQUENCE ? parseAlgorithmIdentifier(parts.shift() as DerNode).oid : undefined;
  const digestOid = named ?? (v === 1 ? OID.sha1 : OID.sha256);
  const hash = parts.shift();
  if (hash === undefined) throw new FormatFault('cms.signing-certificate', 'ESSCertID without certHash', node.start);
  const id = { digest: digestAlgorithmOf(digestOid), digestOid, hash: readOctetString(hash) };
  const issuerSerial = parts.shift();
  if (parts[0] !== undefined) throw new FormatFault('cms.signing-certificate', 'unexpected member', parts[0].start);
  if (issuerSerial === undefined) return id;
  const [issuer, serial] = issuerSerial.expect(TAG.SEQUENCE, 'IssuerSerial').children();
  if (issuer === undefined || serial === undefined) {
    throw new FormatFault('cms.signing-certificate', 'IssuerSerial has two members', issuerSerial.start);
  }
  return {
    ...id,
    issuerSerial: { issuer: parseGeneralNames(issuer.expect(TAG.SEQUENCE, 'issuer')), serialNumber: readIntegerBytes(serial) },
  };
}

/**
 * The signing-certificate-v2 attribute with hash and issuerSerial of one certificate (EN 319 122-1 §5.2.2.3).
 *
 * @param hash digest of the whole certificate under `digest`
 */
export function signingCertificateV2(certificate: Certificate, digest: DigestAlgorithm, hash: Uint8Array): Uint8Array {
  const issuerSerial = sequence(sequence(context(4, certificate.issuer.raw)), tlv(TAG.INTEGER, certificate.serialNumber));
  // DEFAULT sha256 must be left out in DER (X.690 §11.5).
  const algorithm = digest === 'SHA-256' ? [] : [digestAlgorithmIdentifier(digest)];
  const id = sequence(...algorithm, octetString(hash), issuerSerial);
  return encodeAttribute(OID.idAaSigningCertificateV2, sequence(sequence(id)));
}
