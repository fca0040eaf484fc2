import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import type { XmlElement } from '@antin/formats/xml/element';
import { element } from '@antin/formats/xml/write';
import { SignatureFault } from '../fault.ts';
import { NAMESPACE } from './names.ts';
import { resolveTarget } from './part-name.ts';
import { readXmlPart, withChildren } from './xml-part.ts';

export interface Relationship {
  /** The part it starts from; `/` is the package. */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** As written. */
  readonly target: string;
  readonly external: boolean;
  /** Name of the part it leads to; undefined when it leads to none. */
  readonly part: string | undefined;
}

const KNOWN: ReadonlySet<string> = new Set(['Id', 'Type', 'Target', 'TargetMode']);

/**
 * A relationships part (ECMA-376 Part 2 §9.3), strictly: what the relationships transform would drop is refused, because readers
 * that do not drop it would see something unsigned.
 *
 * @throws {SignatureFault} `ooxml.relationships`
 * @throws {FormatFault} `xml.*`
 */
export function readRelationships(source: string, content: ByteSource): Relationship[] {
  return readXmlPart(content, ({ root }) => {
    if (!root.is(NAMESPACE.relationships, 'Relationships')) throw damaged(source, 'the root is not Relationships');
    if (root.attributes.length > 0) throw damaged(source, 'attributes at the root');
    const ids = new Set<string>();
    return root.children.map((one) => {
      const relationship = readOne(source, one);
      if (ids.has(relationship.id)) throw damaged(source, `two relationships "${relationship.id}"`);
      ids.add(relationship.id);
      return relationship;
    });
  });
}

function readOne(source: string, one: XmlElement): Relationship {
  const unknown = one.attributes.find(({ localName, namespace }) => namespace !== '' || !KNOWN.has(localName));
  if (!one.is(NAMESPACE.relationships, 'Relationship') || one.children.length > 0 || unknown !== undefined) {
    throw damaged(source, `an unknown ${unknown === undefined ? one.localName : `attribute ${unknown.localName}`}`);
  }
  const [id, type, target] = ['Id', 'Type', 'Target'].map((name) => one.attribute(name));
  const mode = one.attribute('TargetMode') ?? 'Internal';
  if (id === undefined || id === '' || type === undefined || target === undefined || !/^(Internal|External)$/.test(mode)) {
    throw damaged(source, 'a relationship that is not complete');
  }
  const external = mode === 'External';
  return { source, id, type, target, external, part: external ? undefined : resolveTarget(source, target) };
}

/** Which relationships a transform keeps: those with one of the identifiers or one of the types (§13.2.4.26). */
export interface RelationshipFilter {
  readonly ids: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

export function selects(filter: RelationshipFilter, { id, type }: Relationship): boolean {
  return filter.ids.has(id) || filter.types.has(type);
}

/**
 * The relationships transform (§13.2.4.26): sorted by identifier, nothing but the four attributes, TargetMode always written. The
 * result is canonical in every canonical form there is.
 */
export function transformedRelationships(relationships: readonly Relationship[], filter: RelationshipFilter): Uint8Array {
  const kept = relationships.filter((one) => selects(filter, one)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const children = kept.map(({ id, target, external, type }) =>
    element('Relationship', { Id: id, Target: target, TargetMode: external ? 'External' : 'Internal', Type: type }),
  );
  return utf8(element('Relationships', { xmlns: NAMESPACE.relationships }, ...children).xml);
}

/**
 * The part without white space between its relationships, or undefined when there is none. The transform drops it (step 3), but
 * LibreOffice, which writes it, digests what stands before the end tag.
 */
export function withoutBlanks(content: ByteSource): Uint8Array | undefined {
  return readXmlPart(content, ({ text, root, encoding }) => {
    if (encoding !== 'utf-8' || root.children.length === 0) return undefined;
    let [out, at] = [text.slice(0, root.openEnd), root.openEnd];
    for (const one of root.children) {
      out += text.slice(at, one.start).trim() + text.slice(one.start, one.end);
      at = one.end;
    }
    out += text.slice(at, root.closeStart).trim() + text.slice(root.closeStart);
    return out.length === text.length ? undefined : utf8(out);
  });
}

/** The part with one more relationship, under an identifier that is free. */
export function addRelationship(
  content: ByteSource | undefined,
  known: readonly Relationship[],
  { type, target }: Pick<Relationship, 'type' | 'target'>,
): Uint8Array {
  let n = known.length + 1;
  while (known.some((one) => one.id === `rId${n}`)) n++;
  const attributes = { Id: `rId${n}`, Type: type, Target: target };
  if (content !== undefined) return withChildren(content, (prefix) => [element(`${prefix}Relationship`, attributes)]);
  const root = element('Relationships', { xmlns: NAMESPACE.relationships }, element('Relationship', attributes));
  return utf8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${root.xml}`);
}

function damaged(source: string, what: string): SignatureFault {
  return new SignatureFault('ooxml.relationships', `the relationships of ${source} have ${what}`);
}
