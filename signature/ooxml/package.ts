import type { ByteSource } from '@antin/formats/bytes/source';
import type { InflateRaw, ZipBudget, ZipEntry, ZipFile } from '@antin/formats/zip/reader';
import { openZip } from '@antin/formats/zip/reader';
import { SignatureFault } from '../fault.ts';
import type { ContentTypes } from './content-types.ts';
import { readContentTypes } from './content-types.ts';
import { CONTENT_TYPE, CONTENT_TYPES_ITEM } from './names.ts';
import { partKey, sourceOfRelationships } from './part-name.ts';
import type { Relationship } from './relationships.ts';
import { readRelationships } from './relationships.ts';

export interface OoxmlPart {
  /** `/word/document.xml` */
  readonly name: string;
  /** Undefined when the package does not say it. */
  readonly contentType: string | undefined;
  readonly entry: ZipEntry;
}

export interface RelationshipsPart extends OoxmlPart {
  /** The part they start from; `/` is the package. */
  readonly source: string;
  readonly relationships: readonly Relationship[];
}

/** An Office Open XML file as a package (ECMA-376 Part 2). */
export interface OoxmlPackage {
  readonly zip: ZipFile;
  readonly contentTypes: ContentTypes;
  /** Everything but content types, relationships parts, folders and items that cannot be parts. */
  readonly parts: readonly OoxmlPart[];
  readonly relationshipsParts: readonly RelationshipsPart[];
  /** Of all parts. */
  readonly relationships: readonly Relationship[];
  /** The main document: target of the one `officeDocument` relationship. */
  readonly document: OoxmlPart;
  part(name: string): OoxmlPart | undefined;
  relationshipsOf(source: string): RelationshipsPart | undefined;
  /** All that lead to a part. */
  relationshipsTo(part: OoxmlPart): readonly Relationship[];
  content(part: OoxmlPart): ByteSource;
  /** Another state of the same file, opened in the same way. */
  reopened(source: ByteSource): OoxmlPackage;
}

/** ECMA-376 Part 1 §9.2, and the other form of the name in strict documents. */
const OFFICE_DOCUMENT: ReadonlySet<string> = new Set([
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument',
  'http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument',
]);

/** Bytes of all lists of relationships: nothing else is read before anybody asks. */
const MAX_LISTS = 8 << 20;

/**
 * Opens an Office file strictly: what two readers could take for two different documents is refused.
 *
 * @throws {FormatFault} `zip.*`, `inflate.*`, `xml.*`
 * @throws {SignatureFault} `ooxml.no-package`, `ooxml.no-document`, `ooxml.content-types`, `ooxml.relationships`, `ooxml.pieces`,
 *   `ooxml.too-large`
 */
export function openOoxml(
  source: ByteSource,
  options: { readonly inflateRaw: InflateRaw; readonly budget?: ZipBudget },
): OoxmlPackage {
  const zip = openZip(source, options);
  const list = zip.entry(CONTENT_TYPES_ITEM);
  if (list === undefined) throw new SignatureFault('ooxml.no-package', 'an archive without content types is no Office file');
  const contentTypes = readContentTypes(zip.content(list));
  const parts: OoxmlPart[] = [];
  const relationshipsParts: RelationshipsPart[] = [];
  let lists = 0;
  for (const entry of zip.entries) {
    if (entry.folder || entry === list) continue;
    // §10.2.2: an item in pieces would be one part to some readers and several to others.
    if (/\/\[\d+\](\.last)?\.piece$/i.test(entry.name))
      throw new SignatureFault('ooxml.pieces', 'interleaved parts are not read');
    // Not the name of a part: Office leaves its `[trash]` so.
    if (/[[\]]/.test(entry.name)) continue;
    const name = `/${entry.name}`;
    const part: OoxmlPart = { name, contentType: contentTypes.typeOf(name), entry };
    const from = sourceOfRelationships(name);
    if (from === undefined || part.contentType !== CONTENT_TYPE.relationships) {
      if (from !== undefined) throw new SignatureFault('ooxml.relationships', `${name} is of type ${part.contentType ?? 'none'}`);
      parts.push(part);
    } else {
      lists += entry.size;
      if (lists > MAX_LISTS) throw new SignatureFault('ooxml.too-large', `more than ${MAX_LISTS} bytes of relationships`);
      relationshipsParts.push({ ...part, source: from, relationships: readRelationships(from, zip.content(entry)) });
    }
  }
  const byName = new Map(parts.map((one) => [partKey(one.name), one]));
  const bySource = new Map(relationshipsParts.map((one) => [partKey(one.source), one]));
  const [main, ...more] = (bySource.get('/')?.relationships ?? []).filter((one) => OFFICE_DOCUMENT.has(one.type));
  const document = main?.part === undefined ? undefined : byName.get(partKey(main.part));
  // With two, every reader would choose its own.
  if (document === undefined || more.length > 0) {
    throw new SignatureFault('ooxml.no-document', 'the package does not lead to exactly one main document');
  }
  const relationships = relationshipsParts.flatMap((one) => one.relationships);
  const byTarget = Map.groupBy(relationships, (one) => (one.part === undefined ? undefined : partKey(one.part)));
  return {
    zip,
    contentTypes,
    parts,
    relationshipsParts,
    relationships,
    document,
    relationshipsTo: (part) => byTarget.get(partKey(part.name)) ?? [],
    part: (name) => byName.get(partKey(name)),
    relationshipsOf: (from) => bySource.get(partKey(from)),
    content: (part) => zip.content(part.entry),
    reopened: (other) => openOoxml(other, options),
  };
}
