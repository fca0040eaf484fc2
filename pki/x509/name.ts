import { equalBytes, utf8 } from '@antin/formats/bytes/bytes';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { decodeDer } from '@antin/formats/der/reader';
import type { DerNode } from '@antin/formats/der/reader';
import { TAG } from '@antin/formats/der/tags';
import { readOid, readText } from '@antin/formats/der/values';
import { BackwardDer } from '@antin/formats/der/backward';
import { ia5String, oid, printableString } from '@antin/formats/der/writer';
import { FormatFault } from '@antin/formats/fault';
import { OID } from '../oids.ts';

export interface NameAttribute {
  readonly type: string;
  /** Text of the value; `#` and hexadecimal DER where the value is no string. */
  readonly value: string;
  /** The AttributeTypeAndValue, verbatim. */
  readonly raw: Uint8Array;
}

/** `Name ::= SEQUENCE OF SET OF AttributeTypeAndValue` (RFC 5280 §4.1.2.4), outermost first. */
export interface Name {
  readonly raw: Uint8Array;
  readonly rdns: readonly (readonly NameAttribute[])[];
}

/** @throws {FormatFault} `x509.name`, `der.*` */
export function parseName(node: DerNode): Name {
  const rdns = node.expect(TAG.SEQUENCE, 'Name').children().map(parseRdn);
  return { raw: node.raw, rdns };
}

/** One RelativeDistinguishedName; also the `nameRelativeToCRLIssuer` of a distribution point (any outer tag). */
export function parseRdn(set: DerNode): readonly NameAttribute[] {
  const attributes = set.children().map((pair) => {
    const [type, value, ...rest] = pair.expect(TAG.SEQUENCE, 'AttributeTypeAndValue').children();
    if (type === undefined || value === undefined || rest.length > 0) {
      throw new FormatFault('x509.name', 'AttributeTypeAndValue has two members', pair.start);
    }
    const text = TEXT_TAGS.has(value.tag) ? readText(value) : `#${toHex(value.raw)}`;
    return { type: readOid(type), value: text, raw: pair.raw };
  });
  if (attributes.length === 0) throw new FormatFault('x509.name', 'RelativeDistinguishedName without attributes', set.start);
  return attributes;
}

const TEXT_TAGS: ReadonlySet<number> = new Set([
  TAG.UTF8_STRING,
  TAG.PRINTABLE_STRING,
  TAG.NUMERIC_STRING,
  TAG.IA5_STRING,
  TAG.VISIBLE_STRING,
  TAG.TELETEX_STRING,
  TAG.BMP_STRING,
  TAG.UNIVERSAL_STRING,
]);

const SHORT: readonly (readonly [string, string])[] = [
  ['CN', OID.commonName],
  ['SN', OID.surname],
  ['serialNumber', OID.serialNumber],
  ['C', OID.countryName],
  ['L', OID.localityName],
  ['ST', OID.stateOrProvinceName],
  ['STREET', OID.streetAddress],
  ['O', OID.organizationName],
  ['OU', OID.organizationalUnitName],
  ['title', OID.title],
  ['description', OID.description],
  ['businessCategory', OID.businessCategory],
  ['postalCode', OID.postalCode],
  ['telephoneNumber', OID.telephoneNumber],
  ['name', OID.name],
  ['GN', OID.givenName],
  ['initials', OID.initials],
  ['generationQualifier', OID.generationQualifier],
  ['dnQualifier', OID.dnQualifier],
  ['pseudonym', OID.pseudonym],
  ['organizationIdentifier', OID.organizationIdentifier],
  ['UID', OID.userId],
  ['DC', OID.domainComponent],
  ['emailAddress', OID.emailAddress],
];
const oidOfShort = new Map(SHORT.flatMap(([short, id]) => [[short, id] as const, [short.toLowerCase(), id] as const]));
const shortOfOid = new Map(SHORT.map(([short, id]) => [id, short]));

const PRINTABLE_TYPES: ReadonlySet<string> = new Set([OID.countryName, OID.serialNumber, OID.dnQualifier]);
const IA5_TYPES: ReadonlySet<string> = new Set([OID.domainComponent, OID.emailAddress]);

/**
 * DER of a Name with one attribute per RDN, outermost (country) first. Types are OIDs or the short names of RFC 4514
 * (`CN`, `O`, `OU`, `L`, `ST`, `C`, `title`, `serialNumber`, …). Text becomes NFC UTF8String where X.520 allows it.
 *
 * @throws {FormatFault} `x509.name` for an unknown short name or empty text, `der.*` for characters the type forbids
 */
export function buildName(parts: readonly (readonly [type: string, text: string])[]): Uint8Array {
  out.begin();
  for (let i = parts.length - 1; i >= 0; i--) {
    const [type, text] = parts[i] as readonly [string, string];
    writeRdn(type, text);
  }
  out.close(TAG.SEQUENCE, 0);
  return out.finish();
}

