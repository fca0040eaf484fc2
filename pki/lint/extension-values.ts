import { fromLatin1 } from '@antin/formats/bytes/bytes';
import { SMALL_DER_BUDGET, decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readBoolean, readNamedBits, readOctetString, readOid, readText } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import * as ext from '../x509/extensions.ts';
import type { KeyUsageBit } from '../x509/extensions.ts';
import { parseGeneralName, parseGeneralNames } from '../x509/general-name.ts';
import type { GeneralName } from '../x509/general-name.ts';
import { readQcStatements } from './qc-values.ts';

export const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
export const PRECERTIFICATE_POISON = '1.3.6.1.4.1.11129.2.4.3';
export const SMIME_CAPABILITIES = '1.2.840.113549.1.9.15';

export interface AccessDescription {
  readonly method: string;
  readonly location: GeneralName;
}

export interface UserNotice {
  readonly hasReference: boolean;
  readonly explicitText?: { readonly tag: number; readonly text: string };
}

export interface PolicyQualifier {
  readonly id: string;
  readonly cpsUri?: string;
  readonly userNotice?: UserNotice;
}

export interface PolicyFacts {
  readonly policy: string;
  /** Undefined when the field is absent. */
  readonly qualifiers: readonly PolicyQualifier[] | undefined;
}

const open = (value: Uint8Array): DerNode => decodeDer(value, SMALL_DER_BUDGET);

/** `SIZE (1..MAX)` of the grammar, which readers elsewhere let pass. */
function several<T>(items: readonly T[], what: string): readonly T[] {
  if (items.length === 0) throw new FormatFault('x509.empty-sequence', `${what} must not be empty`);
  return items;
}

/** DER of a BIT STRING with named bits ends with a one (X.690 §11.2.2). */
export function strictBits(node: DerNode, tag: number = TAG.BIT_STRING): ReadonlySet<number> {
  const bits = readNamedBits(node, tag);
  const { content } = node;
  const last = content[content.length - 1] as number;
  if (content.length > 1 && (last & (1 << (content[0] as number))) === 0) {
    throw new FormatFault('der.trailing-zero-bit', 'trailing zero bit in a named BIT STRING', node.start);
  }
  return bits;
}

function keyUsage(value: Uint8Array): ReadonlySet<KeyUsageBit> {
  const bits = strictBits(open(value));
  return new Set(ext.KEY_USAGE_BITS.filter((_, position) => bits.has(position)));
}

function basicConstraints(value: Uint8Array): ext.BasicConstraints {
  const [first] = open(value).expect(TAG.SEQUENCE, 'BasicConstraints').children();
  if (first?.tag === TAG.BOOLEAN && !readBoolean(first)) {
    throw new FormatFault('der.default-encoded', 'cA FALSE is the default and must not be written', first.start);
  }
  return ext.parseBasicConstraints(value);
}

function distributionPoints(value: Uint8Array): readonly ext.DistributionPoint[] {
  for (const point of open(value).expect(TAG.SEQUENCE, 'CRLDistributionPoints').children()) {
    for (const part of point.children()) if (part.tag === 0x81) strictBits(part, 0x81);
  }
  const points = several(ext.parseDistributionPoints(value), 'CRLDistributionPoints');
  for (const { name, cRLIssuer } of points) {
    if (name?.kind === 'full-name') several(name.names, 'fullName');
    if (cRLIssuer !== undefined) several(cRLIssuer, 'cRLIssuer');
  }
  return points;
}

function accessDescriptions(value: Uint8Array): readonly AccessDescription[] {
  const list = open(value).expect(TAG.SEQUENCE, 'AuthorityInfoAccessSyntax').children();
  return several(list, 'AuthorityInfoAccessSyntax').map((description) => {
    const [method, location, ...more] = description.expect(TAG.SEQUENCE, 'AccessDescription').children();
    if (method === undefined || location === undefined || more.length > 0) {
      throw new FormatFault('x509.authority-info-access', 'AccessDescription has two members', description.start);
    }
    return { method: readOid(method), location: parseGeneralName(location) };
  });
}

function certificatePolicies(value: Uint8Array): readonly PolicyFacts[] {
  const infos = several(open(value).expect(TAG.SEQUENCE, 'CertificatePolicies').children(), 'CertificatePolicies');
  return infos.map((info) => {
    const [id, list, ...more] = info.expect(TAG.SEQUENCE, 'PolicyInformation').children();
    if (id === undefined || more.length > 0) throw new FormatFault('x509.certificate-policies', 'members', info.start);
    const qualifiers = list?.expect(TAG.SEQUENCE, 'policyQualifiers').children();
    return {
      policy: readOid(id),
      qualifiers: qualifiers === undefined ? undefined : several(qualifiers, 'policyQualifiers').map(policyQualifier),
    };
  });
}

