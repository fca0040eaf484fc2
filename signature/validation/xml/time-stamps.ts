import { FormatFault } from '@antin/formats/fault';
import { base64Binary } from '@antin/formats/xml/base64';
import { C14N, canonicalize, isCanonicalForm } from '@antin/formats/xml/canonicalize';
import type { CanonicalForm } from '@antin/formats/xml/canonicalize';
import type { XmlElement } from '@antin/formats/xml/element';
import type { DigestAlgorithm } from '@antin/pki/crypto';
import { SignatureFault } from '../../fault.ts';
import { writeArchiveImprint } from '../../xades/archive-imprint.ts';
import { XADES, XADES141 } from '../../xades/names.ts';
import { DS } from '../../xmldsig/names.ts';
import { writeReferenceOctets } from '../../xmldsig/reference.ts';
import type { DetachedContent, Reference } from '../../xmldsig/reference.ts';
import type { TimeStampFacts } from '../facts.ts';
import { concludeTimeStamp } from '../process.ts';
import type { Sources } from '../sources.ts';
import { readTimeStamp, withTrust } from '../time-stamps.ts';
import type { ReadTimeStamp } from '../time-stamps.ts';
import type { Covering } from '../timed-trust.ts';
import type { Finding } from '../types.ts';
import { costOf, spend } from './references.ts';
import type { Work } from './references.ts';
import type { XmlStructure } from './structure.ts';

type Update = (piece: Uint8Array) => void;

/** An archive time-stamp and where it stands: what is before it in the properties is under it. */
export interface JudgedArchive extends Covering {
  readonly element: XmlElement;
}

export interface ReadStamps {
  /** Over the value and over the data, as read. */
  readonly own: readonly ReadTimeStamp[];
  /** Newest first. */
  readonly archive: readonly JudgedArchive[];
  readonly warnings: readonly Finding[];
}

interface Doors {
  readonly sources: Sources;
  readonly detached: DetachedContent;
  readonly work: Work;
}

/** What is said about kinds that are recognised and prove nothing here. */
const NOT_JUDGED: readonly (readonly [namespace: string, name: string])[] = [
  [XADES, 'SigAndRefsTimeStamp'],
  [XADES, 'RefsOnlyTimeStamp'],
  [XADES, 'ArchiveTimeStamp'],
  [XADES141, 'SigAndRefsTimeStampV2'],
  [XADES141, 'RefsOnlyTimeStampV2'],
];

/**
 * All time-stamps of one signature (EN 319 132-1 §5.2.8, §5.3, §5.5): each imprint held against what it must be over.
 *
 * @throws {LimitReached} `xml-work`
 */
export function readStamps(structure: XmlStructure, doors: Doors): ReadStamps {
  const { sources } = doors;
  const warnings: Finding[] = [];
  const seen = new Set<string>();
  const read = (kind: TimeStampFacts['kind'], element: XmlElement, write: (form: CanonicalForm, update: Update) => void) => {
    const tokens = encapsulated(element);
    if (tokens.length === 0) warnings.push(warning('time-stamp.not-judged', `${element.name} holds no RFC 3161 token`));
    return tokens.flatMap((token) => {
      if (seen.size >= sources.policy.limits.timeStamps) {
        warnings.push(warning('limit.time-stamps', `only ${seen.size} time-stamps were read`));
        return [];
      }
      const one = readOne(kind, token, element, write, sources);
      // The same token twice proves nothing twice.
      if (seen.has(one.sha256)) return [];
      seen.add(one.sha256);
      return [one];
    });
  };
  const own = [...overData(structure, doors, read, warnings), ...overValue(structure, doors, read)];
  const archive = judgeArchive(structure, doors, read, warnings);
  for (const [namespace, name] of NOT_JUDGED) {
    if ((structure.unsigned?.childrenNamed(namespace, name) ?? []).length > 0) {
      warnings.push(warning('time-stamp.not-judged', `a ${name} is there; it proves nothing here`));
    }
  }
  return { own, archive, warnings };
}

type Read = (
  kind: TimeStampFacts['kind'],
  element: XmlElement,
  write: (form: CanonicalForm, update: Update) => void,
) => ReadTimeStamp[];

function overValue({ signature, unsigned, namespace }: XmlStructure, { work }: Doors, read: Read): ReadTimeStamp[] {
  const { tree, valueElement } = signature;
  return (unsigned?.childrenNamed(namespace, 'SignatureTimeStamp') ?? []).flatMap((element) =>
    read('signature-time-stamp', element, (form, update) => {
      spend(work, valueElement.end - valueElement.start);
      update(canonicalize(tree, form, { apex: valueElement }));
    }),
  );
}

