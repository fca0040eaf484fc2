import { equalBytes } from '@antin/formats/bytes/bytes';
import { decodeDer } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOctetString } from '@antin/formats/der/values';
import { octetString, oid, sequence } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { digestAlgorithmIdentifier, digestAlgorithmOf, parseAlgorithmIdentifier } from '@antin/pki/x509/algorithm';
import { parseAttributes } from '@antin/pki/cms/signed-data';
import { fixedFields } from './signer-info.ts';

/** What an archive time-stamp protects beside the signature itself, as it is in the CMS now. */
export interface Protected {
  /** Raw CertificateChoices of the root SignedData. */
  readonly certificates: readonly Uint8Array[];
  /** Raw RevocationInfoChoices of the root SignedData. */
  readonly crls: readonly Uint8Array[];
  /** Raw SignerInfo. */
  readonly signerInfo: Uint8Array;
}

/**
 * ```asn1
 * ATSHashIndexV3 ::= SEQUENCE {
 *   hashIndAlgorithm AlgorithmIdentifier,
 *   certificatesHashIndex SEQUENCE OF OCTET STRING,
 *   crlsHashIndex SEQUENCE OF OCTET STRING,
 *   unsignedAttrValuesHashIndex SEQUENCE OF OCTET STRING }
 * ```
 *
 * @see ETSI EN 319 122-1 clause 5.5.2
 */
export function buildHashIndex(what: Protected, digest: DigestAlgorithm, door: CryptoDoor): Uint8Array {
  const hash = (...parts: Uint8Array[]): Uint8Array => octetString(digestOf(door, digest, ...parts));
  return sequence(
    digestAlgorithmIdentifier(digest),
    sequence(...what.certificates.map((one) => hash(one))),
    sequence(...what.crls.map((one) => hash(one))),
    sequence(...unsignedValues(what.signerInfo).map((parts) => hash(...parts))),
  );
}

/** attrType and one AttributeValue, for every value of every unsigned attribute. */
function unsignedValues(signerInfo: Uint8Array): (readonly [type: Uint8Array, value: Uint8Array])[] {
  const last = decodeDer(signerInfo).children().at(-1);
  if (last?.tag !== 0xa1) return [];
  return parseAttributes(last).flatMap((one) => one.values.map((value) => [oid(one.oid), value] as const));
}

/** Entries that an index must hold for the values of one attribute type. */
export function hashesOfUnsigned(signerInfo: Uint8Array, type: string, digest: DigestAlgorithm, door: CryptoDoor): Uint8Array[] {
  const wanted = oid(type);
  const values = unsignedValues(signerInfo).filter(([one]) => equalBytes(one, wanted));
  return values.map((parts) => digestOf(door, digest, ...parts));
}

/**
 * The bytes whose digest an archive-time-stamp-v3 is over, in the order of EN 319 122-1 clause 5.5.3.
 *
 * @param eContentType raw TLV
 * @param contentDigest of the signed data, under the digest of the message imprint
 */
export function archiveInput(
  eContentType: Uint8Array,
  contentDigest: Uint8Array,
  signerInfo: Uint8Array,
  hashIndex: Uint8Array,
): readonly Uint8Array[] {
  return [eContentType, contentDigest, ...fixedFields(signerInfo).map((node) => node.raw), hashIndex];
}

export interface HashIndex {
  readonly digest: DigestAlgorithm | undefined;
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly unsignedValues: readonly Uint8Array[];
}

/** @throws {FormatFault} `cades.hash-index`, `der.*` */
export function parseHashIndex(der: Uint8Array): HashIndex {
  const [algorithm, ...lists] = decodeDer(der).expect(TAG.SEQUENCE, 'ATSHashIndexV3').children();
  if (algorithm === undefined || lists.length !== 3) throw new FormatFault('cades.hash-index', 'ATSHashIndexV3 has four members');
  const [certificates, crls, values] = lists.map((list) =>
    list
      .expect(TAG.SEQUENCE, 'index')
      .children()
      .map((one) => readOctetString(one)),
  );
  return {
    digest: digestAlgorithmOf(parseAlgorithmIdentifier(algorithm).oid),
    certificates: certificates ?? [],
    crls: crls ?? [],
    unsignedValues: values ?? [],
  };
}

/**
 * What the index names and the CMS no longer holds: an archive time-stamp with such an entry is not valid (clause 5.5.2).
 * More in the CMS than in the index is no fault, it came later.
 */
export function missingFrom(index: HashIndex, what: Protected, door: CryptoDoor): string[] {
  const { digest } = index;
  if (digest === undefined) return ['its digest is not known'];
  const out: string[] = [];
  const look = (name: string, wanted: readonly Uint8Array[], have: readonly (readonly Uint8Array[])[]): void => {
    const hashes = have.map((parts) => digestOf(door, digest, ...parts));
    const missing = wanted.filter((one) => !hashes.some((hash) => equalBytes(hash, one)));
    if (missing.length > 0) out.push(`${missing.length} of ${wanted.length} ${name}`);
  };
  look(
    'certificates',
    index.certificates,
    what.certificates.map((one) => [one]),
  );
  look(
    'revocation values',
    index.crls,
    what.crls.map((one) => [one]),
  );
  look('unsigned attributes', index.unsignedValues, unsignedValues(what.signerInfo));
  return out;
}
