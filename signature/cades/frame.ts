import { compareBytes, concatBytes, equalBytes } from '@antin/formats/bytes/bytes';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource, sliceSource } from '@antin/formats/bytes/source';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOid } from '@antin/formats/der/values';
import { integer, oid, retag, tlv } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { berToDer } from '@antin/pki/cms/ber';
import { OID } from '@antin/pki/oids';
import { readHeader, tlvHeader } from './tlv-source.ts';

/**
 * A CMS SignedData taken apart without reading its content: what is edited (certificates, revocation data, signers) is in
 * memory as verbatim slices, the encapsulated content stays where it is.
 */
export interface CmsFrame {
  readonly version: number;
  /** Raw AlgorithmIdentifiers. */
  readonly digestAlgorithms: readonly Uint8Array[];
  /** The whole EncapsulatedContentInfo, verbatim. */
  readonly encapsulated: ByteSource;
  /** Raw TLV of eContentType. */
  readonly eContentType: Uint8Array;
  /** The content octets; absent in a detached signature. */
  readonly content?: ByteSource;
  /** Raw CertificateChoices. */
  readonly certificates: readonly Uint8Array[];
  /** Raw RevocationInfoChoices. */
  readonly crls: readonly Uint8Array[];
  /** Raw SignerInfos. */
  readonly signerInfos: readonly Uint8Array[];
}

/** Parts other than the content that are read into memory at once. */
const MAX_PART = 64 << 20;
/** A BER file is written anew before it can be extended, in memory. */
const MAX_BER = 128 << 20;

/**
 * @throws {FormatFault} `cms.not-signed-data`, `cms.structure`, `cms.too-large`, `der.*`, `ber.*`
 */
export function readFrame(source: ByteSource): CmsFrame {
  try {
    return readDerFrame(source);
  } catch (fault) {
    if (!(fault instanceof FormatFault) || !fault.code.startsWith('der.')) throw fault;
    if (source.size > MAX_BER) throw new FormatFault('cms.too-large', `a BER file of more than ${MAX_BER} bytes`);
    const der = berToDer(source.read(0, source.size));
    return readDerFrame(memorySource(der));
  }
}

function readDerFrame(source: ByteSource): CmsFrame {
  const root = readHeader(source, 0, source.size);
  if (root.tag !== TAG.SEQUENCE || root.end !== source.size) throw damaged('ContentInfo is not the whole file');
  const type = readHeader(source, root.contentStart, root.end);
  const oidOf = (from: number, to: number): string => readOid(decodeDer(source.read(from, to - from)));
  if (oidOf(root.contentStart, type.end) !== OID.idSignedData) {
    throw new FormatFault('cms.not-signed-data', 'the CMS is no SignedData', root.contentStart);
  }
  const wrapper = readHeader(source, type.end, root.end);
  const body = readHeader(source, wrapper.contentStart, wrapper.end);
  if (wrapper.tag !== 0xa0 || body.tag !== TAG.SEQUENCE || body.end !== root.end) throw damaged('SignedData expected');
  let at = body.contentStart;
  const next = (what: string, tag: number) => {
    if (at >= body.end) throw damaged(`SignedData ends before ${what}`);
    const header = readHeader(source, at, body.end);
    if (header.tag !== tag) throw damaged(`${what} expected at ${at}`);
    const start = at;
    at = header.end;
    return { ...header, start };
  };
  const members = (part: { readonly start: number; readonly end: number }): Uint8Array[] => {
    if (part.end - part.start > MAX_PART) throw new FormatFault('cms.too-large', 'a part of the CMS is too large', part.start);
    return decodeDer(source.read(part.start, part.end - part.start))
      .children()
      .map((node) => node.raw);
  };
  const optional = (what: string, tag: number): Uint8Array[] =>
    at < body.end && source.read(at, 1)[0] === tag ? members(next(what, tag)) : [];

  const version = next('version', TAG.INTEGER);
  const digestAlgorithms = members(next('digestAlgorithms', TAG.SET));
  const encapsulated = next('encapContentInfo', TAG.SEQUENCE);
  const contentType = readHeader(source, encapsulated.contentStart, encapsulated.end);
  const certificates = optional('certificates', 0xa0);
  const crls = optional('crls', 0xa1);
  const signerInfos = members(next('signerInfos', TAG.SET));
  if (at !== body.end) throw damaged('unexpected member of SignedData');
  const versionOctets = source.read(version.contentStart, version.end - version.contentStart);
  return {
    version: versionOctets[0] ?? 0,
    digestAlgorithms,
    encapsulated: sliceSource(source, encapsulated.start, encapsulated.end - encapsulated.start),
    eContentType: source.read(encapsulated.contentStart, contentType.end - encapsulated.contentStart),
    ...contentOf(source, contentType.end, encapsulated.end),
    certificates,
    crls,
    signerInfos,
  };
}

