import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { isCanonicalForm } from '@antin/formats/xml/canonicalize';
import { SignatureFault } from '../fault.ts';
import { SIGNED_PROPERTIES_TYPE, XADES } from '../xades/names.ts';
import { MADE_METHODS } from '../xmldsig/algorithms.ts';
import type { Methods } from '../xmldsig/algorithms.ts';
import { DS } from '../xmldsig/names.ts';
import type { Reference } from '../xmldsig/reference.ts';
import { dereference, readReference } from '../xmldsig/reference.ts';
import type { XmlSignature } from '../xmldsig/signature.ts';
import { readXmlSignature, signatureElements } from '../xmldsig/signature.ts';
import { ID, NAMESPACE } from './names.ts';

/** A package signature as it is written; ours or another's. Everything in it is read from what SignedInfo names. */
export interface OoxmlSignature {
  readonly signature: XmlSignature;
  /** The one package-specific object. */
  readonly packageObject: XmlElement;
  readonly manifest: readonly Reference[];
  /** mdssi:SignatureTime, ms since 1970, claimed. */
  readonly signatureTime: number | undefined;
  /** Undefined for a signature without XAdES. */
  readonly signedProperties: XmlElement | undefined;
  /** xades:SigningTime, ms since 1970, claimed. */
  readonly signingTime: number | undefined;
  readonly policy: 'none' | 'implied' | 'named';
  /** Purpose of signing, as the signer wrote it. */
  readonly comments: string | undefined;
}

/** A manifest names every part and list of relationships once; nobody writes more. */
const MAX_MANIFEST = 20_000;

/**
 * A signature part.
 *
 * @param tree of the part; whoever parsed it disposes of it, after the last use of the result
 * @param methods what identifiers of algorithms mean; those that may be made when absent
 * @throws {SignatureFault} `ooxml.signature` for what ECMA-376 Part 2 §13.2.4.1 calls an error, `xmldsig.*`
 * @throws {FormatFault} `xml.child-repeated`, `base64.damaged`
 */
export function readOoxmlSignature(tree: XmlTree, methods: Methods = MADE_METHODS): OoxmlSignature {
  // One signature, and it is the document: in another place, something else would be read than what is signed (wrapping).
  if (!tree.root.is(DS, 'Signature') || signatureElements(tree).length !== 1) {
    throw damaged('the part is not exactly one signature');
  }
  const signature = readXmlSignature(tree, tree.root, methods);
  const named = signature.references.map((reference) => ({ reference, element: inside(signature, reference) }));
  const objects = named.filter(({ element }) => element.is(DS, 'Object') && element.attribute('Id') === ID.packageObject);
  const [one, ...more] = objects;
  if (one === undefined || more.length > 0 || one.element.parent !== tree.root) {
    throw damaged('SignedInfo does not name exactly one package object');
  }
  requireOnlyCanonical(one.reference);
  const packageObject = one.element;
  const manifests = tree.elements.filter((other) => other.is(DS, 'Manifest'));
  const manifest = packageObject.child(DS, 'Manifest');
  if (manifest === undefined || manifests.length !== 1 || packageObject.children.length !== 2) {
    throw damaged('the package object does not hold exactly one manifest and the signature properties');
  }
  const references = manifest.childrenNamed(DS, 'Reference');
  if (references.length === 0 || references.length > MAX_MANIFEST || references.length !== manifest.children.length) {
    throw damaged(`${references.length} references in the manifest`);
  }
  const signedProperties = named.find(({ reference }) => reference.type === SIGNED_PROPERTIES_TYPE)?.element;
  const own = signedProperties?.child(XADES, 'SignedSignatureProperties');
  const policy = own?.child(XADES, 'SignaturePolicyIdentifier');
  return {
    signature,
    packageObject,
    manifest: references.map((reference) => readReference(reference, methods)),
    signatureTime: timeOf(within(packageObject, NAMESPACE.packageSignature, 'Value')),
    signedProperties,
    signingTime: timeOf(own?.child(XADES, 'SigningTime')?.text),
    policy: policy === undefined ? 'none' : policy.child(XADES, 'SignaturePolicyId') === undefined ? 'implied' : 'named',
    comments: commentsOf(named.map(({ element }) => element)),
  };
}

/** M6.5: a reference to anything outside the signature is an error. */
function inside(signature: XmlSignature, reference: Reference): XmlElement {
  const { element } = dereference(signature.tree, reference.uri, () => undefined);
  if (element === undefined || element === signature.element || !signature.element.contains(element)) {
    throw damaged(`SignedInfo names "${reference.uri ?? ''}" outside the signature`);
  }
  return element;
}

/** M6.6: any other transform could take something away from the manifest. */
function requireOnlyCanonical(reference: Reference): void {
  for (const transform of reference.transforms) {
    if (!isCanonicalForm(transform.attribute('Algorithm') ?? '')) throw damaged('a transform of the package object');
  }
}

/** Purpose of signing: of the object that SignedInfo names, no other. */
function commentsOf(signed: readonly XmlElement[]): string | undefined {
  const office = signed.find((one) => one.attribute('Id') === ID.officeObject);
  const text = office === undefined ? undefined : within(office, NAMESPACE.officeSignature, 'SignatureComments');
  return text === '' ? undefined : text;
}

function within(element: XmlElement, namespace: string, name: string): string | undefined {
  const found = element.children.flatMap((one) => (one.is(namespace, name) ? [one.text] : (within(one, namespace, name) ?? [])));
  return found[0];
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text.trim())) return undefined;
  const time = Date.parse(text.trim());
  return Number.isFinite(time) ? time : undefined;
}

function damaged(message: string): SignatureFault {
  return new SignatureFault('ooxml.signature', message);
}
