import type { DerNode } from '@antin/formats/der/reader';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readIntegerBytes, readOctetString, readOid, readSmallInteger } from '@antin/formats/der/values';
import { retag } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import { parseAlgorithmIdentifier } from '../x509/algorithm.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm.ts';

export interface Attribute {
  readonly oid: string;
  /** Raw TLVs of the values. */
  readonly values: readonly Uint8Array[];
  /** The whole Attribute, verbatim. */
  readonly raw: Uint8Array;
}

export type SignerIdentifier =
  | { readonly kind: 'issuer-serial'; readonly issuer: Uint8Array; readonly serialNumber: Uint8Array }
  | { readonly kind: 'ski'; readonly keyIdentifier: Uint8Array };

export interface SignedAttributes {
  /** The `[0] IMPLICIT` slice as received. */
  readonly raw: Uint8Array;
  /** The same bytes under tag 0x31: what is hashed and signed (RFC 5652 §5.4). Never re-sorted, never re-encoded. */
  readonly asSet: Uint8Array;
  readonly list: readonly Attribute[];
}

export interface SignerInfo {
  readonly raw: Uint8Array;
  readonly version: number;
  readonly sid: SignerIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signedAttrs?: SignedAttributes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly unsignedAttrs: readonly Attribute[];
  /** Facts for the judge: attribute types that occur more than once, which makes two readers pick two values. */
  readonly duplicateSignedTypes: readonly string[];
}

/** CMS SignedData (RFC 5652 §5.1) as data; bytes are slices of the input. */
export interface SignedData {
  readonly raw: Uint8Array;
  readonly version: number;
  readonly digestAlgorithms: readonly AlgorithmIdentifier[];
  readonly eContentType: string;
  /** Absent in a detached signature. */
  readonly eContent?: Uint8Array;
  /** Raw certificates; attribute certificates and other formats are left out and counted in `otherCertificates`. */
  readonly certificates: readonly Uint8Array[];
  readonly otherCertificates: number;
  readonly crls: readonly Uint8Array[];
  /** Raw OCSPResponse values of `other` revocation info (RFC 5940). */
  readonly ocspResponses: readonly Uint8Array[];
  readonly signerInfos: readonly SignerInfo[];
}

/** More signers or certificates than any document carries: the list would only cost time. */
const MAX_LIST = 4096;

/**
 * Reads a DER ContentInfo holding SignedData. Missing or repeated signed attributes are facts of the result, not faults.
 *
 * @throws {FormatFault} `cms.not-signed-data`, `cms.structure`, `der.*` with the byte offset
 */
export function parseSignedData(contentInfoDer: Uint8Array): SignedData {
  const root = decodeDer(contentInfoDer, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'ContentInfo');
  const [type, content, ...more] = root.children();
  if (type === undefined || content === undefined || more.length > 0) throw damaged('ContentInfo has two members', root.start);
  const contentType = readOid(type);
  if (contentType !== OID.idSignedData) {
    throw new FormatFault('cms.not-signed-data', `content type is ${contentType}, not id-signedData`, type.start);
  }
  const body = content.expect(0xa0, 'content').inner().expect(TAG.SEQUENCE, 'SignedData');
  const parts = body.children();
  const next = (what: string): DerNode => {
    const part = parts.shift();
    if (part === undefined) throw damaged(`SignedData ends before ${what}`, body.end);
    return part;
  };
  const version = readSmallInteger(next('version'));
  const digestAlgorithms = list(next('digestAlgorithms').expect(TAG.SET, 'digestAlgorithms')).map(parseAlgorithmIdentifier);
  const encapsulated = next('encapContentInfo').expect(TAG.SEQUENCE, 'EncapsulatedContentInfo').children();
  const certificates = parts[0]?.tag === 0xa0 ? list(next('certificates')) : [];
  const crls = parts[0]?.tag === 0xa1 ? list(next('crls')) : [];
  const signerInfos = list(next('signerInfos').expect(TAG.SET, 'signerInfos')).map(parseSignerInfo);
  if (parts[0] !== undefined) throw damaged('unexpected member of SignedData', parts[0].start);
  const plain = certificates.filter((one) => one.tag === TAG.SEQUENCE);
  return {
    raw: root.raw,
    version,
    digestAlgorithms,
    ...readEncapsulated(encapsulated, body.start),
    certificates: plain.map((one) => one.raw),
    otherCertificates: certificates.length - plain.length,
    crls: crls.filter((one) => one.tag === TAG.SEQUENCE).map((one) => one.raw),
    ocspResponses: crls.filter((one) => one.tag === 0xa1).flatMap(readOtherRevocation),
    signerInfos,
  };
}

