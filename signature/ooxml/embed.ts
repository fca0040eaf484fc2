import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { C14N } from '@antin/formats/xml/canonicalize';
import { element } from '@antin/formats/xml/write';
import type { NewEntry } from '@antin/formats/zip/writer';
import { updateZipInPlace } from '@antin/formats/zip/writer';
import type { CryptoDoor } from '@antin/pki/crypto';
import { digestOf } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { certificateOf } from '../making/certificate-memory.ts';
import { requireImprint } from '../making/require-imprint.ts';
import { requireValue } from '../making/require-value.ts';
import { rawValue } from '../raw-value.ts';
import { DS } from '../xmldsig/names.ts';
import { addContentTypes } from './content-types.ts';
import { requireEarlierKept } from './earlier-signatures.ts';
import { manifestOf } from './manifest.ts';
import { CONTENT_TYPE, CONTENT_TYPES_ITEM, ORIGIN_PART, RELATION } from './names.ts';
import type { OoxmlPackage, RelationshipsPart } from './package.ts';
import { partKey, relationshipsPartOf } from './part-name.ts';
import { addRelationship, withoutBlanks } from './relationships.ts';
import { originOf } from './signature-parts.ts';
import type { OoxmlToBeSigned } from './to-be-signed.ts';

export interface EmbedOoxmlOptions {
  readonly door: CryptoDoor;
  /** DER of a TimeStampToken over `ooxmlTimeStampImprint`: the signature becomes XAdES-T. */
  readonly timeStampToken?: Uint8Array;
}

/**
 * The signed package. All records of the archive stay byte for byte but the lists that must name the new part: content types and
 * the relationships of the package and of the signature origin. With the first signature, lists of relationships lose the white
 * space between them.
 *
 * @param file what was prepared; signatures that came in between are kept
 * @param signatureValue as `VerifyInput.signature`; verified with the certificate before anything is written
 * @throws {SignatureFault} `signature.value-mismatch`, `signature.unsupported-algorithm`, `signature.time-stamp-mismatch`,
 *   `ooxml.input-changed`, `ooxml.prepared-damaged`, `ooxml.breaks-earlier`, `ooxml.origin`, `ooxml.encoding`
 * @throws {FormatFault} `zip.*`, `xml.*`
 */
export function embedOoxml(
  file: OoxmlPackage,
  tbs: OoxmlToBeSigned,
  signatureValue: Uint8Array,
  options: EmbedOoxmlOptions,
): ByteSource {
  const signature = embeddedSignature(tbs, signatureValue, options);
  // Made again, not only checked: a part that was added in between would not be in it.
  if (!tbs.signature.includes(tbs.manifest) || manifestOf(file, options.door, tbs.digest).xml !== tbs.manifest) {
    throw new SignatureFault('ooxml.input-changed', 'this is not the document that was prepared');
  }
  const entries = entriesFor(file, signature);
  const result = updateZipInPlace(file.zip, entries, tbs.at);
  requireEarlierKept(
    file,
    result,
    entries.map((one) => one.name),
    options.door,
  );
  return result;
}

function embeddedSignature(tbs: OoxmlToBeSigned, signatureValue: Uint8Array, options: EmbedOoxmlOptions): string {
  const { door, timeStampToken } = options;
  const { algorithm, signature, valueAt, signedInfo: signedAttributes } = tbs;
  const certificate = certificateOf(tbs.certificate);
  requireValue({ algorithm, signedAttributes }, certificate, signatureValue, door);
  const close = '</xd:SignedProperties>';
  const end = signature.indexOf(close) + close.length;
  if (!signature.slice(0, valueAt).endsWith('<SignatureValue>') || end < valueAt) {
    throw new SignatureFault('ooxml.prepared-damaged', 'the place of the signature value is not where the preparation says');
  }
  const value = toBase64(rawValue(signatureValue, algorithm, certificate.spki));
  const signed = signature.slice(0, valueAt) + value + signature.slice(valueAt, end);
  if (timeStampToken === undefined) return signed + signature.slice(end);
  requireImprint(timeStampToken, (digest) => digestOf(door, digest, valueOctets(tbs, signatureValue)));
  const stamp = element(
    'xd:SignatureTimeStamp',
    {},
    element('CanonicalizationMethod', { Algorithm: C14N.inclusive }),
    element('xd:EncapsulatedTimeStamp', {}, toBase64(timeStampToken)),
  );
  const unsigned = element('xd:UnsignedProperties', {}, element('xd:UnsignedSignatureProperties', {}, stamp));
  return signed + unsigned.xml + signature.slice(end);
}

