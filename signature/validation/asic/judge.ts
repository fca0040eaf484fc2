import type { ByteSource } from '@antin/formats/bytes/source';
import { FormatFault } from '@antin/formats/fault';
import { openAsic } from '../../asic/container.ts';
import type { AsicContainer } from '../../asic/container.ts';
import type { ContainerKind } from '../../asic/names.ts';
import { SignatureFault } from '../../fault.ts';
import { evidenceIn, openCms } from '../cms-container.ts';
import type { SignatureFacts } from '../facts.ts';
import { LimitReached } from '../limits.ts';
import { settle } from '../settle.ts';
import { addEvidence } from '../sources.ts';
import type { Sources } from '../sources.ts';
import type { Finding, SignatureReport } from '../types.ts';
import { judgeXmlSignatures } from '../xml/judge-xml.ts';
import { judgeCmsEntry } from './cms-signatures.ts';
import { formFindings } from './form.ts';
import { judgeManifests } from './manifests.ts';
import type { JudgedManifest } from './manifests.ts';
import { AsicParts, JUDGING_BUDGET, noInflate, UNDECIDED } from './parts.ts';
import { judgeContainerStamps } from './time-stamps.ts';
import type { ContainerStamp } from './time-stamps.ts';
import { uncovered } from './uncovered.ts';

export interface JudgedAsic {
  readonly format: ContainerKind;
  readonly signatures: SignatureReport[];
  readonly errors: readonly Finding[];
  readonly doubts: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly information?: readonly Finding[];
}

/**
 * Judges a signed container: the archive itself, every signature in it over the files it names, every time-stamp, and which files
 * nobody signed (EN 319 162-1). Nothing is unpacked by name; a stored entry is read in place, whatever its size.
 *
 * @param kind as recognised, for a container that cannot be opened
 */
export function judgeAsic(source: ByteSource, sources: Sources, kind: ContainerKind): JudgedAsic {
  const { inflateRaw = noInflate, door } = sources.context;
  let container: AsicContainer;
  try {
    container = openAsic(source, { inflateRaw, budget: JUDGING_BUDGET });
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof SignatureFault)) throw error;
    return refused(kind, error, sources);
  }
  const { signatures: most } = sources.policy.limits;
  if (container.xades.length + container.cades.length > most) throw new LimitReached('signatures', most);
  const parts = new AsicParts(container, door);
  const { manifests, errors } = judgeManifests(container, parts);
  // What the signatures carry speaks for the authorities of the container's time-stamps too.
  for (const { name, size } of container.cades) addEvidenceOf(name, size, parts, sources);
  const { stamps, warnings } = judgeContainerStamps(container, manifests, parts, sources);
  const signatures: SignatureReport[] = [];
  const doubts: Finding[] = [];
  const told: Finding[] = [...warnings];
  const information: Finding[] = [];
  for (const { name, size } of container.xades) {
    const one = judgeXmlEntry(name, size, parts, sources, signatures.length);
    signatures.push(...one.signatures);
    doubts.push(...one.doubts);
    told.push(...one.warnings);
    information.push(...one.information);
  }
  for (const { name, size } of container.cades) {
    const first = signatures.length + 1;
    if (signatures.length > most) throw new LimitReached('signatures', most);
    const one = judgeCmsEntry({ name, size, first }, { container, parts, manifests, stamps }, sources);
    signatures.push(...one.signatures);
    doubts.push(...one.doubts);
    told.push(...one.warnings);
  }
  if (signatures.length > most) throw new LimitReached('signatures', most);
  if (signatures.length === 0) signatures.push(...stamps.map((one, i) => timeStampOnly(one, i, container, parts, sources)));
  else told.push(...looseStamps(stamps, container, manifests));
  const form = formFindings(container, parts, manifests, sources.context.fileName ?? '');
  const read = parts.findings;
  return {
    format: container.kind,
    signatures,
    errors: [...read.errors, ...errors, ...form.errors],
    doubts: [...read.doubts, ...form.doubts, ...doubts, ...uncovered(parts, signatures)],
    warnings: [...form.warnings, ...told],
    information: [...form.information, ...information],
  };
}

function addEvidenceOf(name: string, size: number, parts: AsicParts, sources: Sources): void {
  const bytes = size > sources.policy.limits.cmsBytes ? undefined : parts.bytes(name);
  const data = bytes === undefined ? undefined : openCms(bytes, false).data;
  if (data !== undefined) addEvidence(sources, evidenceIn(data));
}

