import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { C14N, isCanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { CryptoDoor, DigestAlgorithm } from '@antin/pki/crypto';
import { JUDGED_METHODS } from '../../xmldsig/algorithms.ts';
import { DS, EXC_C14N, TRANSFORM } from '../../xmldsig/names.ts';
import { MAX_REFERENCES, checkReference, readReference } from '../../xmldsig/reference.ts';
import type { DetachedContent, Reference, ReferenceFinding } from '../../xmldsig/reference.ts';
import type { XmlReferenceFacts } from '../facts.ts';
import { LimitReached } from '../limits.ts';
import type { CoveredPart, Finding, Covered as NamedData } from '../types.ts';
import { pathOf } from './covers.ts';
import type { Covered, Covers, ObjectFormat } from './covers.ts';
import type { XmlStructure } from './structure.ts';
import { targetOf } from './structure.ts';

/** Each transform is work; nobody needs more than three. */
const MAX_TRANSFORMS = 8;

/** How much text may still be canonicalised for this document: many references into one large element are cheap to write. */
export interface Work {
  left: number;
}

const WORK = 8 << 20;

export function workFor(text: string): Work {
  return { left: WORK + 12 * text.length };
}

export interface CheckedReferences {
  readonly facts: readonly XmlReferenceFacts[];
  /** Of SignedInfo and, behind them, of the manifests it covers. */
  readonly digests: readonly { readonly method: string; readonly digest: DigestAlgorithm | undefined; readonly data: boolean }[];
  /** False: something was changed; null: something is not at hand or not decided. */
  readonly matches: boolean | null;
  /** Where it stands, intact or not: a signature that does not hold keeps its document from passing by itself. */
  readonly covered: readonly Covered[];
  /** All data that is named, for people. */
  readonly covers: readonly NamedData[];
  readonly faults: readonly Finding[];
  readonly notJudged: Finding | null;
  readonly warnings: readonly Finding[];
}

interface Doors {
  readonly door: CryptoDoor;
  readonly detached: DetachedContent;
  readonly work: Work;
  /** Of a package: looks at what lies outside the document in its own way, transforms of its own among them. */
  readonly outside?: (reference: Reference) => ReferenceFinding;
}

/**
 * Holds every reference of SignedInfo, and of each manifest that is covered, against what it names.
 *
 * @throws {LimitReached} `references`, `xml-work`
 */
export function checkReferences(structure: XmlStructure, doors: Doors): CheckedReferences {
  const { signature, propertiesReference } = structure;
  const { tree } = signature;
  const out: Checked[] = [];
  const queue = signature.references.map((reference) => ({ reference, depth: 0 }));
  for (const { reference, depth } of queue) {
    const target = targetOf(tree, reference);
    const finding = checkOne(structure, reference, doors);
    const data = reference !== propertiesReference && isData(target, structure);
    out.push({ reference, finding, target, data });
    // A manifest is digested as it is written; what it names is not, and has to be looked at by itself.
    for (const manifest of finding.status === 'intact' ? manifestsIn(target) : []) {
      for (const one of manifest.childrenNamed(DS, 'Reference')) {
        if (depth >= 2 || queue.length >= MAX_REFERENCES) throw new LimitReached('references', MAX_REFERENCES);
        queue.push({ reference: readReference(one, JUDGED_METHODS), depth: depth + 1 });
      }
    }
  }
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  let notJudged: Finding | null = null;
  for (const { reference, finding } of out) {
    if (finding.status === 'intact') continue;
    const name = `"${reference.uri ?? ''}"`;
    const say = (code: string, message: string): Finding => ({ code, clause: 'XMLDSIG 4.4.3', message });
    if (finding.status === 'changed') warnings.push(say('xml.reference-changed', `${name} is not what was signed`));
    else if (finding.status === 'unsupported') warnings.push(say('xml.digest-unknown', `${name}: ${reference.digestMethod}`));
    else if (!('code' in finding)) continue;
    else if (finding.status === 'not-found') warnings.push(say('xml.reference-not-found', `${name} is not at hand`));
    else if (finding.code === 'xmldsig.nothing-selected')
      warnings.push(say(finding.code, `the transforms leave nothing of ${name}`));
    else if (FATAL.has(finding.code)) faults.push(say(finding.code, `${name} cannot be resolved to one node`));
    else notJudged ??= say(finding.code, `${name} is signed in a way that is not followed here`);
  }
  const intact = out.filter((one) => one.finding.status === 'intact');
  const data = out.filter((one) => one.data);
  if (data.length === 0) {
    // Properties alone say who would have signed, and nothing of what.
    warnings.push({ code: 'xml.nothing-signed', clause: 'XMLDSIG 4.4.3', message: 'no reference names any data' });
  }
  const changed = out.some((one) => one.finding.status === 'changed');
  return {
    facts: out.map(({ reference, finding, target }) => ({
      uri: reference.uri ?? '',
      type: reference.type ?? null,
      found: finding.status === 'intact' || finding.status === 'changed',
      intact: intactOf(finding),
      covers: partOf(reference, target).name,
    })),
    digests: out.map(({ reference, data: isOfData }) => ({
      method: reference.digestMethod,
      digest: reference.digest,
      data: isOfData,
    })),
    matches: changed ? false : intact.length === out.length && data.length > 0 ? true : null,
    covers: data.map(({ reference, finding, target }) => ({
      ...partOf(reference, target),
      intact: intactOf(finding),
    })),
    covered: data.map(({ reference, target }) => coveredBy(reference, target, structure)),
    faults,
    notJudged,
    warnings,
  };
}

interface Checked {
  readonly reference: Reference;
  readonly finding: ReferenceFinding;
  readonly target: XmlElement | undefined;
  readonly data: boolean;
}

function intactOf({ status }: ReferenceFinding): boolean | null {
  return status === 'intact' ? true : status === 'changed' ? false : null;
}

/** Two elements of one name, or octets that are none: the reader and the signer may see different things. */
const FATAL: ReadonlySet<string> = new Set(['xmldsig.ambiguous-id', 'base64.damaged', 'xml.child-repeated', 'xml.damaged']);

function checkOne({ signature }: XmlStructure, reference: Reference, { door, detached, work, outside }: Doors): ReferenceFinding {
  const { tree, element } = signature;
  const { uri } = reference;
  if (outside !== undefined && uri !== undefined && uri !== '' && !uri.startsWith('#')) return outside(reference);
  if (reference.transforms.length > MAX_TRANSFORMS) return { status: 'refused', reference, code: 'xmldsig.too-many-transforms' };
  spend(work, costOf(tree, reference));
  try {
    return checkReference(tree, element, reference, { door, detached });
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    return { status: 'refused', reference, code: fault.code };
  }
}

/** Characters that the octets of a reference are made from; leaving elements out is done in a copy of the whole. */
export function costOf(tree: XmlTree, reference: Reference): number {
  if (reference.transforms.some((one) => !isCanonicalForm(one.attribute('Algorithm') ?? ''))) return tree.text.length;
  const target = targetOf(tree, reference);
  return target === undefined ? 0 : target.end - target.start;
}

/** @throws {LimitReached} `xml-work` */
export function spend(work: Work, characters: number): void {
  work.left -= characters + 1000;
  if (work.left < 0) throw new LimitReached('xml-work', WORK);
}

/** KeyInfo, the signature's own properties and the object around them are no data: they would be there without any. */
function isData(target: XmlElement | undefined, { signature: { element }, qualifyingProperties }: XmlStructure): boolean {
  if (target === undefined) return true;
  if (target.is(DS, 'KeyInfo')) return target.parent !== element;
  if (qualifyingProperties?.contains(target) === true) return false;
  if (target === qualifyingProperties?.parent) return target.children.length > 1;
  return !(target.is(DS, 'SignatureProperties') || target.is(DS, 'SignatureProperty')) || !element.contains(target);
}

function manifestsIn(target: XmlElement | undefined): readonly XmlElement[] {
  if (target === undefined) return [];
  if (target.is(DS, 'Manifest')) return [target];
  return target.is(DS, 'Object') ? target.childrenNamed(DS, 'Manifest') : [];
}

function partOf(reference: Reference, target: XmlElement | undefined): CoveredPart {
  if (target === undefined) return { kind: 'file', name: decoded(reference.uri ?? '') };
  if (target.parent === undefined) return { kind: 'document', name: 'whole document' };
  return { kind: target.is(DS, 'SignatureValue') ? 'signature' : 'element', name: pathOf(target) };
}

function coveredBy(reference: Reference, target: XmlElement | undefined, structure: XmlStructure): Covered {
  const { signature } = structure;
  if (target === undefined) return { kind: 'file' };
  if (target.is(DS, 'SignatureValue')) return { kind: 'signature' };
  const exclusive = keptPrefixes(reference);
  const format = formatOf(reference, structure);
  const told = {
    signature: signature.element,
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(format === undefined ? {} : { format }),
  };
  if (target.is(DS, 'Manifest')) return { kind: 'element', element: target, how: 'whole', ...told };
  const algorithms = reference.transforms.map((one) => one.attribute('Algorithm') ?? '');
  const how: Covers = algorithms.includes(TRANSFORM.base64)
    ? 'text'
    : algorithms.includes(TRANSFORM.xpath) || algorithms.includes(TRANSFORM.xpathFilter2)
      ? 'but-signatures'
      : algorithms.includes(TRANSFORM.enveloped)
        ? signature.element
        : 'whole';
  const document = reference.uri === '' && how !== 'text';
  return { kind: 'element', element: target, how, ...(document ? { document } : {}), ...told };
}

/** PrefixList of the exclusive canonical form; undefined for every other form, which keeps all prefixes in scope. */
function keptPrefixes({ transforms }: Reference): ReadonlySet<string> | undefined {
  const form = transforms.find((one) => (one.attribute('Algorithm') ?? '').startsWith(C14N.exclusive));
  const list = form?.child(EXC_C14N, 'InclusiveNamespaces')?.attribute('PrefixList') ?? '';
  return form === undefined
    ? undefined
    : new Set(list.split(/\s+/).flatMap((one) => (one === '' ? [] : one === '#default' ? [''] : [one])));
}

/** What the signed properties say that the data are; two answers are none (`level.data-object-format`). */
function formatOf({ id }: Reference, { signedProperties, namespace }: XmlStructure): ObjectFormat | undefined {
  const properties = signedProperties?.childrenNamed(namespace, 'SignedDataObjectProperties')[0];
  const formats = properties?.childrenNamed(namespace, 'DataObjectFormat') ?? [];
  const [format, second] = formats.filter((one) => id !== undefined && one.attribute('ObjectReference') === `#${id}`);
  if (format === undefined || second !== undefined) return undefined;
  const valueOf = (name: string): string => format.childrenNamed(namespace, name)[0]?.text.trim() ?? '';
  const [mimeType, encoding] = [valueOf('MimeType'), valueOf('Encoding')];
  return { ...(mimeType === '' ? {} : { mimeType }), ...(encoding === '' ? {} : { encoding }) };
}

/** A file name as people wrote it; one that is no percent-encoded UTF-8 stays as it is. */
export function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/**
 * Content outside the document by file name: decoded as written, then in the two normal forms of Vietnamese letters. Never an
 * absolute URI, never a way out of the folder.
 */
export function byName(resolve: (name: string) => ByteSource | undefined): DetachedContent {
  return (uri) => {
    if (uri === '' || /^[a-z][a-z0-9+.-]*:/i.test(uri) || uri.startsWith('/')) return undefined;
    const name = decoded(uri).replace(/^(\.\/)+/, '');
    if (name.split('/').includes('..')) return undefined;
    for (const one of new Set([name, name.normalize('NFC'), name.normalize('NFD')])) {
      const found = resolve(one);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
