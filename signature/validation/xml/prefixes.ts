import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { DS } from '../../xmldsig/names.ts';
import type { Finding } from '../types.ts';
import { pathOf, textOf } from './covers.ts';
import type { Covered } from './covers.ts';

type CoveredElement = Extract<Covered, { readonly kind: 'element' }>;
type Scope = ReadonlyMap<string, XmlElement>;

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const MOST = 5;
const NAMES =
  /^\s*[\p{L}_][\p{L}\p{N}_.-]*:[\p{L}_][\p{L}\p{N}_.-]*(?:\s+[\p{L}_][\p{L}\p{N}_.-]*:[\p{L}_][\p{L}\p{N}_.-]*)*\s*$/u;
const PREFIX = /(?<![\p{L}\p{N}_.:-])([\p{L}_][\p{L}\p{N}_.-]*):(?=[\p{L}_*])/gu;

/**
 * Values that stand for a name with a prefix (`xsi:type="t:Quyết-định"`) where nothing signs what the prefix means. The exclusive
 * canonical form writes a declaration only where an element or attribute name uses the prefix; one that values alone use may be bound
 * anew by anybody, inside the signed element as well as around it (XML-EXC-C14N §1.3). A prefix in PrefixList is kept, and one that a
 * name uses with the same declaration is held by that.
 */
export function unsignedPrefixes(
  tree: XmlTree,
  covered: readonly Covered[],
): { readonly doubts: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const clause = 'XML-EXC-C14N 1.3';
  let scopes: ReadonlyMap<XmlElement, Scope> | undefined;
  for (const one of covered) {
    if (one.kind !== 'element' || one.exclusive === undefined || one.how === 'text') continue;
    scopes ??= scopesOf(tree);
    const inside = elementsUnder(tree, one);
    const held = heldBy(inside, scopes);
    for (const element of inside) {
      const scope = scopes.get(element) as Scope;
      for (const { prefixes, exact } of valuesOf(tree, element)) {
        const loose = prefixes.find((prefix) => {
          const by = scope.get(prefix);
          return by !== undefined && one.exclusive?.has(prefix) !== true && held.get(by)?.has(prefix) !== true;
        });
        if (loose === undefined) continue;
        const list = exact ? doubts : warnings;
        const name = loose === '' ? 'the default namespace' : `the prefix "${loose}"`;
        const message = `a value in ${pathOf(element)} uses ${name}, and nobody signed what it stands for`;
        if (list.length < MOST) list.push({ code: exact ? 'xml.prefix-not-signed' : 'xml.prefix-in-text', clause, message });
      }
    }
    if (doubts.length >= MOST) break;
  }
  return { doubts, warnings };
}

/** Where each prefix that is in scope at an element was declared. An empty declaration binds nothing. */
function scopesOf({ elements }: XmlTree): ReadonlyMap<XmlElement, Scope> {
  const scopes = new Map<XmlElement, Scope>();
  const none: Scope = new Map();
  for (const element of elements) {
    const around = element.parent === undefined ? none : (scopes.get(element.parent) as Scope);
    if (element.declared.size === 0) {
      scopes.set(element, around);
      continue;
    }
    const own = new Map(around);
    for (const [prefix, uri] of element.declared) {
      if (uri === '') own.delete(prefix);
      else own.set(prefix, element);
    }
    scopes.set(element, own);
  }
  return scopes;
}

/**
 * Of the covered element, what its transforms leave in. What is inside an element follows it in document order, so that looking costs
 * no more than making the canonical form did.
 */
function elementsUnder({ elements }: XmlTree, { element: apex, how }: CoveredElement): XmlElement[] {
  const out: XmlElement[] = [];
  let skipTo = -1;
  for (let i = placeOf(elements, apex); i < elements.length; i++) {
    const element = elements[i] as XmlElement;
    if (element.start >= apex.end) break;
    if (element.start < skipTo) continue;
    const left = how === 'but-signatures' ? element.is(DS, 'Signature') : element === how;
    if (left) skipTo = element.end;
    else out.push(element);
  }
  return out;
}

function placeOf(elements: readonly XmlElement[], { start }: XmlElement): number {
  let [from, to] = [0, elements.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((elements[middle] as XmlElement).start < start) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Declarations that a name uses, by the element that makes them: the canonical form writes those. */
function heldBy(inside: readonly XmlElement[], scopes: ReadonlyMap<XmlElement, Scope>): Map<XmlElement, Set<string>> {
  const held = new Map<XmlElement, Set<string>>();
  for (const element of inside) {
    const scope = scopes.get(element) as Scope;
    const used = [element.prefix, ...element.attributes.flatMap(({ prefix }) => (prefix === '' ? [] : [prefix]))];
    for (const prefix of used) {
      const by = scope.get(prefix);
      if (by === undefined) continue;
      const known = held.get(by);
      if (known === undefined) held.set(by, new Set([prefix]));
      else known.add(prefix);
    }
  }
  return held;
}

/** Prefixes that values of an element use; `exact`: the value is nothing but names. */
function* valuesOf(tree: XmlTree, element: XmlElement): Generator<{ prefixes: readonly string[]; exact: boolean }> {
  for (const { localName, namespace, value } of element.attributes) {
    if (namespace === XSI && localName === 'type' && !value.includes(':')) yield { prefixes: [''], exact: true };
    else if (value.includes(':')) yield* prefixesIn(value);
  }
  const text = element.children.length === 0 ? element.text : textOf(tree, element);
  if (text.includes(':')) yield* prefixesIn(text);
}

function* prefixesIn(value: string): Generator<{ prefixes: readonly string[]; exact: boolean }> {
  const prefixes = new Set([...value.matchAll(PREFIX)].map((hit) => hit[1] as string));
  if (prefixes.size > 0) yield { prefixes: [...prefixes], exact: NAMES.test(value) };
}
