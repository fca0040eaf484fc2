import type { SignatureDetail } from '@antin/signature/validation/detailed';
import { etsiReport } from '@antin/signature/validation/etsi-report';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import type { ValidationPolicy } from '@antin/signature/validation/policy';
import { detailedReport, diagnosticReport, simpleReport } from '@antin/signature/validation/reports';
import type { DetailedReport, SimpleReport } from '@antin/signature/validation/reports';
import type { Language } from '@antin/signature/words/catalogue';
import { printable } from '../printable.ts';
import { reportText, sentenceText } from './validate-text.ts';

export const REPORTS = ['simple', 'detailed', 'diagnostic', 'etsi', 'pdf'] as const;
export type ReportKind = (typeof REPORTS)[number];

export interface ReportOptions {
  /** Undefined: the report of all signatures, as always. */
  readonly kind: ReportKind | undefined;
  readonly format: 'text' | 'json' | 'jsonl';
  readonly language: Language;
  readonly policy: ValidationPolicy;
  /** Moment of judging, ms since 1970. */
  readonly at: number;
}

/** The report that was asked for, ready to be written. Diagnostic data is JSON whatever the format. */
export function renderReport(outcome: ValidationOutcome, options: ReportOptions): string {
  const { kind, format, language, policy, at } = options;
  const json = (value: object): string => `${JSON.stringify(value, null, format === 'jsonl' ? undefined : 2)}\n`;
  switch (kind) {
    case 'simple': {
      const simple = simpleReport(outcome, language);
      return format === 'text' ? simpleText(simple) : json(simple);
    }
    case 'detailed': {
      const detailed = detailedReport(outcome, policy, at);
      return format === 'text' ? `${reportText(outcome.report, language)}\n${detailedText(detailed)}` : json(detailed);
    }
    case 'diagnostic':
      return json(diagnosticReport(outcome));
    case 'etsi':
      return etsiReport(outcome, policy, at) ?? '';
    case 'pdf':
      return simpleText(simpleReport(outcome, language));
    case undefined:
      return format === 'text' ? reportText(outcome.report, language) : json(outcome.report);
  }
}

function simpleText({ sentence, language, verdict }: SimpleReport): string {
  return `${sentenceText(sentence, verdict, language).join('\n')}\n`;
}

function detailedText(report: DetailedReport): string {
  const lines = [`policy ${printable(report.policy)}, judged as of ${report.validationTime}`];
  for (const one of report.signatures) lines.push('', ...signatureLines(one));
  return `${lines.join('\n')}\n`;
}

function signatureLines(one: SignatureDetail): string[] {
  const lines = [`${one.id}: ${one.indication}${one.subIndication === null ? '' : `/${one.subIndication}`}`];
  lines.push(`  best signature time ${one.bestSignatureTime} (${one.bestSignatureTimeFrom})`);
  if (one.notBefore !== null) lines.push(`  no older than ${one.notBefore}`);
  for (const { id, clause, status, findings } of one.checks) {
    lines.push(`  ${status.padEnd(14)} ${id.padEnd(30)} ${clause}`);
    for (const finding of findings) lines.push(`    ${finding.code}: ${printable(finding.message)}`);
  }
  for (const stamp of one.timeStamps) {
    const verdict = stamp.subIndication === null ? stamp.indication : `${stamp.indication}/${stamp.subIndication}`;
    lines.push(`  ${stamp.kind} ${stamp.genTime ?? 'unreadable'} ${printable(stamp.tsa ?? '')}: ${verdict}`);
    for (const finding of stamp.errors) lines.push(`    ${finding.code}: ${printable(finding.message)}`);
  }
  return lines;
}
