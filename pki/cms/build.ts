import { equalBytes } from '@antin/formats/bytes/bytes';
import { TAG } from '@antin/formats/der/tags';
import { decodeDer } from '@antin/formats/der/reader';
import {
  context,
  header,
  integer,
  nullValue,
  octetString,
  oid,
  retag,
  sequence,
  setOf,
  time,
  tlv,
} from '@antin/formats/der/writer';
import { digestOf } from '../crypto.ts';
import type { CryptoDoor, DigestAlgorithm, SignatureAlgorithm } from '../crypto.ts';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { digestAlgorithmIdentifier, signatureAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { Certificate } from '../x509/certificate.ts';
import { encodeAttribute, encodeAttributes } from './attribute.ts';
import { signingCertificateV2 } from './ess.ts';

/** What the attributes of one certificate have in common from signature to signature; forgotten with the certificate. */
const signingCertificateAttributes = new WeakMap<Certificate, Map<DigestAlgorithm, Uint8Array>>();

export interface SignedAttributesInput {
  /** OID of the content type, id-data for documents; a counter-signature has none (RFC 5652 §11.4). */
  readonly contentType?: string;
  /** Digest of the content under `digest`. */
  readonly messageDigest: Uint8Array;
  readonly signingCertificate: Certificate;
  readonly digest: DigestAlgorithm;
  readonly door: CryptoDoor;
  /** Milliseconds since 1970. CAdES demands it, PAdES forbids it (EN 319 142-1 §6.3). */
  readonly signingTime?: number;
  /** Further ready attributes (signer attributes, policy …). */
  readonly more?: readonly Uint8Array[];
}

/**
 * The DER SET that the key signs: content-type, message-digest, signing-certificate-v2 and, for CAdES, signing-time.
 *
 * @see RFC 5652 §5.3, EN 319 122-1 §5
 */
export function buildSignedAttributes(input: SignedAttributesInput): Uint8Array {
  const attributes = [
    ...(input.contentType === undefined ? [] : [contentTypeAttribute(input.contentType)]),
    encodeAttribute(OID.idMessageDigest, octetString(input.messageDigest)),
    essAttribute(input),
    ...(input.more ?? []),
  ];
  if (input.signingTime !== undefined) attributes.push(encodeAttribute(OID.idSigningTime, time(input.signingTime)));
  return encodeAttributes(attributes);
}

const contentTypes = new Map<string, Uint8Array>();

function contentTypeAttribute(contentType: string): Uint8Array {
  return remembered(contentTypes, contentType, () => encodeAttribute(OID.idContentType, oid(contentType)));
}

function essAttribute({ signingCertificate, digest, door }: SignedAttributesInput): Uint8Array {
  const byDigest = remembered(signingCertificateAttributes, signingCertificate, () => new Map<DigestAlgorithm, Uint8Array>());
  return remembered(byDigest, digest, () =>
    signingCertificateV2(signingCertificate, digest, digestOf(door, digest, signingCertificate.raw)),
  );
}

export interface SignedDataInput {
  /** SignerInfo.digestAlgorithm. */
  readonly digest: DigestAlgorithm;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signingCertificate: Certificate;
  /** Raw certificates to embed; the signing certificate is added when missing. */
  readonly certificates: readonly Uint8Array[];
  /** False: embed no certificate at all (time-stamp answers without certReq, RFC 3161 §2.4.1). */
  readonly embedCertificates?: boolean;
  /** The DER SET that was signed, verbatim. */
  readonly signedAttributes: Uint8Array;
  readonly signature: Uint8Array;
  /** Ready attributes, e.g. `signatureTimeStampAttribute`. */
  readonly unsignedAttributes?: readonly Uint8Array[];
  readonly crls?: readonly Uint8Array[];
  /** Present for encapsulated content (TSTInfo, attached CAdES). */
  readonly eContent?: Uint8Array;
  /** Default id-data. */
  readonly eContentType?: string;
}

const ONE = integer(1);
const THREE = integer(3);

/**
 * A ContentInfo with one SignerInfo, identified by issuer and serial number (RFC 5652 §5.1).
 *
 * @throws {PkiFault} `cms.signed-attributes` when the bytes are not one DER SET
 */
export function buildSignedData(input: SignedDataInput): Uint8Array {
  if (decodeDer(input.signedAttributes).tag !== TAG.SET) {
    throw new PkiFault('cms.signed-attributes', 'signedAttributes must be the DER SET that was signed');
  }
  const type = input.eContentType ?? OID.idData;
  const crls = input.crls === undefined || input.crls.length === 0 ? [] : [retag(setOf(...input.crls), 0xa1)];
  const signer = signerInfo(input);
  const parts = [
    // RFC 5652 §5.1: 3 when the content is not id-data, otherwise 1 (SignerInfos are version 1, certificates X.509).
    type === OID.idData ? ONE : THREE,
    digestAlgorithmSet(input.digest),
    input.eContent === undefined ? detached(type) : sequence(oid(type), context(0, octetString(input.eContent))),
    ...(input.embedCertificates === false ? [] : [certificateSet(input)]),
    ...crls,
    header(TAG.SET, signer),
    ...signer,
  ];
  const signedData = [header(TAG.SEQUENCE, parts), ...parts];
  return sequence(SIGNED_DATA, header(0xa0, signedData), ...signedData);
}

const SIGNED_DATA = oid(OID.idSignedData);
const digestSets = new Map<DigestAlgorithm, Uint8Array>();
const detachedContents = new Map<string, Uint8Array>();

function digestAlgorithmSet(digest: DigestAlgorithm): Uint8Array {
  return remembered(digestSets, digest, () => tlv(TAG.SET, digestAlgorithmIdentifier(digest)));
}

function detached(type: string): Uint8Array {
  return remembered(detachedContents, type, () => sequence(oid(type)));
}

/** What one signer's messages have in common: IssuerAndSerialNumber, and the certificate set as long as it stays the same. */
interface SignerParts {
  readonly sid: Uint8Array;
  certificates: readonly Uint8Array[];
  certificateSet: Uint8Array | undefined;
}

const signerParts = new WeakMap<Certificate, SignerParts>();

function partsOf(certificate: Certificate): SignerParts {
  return remembered(signerParts, certificate, () => ({
    sid: sequence(certificate.issuer.raw, tlv(TAG.INTEGER, certificate.serialNumber)),
    certificates: [],
    certificateSet: undefined,
  }));
}

function certificateSet({ certificates, signingCertificate }: SignedDataInput): Uint8Array {
  const parts = partsOf(signingCertificate);
  const same = certificates.length === parts.certificates.length && certificates.every((raw, i) => raw === parts.certificates[i]);
  if (parts.certificateSet !== undefined && same) return parts.certificateSet;
  const all = [signingCertificate.raw];
  for (const raw of certificates) if (!all.some((have) => equalBytes(have, raw))) all.push(raw);
  parts.certificates = [...certificates];
  parts.certificateSet = retag(setOf(...all), 0xa0);
  return parts.certificateSet;
}

function remembered<K, V>(cache: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = make();
  cache.set(key, value);
  return value;
}

/** In parts, so that the bytes are copied once, into the finished message. */
function signerInfo(input: SignedDataInput): Uint8Array[] {
  const { unsignedAttributes = [] } = input;
  const unsigned = unsignedAttributes.length === 0 ? [] : [retag(encodeAttributes(unsignedAttributes), 0xa1)];
  const parts = [
    ONE,
    partsOf(input.signingCertificate).sid,
    digestAlgorithmIdentifier(input.digest),
    retag(input.signedAttributes, 0xa0),
    cmsSignatureAlgorithm(input.signatureAlgorithm),
    octetString(input.signature),
    ...unsigned,
  ];
  return [header(TAG.SEQUENCE, parts), ...parts];
}

const RSA_ENCRYPTION = sequence(oid(OID.rsaEncryption), nullValue());

/**
 * RFC 3370 §3.2: implementations MUST support rsaEncryption for PKCS#1 v1.5 in CMS, and older readers know nothing else.
 * All other schemes use the identifier they have in certificates.
 */
function cmsSignatureAlgorithm(algorithm: SignatureAlgorithm): Uint8Array {
  return algorithm.scheme === 'rsa-pkcs1' ? RSA_ENCRYPTION : signatureAlgorithmIdentifier(algorithm);
}

/** id-aa-signatureTimeStampToken over one time-stamp token (RFC 3161 appendix A, EN 319 122-1 §5.3). */
export function signatureTimeStampAttribute(token: Uint8Array): Uint8Array {
  return encodeAttribute(OID.idAaSignatureTimeStampToken, token);
}
