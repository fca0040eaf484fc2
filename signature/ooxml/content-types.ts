import type { ByteSource } from '@antin/formats/bytes/source';
import type { XmlElement } from '@antin/formats/xml/element';
import { element } from '@antin/formats/xml/write';
import { SignatureFault } from '../fault.ts';
import { NAMESPACE } from './names.ts';
import { partKey } from './part-name.ts';
import { readXmlPart, withChildren } from './xml-part.ts';

/** `[Content_Types].xml` (ECMA-376 Part 2 §10.1.2.2): what every part is. */
export interface ContentTypes {
  /** Undefined for an item that is no part. */
  typeOf(part: string): string | undefined;
}

/**
 * @throws {SignatureFault} `ooxml.content-types` when two rules could answer: readers would not agree
 * @throws {FormatFault} `xml.*`
 */
export function readContentTypes(content: ByteSource): ContentTypes {
  const defaults = new Map<string, string>();
  const overrides = new Map<string, string>();
  readXmlPart(content, ({ root }) => {
    if (!root.is(NAMESPACE.contentTypes, 'Types')) throw damaged('the root is not Types');
    for (const one of root.children) {
      if (one.is(NAMESPACE.contentTypes, 'Default')) put(defaults, required(one, 'Extension').toLowerCase(), one);
      else if (one.is(NAMESPACE.contentTypes, 'Override')) put(overrides, partKey(required(one, 'PartName')), one);
      else throw damaged(`an element ${one.localName}`);
    }
  });
  return {
    typeOf(part) {
      const last = part.slice(part.lastIndexOf('/') + 1);
      const dot = last.lastIndexOf('.');
      return overrides.get(partKey(part)) ?? (dot < 0 ? undefined : defaults.get(last.slice(dot + 1).toLowerCase()));
    },
  };
}

/** The item with rules for more parts; rules that are there stay as they are. */
export function addContentTypes(
  content: ByteSource,
  added: readonly { readonly part: string; readonly type: string }[],
): Uint8Array {
  return withChildren(content, (prefix) =>
    added.map(({ part, type }) => element(`${prefix}Override`, { PartName: part, ContentType: type })),
  );
}

function put(rules: Map<string, string>, key: string, rule: XmlElement): void {
  if (rules.has(key)) throw damaged(`two rules for "${key}"`);
  rules.set(key, required(rule, 'ContentType'));
}

function required(rule: XmlElement, name: string): string {
  const value = rule.attribute(name);
  if (value === undefined || value === '') throw damaged(`${rule.localName} without ${name}`);
  return value;
}

function damaged(what: string): SignatureFault {
  return new SignatureFault('ooxml.content-types', `the list of content types has ${what}`);
}
