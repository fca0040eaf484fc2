import type { DerNode } from '@antin/formats/der/reader';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBigInt, readBoolean, readIntegerBytes, readNamedBits, readOctetString, readOid } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { parseGeneralName, parseGeneralNames, uris } from './general-name.ts';
import type { GeneralName } from './general-name.ts';
import { parseRdn } from './name.ts';
import type { NameAttribute } from './name.ts';

/** `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }` (RFC 5280 §4.1) */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The octets inside extnValue: DER of the extension's own type. */
  readonly value: Uint8Array;
  readonly raw: Uint8Array;
}

/**
 * `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`; used by certificates, CRLs, OCSP and TSP alike.
 *
 * @throws {PkiFault} `x509.duplicate-extension`: two readers could each believe another one (RFC 5280 §4.2)
 * @throws {FormatFault} `x509.extensions`, `der.*`
 */
export function parseExtensions(node: DerNode): ReadonlyMap<string, Extension> {
  return parseExtensionList(node.expect(TAG.SEQUENCE, 'Extensions'));
}

/** The same under an implicit tag, as TSP has it. */
export function parseExtensionList(node: DerNode): ReadonlyMap<string, Extension> {
  const out = new Map<string, Extension>();
  for (const item of node.children()) {
    const parts = item.expect(TAG.SEQUENCE, 'Extension').children();
    const [id, second, third] = parts;
    const last = third ?? second;
    if (id === undefined || last === undefined || parts.length > 3) {
      throw new FormatFault('x509.extensions', 'Extension has two or three members', item.start);
    }
    const critical = third !== undefined && readBoolean(second as DerNode);
    const extension = { oid: readOid(id), critical, value: readOctetString(last), raw: item.raw };
    if (out.has(extension.oid)) throw new PkiFault('x509.duplicate-extension', `extension ${extension.oid} occurs twice`);
    out.set(extension.oid, extension);
  }
  if (out.size === 0) throw new FormatFault('x509.extensions', 'Extensions must not be empty', node.start);
  return out;
}

/**
 * The members of a SEQUENCE whose fields are told apart by tags alone: each once and in order, or two readers could each believe
 * another one. @throws {FormatFault} `x509.member-order`
 */
function tagged(node: DerNode): DerNode[] {
  const parts = node.children();
  for (const [i, part] of parts.entries()) {
    if (i > 0 && (part.tag & 0x1f) <= ((parts[i - 1] as DerNode).tag & 0x1f)) {
      throw new FormatFault('x509.member-order', 'a member stands twice or in the wrong place', part.start);
    }
  }
  return parts;
}

export const KEY_USAGE_BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsageBit = (typeof KEY_USAGE_BITS)[number];

export function parseKeyUsage(value: Uint8Array): ReadonlySet<KeyUsageBit> {
  const bits = readNamedBits(decodeDer(value, SMALL_DER_BUDGET));
  return new Set(KEY_USAGE_BITS.filter((_, position) => bits.has(position)));
}

/** `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }` */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

export function parseBasicConstraints(value: Uint8Array): BasicConstraints {
  const rest = decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'BasicConstraints').children();
  const ca = rest[0]?.tag === TAG.BOOLEAN ? readBoolean(rest.shift() as DerNode) : false;
  const length = rest.shift();
  if (rest[0] !== undefined) throw new FormatFault('x509.basic-constraints', 'unexpected member', rest[0].start);
  return length === undefined ? { ca } : { ca, pathLength: readCount(length, TAG.INTEGER) };
}

/** INTEGER (0..MAX) as a count; anything beyond a safe integer is as good as unlimited. */
function readCount(node: DerNode, tag: number): number {
  const value = readBigInt(node, tag);
  if (value < 0n) throw new FormatFault('x509.negative-count', 'count must not be negative', node.start);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

export function parseExtKeyUsage(value: Uint8Array): readonly string[] {
  const purposes = decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'ExtKeyUsageSyntax').children();
  return purposes.map((purpose) => readOid(purpose));
}

/** `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2] }` */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  readonly serialNumber?: Uint8Array;
}

export function parseAuthorityKeyIdentifier(value: Uint8Array): AuthorityKeyIdentifier {
  const out: { keyIdentifier?: Uint8Array; issuer?: readonly GeneralName[]; serialNumber?: Uint8Array } = {};
  for (const part of tagged(decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'AuthorityKeyIdentifier'))) {
    if (part.tag === 0x80) out.keyIdentifier = part.content;
    else if (part.tag === 0xa1) out.issuer = parseGeneralNames(part);
    else if (part.tag === 0x82) out.serialNumber = readIntegerBytes(part, 0x82);
    else throw new FormatFault('x509.authority-key-identifier', 'unexpected member', part.start);
  }
  return out;
}

export interface AuthorityInfoAccess {
  readonly ocsp: string[];
  readonly caIssuers: string[];
}

export function parseAuthorityInfoAccess(value: Uint8Array): AuthorityInfoAccess {
  const out: AuthorityInfoAccess = { ocsp: [], caIssuers: [] };
  for (const description of decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'AuthorityInfoAccessSyntax').children()) {
    const [method, location] = description.expect(TAG.SEQUENCE, 'AccessDescription').children();
    if (method === undefined || location === undefined) {
      throw new FormatFault('x509.authority-info-access', 'AccessDescription has two members', description.start);
    }
    const id = readOid(method);
    const found = uris([parseGeneralName(location)]);
    if (id === OID.idAdOcsp) out.ocsp.push(...found);
    else if (id === OID.idAdCaIssuers) out.caIssuers.push(...found);
  }
  return out;
}

