import { utf8 } from '@antin/formats/bytes/bytes';
import type { ByteSource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import { XML_BUDGET } from '@antin/formats/xml/scan';
import type { XmlBudget } from '@antin/formats/xml/scan';
import type { Markup } from '@antin/formats/xml/write';
import { SignatureFault } from '../fault.ts';

/** Content types and relationships are lists; nobody writes more. */
export const LIST_BUDGET: XmlBudget = { ...XML_BUDGET, bytes: 8 << 20, depth: 8, elements: 50_000 };

/** Reads one part and frees it. @throws {FormatFault} `xml.*` */
export function readXmlPart<T>(content: ByteSource, use: (tree: XmlTree) => T, budget: XmlBudget = LIST_BUDGET): T {
  if (content.size > budget.bytes) throw new SignatureFault('ooxml.too-large', `a part of ${content.size} bytes`);
  return withXml(content.read(0, content.size), use, budget);
}

/** The part with more children of its root; every other byte stays. @throws {SignatureFault} `ooxml.encoding` */
export function withChildren(content: ByteSource, children: (prefix: string) => readonly Markup[]): Uint8Array {
  return readXmlPart(content, ({ text, root, encoding }) => {
    if (encoding !== 'utf-8') throw new SignatureFault('ooxml.encoding', 'only UTF-8 parts can be added to');
    const xml = children(root.prefix === '' ? '' : `${root.prefix}:`)
      .map((one) => one.xml)
      .join('');
    const mark = content.read(0, 1)[0] === 0xef ? '\ufeff' : '';
    if (root.closeStart < root.end) return utf8(mark + text.slice(0, root.closeStart) + xml + text.slice(root.closeStart));
    const slash = text.lastIndexOf('/', root.end - 1);
    return utf8(`${mark}${text.slice(0, slash)}>${xml}</${root.name}>${text.slice(root.end)}`);
  });
}
