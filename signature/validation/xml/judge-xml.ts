import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { parseXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import { XML_BUDGET } from '@antin/formats/xml/scan';
import type { XmlElement } from '@antin/formats/xml/element';
import { PkiFault } from '@antin/pki/fault';
import { SignatureFault } from '../../fault.ts';
import { signatureElements } from '../../xmldsig/signature.ts';
import type { DetachedContent } from '../../xmldsig/reference.ts';
import type { Carried } from '../embedded-evidence.ts';
import type { SignatureFacts } from '../facts.ts';
import { reachedLevel } from '../level.ts';
import type { LevelFacts } from '../settled.ts';
import { WARNABLE_OF_DOCUMENTS } from '../constraints.ts';
import { LimitReached } from '../limits.ts';
import { settle } from '../settle.ts';
import type { Sources } from '../sources.ts';
import type { Finding, SignatureReport } from '../types.ts';
import { besideDigest } from './beside-digest.ts';
import { coverageOf } from './covers.ts';
import type { Covered } from './covers.ts';
import { cutText } from './cut-text.ts';
import { externalNames } from './external.ts';
import { byName, workFor } from './references.ts';
import type { Work } from './references.ts';
import { readXmlFacts } from './xml-facts.ts';
import type { ReadXml } from './xml-facts.ts';

export interface JudgedXml {
  readonly signatures: SignatureReport[];
  readonly warnings: Finding[];
  /** Keep the document from passing whatever its signatures say: content that nobody signed, a budget that was reached. */
  readonly doubts: Finding[];
  /** What nobody signed and reads the same anywhere: told. */
  readonly information: readonly Finding[];
}

export interface XmlOptions {
  /** Content outside the document by file name (percent-decoded; asked as written, in NFC and in NFD). Nothing is fetched. */
  readonly resolve?: (name: string) => ByteSource | undefined;
  /** Reports are `${idPrefix}1`, `${idPrefix}2` …; default `signature-`. */
  readonly idPrefix?: string;
}

/** Budgets of the reader; what goes beyond them is not decided. */
const UNDECIDED: ReadonlySet<string> = new Set(['xml.too-large', 'xml.too-deep', 'xml.too-many-elements', 'xml.encoding']);

/**
 * Judges an XML file: every ds:Signature in it, counter-signatures too, and what of the file nobody signed. The data of detached
 * signatures is `context.detached`: the one file they name, or `context.detachedByName`.
 */
export function judgeXmlFile(source: ByteSource, sources: Sources): JudgedXml {
  if (source.size > XML_BUDGET.bytes) return doubted('xml.too-large', `more than ${XML_BUDGET.bytes} bytes`);
  const bytes = source.read(0, source.size);
  return judgeBytes(bytes, sources, (tree) => givenContent(tree, sources), 'signature-');
}

/**
 * All ds:Signature elements of one XML document, as ASiC containers carry them.
 *
 * @param bytes the document
 */
export function judgeXmlSignatures(bytes: Uint8Array, sources: Sources, options: XmlOptions = {}): JudgedXml {
  const detached = byName(options.resolve ?? (() => undefined));
  return judgeBytes(bytes, sources, () => detached, options.idPrefix ?? 'signature-');
}

function judgeBytes(
  bytes: Uint8Array,
  sources: Sources,
  contentFor: (tree: XmlTree) => DetachedContent,
  idPrefix: string,
): JudgedXml {
  let tree: XmlTree;
  try {
    tree = parseXml(bytes);
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    if (UNDECIDED.has(fault.code)) return doubted(fault.code, fault.message);
    const finding = { code: fault.code, clause: 'XML 1.0', message: fault.message };
    return {
      signatures: [conclude(unread(`${idPrefix}1`, [finding]), sources, NOTHING)],
      warnings: [],
      doubts: [],
      information: [],
    };
  }
  try {
    return judgeTree(tree, sources, contentFor(tree), idPrefix);
  } finally {
    tree.dispose();
  }
}

function judgeTree(tree: XmlTree, sources: Sources, detached: DetachedContent, idPrefix: string): JudgedXml {
  const { limits } = sources.policy;
  const elements = signatureElements(tree);
  if (elements.length > limits.signatures) throw new LimitReached('signatures', limits.signatures);
  const work = workFor(tree.text);
  const covered: Covered[] = [];
  const signatures = elements.map((element, i) => {
    const id = `${idPrefix}${i + 1}`;
    const judged = judgeOne(tree, element, id, { sources, detached, work });
    covered.push(...judged.covered);
    return judged.report;
  });
  if (signatures.length === 0) return { signatures, warnings: [], doubts: [], information: [] };
  const { unsigned, whole } = coverageOf(tree, covered);
  // A policy may know messages whose frame speaks; the heading goes on naming the signed part alone.
  const told = (one: Finding): boolean =>
    WARNABLE_OF_DOCUMENTS.has(one.code) && sources.policy.constraints?.[one.code] === 'warn';
  const message = 'only a part of this document is signed; whatever frames it says nothing';
  const partly = !whole && unsigned.length === 0 && covered.some((one) => one.kind === 'element');
  const warnings = partly ? [{ code: 'xml.part-signed', clause: 'EN 319 102-1 5.2.2', message }] : [];
  const beside = besideDigest(tree, covered);
  return {
    signatures,
    warnings: [...warnings, ...cutText(tree), ...unsigned.filter(told), ...beside.warnings],
    doubts: [...unsigned.filter((one) => !told(one)), ...beside.doubts],
    information: beside.information,
  };
}

interface Doors {
  readonly sources: Sources;
  readonly detached: DetachedContent;
  readonly work: Work;
}

function judgeOne(
  tree: XmlTree,
  element: XmlElement,
  id: string,
  doors: Doors,
): { report: SignatureReport; covered: readonly Covered[] } {
  let read: ReadXml;
  try {
    read = readXmlFacts(tree, element, doors);
  } catch (fault) {
    if (!(fault instanceof FormatFault) && !(fault instanceof SignatureFault) && !(fault instanceof PkiFault)) throw fault;
    const finding = { code: fault.code, clause: 'XMLDSIG 4', message: fault.message };
    return { report: conclude(unread(id, [finding]), doors.sources, NOTHING), covered: [] };
  }
  const facts: SignatureFacts = { ...unread(id, read.faults), ...read.facts };
  return { report: conclude(facts, doors.sources, read), covered: read.covered };
}

const NOTHING = { carried: (): Carried => ({ complete: false, archived: false }), atT: [], atLt: [] };

function unread(id: string, formatFaults: readonly Finding[]): SignatureFacts {
  return {
    id,
    format: 'XMLDSig',
    notJudged: null,
    formatFaults,
    pdf: null,
    cms: null,
    xml: null,
    jws: null,
    signer: null,
    trust: null,
    trustAtPoe: null,
    timeStamps: [],
    warnings: [],
  };
}

function conclude(facts: SignatureFacts, sources: Sources, read: Pick<ReadXml, 'carried' | 'atT' | 'atLt'>): SignatureReport {
  return settle(facts, sources, (time) => levelOf(facts, time, read));
}

function levelOf({ xml, ...facts }: SignatureFacts, time: number, read: Pick<ReadXml, 'carried' | 'atT' | 'atLt'>): LevelFacts {
  if (xml === null) return { level: null, levelFailures: [] };
  const level = reachedLevel({ ...facts, xml }, read.carried(time), xml.baseline, read.atLt);
  const stamped = level.level !== null && level.level !== 'B-B';
  return stamped && read.atT.length > 0 ? { level: 'B-B', levelFailures: read.atT } : level;
}

/** The caller's data for the files that signatures name: by name, or the one there is for the only name. */
function givenContent(tree: XmlTree, sources: Sources): DetachedContent {
  const { detached, detachedByName } = sources.context;
  const names = externalNames(tree);
  const named = byName(detachedByName ?? (() => undefined));
  return (uri) => named(uri) ?? (names.length === 1 && names[0] === uri ? detached : undefined);
}

function doubted(code: string, message: string): JudgedXml {
  return { signatures: [], warnings: [], doubts: [{ code, clause: 'policy', message }], information: [] };
}