/** `DistributionPointName`: either full names, or one RDN to append to the CRL issuer's name. */
export type DistributionPointName =
  | { readonly kind: 'full-name'; readonly names: readonly GeneralName[] }
  | { readonly kind: 'relative'; readonly rdn: readonly NameAttribute[] };

/** `DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }` (RFC 5280 §4.2.1.13) */
export interface DistributionPoint {
  readonly name?: DistributionPointName;
  /** Bit positions of ReasonFlags. */
  readonly reasons?: ReadonlySet<number>;
  readonly cRLIssuer?: readonly GeneralName[];
  /** The URIs among the full names. */
  readonly urls: readonly string[];
}

/** The choice inside `distributionPoint [0]`, here and in IssuingDistributionPoint. */
export function parseDistributionPointName(explicit: DerNode): DistributionPointName {
  const choice = explicit.inner();
  if (choice.tag === 0xa0) return { kind: 'full-name', names: parseGeneralNames(choice) };
  if (choice.tag === 0xa1) return { kind: 'relative', rdn: parseRdn(choice) };
  throw new FormatFault('x509.distribution-point', 'unexpected DistributionPointName', choice.start);
}

export function parseDistributionPoints(value: Uint8Array): readonly DistributionPoint[] {
  const points = decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'CRLDistributionPoints').children();
  return points.map((point) => {
    const out: { name?: DistributionPointName; reasons?: ReadonlySet<number>; cRLIssuer?: readonly GeneralName[] } = {};
    for (const part of tagged(point.expect(TAG.SEQUENCE, 'DistributionPoint'))) {
      if (part.tag === 0xa0) out.name = parseDistributionPointName(part);
      else if (part.tag === 0x81) out.reasons = readNamedBits(part, 0x81);
      else if (part.tag === 0xa2) out.cRLIssuer = parseGeneralNames(part);
      else throw new FormatFault('x509.distribution-point', 'unexpected member', part.start);
    }
    return { ...out, urls: out.name?.kind === 'full-name' ? uris(out.name.names) : [] };
  });
}

export interface PolicyInformation {
  readonly policy: string;
  /** Raw PolicyQualifierInfo values. */
  readonly qualifiers: readonly Uint8Array[];
}

export function parseCertificatePolicies(value: Uint8Array): readonly PolicyInformation[] {
  const seen = new Set<string>();
  const infos = decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'CertificatePolicies').children();
  return infos.map((info) => {
    const [id, qualifiers] = info.expect(TAG.SEQUENCE, 'PolicyInformation').children();
    if (id === undefined) throw new FormatFault('x509.certificate-policies', 'PolicyInformation without policy', info.start);
    const policy = readOid(id);
    if (seen.has(policy)) throw new FormatFault('x509.certificate-policies', `policy ${policy} occurs twice`, info.start);
    seen.add(policy);
    return { policy, qualifiers: qualifiers?.children().map((one) => one.raw) ?? [] };
  });
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

export function parsePolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  const mappings = decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'PolicyMappings').children();
  return mappings.map((mapping) => {
    const [issuer, subject] = mapping.expect(TAG.SEQUENCE, 'PolicyMapping').children();
    if (issuer === undefined || subject === undefined) {
      throw new FormatFault('x509.policy-mappings', 'a mapping has two members', mapping.start);
    }
    return { issuerDomainPolicy: readOid(issuer), subjectDomainPolicy: readOid(subject) };
  });
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}

export function parsePolicyConstraints(value: Uint8Array): PolicyConstraints {
  const out: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number } = {};
  for (const part of tagged(decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'PolicyConstraints'))) {
    if (part.tag === 0x80) out.requireExplicitPolicy = readCount(part, 0x80);
    else if (part.tag === 0x81) out.inhibitPolicyMapping = readCount(part, 0x81);
    else throw new FormatFault('x509.policy-constraints', 'unexpected member', part.start);
  }
  return out;
}

export function parseInhibitAnyPolicy(value: Uint8Array): number {
  return readCount(decodeDer(value, SMALL_DER_BUDGET), TAG.INTEGER);
}

/** `GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }` */
export interface GeneralSubtree {
  readonly base: GeneralName;
  readonly minimum: number;
  readonly maximum?: number;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

export function parseNameConstraints(value: Uint8Array): NameConstraints {
  let permitted: readonly GeneralSubtree[] = [];
  let excluded: readonly GeneralSubtree[] = [];
  for (const part of tagged(decodeDer(value, SMALL_DER_BUDGET).expect(TAG.SEQUENCE, 'NameConstraints'))) {
    if (part.tag === 0xa0) permitted = part.children().map(parseSubtree);
    else if (part.tag === 0xa1) excluded = part.children().map(parseSubtree);
    else throw new FormatFault('x509.name-constraints', 'unexpected member', part.start);
  }
  return { permitted, excluded };
}

function parseSubtree(node: DerNode): GeneralSubtree {
  const [base, ...bounds] = node.expect(TAG.SEQUENCE, 'GeneralSubtree').children();
  if (base === undefined) throw new FormatFault('x509.name-constraints', 'GeneralSubtree without base', node.start);
  const minimum = bounds.find((bound) => bound.tag === 0x80);
  const maximum = bounds.find((bound) => bound.tag === 0x81);
  return {
    base: parseGeneralName(base),
    minimum: minimum === undefined ? 0 : readCount(minimum, 0x80),
    ...(maximum === undefined ? {} : { maximum: readCount(maximum, 0x81) }),
  };
}
