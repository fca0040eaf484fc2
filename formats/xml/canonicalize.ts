import { XmlC14NMode } from 'libxml2-wasm';
import { concatBytes } from '../bytes/bytes.ts';
import { FormatFault } from '../fault.ts';
import { libxmlNode, parseWithLibxml } from './document.ts';
import type { XmlTree } from './document.ts';
import type { XmlElement } from './element.ts';

/** Identifiers of the canonical forms (XML-C14N, XML-C14N11, xml-exc-c14n). */
export const C14N = {
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  inclusiveWithComments: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
  inclusive11: 'http://www.w3.org/2006/12/xml-c14n11',
  inclusive11WithComments: 'http://www.w3.org/2006/12/xml-c14n11#WithComments',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
} as const;
export type CanonicalForm = (typeof C14N)[keyof typeof C14N];

const FORMS: ReadonlySet<string> = new Set(Object.values(C14N));

export function isCanonicalForm(uri: string): uri is CanonicalForm {
  return FORMS.has(uri);
}

export interface CanonicalPart {
  /** One element with all inside it; the whole document when absent. */
  readonly apex?: XmlElement;
  /** Elements left out with all inside them, as the enveloped-signature transform does. */
  readonly without?: readonly XmlElement[];
  /** `InclusiveNamespaces PrefixList` of the exclusive form; `#default` is the default namespace. */
  readonly inclusivePrefixes?: readonly string[];
  /** Comments are no part of the selection, whatever the form says (`URI=""` and `URI="#id"`, XMLDSIG §4.4.3.3). */
  readonly dropComments?: boolean;
}

/**
 * The canonical octets of a part of a document.
 *
 * @throws {FormatFault} `xml.not-canonicalizable`, e.g. for a relative namespace URI
 */
export function canonicalize(tree: XmlTree, form: CanonicalForm, part: CanonicalPart = {}): Uint8Array {
  const { apex, without = [] } = part;
  if (without.length === 0) return octets(tree, form, part);
  const outermost = outermostOf(without);
  if (outermost.some((one) => one.parent === undefined || (apex !== undefined && one.contains(apex)))) return new Uint8Array(0);
  // The selection without subtrees is the document from which they are taken away: of a copy, because trees do not change.
  const copy = parseWithLibxml(tree.text);
  try {
    const target = apex === undefined ? undefined : libxmlNode(copy, apex);
    const gone = outermost.map((one) => libxmlNode(copy, one));
    for (const node of gone) node.remove();
    return octetsOf(copy, form, part, target);
  } finally {
    copy.dispose();
  }
}

/** Elements nest or lie apart: in document order, one inside another follows it. */
function outermostOf(elements: readonly XmlElement[]): XmlElement[] {
  const out: XmlElement[] = [];
  for (const one of [...elements].sort((a, b) => a.start - b.start)) if (one.start >= (out.at(-1)?.end ?? 0)) out.push(one);
  return out;
}

function octets(tree: XmlTree, form: CanonicalForm, part: CanonicalPart): Uint8Array {
  return octetsOf(tree.libxml, form, part, part.apex === undefined ? undefined : libxmlNode(tree.libxml, part.apex));
}

function octetsOf(
  document: XmlTree['libxml'],
  form: CanonicalForm,
  { inclusivePrefixes, dropComments }: CanonicalPart,
  target: ReturnType<typeof libxmlNode> | undefined,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  const mode = form.startsWith(C14N.exclusive)
    ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0
    : form.startsWith(C14N.inclusive11)
      ? XmlC14NMode.XML_C14N_1_1
      : XmlC14NMode.XML_C14N_1_0;
  const handler = {
    write(piece: Uint8Array): number {
      pieces.push(piece.slice());
      return piece.length;
    },
    close: () => true,
  };
  try {
    document.canonicalize(handler, {
      mode,
      withComments: form.endsWith('#WithComments') && dropComments !== true,
      ...(inclusivePrefixes === undefined ? {} : { inclusiveNamespacePrefixes: [...inclusivePrefixes] }),
      ...(target === undefined ? {} : { nodeSet: new Set([target]) }),
    });
  } catch (cause) {
    throw new FormatFault('xml.not-canonicalizable', 'this document has no canonical form', undefined, { cause });
  }
  return concatBytes(...pieces);
}
