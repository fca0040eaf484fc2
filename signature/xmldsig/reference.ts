import { base64Binary } from '@antin/formats/xml/base64';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { ByteSource } from '@antin/formats/bytes/source';
import { readInPieces } from '@antin/formats/bytes/source';
import { equalBytes } from '@antin/formats/bytes/bytes';
import type { CryptoDoor, DigestAlgorithm, RunningDigest } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { BytesNotHere, digestsInsteadOf, givenDigest } from '../known-by-digest.ts';
import { MADE_METHODS } from './algorithms.ts';
import type { Methods } from './algorithms.ts';
import { DS } from './names.ts';
import type { Data } from './transform.ts';
import { finalOctets, transformed } from './transform.ts';

/** Content outside the document, by the URI as it is written. Nothing is ever fetched: who has it, gives it. */
export type DetachedContent = (uri: string) => ByteSource | undefined;

/** Nobody signs this many things one by one; each costs a canonical form. */
export const MAX_REFERENCES = 2000;

/** A ds:Reference as it is written. */
export interface Reference {
  readonly element: XmlElement;
  readonly id: string | undefined;
  readonly uri: string | undefined;
  readonly type: string | undefined;
  readonly transforms: readonly XmlElement[];
  /** Identifier as it stands there. */
  readonly digestMethod: string;
  /** Undefined for a method we do not accept. */
  readonly digest: DigestAlgorithm | undefined;
  readonly digestValue: Uint8Array;
}

/** @throws {FormatFault} `xml.child-repeated`, `base64.damaged` */
export function readReference(element: XmlElement, methods: Methods = MADE_METHODS): Reference {
  const digestMethod = element.child(DS, 'DigestMethod')?.attribute('Algorithm') ?? '';
  return {
    element,
    id: element.attribute('Id'),
    uri: element.attribute('URI'),
    type: element.attribute('Type'),
    transforms: element.child(DS, 'Transforms')?.childrenNamed(DS, 'Transform') ?? [],
    digestMethod,
    digest: methods.digest(digestMethod),
    digestValue: base64Binary(element.child(DS, 'DigestValue')?.text ?? ''),
  };
}

const ID_NAMES: ReadonlySet<string> = new Set(['Id', 'ID', 'id']);
const XML = 'http://www.w3.org/XML/1998/namespace';

const byId = new WeakMap<XmlTree, Map<string, XmlElement[]>>();

/** Every element that any reader could take for the one of this identifier: more than one is a wrapping attack. */
export function elementsWithId(tree: XmlTree, id: string): readonly XmlElement[] {
  let index = byId.get(tree);
  if (index === undefined) {
    index = new Map();
    for (const element of tree.elements) {
      if (!/id\s*=/i.test(element.writtenTag)) continue;
      for (const one of idsOf(element)) {
        const same = index.get(one);
        if (same === undefined) index.set(one, [element]);
        else same.push(element);
      }
    }
    byId.set(tree, index);
  }
  return index.get(id) ?? [];
}

function idsOf(element: XmlElement): ReadonlySet<string> {
  const ids = element.attributes.filter(({ localName, namespace }) =>
    namespace === XML ? localName === 'id' : ID_NAMES.has(localName),
  );
  // xml:id is compared without the white space around it (xml:id §4), by some readers the others too.
  return new Set(ids.flatMap((one) => [one.value, one.value.trim()]));
}

/** The one element a same-document URI names. @throws {SignatureFault} `xmldsig.ambiguous-id`, `xmldsig.reference-not-found` */
export function elementOfId(tree: XmlTree, id: string): XmlElement {
  const [one, ...more] = elementsWithId(tree, id);
  if (more.length > 0)
    throw new SignatureFault('xmldsig.ambiguous-id', `${more.length + 1} elements have the identifier "${id}"`);
  if (one === undefined) throw new SignatureFault('xmldsig.reference-not-found', `no element has the identifier "${id}"`);
  return one;
}

/** What was referenced: the node, so that the reader works on exactly what was digested. */
export interface Dereferenced {
  readonly data: Data | ByteSource;
  readonly element: XmlElement | undefined;
}

