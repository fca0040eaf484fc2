import { base64Binary } from '@antin/formats/xml/base64';
import { canonicalize, isCanonicalForm } from '@antin/formats/xml/canonicalize';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { SignatureAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../fault.ts';
import { MADE_METHODS } from './algorithms.ts';
import type { Methods } from './algorithms.ts';
import { DS, EXC_C14N } from './names.ts';
import type { Reference } from './reference.ts';
import { MAX_REFERENCES, readReference } from './reference.ts';

/** A ds:Signature as it is written, in its document. */
export interface XmlSignature {
  readonly tree: XmlTree;
  readonly element: XmlElement;
  readonly id: string | undefined;
  readonly signedInfo: XmlElement;
  /** Of SignedInfo; undefined for one we do not know. */
  readonly canonicalForm: CanonicalForm | undefined;
  readonly inclusivePrefixes: readonly string[] | undefined;
  /** Identifier as it stands there. */
  readonly signatureMethod: string;
  /** Undefined for a method we do not accept. */
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly references: readonly Reference[];
  readonly valueElement: XmlElement;
  readonly value: Uint8Array;
  readonly keyInfo: XmlElement | undefined;
  /** X509Certificate values inside KeyInfo, in order. */
  readonly certificates: readonly Uint8Array[];
  readonly objects: readonly XmlElement[];
}

/** All ds:Signature elements, in document order. */
export function signatureElements(tree: XmlTree): XmlElement[] {
  return tree.elements.filter((one) => one.is(DS, 'Signature'));
}

/**
 * @throws {SignatureFault} `xmldsig.damaged`
 * @throws {FormatFault} `xml.child-repeated`, `base64.damaged`
 */
export function readXmlSignature(tree: XmlTree, element: XmlElement, methods: Methods = MADE_METHODS): XmlSignature {
  const signedInfo = required(element, 'SignedInfo');
  const valueElement = required(element, 'SignatureValue');
  const method = required(signedInfo, 'CanonicalizationMethod');
  const form = method.attribute('Algorithm') ?? '';
  const signatureMethod = required(signedInfo, 'SignatureMethod').attribute('Algorithm') ?? '';
  const prefixes = method.child(EXC_C14N, 'InclusiveNamespaces')?.attribute('PrefixList');
  const references = signedInfo.childrenNamed(DS, 'Reference');
  if (references.length === 0 || references.length > MAX_REFERENCES) {
    throw new SignatureFault('xmldsig.damaged', `${references.length} references in SignedInfo`);
  }
  const keyInfo = element.child(DS, 'KeyInfo');
  const certificates = (keyInfo?.childrenNamed(DS, 'X509Data') ?? []).flatMap((data) =>
    data.childrenNamed(DS, 'X509Certificate'),
  );
  return {
    tree,
    element,
    id: element.attribute('Id'),
    signedInfo,
    canonicalForm: isCanonicalForm(form) ? form : undefined,
    inclusivePrefixes: prefixes?.split(/\s+/).filter((prefix) => prefix !== ''),
    signatureMethod,
    algorithm: methods.signature(signatureMethod),
    references: references.map((one) => readReference(one, methods)),
    valueElement,
    value: base64Binary(valueElement.text),
    keyInfo,
    certificates: certificates.map((one) => base64Binary(one.text)),
    objects: element.childrenNamed(DS, 'Object'),
  };
}

/** The octets the signature value is over. @throws {SignatureFault} `xmldsig.canonical-form-refused` */
export function signedInfoOctets(signature: XmlSignature): Uint8Array {
  const { tree, signedInfo, canonicalForm, inclusivePrefixes } = signature;
  if (canonicalForm === undefined) {
    throw new SignatureFault('xmldsig.canonical-form-refused', 'the canonical form of SignedInfo is not known');
  }
  return canonicalize(tree, canonicalForm, {
    apex: signedInfo,
    ...(inclusivePrefixes === undefined ? {} : { inclusivePrefixes }),
  });
}

function required(parent: XmlElement, localName: string): XmlElement {
  const found = parent.child(DS, localName);
  if (found === undefined) throw new SignatureFault('xmldsig.damaged', `${parent.localName} has no ${localName}`);
  return found;
}
