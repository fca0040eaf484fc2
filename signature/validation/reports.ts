import { sentenceFor } from '../words/sentence.ts';
import type { Language, Sentence } from '../words/catalogue.ts';
import { detail } from './detailed.ts';
import type { SignatureDetail } from './detailed.ts';
import type { ValidationOutcome } from './outcome.ts';
import type { ValidationPolicy } from './policy.ts';
import type { SignatureFacts } from './facts.ts';
import type { ValidationReport, Verdict } from './types.ts';

/** What every report begins with: which file, when, by what policy, and the verdict. */
export interface ReportHead {
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly format: ValidationReport['format'];
  readonly validationTime: string;
  readonly policy: string;
  readonly verdict: Verdict;
  readonly decidedBy: string | null;
}

export interface SimpleReport extends ReportHead {
  readonly language: Language;
  readonly sentence: Sentence;
}

export interface DetailedReport extends ReportHead {
  readonly signatures: readonly SignatureDetail[];
  /** What concerns the file and no single signature. */
  readonly errors: ValidationReport['errors'];
  readonly warnings: ValidationReport['warnings'];
}

export interface DiagnosticReport extends ReportHead {
  readonly signatures: readonly SignatureFacts[];
  readonly needs: ValidationReport['needs'];
}

export function simpleReport({ report }: ValidationOutcome, language: Language): SimpleReport {
  return { ...head(report), language, sentence: sentenceFor(report, language) };
}

/** Every check of every signature with its clause. @param at moment of judging, ms since 1970 */
export function detailedReport(outcome: ValidationOutcome, policy: ValidationPolicy, at: number): DetailedReport {
  const { report, settled } = outcome;
  const { errors, warnings } = report;
  return { ...head(report), signatures: settled.map((one) => detail(one, policy, at)), errors, warnings };
}

/** The facts alone: nothing in it is a judgement. */
export function diagnosticReport({ report, settled }: ValidationOutcome): DiagnosticReport {
  return { ...head(report), signatures: settled.map((one) => one.facts), needs: report.needs };
}

function head({ file, size, sha256, format, validationTime, policy, verdict, decidedBy }: ValidationReport): ReportHead {
  return { file, size, sha256, format, validationTime, policy, verdict, decidedBy };
}