/** One RDN of it. */
export function buildRdn(type: string, text: string): Uint8Array {
  out.begin();
  writeRdn(type, text);
  return out.finish();
}

function writeRdn(type: string, text: string): void {
  const id = oidOfShort.get(type) ?? (/^\d/.test(type) ? type : oidOfShort.get(type.toLowerCase()));
  if (id === undefined) throw new FormatFault('x509.name', `unknown attribute type ${type}`);
  if (text.length === 0) throw new FormatFault('x509.name', `empty value for ${type}`);
  const normal = text.normalize('NFC');
  const mark = out.size;
  if (PRINTABLE_TYPES.has(id)) out.bytes(printableString(normal));
  else if (IA5_TYPES.has(id)) out.bytes(ia5String(normal));
  else out.text(TAG.UTF8_STRING, normal);
  out.bytes(oid(id));
  out.close(TAG.SEQUENCE, mark);
  out.close(TAG.SET, mark);
}

const out = new BackwardDer();

/** First value of a type, innermost RDN first, as people expect of `CN`. */
export function attribute(name: Name, type: string): string | undefined {
  for (let i = name.rdns.length - 1; i >= 0; i--) {
    for (const one of name.rdns[i] as readonly NameAttribute[]) if (one.type === type) return one.value;
  }
  return undefined;
}

export function commonName(name: Name): string | undefined {
  return attribute(name, OID.commonName);
}

/** RFC 4514 text (innermost first). Control and bidirectional characters come out as `\XX`, so that no name can repaint a line. */
export function nameText(name: Name): string {
  let text = texts.get(name);
  if (text === undefined) {
    const rdns = name.rdns.map((rdn) => rdn.map((one) => attributeText(one.type, one.value)).join('+'));
    texts.set(name, (text = rdns.reverse().join(',')));
  }
  return text;
}

/** RFC 4514 text of one RDN with one attribute, whose type and text are known. */
export function attributeText(type: string, value: string): string {
  return `${shortOfOid.get(type) ?? type}=${escapeValue(value)}`;
}

/** Forgotten with the name: reports and indexes ask for the same one again and again. */
const texts = new WeakMap<Name, string>();

/** What `escapeValue` would change. */
const TO_ESCAPE =
  // oxlint-disable-next-line no-control-regex -- the same
  /["+,;<>\\]|^ | $|[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function escapeValue(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  return (
    value
      .replace(/["+,;<>\\]/g, (c) => `\\${c}`)
      .replace(/^ | $/g, '\\ ')
      // oxlint-disable-next-line no-control-regex -- exactly the characters that must not reach a terminal or page
      .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) =>
        toHex(utf8(c)).toUpperCase().replace(/../g, '\\$&'),
      )
  );
}

const keys = new WeakMap<Name, string>();

/** A key that is equal exactly when `sameName` holds; use it to index certificates by name. */
export function nameKey(name: Name): string {
  let key = keys.get(name);
  if (key === undefined) {
    key = JSON.stringify(name.rdns.map(rdnKey));
    keys.set(name, key);
  }
  return key;
}

const rdnKeys = new WeakMap<readonly NameAttribute[], string>();

function rdnKey(rdn: readonly NameAttribute[]): string {
  let key = rdnKeys.get(rdn);
  if (key === undefined) rdnKeys.set(rdn, (key = JSON.stringify(rdn.map((one) => `${one.type}=${comparable(one)}`).sort())));
  return key;
}

/** Does `name` begin with all of `base` (RFC 5280 §4.2.1.10)? */
export function nameBeginsWith(name: Name, base: Name): boolean {
  if (name.rdns.length < base.rdns.length) return false;
  return base.rdns.every((rdn, i) => rdnKey(rdn) === rdnKey(name.rdns[i] as readonly NameAttribute[]));
}

/** RFC 5280 §7.1: case, white space, invisible characters and the string type do not matter, the order of RDNs does. */
export function sameName(a: Name, b: Name): boolean {
  return equalBytes(a.raw, b.raw) || nameKey(a) === nameKey(b);
}

function comparable(one: NameAttribute): string {
  const value = decodeDer(one.raw).children()[1] as DerNode;
  if (!TEXT_TAGS.has(value.tag)) return `#${toHex(value.raw)}`;
  // The leading quote keeps text that looks like "#0403…" apart from values that are no text.
  return `'${prepared(one.value)}`;
}

/**
 * RFC 4518 as RFC 5280 §7.1 wants it: what nobody sees is no difference, or an excluded name would be walked around with a soft
 * hyphen; then compatibility forms, case and white space.
 */
function prepared(text: string): string {
  const plain = PLAIN.test(text) ? text : text.replace(UNSEEN, '').normalize('NFKC');
  const folded = plain.toLowerCase();
  return (PLAIN.test(folded) ? folded : folded.normalize('NFKC')).replace(/[\s\u0085]+/g, ' ').trim();
}

const PLAIN = /^[\x20-\x7e]*$/;
/** "Mapped to nothing", RFC 4518 §2.2. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- the list of the standard
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu;
