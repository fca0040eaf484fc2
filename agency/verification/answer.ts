import { createHash } from 'node:crypto';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { descriptorSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { validationReportPdf } from '@antin/adapters/print/validation-report';
import { FormatFault } from '@antin/formats/fault';
import { memorySource, type ByteSource } from '@antin/formats/bytes/source';
import { openZip } from '@antin/formats/zip/reader';
import type { TrustAnchor } from '@antin/pki/path/validate';
import { knownByDigest } from '@antin/signature/known-by-digest';
import { dataByName } from '@antin/signature/validation/data-by-name';
import { etsiReport } from '@antin/signature/validation/etsi-report';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import { recognise } from '@antin/signature/validation/recognise';
import { detailedReport, diagnosticReport, simpleReport } from '@antin/signature/validation/reports';
import type { Evidence, ValidationContext } from '@antin/signature/validation/types';
import { UnsupportedFile, validate } from '@antin/signature/validation/validate';
import type { Wanted } from '@antin/signature/validation/with-sources';
import { signatureFor } from './beside.ts';
import type { Answer, FileRef, FirstAnswer, NamedFile, Question } from './question.ts';

export interface AtHand {
  readonly anchors: readonly TrustAnchor[];
  readonly evidence: Evidence;
}

interface OpenData extends NamedFile {
  readonly source: ByteSource;
}

/** Judges one file with what is at hand and fetches nothing: the same in this thread and in any other. */
export function answerTo(question: Question, { anchors, evidence }: AtHand): FirstAnswer {
  const source = sourceOf(question.file);
  const data = question.data.map((one) => ({ ...one, source: sourceOf(one.file) }));
  const { given, over } = dataFor(question, source, data);
  const { policy = VIETNAM_POLICY, at, name } = question;
  try {
    const outcome = validate(source, {
      ...{ door: nodeCrypto, inflate: nodeInflate, inflateRaw: nodeInflateRaw, trust: anchors, evidence, at, policy },
      ...given,
      fileName: name,
    });
    const { report } = outcome;
    return { status: 'judged', report, ...inForm(question, outcome), over: over(outcome), needs: outcome.needs.flatMap(nameOf) };
  } catch (fault) {
    if (fault instanceof UnsupportedFile) return { status: 'no-format' };
    throw fault;
  }
}

/** Reads where the bytes lie; whoever opened them closes them. */
export function sourceOf(file: FileRef): ByteSource {
  if ('bytes' in file) return memorySource(file.bytes);
  if ('digests' in file) return knownByDigest(file.digests);
  return descriptorSource(file.descriptor, file.start, file.size);
}

interface Given {
  readonly given: Partial<Pick<ValidationContext, 'detached' | 'detachedByName' | 'detachedNames'>>;
  readonly over: (outcome: ValidationOutcome) => readonly number[];
}

function dataFor({ relation, name }: Question, source: ByteSource, data: readonly OpenData[]): Given {
  if (data.length === 0) return { given: {}, over: () => [] };
  const byName = dataByName(data);
  const named = ({ report }: ValidationOutcome): readonly number[] => {
    const covers = report.signatures.flatMap((one) => one.covers ?? []);
    const found = covers.filter((one) => one.kind === 'file' && one.intact === true).map((one) => byName(one.name));
    return data.flatMap((one, i) => (found.includes(one.source) ? [i] : []));
  };
  if (relation === 'brought') {
    const [only] = data;
    return {
      given: {
        // One file is what the signature is about, whatever its name; of several, the name decides.
        ...(only === undefined || data.length > 1 ? { detachedNames: data.map((one) => one.name) } : { detached: only.source }),
        detachedByName: byName,
      },
      over: named,
    };
  }
  const { kind } = recognise(source);
  // These say by name what they are over.
  if (kind === 'xml' || kind === 'json') return { given: { detachedByName: byName }, over: named };
  if (kind === 'asic') return { given: {}, over: (outcome) => sameInside(outcome, source, data) };
  const position = kind === 'cms' ? signatureFor(name, data) : undefined;
  const its = position === undefined ? undefined : data[position];
  return its === undefined
    ? { given: {}, over: () => [] }
    : { given: { detached: its.source }, over: () => [position as number] };
}

/** Files beside a container that are, byte for byte, what it holds under signature: the name alone lends a stranger nothing. */
function sameInside({ report }: ValidationOutcome, source: ByteSource, data: readonly OpenData[]): readonly number[] {
  const signed = new Set(
    report.signatures.flatMap((one) => (one.covers ?? []).flatMap((each) => (each.intact === true ? [each.name] : []))),
  );
  if (signed.size === 0) return [];
  const wanted = new Set(data.map((one) => one.source.size));
  const inside = new Map<number, Set<string>>();
  try {
    const zip = openZip(source, { inflateRaw: nodeInflateRaw });
    for (const entry of zip.entries) {
      if (!signed.has(entry.name) || !wanted.has(entry.size)) continue;
      inside.set(entry.size, (inside.get(entry.size) ?? new Set()).add(sha256Of(zip.content(entry))));
    }
  } catch (fault) {
    if (!(fault instanceof FormatFault)) throw fault;
    return [];
  }
  return data.flatMap(({ source: beside }, i) => (inside.get(beside.size)?.has(sha256Of(beside)) === true ? [i] : []));
}

const PIECE = 1 << 20;

function sha256Of(source: ByteSource): string {
  const hash = createHash('sha256');
  for (let at = 0; at < source.size; at += PIECE) hash.update(source.read(at, Math.min(PIECE, source.size - at)));
  return hash.digest('hex');
}

function inForm(question: Question, outcome: ValidationOutcome): Pick<Extract<Answer, { status: 'judged' }>, 'text' | 'pdf'> {
  const { form, language = 'vi', policy = VIETNAM_POLICY, at, sealed = false } = question;
  switch (form) {
    case undefined:
      return {};
    case 'simple':
      return { text: JSON.stringify(simpleReport(outcome, language)) };
    case 'detailed':
      return { text: JSON.stringify(detailedReport(outcome, policy, at)) };
    case 'diagnostic':
      return { text: JSON.stringify(diagnosticReport(outcome)) };
    case 'etsi':
      return { text: etsiReport(outcome, policy, at) };
    default:
      return { pdf: validationReportPdf(outcome.report, language, { seal: sealed }) };
  }
}

/** Names only: the bytes of a need would drag the whole file across. */
function nameOf(need: Wanted): readonly Wanted[] {
  if (need.kind === 'certificate') return [];
  const { kind, issuerSha256, serialHex } = need;
  return [{ kind, issuerSha256, serialHex }];
}
