import type { BothLanguages } from '@antin/protocol/basics';
import type { VerificationView } from '@antin/protocol/office/incoming';
import { sentenceFor } from '@antin/signature/words/sentence';
import type { ValidationReport, Verdict } from '@antin/signature/validation/types';
import type { ArrivedFile } from './arrival.ts';
import { VIEW_WORDS } from './view-words.ts';

/** What is said about one file of the document. */
interface Finding {
  readonly verdict: Verdict;
  readonly sentence: BothLanguages;
  /** Of the signatures that decided; undefined where there are none. */
  readonly report?: ValidationReport;
}

const WORST_FIRST: readonly Verdict[] = ['invalid', 'unsigned', 'indeterminate', 'valid'];

/**
 * One verdict for a document of several files: the worst that is said of any. The sentence is the main file's; when an annex is worse,
 * its name and sentence come first, because that is what the clerk must act on.
 *
 * An annex of another kind than PDF may come without signature: nobody signs a spreadsheet's bytes but those who sent the message. It
 * makes the document neither better nor worse, and is told (`notes`). A PDF is a separate document of the agency and is to be signed
 * (Decree 30/2020, Annex I), so that one without signature counts as before.
 */
export function verificationView(files: readonly ArrivedFile[], at: Date): VerificationView {
  const mains = files.filter((file) => file.role === 'main');
  if (mains.length === 0) return viewOf({ verdict: 'unsigned', sentence: VIEW_WORDS.noMain }, files, [], at);
  const alone = mains.length === 1;
  const findings: Finding[] = mains.map((file) => ofMain(file, alone));
  // A clerk would read one of them and register the other.
  if (!alone) {
    const names = mains.map((file) => file.name);
    findings.unshift({ verdict: 'indeterminate', sentence: VIEW_WORDS.severalMains(names) });
  }
  const notes: BothLanguages[] = [];
  for (const file of files.filter((one) => one.role === 'annex')) {
    const found = ofAnnex(file);
    if (found === undefined) notes.push(VIEW_WORDS.unsignedAnnex(file.name));
    else findings.push(found);
  }
  return viewOf(worst(findings), files, notes, at);
}

function ofMain(file: ArrivedFile, alone: boolean): Finding {
  const { name, report } = file;
  if (file.stopped !== undefined) return { verdict: 'indeterminate', sentence: VIEW_WORDS.stopped(name) };
  const signed = bySignatures(file, alone ? undefined : VIEW_WORDS.main(name));
  if (signed !== undefined) return signed;
  if (file.falseClaim === 'pdf') return { verdict: 'indeterminate', sentence: VIEW_WORDS.notPdf(name) };
  if (report === undefined) return { verdict: 'indeterminate', sentence: VIEW_WORDS.unreadableMain(name) };
  return judged(report, alone ? undefined : VIEW_WORDS.main(name));
}

/** Undefined: it has no signature and needs none. */
function ofAnnex(file: ArrivedFile): Finding | undefined {
  const { name, report } = file;
  if (file.stopped !== undefined) return { verdict: 'indeterminate', sentence: VIEW_WORDS.stopped(name) };
  const signed = bySignatures(file, VIEW_WORDS.annex(name));
  if (signed !== undefined) return signed;
  if (file.falseClaim === 'pdf') return { verdict: 'unsigned', sentence: VIEW_WORDS.notPdfNorSigned(name) };
  if (file.falseClaim === 'signature') return { verdict: 'indeterminate', sentence: VIEW_WORDS.noSignatureFile(name) };
  return file.pdf && report !== undefined ? judged(report, VIEW_WORDS.annex(name)) : undefined;
}

/** By the signatures in the file and those that stand beside it; the worst of them. Undefined where there are none. */
function bySignatures(file: ArrivedFile, prefix: BothLanguages | undefined): Finding | undefined {
  const { report, signedBy } = file;
  const own = report === undefined || report.verdict === 'unsigned' ? [] : [judged(report, prefix)];
  const beside = signedBy.map((one) => {
    const named = one.report.verdict === 'valid' ? undefined : VIEW_WORDS.signatureFile(one.name);
    return judged(one.report, joined(prefix, named));
  });
  const all = [...own, ...beside];
  if (all.length === 0) return undefined;
  const found = worst(all);
  // What is opened as a PDF is not what the signature is over.
  const lie = file.falseClaim === 'pdf' && rank(found) > WORST_FIRST.indexOf('indeterminate');
  return lie ? { ...found, verdict: 'indeterminate', sentence: VIEW_WORDS.notPdf(file.name) } : found;
}

function judged(report: ValidationReport, prefix: BothLanguages | undefined): Finding {
  const said = (language: 'vi' | 'en'): string => {
    const { heading, next } = sentenceFor(report, language);
    // What could not be concluded is said with the next step.
    return `${prefix?.[language] ?? ''}${next === undefined ? heading : `${heading} ${next}`}`;
  };
  return { verdict: report.verdict, sentence: { vi: said('vi'), en: said('en') }, report };
}

function joined(a: BothLanguages | undefined, b: BothLanguages | undefined): BothLanguages | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { vi: a.vi + b.vi, en: a.en + b.en };
}

/** The first of the worst. */
function worst(findings: readonly Finding[]): Finding {
  return findings.reduce((a, b) => (rank(b) < rank(a) ? b : a));
}

function rank(finding: Finding): number {
  return WORST_FIRST.indexOf(finding.verdict);
}

function viewOf(
  { verdict, sentence, report }: Finding,
  files: readonly ArrivedFile[],
  notes: readonly BothLanguages[],
  at: Date,
): VerificationView {
  const none = verdict === 'unsigned' ? sentence : VIEW_WORDS.notChecked;
  const answer = (key: 'changed' | 'signed' | 'sealed' | 'inForce'): BothLanguages => {
    if (report === undefined) return none;
    return { vi: sentenceFor(report, 'vi').answers[key].text, en: sentenceFor(report, 'en').answers[key].text };
  };
  return {
    verdict,
    sentence,
    answers: { changed: answer('changed'), who: answer('signed'), sealed: answer('sealed'), inForce: answer('inForce') },
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
    checkedAt: at.toISOString(),
    report: { files: files.map(detail) },
  };
}

/** For the expert: the whole report, or why there is none, and which signature files are over it. */
function detail({ role, name, report, stopped, signedBy, falseClaim }: ArrivedFile): object {
  return {
    ...{ role, name },
    ...(report ?? { code: stopped ?? 'format.unsupported' }),
    ...(falseClaim === undefined ? {} : { falseClaim }),
    ...(signedBy.length === 0 ? {} : { signedBy: signedBy.map((one) => one.name) }),
  };
}
