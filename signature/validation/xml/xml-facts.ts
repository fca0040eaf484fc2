import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { XADES } from '../../xades/names.ts';
import { DS } from '../../xmldsig/names.ts';
import type { DetachedContent, Reference, ReferenceFinding } from '../../xmldsig/reference.ts';
import type { Carried } from '../embedded-evidence.ts';
import type { SignatureFacts, XmlFacts } from '../facts.ts';
import { addEvidence } from '../sources.ts';
import type { Sources } from '../sources.ts';
import { timedTrust } from '../timed-trust.ts';
import type { Finding } from '../types.ts';
import { baselineFailures, forbiddenAtLt, stampFailures } from './baseline.ts';
import { bindCertificate } from './binding.ts';
import type { Covered } from './covers.ts';
import { carriedInXml, evidenceOf } from './evidence.ts';
import { checkReferences } from './references.ts';
import type { CheckedReferences, Work } from './references.ts';
import { readStructure, targetOf } from './structure.ts';
import type { XmlStructure } from './structure.ts';
import { readStamps } from './time-stamps.ts';

/** All facts of one ds:Signature, with what its level is computed from. */
export interface ReadXml {
  readonly xml: XmlFacts;
  readonly facts: Pick<
    SignatureFacts,
    'format' | 'notJudged' | 'xml' | 'covers' | 'signer' | 'trust' | 'trustAtPoe' | 'timeStamps' | 'warnings'
  >;
  readonly faults: readonly Finding[];
  readonly covered: readonly Covered[];
  readonly carried: (time: number) => Carried;
  readonly atT: readonly Finding[];
  readonly atLt: readonly Finding[];
}

/**
 * @throws {SignatureFault} `xmldsig.damaged`
 * @throws {FormatFault} `xml.child-repeated`, `base64.damaged`
 * @throws {LimitReached} `references`, `xml-work`, `certificates`
 */
export function readXmlFacts(
  tree: XmlTree,
  element: XmlElement,
  doors: {
    readonly sources: Sources;
    readonly detached: DetachedContent;
    readonly work: Work;
    readonly outside?: (reference: Reference) => ReferenceFinding;
  },
): ReadXml {
  const { sources } = doors;
  const { door } = sources.context;
  const structure = readStructure(tree, element);
  const { signature, generation } = structure;
  addEvidence(sources, evidenceOf(structure));
  const references = checkReferences(structure, { ...doors, door });
  const bound = bindCertificate(structure, sources.pool, door);
  const stamps = readStamps(structure, doors);
  const timed = timedTrust(bound.certificate, stamps.own, stamps.archive, sources);
  const times = signingTimes(structure);
  const { algorithm } = signature;
  const digests = digestFacts(references);
  const xml: XmlFacts = {
    syntax: 'xml',
    ...digests,
    digestMatches: references.matches,
    signatureIdentifier: signature.signatureMethod,
    scheme: algorithm?.scheme ?? null,
    signatureDigest: algorithm === undefined || algorithm.scheme === 'ed25519' ? null : algorithm.digest,
    mgfDigest: algorithm?.scheme === 'rsa-pss' ? algorithm.mgfDigest : null,
    signatureValue: bound.value,
    binding: bound.binding,
    signerIncluded: bound.included,
    signingTimes: times.length,
    signingTime: times.length === 1 ? (times[0] ?? null) : null,
    qualified: structure.signedProperties !== undefined,
    references: references.facts,
    coverage: coversFile(structure, references) ? 'file' : 'part',
    baseline: baselineFailures(structure, bound.included),
  };
  const policy = structure.signedProperties
    ?.childrenNamed(structure.namespace, 'SignedSignatureProperties')[0]
    ?.childrenNamed(structure.namespace, 'SignaturePolicyIdentifier');
  const policyWarning: Finding = {
    code: 'signature.policy-not-checked',
    clause: 'EN 319 102-1 5.2.4',
    message: 'a signature policy is named; it is not looked at',
  };
  return {
    xml,
    facts: {
      format: generation === null ? 'XMLDSig' : 'XAdES',
      notJudged: references.notJudged,
      xml,
      covers: references.covers,
      signer: timed.signer,
      trust: timed.trust,
      trustAtPoe: timed.trustAtPoe,
      timeStamps: timed.timeStamps,
      warnings: [
        ...structure.warnings,
        ...references.warnings,
        ...bound.warnings,
        ...stamps.warnings,
        ...((policy ?? []).length > 0 ? [policyWarning] : []),
      ],
    },
    faults: [...structure.faults, ...counterSignatureFaults(structure), ...references.faults],
    covered: references.covered,
    carried: (time) => carriedInXml(structure, timed, time, stamps.archive, sources),
    atT: stampFailures(structure),
    atLt: forbiddenAtLt(structure),
  };
}

