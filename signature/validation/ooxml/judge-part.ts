import { FormatFault } from '@antin/formats/fault';
import { parseXml } from '@antin/formats/xml/document';
import type { XmlTree } from '@antin/formats/xml/document';
import { SignatureFault } from '../../fault.ts';
import type { ManifestFinding } from '../../ooxml/check-manifest.ts';
import { checkManifestReference } from '../../ooxml/check-manifest.ts';
import type { Coverage } from '../../ooxml/coverage.ts';
import { coverageOf } from '../../ooxml/coverage.ts';
import { formOf } from '../../ooxml/form.ts';
import type { OoxmlPackage, OoxmlPart } from '../../ooxml/package.ts';
import type { OoxmlSignature } from '../../ooxml/read-signed.ts';
import { readOoxmlSignature } from '../../ooxml/read-signed.ts';
import { JUDGED_METHODS } from '../../xmldsig/algorithms.ts';
import type { Reference, ReferenceFinding } from '../../xmldsig/reference.ts';
import type { SignatureFacts } from '../facts.ts';
import type { LevelFacts } from '../settled.ts';
import { settle } from '../settle.ts';
import type { Sources } from '../sources.ts';
import type { Covered, Finding, SignatureReport } from '../types.ts';
import { besideDigest } from '../xml/beside-digest.ts';
import { coverageOf as coverageOfXml } from '../xml/covers.ts';
import type { Work } from '../xml/references.ts';
import { spend, workFor } from '../xml/references.ts';
import { readXmlFacts } from '../xml/xml-facts.ts';

const MOST = 20;

/** One signature part: what XML signatures share is judged as there, its manifest and what it leaves out as packages want it. */
export function judgePart(
  file: OoxmlPackage,
  part: OoxmlPart,
  id: string,
  sources: Sources,
): { readonly report: SignatureReport; readonly doubts: readonly Finding[] } {
  let tree: XmlTree | undefined;
  try {
    const content = file.content(part);
    tree = parseXml(content.read(0, content.size));
    return judgeTree(file, tree, { id, signatureFile: part.name.slice(1) }, sources);
  } catch (fault) {
    if (!(fault instanceof FormatFault) && !(fault instanceof SignatureFault)) throw fault;
    const clause = fault.code === 'ooxml.signature' ? 'ECMA-376 Part 2 13.2.4.1' : 'XMLDSIG 4';
    const facts = { ...unread(id, [{ code: fault.code, clause, message: fault.message }]), signatureFile: part.name.slice(1) };
    return { report: settle(facts, sources, () => ({ level: null, levelFailures: [] })), doubts: [] };
  } finally {
    tree?.dispose();
  }
}

export function unread(id: string, formatFaults: readonly Finding[]): SignatureFacts {
  const nothing = { pdf: null, cms: null, xml: null, jws: null, signer: null, trust: null, trustAtPoe: null };
  return { id, format: 'OOXML', notJudged: null, formatFaults, ...nothing, timeStamps: [], warnings: [] };
}

function judgeTree(
  file: OoxmlPackage,
  tree: XmlTree,
  named: { readonly id: string; readonly signatureFile: string },
  sources: Sources,
): { readonly report: SignatureReport; readonly doubts: readonly Finding[] } {
  const one = readOoxmlSignature(tree, JUDGED_METHODS);
  const work = workFor(tree.text);
  const manifest: ManifestFinding[] = [];
  const outside = (reference: Reference): ReferenceFinding => {
    const finding = lookAt(file, reference, work, sources);
    manifest.push(finding);
    return asReference(reference, finding);
  };
  const read = readXmlFacts(tree, tree.root, { sources, detached: () => undefined, work, outside });
  // Nothing of the manifest counts when SignedInfo does not hold: it then fails for that.
  const coverage: Coverage = manifest.length === 0 ? { exempt: [], missing: [] } : coverageOf(file, manifest);
  const facts: SignatureFacts = {
    ...unread(named.id, [...read.faults, ...manifest.flatMap(manifestFault)]),
    ...read.facts,
    ...named,
    format: 'OOXML',
    xml: { ...read.xml, coverage: coverage.missing.length === 0 ? 'file' : 'part' },
    covers: manifest.map(coveredOf),
    warnings: [
      // An implied policy, which Office always writes, names none that anybody could look at.
      ...read.facts.warnings.filter((told) => one.policy !== 'implied' || told.code !== 'signature.policy-not-checked'),
      ...timeWarning(one),
      ...exemptWarnings(coverage),
      ...leftOut(named.id, coverage),
    ],
  };
  const report = settle(facts, sources, () => levelOf(one, read.xml.baseline));
  // Objects nobody signed are shown too: an image for the signature line, a purpose of signing.
  const { unsigned } = coverageOfXml(tree, read.covered);
  const beside = besideDigest(tree, read.covered);
  return { report, doubts: [...leftOut(named.id, coverage), ...unsigned, ...beside.doubts] };
}