/** AllDataObjectsTimeStamp and IndividualDataObjectsTimeStamp stand among the signed properties. */
function overData(structure: XmlStructure, doors: Doors, read: Read, warnings: Finding[]): ReadTimeStamp[] {
  const { signature, signedProperties, propertiesReference, namespace } = structure;
  const properties = signedProperties?.child(namespace, 'SignedDataObjectProperties');
  const data = signature.references.filter((one) => one !== propertiesReference);
  const write = (references: readonly Reference[]) => (form: CanonicalForm, update: Update) => {
    for (const one of references) {
      spend(doors.work, costOf(signature.tree, one));
      writeReferenceOctets(signature.tree, signature.element, one, doors.detached, update, form);
    }
  };
  const all = properties?.childrenNamed(namespace, 'AllDataObjectsTimeStamp') ?? [];
  const some = properties?.childrenNamed(namespace, 'IndividualDataObjectsTimeStamp') ?? [];
  return [
    ...all.flatMap((element) => read('content-time-stamp', element, write(data))),
    ...some.flatMap((element) => {
      const includes = element.childrenNamed(namespace, 'Include');
      const named = includes.map((one) => data.find((reference) => one.attribute('URI') === `#${reference.id ?? ''}`));
      if (named.length === 0 || named.includes(undefined) || includes.some((one) => one.attribute('referencedData') !== 'true')) {
        warnings.push(warning('time-stamp.not-judged', 'an IndividualDataObjectsTimeStamp names what is no signed reference'));
        return [];
      }
      return read('content-time-stamp', element, write(named as Reference[]));
    }),
  ];
}

/**
 * xades141:ArchiveTimeStamp, newest first: what a later one proves about time is the moment for which an older one must stand.
 * One behind which signature time-stamps stand does not cover them, and is no proof for this signature.
 */
function judgeArchive(
  structure: XmlStructure,
  { sources, detached, work }: Doors,
  read: Read,
  warnings: Finding[],
): JudgedArchive[] {
  const { signature, unsigned, qualifyingProperties, namespace } = structure;
  if (unsigned === undefined || qualifyingProperties === undefined) return [];
  const lastStamp = Math.max(-1, ...unsigned.childrenNamed(namespace, 'SignatureTimeStamp').map((one) => one.start));
  let control = sources.context.at;
  const out: JudgedArchive[] = [];
  for (const element of unsigned.childrenNamed(XADES141, 'ArchiveTimeStamp').reverse()) {
    if (element.childrenNamed(XADES, 'Include').length > 0) {
      warnings.push(warning('time-stamp.not-judged', 'an ArchiveTimeStamp of the distributed case is not judged'));
      continue;
    }
    const stamps = read('archive-time-stamp', element, (form, update) => {
      for (const one of signature.references) spend(work, costOf(signature.tree, one));
      spend(work, signature.element.end - signature.element.start);
      writeArchiveImprint({ signature, qualifyingProperties, unsigned }, { detached, form, before: element }, update);
    });
    for (const one of stamps) {
      const facts = withTrust(one, control, sources.trustFor('time-stamp'));
      const judged = concludeTimeStamp(facts, sources.policy, sources.context.at);
      const whole = lastStamp < element.start;
      if (judged.indication === 'PASSED' && !whole) {
        warnings.push(
          warning('time-stamp.archive-partial', 'a time-stamp of the signature stands behind its archive time-stamp'),
        );
      }
      const passed = judged.indication === 'PASSED' && whole;
      if (passed) control = Math.min(control, facts.genTime as number);
      out.push({ facts, passed, element });
    }
  }
  return out;
}

function readOne(
  kind: TimeStampFacts['kind'],
  token: Uint8Array,
  element: XmlElement,
  write: (form: CanonicalForm, update: Update) => void,
  { pool, context }: Sources,
): ReadTimeStamp {
  const { door } = context;
  const faults: Finding[] = [];
  const imprint = (digest: DigestAlgorithm): Uint8Array => {
    const method = element.child(DS, 'CanonicalizationMethod')?.attribute('Algorithm') ?? C14N.inclusive;
    if (!isCanonicalForm(method)) {
      faults.push(warning('time-stamp.canonical-form', `the canonical form ${method} is not known`));
      return new Uint8Array(0);
    }
    const running = door.digest(digest);
    try {
      write(method, (piece) => running.update(piece));
    } catch (fault) {
      if (!(fault instanceof SignatureFault) && !(fault instanceof FormatFault)) throw fault;
      faults.push(warning('time-stamp.data-missing', `what it is over cannot be had: ${fault.message}`));
      return new Uint8Array(0);
    }
    return running.finish();
  };
  const read = readTimeStamp(kind, token, imprint, pool, door);
  return { ...read, faults: [...read.faults, ...faults] };
}

/** Tokens of a time-stamp property; one that is no base64 is kept as nothing, so that it is reported. */
function encapsulated(element: XmlElement): Uint8Array[] {
  return element.children
    .filter((one) => one.localName === 'EncapsulatedTimeStamp')
    .map((one) => {
      try {
        return base64Binary(one.text);
      } catch (fault) {
        if (fault instanceof FormatFault) return new Uint8Array(0);
        throw fault;
      }
    });
}

function warning(code: string, message: string): Finding {
  return { code, clause: 'EN 319 132-1 5.3', message };
}