function readEncapsulated(parts: readonly DerNode[], offset: number): { eContentType: string; eContent?: Uint8Array } {
  const [type, content] = parts;
  if (type === undefined || parts.length > 2) throw damaged('EncapsulatedContentInfo has one or two members', offset);
  const eContentType = readOid(type);
  if (content === undefined) return { eContentType };
  const inner = content.expect(0xa0, 'eContent').inner();
  // PKCS#7 1.5 signers put other types than OCTET STRING here; what is digested is then the content octets (RFC 5652 §5.2.1).
  return { eContentType, eContent: inner.tag === TAG.OCTET_STRING ? readOctetString(inner) : inner.content };
}

/** `OtherRevocationInfoFormat [1] ::= SEQUENCE { otherRevInfoFormat OID, otherRevInfo ANY }` */
function readOtherRevocation(node: DerNode): Uint8Array[] {
  const [format, info] = node.children();
  if (format === undefined || info === undefined) throw damaged('OtherRevocationInfoFormat has two members', node.start);
  return readOid(format) === OID.idRiOcspResponse ? [info.raw] : [];
}

function parseSignerInfo(node: DerNode): SignerInfo {
  const parts = node.expect(TAG.SEQUENCE, 'SignerInfo').children();
  const next = (what: string): DerNode => {
    const part = parts.shift();
    if (part === undefined) throw damaged(`SignerInfo ends before ${what}`, node.end);
    return part;
  };
  const version = readSmallInteger(next('version'));
  const sid = parseSid(next('sid'));
  const digestAlgorithm = parseAlgorithmIdentifier(next('digestAlgorithm'));
  const signed = parts[0]?.tag === 0xa0 ? next('signedAttrs') : undefined;
  const signatureAlgorithm = parseAlgorithmIdentifier(next('signatureAlgorithm'));
  const signature = readOctetString(next('signature'));
  const unsignedAttrs = parts[0]?.tag === 0xa1 ? parseAttributes(next('unsignedAttrs')) : [];
  if (parts[0] !== undefined) throw damaged('unexpected member of SignerInfo', parts[0].start);
  const signedAttrs = signed && { raw: signed.raw, asSet: retag(signed.raw, TAG.SET), list: parseAttributes(signed) };
  return {
    raw: node.raw,
    version,
    sid,
    digestAlgorithm,
    ...(signedAttrs === undefined ? {} : { signedAttrs }),
    signatureAlgorithm,
    signature,
    unsignedAttrs,
    duplicateSignedTypes: duplicates(signedAttrs?.list ?? []),
  };
}

function parseSid(node: DerNode): SignerIdentifier {
  if (node.tag === 0x80) return { kind: 'ski', keyIdentifier: node.content };
  const [issuer, serial, ...more] = node.expect(TAG.SEQUENCE, 'IssuerAndSerialNumber').children();
  if (issuer === undefined || serial === undefined || more.length > 0) {
    throw damaged('IssuerAndSerialNumber has two members', node.start);
  }
  return {
    kind: 'issuer-serial',
    issuer: issuer.expect(TAG.SEQUENCE, 'issuer').raw,
    serialNumber: readIntegerBytes(serial),
  };
}

/** `SET OF Attribute` under any outer tag. */
export function parseAttributes(node: DerNode): Attribute[] {
  return list(node).map((item) => {
    const [type, values, ...more] = item.expect(TAG.SEQUENCE, 'Attribute').children();
    if (type === undefined || values === undefined || more.length > 0) throw damaged('Attribute has two members', item.start);
    const raws = values
      .expect(TAG.SET, 'attrValues')
      .children()
      .map((value) => value.raw);
    return { oid: readOid(type), values: raws, raw: item.raw };
  });
}

/** All attributes of one type; the judge decides what more or fewer than one means. */
export function attributesOf(attributes: readonly Attribute[], oid: string): readonly Attribute[] {
  return attributes.filter((one) => one.oid === oid);
}

function duplicates(attributes: readonly Attribute[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { oid } of attributes) (seen.has(oid) ? twice : seen).add(oid);
  return [...twice];
}

function list(node: DerNode): DerNode[] {
  const items = node.children();
  if (items.length > MAX_LIST) throw new FormatFault('cms.too-many', `more than ${MAX_LIST} members`, node.start);
  return items;
}

function damaged(message: string, offset: number): FormatFault {
  return new FormatFault('cms.structure', message, offset);
}
