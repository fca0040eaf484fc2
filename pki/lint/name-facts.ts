import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOid, readText } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';
import type { Attempts } from './complaints.ts';
import { quoted } from './complaints.ts';

export interface AttributeFacts {
  readonly type: string;
  /** Undefined when the value is no string, or none that its type allows. */
  readonly text: string | undefined;
  readonly tag: number;
}

export interface NameFacts {
  /** One list an RDN, outermost first. */
  readonly rdns: readonly (readonly AttributeFacts[])[];
  readonly attributes: readonly AttributeFacts[];
  readonly raw: Uint8Array;
}

/** Reads a Name; attributes that cannot be read become complaints and stay in place without text. */
export function readName(node: DerNode, place: string, attempts: Attempts): NameFacts | undefined {
  return attempts.read(place, () => {
    const rdns: (readonly AttributeFacts[])[] = [];
    const attributes: AttributeFacts[] = [];
    for (const set of node.expect(TAG.SEQUENCE, 'Name').children()) {
      const rdn = readRdn(set, place, attempts);
      rdns.push(rdn);
      for (const one of rdn) attributes.push(one);
    }
    if (rdns.some((rdn) => rdn.length === 0)) throw new FormatFault('x509.name', 'RDN without attributes', node.start);
    return { rdns, attributes, raw: node.raw };
  });
}

/** Short RDNs read before without complaint, by a number made of their octets: a province writes the same few again and again. */
const known: ({ readonly octets: Uint8Array; readonly rdn: readonly AttributeFacts[] } | undefined)[] = Array.from({
  length: 512,
});
const LONGEST_KNOWN = 128;

function readRdn(set: DerNode, place: string, attempts: Attempts): readonly AttributeFacts[] {
  const { source, start, end } = set;
  if (end - start > LONGEST_KNOWN) return readFresh(set, place, attempts);
  let number = 0;
  for (let i = start; i < end; i++) number = (Math.imul(number, 31) + (source[i] as number)) | 0;
  const slot = (number ^ (number >>> 13)) & 511;
  const found = known[slot];
  if (found !== undefined && isAt(found.octets, source, start, end)) return found.rdn;
  const complaints = attempts.complaints.length;
  const rdn = readFresh(set, place, attempts);
  if (attempts.complaints.length === complaints) known[slot] = { octets: source.slice(start, end), rdn };
  return rdn;
}

function isAt(octets: Uint8Array, source: Uint8Array, start: number, end: number): boolean {
  if (octets.length !== end - start) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== source[start + i]) return false;
  return true;
}

function readFresh(set: DerNode, place: string, attempts: Attempts): readonly AttributeFacts[] {
  return set
    .expect(TAG.SET, 'RelativeDistinguishedName')
    .children()
    .map((pair) => readPair(pair, place, attempts));
}

function readPair(pair: DerNode, place: string, attempts: Attempts): AttributeFacts {
  const [id, value, ...more] = pair.expect(TAG.SEQUENCE, 'AttributeTypeAndValue').children();
  if (id === undefined || value === undefined || more.length > 0) {
    throw new FormatFault('x509.name', 'AttributeTypeAndValue has two members', pair.start);
  }
  const type = readOid(id);
  const text = attempts.read(`${place} ${type}`, () => readValue(value, type));
  return { type, text, tag: value.tag };
}

const DIRECTORY_STRING: ReadonlySet<number> = new Set([
  TAG.TELETEX_STRING,
  TAG.PRINTABLE_STRING,
  TAG.UNIVERSAL_STRING,
  TAG.UTF8_STRING,
  TAG.BMP_STRING,
]);
const PRINTABLE: ReadonlySet<number> = new Set([TAG.PRINTABLE_STRING]);
const IA5: ReadonlySet<number> = new Set([TAG.IA5_STRING]);

/** String types of attributes that are no DirectoryString (RFC 5280 appendix A.1). */
const FORMS = new Map<string, ReadonlySet<number>>([
  [OID.countryName, PRINTABLE],
  [OID.serialNumber, PRINTABLE],
  [OID.dnQualifier, PRINTABLE],
  [OID.emailAddress, IA5],
  [OID.domainComponent, IA5],
]);

/** Attributes whose syntax is a DirectoryString; of others the value may be anything. */
const TEXTS: ReadonlySet<string> = new Set([
  OID.commonName,
  OID.surname,
  OID.localityName,
  OID.stateOrProvinceName,
  OID.streetAddress,
  OID.organizationName,
  OID.organizationalUnitName,
  OID.title,
  OID.businessCategory,
  OID.postalCode,
  OID.name,
  OID.givenName,
  OID.initials,
  OID.generationQualifier,
  OID.pseudonym,
  OID.organizationIdentifier,
]);

function readValue(value: DerNode, type: string): string | undefined {
  const forms = FORMS.get(type) ?? (TEXTS.has(type) ? DIRECTORY_STRING : undefined);
  if (forms === undefined) return DIRECTORY_STRING.has(value.tag) || value.tag === TAG.IA5_STRING ? readText(value) : undefined;
  if (!forms.has(value.tag)) {
    throw new FormatFault('x509.string-type', `tag 0x${value.tag.toString(16)} is no string of this attribute`, value.start);
  }
  const text = readText(value);
  if (value.tag === TAG.PRINTABLE_STRING && !/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) {
    throw new FormatFault('der.printable-string', `not printable: ${quoted(text)}`, value.start);
  }
  // oxlint-disable-next-line no-control-regex -- IA5String is exactly the 7-bit set
  if (value.tag === TAG.IA5_STRING && !/^[\x00-\x7f]*$/.test(text)) {
    throw new FormatFault('der.ia5-string', 'octet outside IA5', value.start);
  }
  if (type === OID.countryName && text.length !== 2) {
    throw new FormatFault('x509.country', `two letters expected, found ${quoted(text)}`, value.start);
  }
  if (text.length === 0) throw new FormatFault('x509.string-empty', 'empty value', value.start);
  return text;
}

/** Upper bounds of RFC 5280 appendix A.1 and X.520, in characters. */
export const UPPER_BOUNDS: ReadonlyMap<string, number> = new Map([
  [OID.commonName, 64],
  [OID.serialNumber, 64],
  [OID.localityName, 128],
  [OID.stateOrProvinceName, 128],
  [OID.streetAddress, 128],
  [OID.organizationName, 64],
  [OID.organizationalUnitName, 64],
  [OID.title, 64],
  [OID.businessCategory, 128],
  [OID.postalCode, 40],
  [OID.surname, 32_768],
  [OID.givenName, 32_768],
  [OID.name, 32_768],
  [OID.initials, 32_768],
  [OID.pseudonym, 128],
  [OID.emailAddress, 255],
]);

/** Texts of every attribute of a type, in order. */
export function textsOf(name: NameFacts | undefined, type: string): readonly string[] {
  let texts: string[] | undefined;
  for (const one of name?.attributes ?? NONE) {
    if (one.type === type && one.text !== undefined) (texts ??= []).push(one.text);
  }
  return texts ?? NO_TEXTS;
}

export function countOf(name: NameFacts | undefined, type: string): number {
  let count = 0;
  for (const one of name?.attributes ?? NONE) if (one.type === type) count++;
  return count;
}

const NONE: readonly AttributeFacts[] = [];
const NO_TEXTS: readonly string[] = [];