/** SHA-256 of the canonical ds:SignatureValue: the message imprint of the signature time-stamp. */
export function ooxmlTimeStampImprint(tbs: OoxmlToBeSigned, signatureValue: Uint8Array, door: CryptoDoor): Uint8Array {
  return digestOf(door, 'SHA-256', valueOctets(tbs, signatureValue));
}

/** Written as its canonical form is. */
function valueOctets(tbs: OoxmlToBeSigned, signatureValue: Uint8Array): Uint8Array {
  const value = rawValue(signatureValue, tbs.algorithm, certificateOf(tbs.certificate).spki);
  return utf8(element('SignatureValue', { xmlns: DS }, toBase64(value)).xml);
}

/** The new signature part with all that leads to it (ECMA-376 Part 2 §13.2.1). */
function entriesFor(file: OoxmlPackage, signature: string): NewEntry[] {
  const origin = originOf(file);
  const originName = origin?.name ?? ORIGIN_PART;
  const folder = originName.slice(0, originName.lastIndexOf('/') + 1);
  let n = 1;
  const taken = new Set(file.parts.map((one) => partKey(one.name)));
  while (taken.has(partKey(`${folder}sig${n}.xml`))) n++;
  const part = `${folder}sig${n}.xml`;
  const types: { readonly part: string; readonly type: string }[] = [{ part, type: CONTENT_TYPE.signature }];
  const entries = [entry(part, utf8(`<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n${signature}`))];
  // What others have signed stays as it is, also what they should not have digested.
  const tidied = new Map(origin === undefined ? file.relationshipsParts.map((one) => [one.name, tidy(file, one)]) : []);
  const relate = (source: string, type: string, target: string): void => {
    const list = file.relationshipsOf(source);
    const name = list?.name ?? relationshipsPartOf(source);
    const content = tidied.get(name) ?? (list === undefined ? undefined : file.content(list));
    tidied.delete(name);
    if (list === undefined && file.contentTypes.typeOf(name) !== CONTENT_TYPE.relationships) {
      types.push({ part: name, type: CONTENT_TYPE.relationships });
    }
    entries.push(entry(name, addRelationship(content, list?.relationships ?? [], { type, target })));
  };
  relate(originName, RELATION.signature, `sig${n}.xml`);
  if (origin === undefined) {
    if (taken.has(partKey(originName)))
      throw new SignatureFault('ooxml.origin', `${originName} is there, and nothing leads to it`);
    entries.push(entry(originName, new Uint8Array(0)));
    relate('/', RELATION.origin, originName.slice(1));
    if (file.contentTypes.typeOf(originName) !== CONTENT_TYPE.origin) types.push({ part: originName, type: CONTENT_TYPE.origin });
  }
  for (const [name, content] of tidied) if (content !== undefined) entries.push({ name: name.slice(1), content });
  const list = file.zip.entry(CONTENT_TYPES_ITEM);
  if (list === undefined) throw new SignatureFault('ooxml.no-package', 'an archive without content types is no Office file');
  return [entry(`/${CONTENT_TYPES_ITEM}`, addContentTypes(file.zip.content(list), types)), ...entries];
}

function tidy(file: OoxmlPackage, part: RelationshipsPart): ByteSource | undefined {
  const bytes = withoutBlanks(file.content(part));
  return bytes === undefined ? undefined : memorySource(bytes);
}

function entry(part: string, bytes: Uint8Array): NewEntry {
  return { name: part.slice(1), content: memorySource(bytes) };
}