/** The archive is not what every reader would see alike: what it holds is then anybody's guess. */
function refused(format: ContainerKind, { code, message, ...fault }: FormatFault | SignatureFault, sources: Sources): JudgedAsic {
  const offset = 'offset' in fault && typeof fault.offset === 'number' ? { offset: fault.offset } : {};
  const finding = { code, clause: 'EN 319 162-1 A.1', message, ...offset };
  const none = { format, errors: [], warnings: [] };
  if (UNDECIDED.has(code)) return { ...none, signatures: [], doubts: [finding] };
  const facts = bare('signature-1', format, [finding]);
  return { ...none, signatures: [settle(facts, sources, () => ({ level: null, levelFailures: [] }))], doubts: [] };
}

function bare(id: string, format: ContainerKind, formatFaults: readonly Finding[]): SignatureFacts {
  const nothing = { pdf: null, cms: null, xml: null, jws: null, signer: null, trust: null, trustAtPoe: null };
  return { id, format, notJudged: null, formatFaults, ...nothing, timeStamps: [], warnings: [] };
}

/** Signatures of one XML file, with numbers that go on over all files. */
function judgeXmlEntry(name: string, size: number, parts: AsicParts, sources: Sources, before: number) {
  if (size > sources.policy.limits.cmsBytes) throw new LimitReached('signature-file', sources.policy.limits.cmsBytes);
  const bytes = parts.bytes(name);
  if (bytes === undefined) return { signatures: [], doubts: [], warnings: [], information: [] };
  const settledBefore = sources.settled.length;
  const resolve = (asked: string): ByteSource | undefined => parts.content(asked.replace(/^\.?\//, ''));
  const { signatures, doubts, warnings, information } = judgeXmlSignatures(bytes, sources, { resolve });
  const idOf = (i: number): string => `signature-${before + i + 1}`;
  for (let i = settledBefore; i < sources.settled.length; i++) {
    const one = sources.settled[i] as (typeof sources.settled)[number];
    sources.settled[i] = { ...one, facts: { ...one.facts, id: idOf(i - settledBefore), signatureFile: name } };
  }
  if (signatures.length === 0 && doubts.length === 0) {
    const message = `"${name}" carries no signature`;
    return {
      signatures,
      doubts: [{ code: 'asic.empty-signature-file', clause: 'EN 319 162-1 4.4.3', message }],
      warnings,
      information,
    };
  }
  const named = signatures.map((one, i) => ({ ...one, id: idOf(i), signatureFile: name }));
  return { signatures: named, doubts, warnings, information };
}

/** A container that carries time-stamps alone: nobody signed it, yet it is not "unsigned". */
function timeStampOnly(
  stamp: ContainerStamp,
  i: number,
  container: AsicContainer,
  parts: AsicParts,
  sources: Sources,
): SignatureReport {
  const message = 'the container carries a time-stamp of its files; nobody signed it';
  const whole = parts.dataFiles.map(
    (name) => ({ kind: 'file', name, intact: stamp.covers.has(name), nameSigned: false }) as const,
  );
  const facts: SignatureFacts = {
    ...bare(`time-stamp-${i + 1}`, container.kind, []),
    notJudged: { code: 'asic.time-stamp-only', clause: 'EN 319 162-1 4.3.3', message },
    covers: stamp.manifest?.covers ?? whole,
    signatureFile: stamp.name,
    timeStamps: [stamp.facts],
  };
  return settle(facts, sources, () => ({ level: null, levelFailures: [] }));
}

/** Time-stamps that vouch for no signature are said, and prove nothing about one. */
function looseStamps(
  stamps: readonly ContainerStamp[],
  { cades }: AsicContainer,
  manifests: readonly JudgedManifest[],
): Finding[] {
  const named = new Set(manifests.filter((one) => one.archive).map((one) => one.over));
  return stamps
    .filter((one) => !cades.some(({ name }) => one.covers.has(name)))
    .map(({ name }) => ({
      code: 'asic.time-stamp-apart',
      clause: 'EN 319 162-1 A.7',
      message: `"${name}" ${named.has(name) ? 'covers no signature as it is now' : 'is over files, not over a signature'}`,
    }));
}