/**
 * @throws {SignatureFault} `xmldsig.reference-not-found`, `xmldsig.ambiguous-id`, `xmldsig.reference-refused`
 */
export function dereference(tree: XmlTree, uri: string | undefined, detached: DetachedContent): Dereferenced {
  if (uri === '') return { data: { tree, apex: undefined, without: [] }, element: tree.root };
  if (uri?.startsWith('#') === true) {
    if (uri.startsWith('#xpointer'))
      throw new SignatureFault('xmldsig.reference-refused', 'XPointer references are not followed');
    const element = elementOfId(tree, uri.slice(1));
    return { data: { tree, apex: element, without: [] }, element };
  }
  const source = detached(uri ?? '');
  if (source === undefined)
    throw new SignatureFault('xmldsig.reference-not-found', `the content of "${uri ?? ''}" was not given`);
  return { data: source, element: undefined };
}

/**
 * Feeds the octets a Reference stands for to `update`.
 *
 * @param form when the chain of transforms ends with nodes; Canonical XML 1.0 unless the caller (a time-stamp) says otherwise
 * @returns the element that was referenced, if it is in this document
 */
export function writeReferenceOctets(
  tree: XmlTree,
  signature: XmlElement,
  reference: Reference,
  detached: DetachedContent,
  update: (piece: Uint8Array) => void,
  form?: CanonicalForm,
): XmlElement | undefined {
  const { data, element } = dereference(tree, reference.uri, detached);
  if (isSource(data)) {
    if (reference.transforms.length > 0) {
      throw new SignatureFault('xmldsig.transform-refused', 'transforms of content outside the document are not carried out');
    }
    readInPieces(data, 0, data.size, update);
    return undefined;
  }
  let now: Data = data;
  for (const transform of reference.transforms) now = transformed(now, transform, signature);
  const octets = finalOctets(now, form);
  // Nothing left: the transforms took away everything, and a digest of nothing protects nothing.
  if (octets.length === 0 && element !== undefined) {
    throw new SignatureFault('xmldsig.nothing-selected', `nothing is left of "${reference.uri ?? ''}"`);
  }
  update(octets);
  return element;
}

function isSource(data: Data | ByteSource): data is ByteSource {
  return !(data instanceof Uint8Array) && 'read' in data;
}

export type ReferenceFinding =
  | { readonly status: 'intact'; readonly reference: Reference; readonly element: XmlElement | undefined }
  | { readonly status: 'changed' | 'unsupported'; readonly reference: Reference }
  | { readonly status: 'not-found' | 'refused'; readonly reference: Reference; readonly code: string };

/** Whether what a Reference names is what was signed. A value, whatever the document says. */
export function checkReference(
  tree: XmlTree,
  signature: XmlElement,
  reference: Reference,
  { door, detached }: { readonly door: CryptoDoor; readonly detached: DetachedContent },
): ReferenceFinding {
  if (reference.digest === undefined) return { status: 'unsupported', reference };
  const running: RunningDigest = door.digest(reference.digest);
  try {
    const given = digestInstead(reference, reference.digest, detached);
    if (given !== undefined) {
      return equalBytes(given, reference.digestValue)
        ? { status: 'intact', reference, element: undefined }
        : { status: 'changed', reference };
    }
    const element = writeReferenceOctets(tree, signature, reference, detached, (piece) => running.update(piece));
    return equalBytes(running.finish(), reference.digestValue)
      ? { status: 'intact', reference, element }
      : { status: 'changed', reference };
  } catch (fault) {
    if (!(fault instanceof SignatureFault)) throw fault;
    const missing = fault.code === 'xmldsig.reference-not-found' || fault instanceof BytesNotHere;
    return { status: missing ? 'not-found' : 'refused', reference, code: fault.code };
  }
}

/** Of data outside the document whose digest alone was given. What transforms would make of it, nobody can say. */
function digestInstead(
  { uri, transforms }: Reference,
  digest: DigestAlgorithm,
  detached: DetachedContent,
): Uint8Array | undefined {
  if (uri === undefined || uri === '' || uri.startsWith('#') || transforms.length > 0) return undefined;
  const source = detached(uri);
  const given = source && digestsInsteadOf(source);
  return given && givenDigest(given, digest);
}
