import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { isCanonicalForm } from '@antin/formats/xml/canonicalize';
import { JUDGED_METHODS } from '../../xmldsig/algorithms.ts';
import { DS } from '../../xmldsig/names.ts';
import { elementsWithId } from '../../xmldsig/reference.ts';
import type { Reference } from '../../xmldsig/reference.ts';
import { readXmlSignature } from '../../xmldsig/signature.ts';
import type { XmlSignature } from '../../xmldsig/signature.ts';
import { XADES } from '../../xades/names.ts';
import type { Finding } from '../types.ts';

/** Generations of XAdES by their namespace; only the last one has baseline levels. */
const GENERATIONS: Readonly<Record<string, '1.1.1' | '1.2.2' | '1.3.2'>> = {
  'http://uri.etsi.org/01903/v1.1.1#': '1.1.1',
  'http://uri.etsi.org/01903/v1.2.2#': '1.2.2',
  [XADES]: '1.3.2',
};

/** `http://uri.etsi.org/01903#SignedProperties`, and with a version in older generations. */
const SIGNED_PROPERTIES = /^http:\/\/uri\.etsi\.org\/01903(\/v1\.[12]\.[12])?#SignedProperties$/;

/** A ds:Signature with the properties that are its own, read only from the node that its references digest. */
export interface XmlStructure {
  readonly signature: XmlSignature;
  /** Null for plain XMLDSIG. */
  readonly generation: '1.1.1' | '1.2.2' | '1.3.2' | null;
  readonly namespace: string;
  readonly qualifyingProperties: XmlElement | undefined;
  /** The node that a reference digests; never one that merely stands there. */
  readonly signedProperties: XmlElement | undefined;
  readonly propertiesReference: Reference | undefined;
  readonly unsigned: XmlElement | undefined;
  readonly faults: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/**
 * @throws {SignatureFault} `xmldsig.damaged`
 * @throws {FormatFault} `xml.child-repeated`, `base64.damaged`
 */
export function readStructure(tree: XmlTree, element: XmlElement): XmlStructure {
  const signature = readXmlSignature(tree, element, JUDGED_METHODS);
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  const fault = (code: string, clause: string, message: string): void => void faults.push({ code, clause, message });
  const foreign = element.children.find((one) => !CHILDREN.some((name) => one.is(DS, name)));
  if (foreign !== undefined) fault('xmldsig.unexpected-child', 'XMLDSIG 4.1', `${foreign.name} is no part of a ds:Signature`);

  const qualifying = signature.objects.flatMap((object) =>
    object.children.filter((one) => one.localName === 'QualifyingProperties' && GENERATIONS[one.namespace] !== undefined),
  );
  const [own, second] = qualifying;
  // A reader that takes the first and a reader that takes the last must not see two different signers.
  if (second !== undefined)
    fault('xades.second-qualifying-properties', 'EN 319 132-1 4.4', 'two QualifyingProperties stand there');
  if (signature.objects.some((object) => object.children.some((one) => one.localName === 'QualifyingPropertiesReference'))) {
    const message = 'properties kept elsewhere are not fetched';
    warnings.push({ code: 'xades.properties-reference', clause: 'EN 319 132-1 4.4.2', message });
  }
  const namespace = own?.namespace ?? XADES;
  const target = own?.attribute('Target');
  if (own !== undefined && (signature.id === undefined || target !== `#${signature.id}`)) {
    fault('xades.target-mismatch', 'EN 319 132-1 4.3.1', `QualifyingProperties is for "${target ?? ''}", not for this signature`);
  }
  const written = own?.child(namespace, 'SignedProperties');
  const named = signature.references.filter(
    (one) => SIGNED_PROPERTIES.test(one.type ?? '') || (written !== undefined && targetOf(tree, one) === written),
  );
  const [reference] = named;
  if (named.length > 1) fault('xades.second-properties-reference', 'EN 319 132-1 4.4', 'two references to signed properties');
  const digested = reference === undefined ? undefined : targetOf(tree, reference);
  if (reference !== undefined && (digested === undefined || digested !== written)) {
    // Signed properties that lie elsewhere were signed, but are not those that readers show (spoofing, wrapping).
    fault('xades.properties-elsewhere', 'EN 319 132-1 4.4', 'the signed properties are not those of this signature');
  } else if (reference === undefined && written !== undefined) {
    fault('xades.properties-not-signed', 'EN 319 132-1 4.4', 'SignedProperties stand there and no reference digests them');
  }
  if (reference !== undefined && !reference.transforms.every((one) => isCanonicalForm(one.attribute('Algorithm') ?? ''))) {
    // Anything else would digest less than the reader sees.
    fault('xades.properties-transform', 'EN 319 132-1 4.4', 'the signed properties are digested through a transform');
  }
  return {
    signature,
    generation: own === undefined ? null : (GENERATIONS[namespace] ?? null),
    namespace,
    qualifyingProperties: own,
    signedProperties: faults.length > 0 || digested !== written ? undefined : digested,
    propertiesReference: reference,
    unsigned: own?.child(namespace, 'UnsignedProperties')?.child(namespace, 'UnsignedSignatureProperties'),
    faults,
    warnings,
  };
}

const CHILDREN = ['SignedInfo', 'SignatureValue', 'KeyInfo', 'Object'] as const;

/** The one element a `#id` names; undefined when there is none, or more than one. */
export function targetOf(tree: XmlTree, reference: Reference): XmlElement | undefined {
  const { uri } = reference;
  if (uri === '') return tree.root;
  if (uri?.startsWith('#') !== true) return undefined;
  const [one, more] = elementsWithId(tree, uri.slice(1));
  return more === undefined ? one : undefined;
}
