import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import type { TestPki } from '../pki/types.ts';
import { contextOf } from './documents.ts';

export function judgedXml(
  document: Uint8Array | string,
  pki: TestPki,
  at: number,
  more: Partial<ValidationContext> = {},
): ValidationReport {
  const bytes = typeof document === 'string' ? utf8(document) : document;
  return validate(memorySource(bytes), contextOf(pki, at, more)).report;
}

/** `valid`, or the verdict with what decided: `invalid FORMAT_FAILURE xmldsig.ambiguous-id`. */
export function inShort(report: ValidationReport): string {
  if (report.verdict === 'valid') return 'valid';
  const deciding = report.signatures.find((one) => one.id === report.decidedBySignature);
  return [report.verdict, deciding?.subIndication, report.decidedBy].filter((one) => one != null).join(' ');
}