/** The digest of data, and all others beside it; one that is not known makes the whole unknown. */
function digestFacts({ digests }: CheckedReferences): Pick<XmlFacts, 'digest' | 'digestIdentifier' | 'otherDigests'> {
  const unknown = digests.find((one) => one.digest === undefined);
  const shown = unknown ?? digests.find((one) => one.data) ?? digests[0];
  const known = new Set(digests.flatMap((one): DigestAlgorithm[] => (one.digest === undefined ? [] : [one.digest])));
  return {
    digest: shown?.digest ?? null,
    digestIdentifier: shown?.method ?? '',
    otherDigests: [...known].filter((one) => one !== shown?.digest),
  };
}

/** `xs:dateTime` in milliseconds; null when it is none. A time without zone counts as UTC. */
function signingTimes({ signedProperties, namespace }: XmlStructure): (number | null)[] {
  const properties = signedProperties?.childrenNamed(namespace, 'SignedSignatureProperties')[0];
  return (properties?.childrenNamed(namespace, 'SigningTime') ?? []).map((one) => {
    const hit = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(one.text.trim());
    const time = hit === null ? Number.NaN : Date.parse(`${hit[1] as string}${hit[2] ?? 'Z'}`);
    return Number.isNaN(time) ? null : time;
  });
}

/** The whole document, everything inside an enveloping signature, or whole files outside. */
function coversFile({ signature, qualifyingProperties }: XmlStructure, { covered }: CheckedReferences): boolean {
  const { tree, element, objects } = signature;
  if (covered.some((one) => one.kind === 'element' && one.element === tree.root && one.how !== 'text')) return true;
  const elements = covered.filter((one) => one.kind === 'element').map((one) => one.element);
  if (covered.some((one) => one.kind === 'signature')) return false;
  if (elements.length === 0) return covered.length > 0;
  // An enveloping signature, and no object in it is left out but that of the properties.
  const own = (one: XmlElement): boolean => one.children.length === 1 && one.children[0] === qualifyingProperties;
  const all = objects.every((one) => own(one) || elements.includes(one));
  return element.parent === undefined && all && elements.every((one) => objects.includes(one));
}

/** Inside xades:CounterSignature of another: it must be over that signature's value, or it countersigns nothing. */
function counterSignatureFaults({ signature }: XmlStructure): Finding[] {
  const holder = signature.element.parent;
  if (holder?.is(XADES, 'CounterSignature') !== true) return [];
  let outer: XmlElement | undefined = holder;
  while (outer !== undefined && !outer.is(DS, 'Signature')) outer = outer.parent;
  const value = outer?.childrenNamed(DS, 'SignatureValue')[0];
  const over = signature.references.some((one) => value !== undefined && targetOf(signature.tree, one) === value);
  const message = 'a counter-signature is not over the value of the signature that holds it';
  return over ? [] : [{ code: 'xades.counter-signature-elsewhere', clause: 'EN 319 132-1 5.2.7.2', message }];
}