function contentOf(source: ByteSource, start: number, end: number): { content?: ByteSource } {
  if (start === end) return {};
  const wrapper = readHeader(source, start, end);
  const octets = readHeader(source, wrapper.contentStart, wrapper.end);
  if (wrapper.tag !== 0xa0 || wrapper.end !== end || octets.end !== end) throw damaged('eContent expected');
  // A constructed OCTET STRING is BER: the octets are then not in one piece.
  if (octets.tag === (TAG.OCTET_STRING | 0x20)) throw new FormatFault('der.unexpected-tag', 'segmented content', start);
  return { content: sliceSource(source, octets.contentStart, octets.end - octets.contentStart) };
}

/** The CMS as DER, its content read in place. */
export function frameSource(frame: CmsFrame): ByteSource {
  const before = concatBytes(integer(versionOf(frame)), tlv(TAG.SET, ...frame.digestAlgorithms));
  const after = concatBytes(
    ...(frame.certificates.length === 0 ? [] : [tlv(0xa0, ...frame.certificates)]),
    ...(frame.crls.length === 0 ? [] : [tlv(0xa1, ...frame.crls)]),
    tlv(TAG.SET, ...frame.signerInfos),
  );
  const body = tlvHeader(TAG.SEQUENCE, before.length + frame.encapsulated.size + after.length);
  const bodySize = body.length + before.length + frame.encapsulated.size + after.length;
  const wrapper = tlvHeader(0xa0, bodySize);
  const type = oid(OID.idSignedData);
  const root = tlvHeader(TAG.SEQUENCE, type.length + wrapper.length + bodySize);
  const head = concatBytes(root, type, wrapper, body, before);
  return joinedSource([memorySource(head), frame.encapsulated, memorySource(after)]);
}

/** RFC 5652 §5.1; never lower than it was. */
function versionOf(frame: CmsFrame): number {
  const has = (list: readonly Uint8Array[], ...tags: number[]): boolean => list.some((one) => tags.includes(one[0] as number));
  let version = 1;
  const data = equalBytes(frame.eContentType, oid(OID.idData));
  const v3 = frame.signerInfos.some((one) => decodeDer(one).children()[0]?.content[0] === 3);
  if (!data || v3 || has(frame.certificates, 0xa1)) version = 3;
  if (has(frame.certificates, 0xa2)) version = 4;
  if (has(frame.certificates, 0xa3) || has(frame.crls, 0xa1)) version = 5;
  return Math.max(version, frame.version);
}

/** The frame without its content, as bytes: small, and all that a reader of signers needs. */
export function withoutContent(frame: CmsFrame): Uint8Array {
  const shell = frameSource({ ...frame, encapsulated: memorySource(tlv(TAG.SEQUENCE, frame.eContentType)) });
  return shell.read(0, shell.size);
}

/**
 * Members of a SET with some more: the old ones verbatim, nothing twice, in DER order where the old ones were in it.
 */
export function withMembers(members: readonly Uint8Array[], more: readonly Uint8Array[]): Uint8Array[] {
  const out = [...members];
  for (const one of more) if (!out.some((have) => equalBytes(have, one))) out.push(one);
  const sorted = members.every((one, i) => i === 0 || compareBytes(members[i - 1] as Uint8Array, one) <= 0);
  return sorted ? out.sort(compareBytes) : out;
}

/** A SignerInfo with more unsigned attributes; every byte that was there stays as it is. */
export function withUnsigned(signerInfo: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array {
  const parts = decodeDer(signerInfo).expect(TAG.SEQUENCE, 'SignerInfo').children();
  const last = parts.at(-1);
  const old = last?.tag === 0xa1 ? last.children().map((node) => node.raw) : [];
  const fixed = parts.slice(0, last?.tag === 0xa1 ? -1 : undefined).map((node) => node.raw);
  return tlv(TAG.SEQUENCE, ...fixed, retag(tlv(TAG.SET, ...withMembers(old, attributes)), 0xa1));
}

function damaged(message: string): FormatFault {
  return new FormatFault('cms.structure', message);
}
