import { FormatFault } from '../fault.ts';

/** What may be spent on one document; every limit is a named value. */
export interface XmlBudget {
  readonly bytes: number;
  /** Nesting of elements. */
  readonly depth: number;
  readonly elements: number;
  /** Of one element: parsers compare each with all others. */
  readonly attributes: number;
  /** Namespace declarations in scope, summed over all elements: canonical forms look through them at every one. */
  readonly namespacesInScope: number;
}

export const XML_BUDGET: XmlBudget = {
  bytes: 96 << 20,
  depth: 200,
  elements: 300_000,
  attributes: 500,
  namespacesInScope: 200_000,
};

/** Where an element stands in the text, in UTF-16 units: `<a …>` is start…openEnd, `</a>` is closeStart…end. */
export interface ScannedElement {
  readonly name: string;
  /** Position in document order of the parent; -1 for the root. */
  readonly parent: number;
  readonly start: number;
  readonly openEnd: number;
  closeStart: number;
  end: number;
}

const NAME = /[^\s/>]+/y;
const QUESTION = 0x3f;
const BANG = 0x21;
const SLASH = 0x2f;

/**
 * Finds all tags, in document order, before any XML library sees the text. A document type is refused here: without one
 * there are no entities to expand, nothing to fetch, no default attributes. Full well-formedness is the parser's question.
 *
 * @throws {FormatFault} `xml.dtd-refused`, `xml.damaged`, `xml.too-deep`, `xml.too-many-elements`, `xml.too-many-attributes`,
 *   `xml.too-many-namespaces`; offsets are UTF-16 units
 */
export function scanElements(text: string, budget: XmlBudget): ScannedElement[] {
  const found: ScannedElement[] = [];
  const open: number[] = [];
  /** Declarations in scope at each open element. */
  const scopes: number[] = [];
  const mostInScope = budget.namespacesInScope + Math.floor(text.length / 2);
  let inScope = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const next = text.charCodeAt(at + 1);
    if (next === QUESTION || (next === BANG && (text.startsWith('<!--', at) || text.startsWith('<![CDATA[', at)))) {
      at = endOfMarkup(text, at);
    } else if (next === BANG) {
      throw new FormatFault('xml.dtd-refused', 'a document type declaration is not accepted', at);
    } else if (next === SLASH) {
      const element = found[open.pop() ?? -1];
      const end = after(text, '>', at);
      if (element === undefined || text.slice(at + 2, end - 1).trimEnd() !== element.name) {
        throw new FormatFault('xml.damaged', 'an end tag without its start tag', at);
      }
      element.closeStart = at;
      element.end = end;
      at = end;
    } else {
      const end = endOfStartTag(text, at, budget.attributes);
      const scope = (scopes[open.length - 1] ?? 0) + declarations(text, at, end);
      inScope += scope;
      // A long text may have more of them: what counts is that work stays in proportion.
      if (inScope > mostInScope) {
        throw new FormatFault('xml.too-many-namespaces', `more than ${mostInScope} namespace declarations in scope`, at);
      }
      NAME.lastIndex = at + 1;
      const qualified = NAME.exec(text)?.[0];
      if (qualified === undefined) throw new FormatFault('xml.damaged', 'a tag without a name', at);
      const empty = text[end - 2] === '/';
      found.push({ name: qualified, parent: open.at(-1) ?? -1, start: at, openEnd: end, closeStart: end, end });
      if (!empty) scopes[open.push(found.length - 1) - 1] = scope;
      if (open.length > budget.depth) throw new FormatFault('xml.too-deep', `more than ${budget.depth} levels`, at);
      if (found.length > budget.elements) {
        throw new FormatFault('xml.too-many-elements', `more than ${budget.elements} elements`, at);
      }
      at = end;
    }
  }
  if (open.length > 0 || found.length === 0) throw new FormatFault('xml.damaged', 'the root element does not end', text.length);
  return found;
}

/** The end of the comment, instruction, CDATA section or tag that begins here. */
export function endOfMarkup(text: string, at: number): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
  if (text.startsWith('<?', at)) return after(text, '?>', at + 2);
  if (text.startsWith('<![CDATA[', at)) return after(text, ']]>', at + 9);
  return text.startsWith('</', at) ? after(text, '>', at) : endOfStartTag(text, at);
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw new FormatFault('xml.damaged', `"${mark}" is missing`, from);
  return at + mark.length;
}

function declarations(text: string, start: number, end: number): number {
  if (end - start < 12) return 0;
  return text.slice(start, end).split('xmlns').length - 1;
}

/** A `>` inside a quoted value does not end the tag. */
function endOfStartTag(text: string, start: number, attributes = Infinity): number {
  let values = 0;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) return at + 1;
    if (code !== 0x22 && code !== 0x27) continue;
    if (++values > attributes) throw new FormatFault('xml.too-many-attributes', `more than ${attributes} attributes`, start);
    at = after(text, code === 0x22 ? '"' : "'", at + 1) - 1;
  }
  throw new FormatFault('xml.damaged', 'a start tag does not end', start);
}

/**
 * The text of a document in UTF-8 or (with a byte order mark) UTF-16; a mark is dropped.
 *
 * @throws {FormatFault} `xml.too-large`, `xml.encoding`
 */
export function decodeXml(
  bytes: Uint8Array,
  budget: XmlBudget,
): { readonly text: string; readonly encoding: 'utf-8' | 'utf-16' } {
  if (bytes.length > budget.bytes) throw new FormatFault('xml.too-large', `more than ${budget.bytes} bytes`);
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const wide = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
  let text: string;
  try {
    text = new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatFault('xml.encoding', `not ${wide ?? 'utf-8'} text`, undefined, { cause });
  }
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1]?.toLowerCase();
  // Browsers take us-ascii for windows-1252, where other octets are other letters.
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  const narrow = declared === 'us-ascii' ? /^[\0-\x7f]*$/.test(text) : declared === undefined || /^utf-?8$/.test(declared);
  const fits = wide === undefined ? narrow : declared === undefined || declared.startsWith('utf-16');
  if (!fits) throw new FormatFault('xml.encoding', 'the declared encoding is not supported or not the one used');
  // No digest is over the declaration; in 1.1, two more characters are ends of lines, and others are allowed.
  if (/^<\?xml\s[^>]*?version\s*=\s*["'](?!1\.0["'])/.test(text)) throw new FormatFault('xml.encoding', 'not XML 1.0');
  return { text, encoding: wide === undefined ? 'utf-8' : 'utf-16' };
}