function policyQualifier(node: DerNode): PolicyQualifier {
  const [id, value] = node.expect(TAG.SEQUENCE, 'PolicyQualifierInfo').children();
  if (id === undefined || value === undefined) throw new FormatFault('x509.policy-qualifier', 'members', node.start);
  const oid = readOid(id);
  if (oid === OID.idQtCps) return { id: oid, cpsUri: fromLatin1(value.expect(TAG.IA5_STRING, 'CPSuri').content) };
  if (oid !== OID.idQtUnotice) return { id: oid };
  const parts = value.expect(TAG.SEQUENCE, 'UserNotice').children();
  const hasReference = parts[0]?.tag === TAG.SEQUENCE;
  const explicit = hasReference ? parts[1] : parts[0];
  if (explicit === undefined) return { id: oid, userNotice: { hasReference } };
  const text = readText(explicit);
  if (text.length === 0 || [...text].length > 200)
    throw new FormatFault('x509.user-notice', '1 to 200 characters', explicit.start);
  return { id: oid, userNotice: { hasReference, explicitText: { tag: explicit.tag, text } } };
}

function nameConstraints(value: Uint8Array): ext.NameConstraints & { readonly empty: boolean } {
  const parts = open(value).expect(TAG.SEQUENCE, 'NameConstraints').children();
  for (const part of parts) several(part.children(), 'GeneralSubtrees');
  return { ...ext.parseNameConstraints(value), empty: parts.length === 0 };
}

/** Number of SignedCertificateTimestamps; lengths must add up (RFC 6962 §3.3). */
function sctList(value: Uint8Array): number {
  const octets = readOctetString(open(value));
  const size = (at: number): number => {
    if (at + 2 > octets.length) throw new FormatFault('x509.sct-list', 'list ends inside a length', at);
    return (octets[at] as number) * 256 + (octets[at + 1] as number);
  };
  if (size(0) !== octets.length - 2) throw new FormatFault('x509.sct-list', 'length of the list is wrong', 0);
  let count = 0;
  for (let at = 2; at < octets.length; at += 2 + size(at)) count++;
  return count;
}

/** What each known extension holds, by OID. Readers throw FormatFault or PkiFault; unknown extensions are left alone. */
export const READERS = {
  [OID.basicConstraints]: basicConstraints,
  [OID.keyUsage]: keyUsage,
  [OID.extKeyUsage]: (value: Uint8Array) => several(ext.parseExtKeyUsage(value), 'ExtKeyUsageSyntax'),
  [OID.subjectKeyIdentifier]: (value: Uint8Array) => readOctetString(open(value)),
  [OID.authorityKeyIdentifier]: ext.parseAuthorityKeyIdentifier,
  [OID.authorityInfoAccess]: accessDescriptions,
  [OID.subjectInfoAccess]: accessDescriptions,
  [OID.cRLDistributionPoints]: distributionPoints,
  [OID.freshestCRL]: distributionPoints,
  [OID.certificatePolicies]: certificatePolicies,
  [OID.policyMappings]: (value: Uint8Array) => several(ext.parsePolicyMappings(value), 'PolicyMappings'),
  [OID.policyConstraints]: ext.parsePolicyConstraints,
  [OID.inhibitAnyPolicy]: ext.parseInhibitAnyPolicy,
  [OID.nameConstraints]: nameConstraints,
  [OID.subjectAltName]: (value: Uint8Array) =>
    several(parseGeneralNames(open(value).expect(TAG.SEQUENCE, 'SubjectAltName')), 'SubjectAltName'),
  [OID.issuerAltName]: (value: Uint8Array) =>
    several(parseGeneralNames(open(value).expect(TAG.SEQUENCE, 'IssuerAltName')), 'IssuerAltName'),
  [OID.qcStatements]: readQcStatements,
  [OID.idPkixOcspNoCheck]: (value: Uint8Array) => open(value).expect(TAG.NULL, 'ocsp-nocheck').content.length === 0,
  [SCT_LIST]: sctList,
} as const;
export type ReaderOid = keyof typeof READERS;
export type ValueOf<O extends ReaderOid> = ReturnType<(typeof READERS)[O]>;