function lookAt(file: OoxmlPackage, reference: Reference, work: Work, { context }: Sources): ManifestFinding {
  // Parts are digested once; lists of relationships, and canonical forms, are made for every reference.
  spend(work, reference.transforms.length === 0 ? 0 : Math.min(100_000, costOf(file, reference)));
  return checkManifestReference(file, reference, context.door);
}

function costOf(file: OoxmlPackage, { uri = '' }: Reference): number {
  return file.zip.entry(uri.replace(/\?.*$/s, '').slice(1))?.size ?? 0;
}

/** A part that was taken out is a change: the package is all there is. */
function asReference(reference: Reference, { status, code }: ManifestFinding): ReferenceFinding {
  if (status === 'intact') return { status, reference, element: undefined };
  if (status === 'refused') return { status, reference, code: code ?? 'ooxml.reference' };
  return { status: status === 'not-found' ? 'changed' : status, reference };
}

function manifestFault({ uri, status, code }: ManifestFinding): Finding[] {
  if (status !== 'refused' || (code !== 'ooxml.reference' && code !== 'ooxml.transform')) return [];
  const message = `the manifest names "${uri}" as no package may`;
  return [{ code, clause: 'ECMA-376 Part 2 13.2.4.1', message }];
}

function coveredOf({ uri, part, status }: ManifestFinding): Covered {
  const name = part?.name.slice(1) ?? uri;
  return {
    kind: 'file',
    name,
    intact: status === 'intact' ? true : status === 'changed' || status === 'not-found' ? false : null,
  };
}

/** Whatever was put in afterwards breaks no digest (content injection), so that each keeps the whole from passing. */
function leftOut(id: string, { missing }: Coverage): Finding[] {
  const clause = 'ECMA-376 Part 2 13.2.4.16';
  const findings = missing
    .slice(0, MOST)
    .map((what): Finding => ({ code: 'ooxml.not-covered', clause, message: `"${what}" is not covered by ${id}` }));
  if (missing.length <= MOST) return findings;
  return [...findings, { code: 'ooxml.not-covered', clause, message: `and ${missing.length - MOST} more` }];
}

/** Properties and signatures are left out by everybody and need no word; the rest is told. */
function exemptWarnings({ exempt }: Coverage): Finding[] {
  const told = exempt.filter(({ what, why }) => why !== 'properties' && why !== 'signature' && !what.includes('#'));
  return told.slice(0, MOST).map(({ what, why }) => ({
    code: 'ooxml.not-covered-unseen',
    clause: 'ECMA-376 Part 2 13.2.4.16',
    message: `"${what}" (${why}) is not covered; it does not show in the document`,
  }));
}

/** Two claims about one moment: readers show one or the other. */
function timeWarning({ signatureTime, signingTime }: OoxmlSignature): Finding[] {
  if (signatureTime === undefined || signingTime === undefined || Math.abs(signatureTime - signingTime) < 1000) return [];
  const message = 'mdssi:SignatureTime and xades:SigningTime are not the same moment';
  return [{ code: 'ooxml.times-differ', clause: '[MS-OFFCRYPTO] 2.5.2.6', message }];
}

/** A form of TS 101 903 as Office writes it, never a baseline level; each rule that does not hold is named. */
function levelOf(one: OoxmlSignature, baseline: readonly Finding[]): LevelFacts {
  const message = `the form is ${formOf(one)}, as Office writes it: parts are digested by a manifest, relationships by a transform of packages`;
  const form: Finding = { code: 'ooxml.no-baseline', clause: 'EN 319 132-1 6; [MS-OFFCRYPTO] 2.5.2.6', message };
  return { level: null, levelFailures: [form, ...baseline] };
}
