import { base64Binary } from '@antin/formats/xml/base64';
import { C14N, canonicalize, isCanonicalForm } from '@antin/formats/xml/canonicalize';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlTree } from '@antin/formats/xml/document';
import { withXml } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { SignatureFault } from '../fault.ts';
import { DS, EXC_C14N, TRANSFORM } from './names.ts';

/** What a transform works on: a part of a document, or octets (XMLDSIG §4.4.3.2). */
export type Data =
  { readonly tree: XmlTree; readonly apex: XmlElement | undefined; readonly without: readonly XmlElement[] } | Uint8Array;

/**
 * The transforms we carry out. All others are refused: XSLT can rewrite and XPath can take away what the reader thinks was
 * signed. Of XPath, only the one expression that leaves out signatures is known, letter for letter.
 */
export function transformed(data: Data, transform: XmlElement, signature: XmlElement): Data {
  const algorithm = transform.attribute('Algorithm') ?? '';
  if (isCanonicalForm(algorithm)) {
    const tree = nodes(data);
    const inclusive = transform.child(EXC_C14N, 'InclusiveNamespaces')?.attribute('PrefixList');
    const prefixes = inclusive?.split(/\s+/).filter((prefix) => prefix !== '');
    return octetsOf(tree, algorithm, algorithm.startsWith(C14N.exclusive) ? prefixes : undefined);
  }
  switch (algorithm) {
    case TRANSFORM.base64:
      if (data instanceof Uint8Array) throw unsupported('base64 over octets');
      return base64Binary(textOf(data));
    case TRANSFORM.enveloped:
      if (data instanceof Uint8Array) throw unsupported('enveloped-signature over octets');
      return { ...data, without: [...data.without, signature] };
    case TRANSFORM.xpath:
    case TRANSFORM.xpathFilter2:
      if (data instanceof Uint8Array || !leavesOutSignatures(transform)) throw unsupported('an XPath expression of its own');
      return { ...data, without: [...data.without, ...data.tree.elements.filter((one) => one.is(DS, 'Signature'))] };
    default:
      throw unsupported(algorithm);
  }
}

/** The end of every chain: a part of a document becomes octets by Canonical XML 1.0 (XMLDSIG §4.4.3.2). */
export function finalOctets(data: Data, form: CanonicalForm = C14N.inclusive): Uint8Array {
  return data instanceof Uint8Array ? data : octetsOf(data, form, undefined);
}

function octetsOf(data: Exclude<Data, Uint8Array>, form: CanonicalForm, inclusivePrefixes: readonly string[] | undefined) {
  return canonicalize(data.tree, form, {
    ...(data.apex === undefined ? {} : { apex: data.apex }),
    without: data.without,
    dropComments: true,
    ...(inclusivePrefixes === undefined ? {} : { inclusivePrefixes }),
  });
}

function nodes(data: Data): Exclude<Data, Uint8Array> {
  if (!(data instanceof Uint8Array)) return data;
  throw unsupported('a canonical form over octets');
}

/** `not(ancestor-or-self::ds:Signature)`, or filter 2.0 `subtract` of `/descendant::ds:Signature`, whatever the prefix. */
function leavesOutSignatures(transform: XmlElement): boolean {
  const filter2 = transform.attribute('Algorithm') === TRANSFORM.xpathFilter2;
  const xpath = transform.child(filter2 ? TRANSFORM.xpathFilter2 : DS, 'XPath');
  if (xpath === undefined || transform.children.length !== 1) return false;
  if (filter2 && xpath.attribute('Filter') !== 'subtract') return false;
  const found = (filter2 ? /^\/descendant::(\w+):Signature$/ : /^not\(ancestor-or-self::(\w+):Signature\)$/).exec(
    xpath.text.trim(),
  );
  return found !== null && xpath.namespaceOf(found[1] as string) === DS;
}

/** XMLDSIG §6.6.2: base64 of a node set works on its text nodes. */
function textOf(data: Exclude<Data, Uint8Array>): string {
  if (data.without.length === 0) return (data.apex ?? data.tree.root).text;
  return withXml(octetsOf(data, C14N.inclusive, undefined), ({ root }) => root.text);
}

function unsupported(what: string): SignatureFault {
  return new SignatureFault('xmldsig.transform-refused', `a transform is not carried out: ${what}`);
}
