import { ParseOption, XmlDocument as LibxmlDocument, XmlElement as LibxmlElement } from 'libxml2-wasm';
import { FormatFault } from '../fault.ts';
import { XmlElement } from './element.ts';
import { XML_BUDGET, decodeXml, scanElements } from './scan.ts';
import type { XmlBudget } from './scan.ts';

/**
 * A parsed document: our own tree, which knows where every element stands in the text, beside libxml2's, which decided that
 * the text is well-formed and makes the canonical forms.
 */
export interface XmlTree {
  /** Without byte order mark. */
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16';
  readonly root: XmlElement;
  /** In document order. */
  readonly elements: readonly XmlElement[];
  /** libxml2's document; only `canonicalize.ts` uses it. */
  readonly libxml: LibxmlDocument;
  /** Frees the memory of libxml2; also done when the tree is collected. */
  dispose(): void;
}

/** No network, no external anything; our own budgets take the place of libxml2's. Asked late: a browser loads the parser on demand. */
const options = (): ParseOption =>
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_IGNORE_ENC |
  ParseOption.XML_PARSE_HUGE;

/**
 * @throws {FormatFault} `xml.too-large`, `xml.encoding`, `xml.dtd-refused` (before any parser runs), `xml.damaged`, `xml.too-deep`,
 *   `xml.too-many-elements`
 */
export function parseXml(bytes: Uint8Array, budget: XmlBudget = XML_BUDGET): XmlTree {
  const { text, encoding } = decodeXml(bytes, budget);
  return treeOf(text, encoding, budget);
}

/** The same for text at hand. */
export function parseXmlText(text: string, budget: XmlBudget = XML_BUDGET): XmlTree {
  return treeOf(text, 'utf-8', budget);
}

function treeOf(text: string, encoding: XmlTree['encoding'], budget: XmlBudget): XmlTree {
  const scanned = scanElements(text, budget);
  const libxml = parseWithLibxml(text);
  const elements: XmlElement[] = [];
  for (const one of scanned) elements.push(new XmlElement(text, one, elements[one.parent]));
  return { text, encoding, root: elements[0] as XmlElement, elements, libxml, dispose: () => libxml.dispose() };
}

/** Only the parser's view of text that a tree was made of; whoever asks disposes of it. */
export function parseWithLibxml(text: string): LibxmlDocument {
  try {
    return LibxmlDocument.fromString(text, { option: options() });
  } catch (cause) {
    const detail = (cause as { details?: readonly { line: number; col: number; message: string }[] }).details?.[0];
    const where = detail === undefined ? '' : ` (line ${detail.line}, column ${detail.col}: ${detail.message.trim()})`;
    throw new FormatFault('xml.damaged', `not well-formed${where}`, undefined, { cause });
  }
}

/** Parses, uses, and frees at once. */
export function withXml<T>(input: Uint8Array | string, use: (tree: XmlTree) => T, budget: XmlBudget = XML_BUDGET): T {
  const tree = typeof input === 'string' ? parseXmlText(input, budget) : parseXml(input, budget);
  try {
    return use(tree);
  } finally {
    tree.dispose();
  }
}

/**
 * libxml2's node of one of our elements, found by its place among its parent's elements.
 *
 * @throws {FormatFault} `xml.damaged` when the two trees do not tell the same story
 */
export function libxmlNode(document: LibxmlDocument, element: XmlElement): LibxmlElement {
  const node = located(document, element);
  if (node.name !== element.localName || node.namespaceUri !== element.namespace) fail(element);
  return node;
}

/** Found nodes are kept: the tenth of a thousand references walks no ancestors any more. */
const known = new WeakMap<LibxmlDocument, Map<XmlElement, LibxmlElement>>();

function located(document: LibxmlDocument, element: XmlElement): LibxmlElement {
  if (element.parent === undefined) return document.root;
  let ofDocument = known.get(document);
  if (ofDocument === undefined) known.set(document, (ofDocument = new Map()));
  const before = ofDocument.get(element);
  if (before !== undefined) return before;
  const found = located(document, element.parent).get(`*[${element.place + 1}]`);
  if (!(found instanceof LibxmlElement)) fail(element);
  ofDocument.set(element, found);
  return found;
}

function fail(element: XmlElement): never {
  throw new FormatFault('xml.damaged', 'the tree does not have this element', element.start);
}
