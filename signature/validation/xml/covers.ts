import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { DS } from '../../xmldsig/names.ts';
import type { Finding } from '../types.ts';
import { isQualifyingProperties, strangersIn } from './strangers.ts';

/** How much of an element a reference digests: all, all but every signature, all but this signature, only its text. */
export type Covers = 'whole' | 'but-signatures' | 'text' | XmlElement;

export interface ObjectFormat {
  readonly mimeType?: string;
  readonly encoding?: string;
}

export type Covered =
  | {
      readonly kind: 'element';
      readonly element: XmlElement;
      readonly how: Covers;
      /** The document, and with it the instructions around its root. */
      readonly document?: true;
      /** The ds:Signature that is over it. */
      readonly signature: XmlElement;
      /** Of an exclusive canonical form: the prefixes that it keeps though nothing uses them. Undefined: it keeps all. */
      readonly exclusive?: ReadonlySet<string>;
      /** What the signed properties say about it (DataObjectFormat). */
      readonly format?: ObjectFormat;
    }
  | { readonly kind: 'file' | 'signature' };

/** `/cong-van/thu[2]`: where an element stands, for people. */
export function pathOf(element: XmlElement): string {
  const { parent } = element;
  if (parent === undefined) return `/${element.name}`;
  const number = numbersIn(parent).get(element) ?? 0;
  return `${pathOf(parent)}/${element.name}${number === 0 ? '' : `[${number}]`}`;
}

const numbers = new WeakMap<XmlElement, ReadonlyMap<XmlElement, number>>();

/** Counted once for all children: thousands of references into one long list are cheap to write. */
function numbersIn(parent: XmlElement): ReadonlyMap<XmlElement, number> {
  const known = numbers.get(parent);
  if (known !== undefined) return known;
  const byName = new Map<string, XmlElement[]>();
  for (const one of parent.children) {
    const same = byName.get(one.name);
    if (same === undefined) byName.set(one.name, [one]);
    else same.push(one);
  }
  const out = new Map<XmlElement, number>();
  for (const same of byName.values()) if (same.length > 1) same.forEach((one, i) => out.set(one, i + 1));
  numbers.set(parent, out);
  return out;
}

export interface Coverage {
  /** What stands in the document and nobody signed: an element, text or an attribute; the first few. */
  readonly unsigned: readonly Finding[];
  /** Is the document, but for signatures, one signed whole, or nothing but signatures? */
  readonly whole: boolean;
}

const MOST = 5;
/** What the frame around signed elements may carry without saying anything. */
const FRAME_ATTRIBUTES: ReadonlySet<string> = new Set(['Id', 'ID', 'id']);
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/**
 * What of a document no reference digests. Wrapping attacks live there: the signed element is moved aside, and another stands
 * where readers look. Elements that only hold signed elements and signatures (a frame) say nothing themselves.
 */
export function coverageOf(tree: XmlTree, covered: readonly Covered[]): Coverage {
  const unsigned: Finding[] = [];
  const elements = new Map<XmlElement, Covers[]>();
  for (const one of covered) {
    if (one.kind !== 'element') continue;
    const known = elements.get(one.element);
    if (known === undefined) elements.set(one.element, [one.how]);
    else known.push(one.how);
  }
  let inSignature = 0;
  const report = (element: XmlElement, what: string, instruction = false): void => {
    if (unsigned.length >= MOST) return;
    const message = `${what} ${pathOf(element)} is signed by nobody`;
    const code = instruction ? 'xml.unsigned-instruction' : inSignature > 0 ? 'xml.unsigned-object' : 'xml.unsigned-content';
    unsigned.push({ code, clause: 'EN 319 102-1 5.2.2', message });
  };
  let framed = false;

  /** Signatures that a transform left out: what they hold themselves. */
  const leftOut = (element: XmlElement, how: readonly Covers[]): void => {
    if (how.includes('whole')) return;
    if (how.every((one) => one === 'text')) {
      if (element.children.length > 0 || (!element.is(DS, 'Object') && speaks(element))) report(element, 'the markup of');
      return;
    }
    for (const one of element.children) {
      if (one.is(DS, 'Signature') && (how.includes('but-signatures') || how.includes(one))) signature(one);
      else if (one.children.length > 0) leftOut(one, how);
    }
  };
  const signature = (element: XmlElement): void => {
    inSignature++;
    if (textOf(tree, element) !== '') report(element, 'text in');
    // SignedInfo is under the value; of these, the schemas know an identifier alone.
    for (const one of [element, ...element.children.filter((part) => part.is(DS, 'SignatureValue') || part.is(DS, 'KeyInfo'))]) {
      if (speaks(one) && !elements.has(one)) report(one, 'an attribute of');
    }
    for (const object of element.childrenNamed(DS, 'Object')) {
      const how = elements.get(object);
      if (how !== undefined) leftOut(object, how);
      else if (object.children.length === 1 && isQualifyingProperties(object.children[0]) && textOf(tree, object) === '') {
        inProperties(object);
      } else if (!visit(object)) report(object, 'the object');
    }
    // A program that asks for its own elements finds the first, and it may stand where no person looks.
    for (const one of strangersIn(element, (part) => elements.has(part))) report(one, 'the element');
    inSignature--;
  };
  const inProperties = (element: XmlElement): void => {
    for (const one of element.children) {
      if (one.is(DS, 'Signature')) signature(one);
      else inProperties(one);
    }
  };
  /** Does it hold anything signed, or a signature? What it holds besides is reported. */
  const visit = (element: XmlElement): boolean => {
    const how = elements.get(element);
    if (how !== undefined) {
      leftOut(element, how);
      return true;
    }
    if (element.is(DS, 'Signature')) {
      signature(element);
      return true;
    }
    const held = element.children.map((one) => visit(one));
    if (!held.includes(true)) return false;
    element.children.forEach((one, i) => {
      if (held[i] !== true) report(one, 'the element');
      else if (!one.is(DS, 'Signature') && !element.is(DS, 'Object')) framed = true;
    });
    if (textOf(tree, element) !== '') report(element, 'text in');
    if (!element.is(DS, 'Object') && speaks(element)) report(element, 'an attribute of');
    return true;
  };
  if (!visit(tree.root)) report(tree.root, 'the element');
  const { start, end } = tree.root;
  // A style sheet named in front of the root decides what is shown of it; only a reference to the document is over that.
  if (!covered.some((one) => one.kind === 'element' && one.document === true)) {
    if (instructs(tree.text.slice(0, start)) || instructs(tree.text.slice(end))) {
      report(tree.root, 'a processing instruction beside', true);
    }
  }
  return { unsigned, whole: unsigned.length === 0 && !framed };
}

function speaks(element: XmlElement): boolean {
  // Where schemas lie says nothing; that an element is of another type, or nil, does.
  const silent = ({ localName, namespace }: { readonly localName: string; readonly namespace: string }): boolean =>
    FRAME_ATTRIBUTES.has(localName) || (namespace === XSI && /^(noNamespaceS|s)chemaLocation$/.test(localName));
  return element.attributes.some((one) => !silent(one));
}

/** Text that stands directly in an element, without comments and instructions. */
export function textOf(tree: XmlTree, element: XmlElement): string {
  let text = '';
  let at = element.openEnd;
  for (const child of element.children) {
    text += tree.text.slice(at, child.start);
    at = child.end;
  }
  text += tree.text.slice(at, element.closeStart);
  return text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '').trim();
}

/** Is there a processing instruction? The XML declaration is none. */
function instructs(written: string): boolean {
  return /<\?(?!xml\s)/.test(written.replace(/<!--[\s\S]*?-->/g, ''));
}
