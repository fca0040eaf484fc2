import { nodeCrypto as door } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { signAsic, signAsicCades } from '@antin/signature/asic/sign';
import type { ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { validate } from '@antin/signature/validation/validate';
import { sentenceFor } from '@antin/signature/words/sentence';
import { expect } from 'vitest';
import { testPki } from '../pki/test-pki.ts';
import { contextOf } from './documents.ts';

export const pki = testPki();
export const MINUTE = 60_000;
export const FORMS = ['CAdES', 'XAdES'] as const;
export type Form = (typeof FORMS)[number];
export type Kind = 'ASiC-S' | 'ASiC-E';
export const LETTER = 'Công văn.pdf';
export const ANNEX = 'phụ lục/a+b.docx';
export const TEXTS: Readonly<Record<string, string>> = { [LETTER]: '%PDF-1.7 công văn', [ANNEX]: 'phụ lục' };
export const bytesOf = (source: ByteSource) => Uint8Array.from(source.read(0, source.size));

/** A small container with a letter, and in ASiC-E an annex. */
export async function sign(form: Form, kind: Kind, texts = TEXTS, who = 'leader'): Promise<Uint8Array> {
  const names = kind === 'ASiC-S' ? [LETTER] : Object.keys(texts);
  const files = names.map((name) => ({ name, content: memorySource(utf8(texts[name] ?? '')), mimeType: 'application/pdf' }));
  const key = pki.signingKey(who);
  const made = await (form === 'XAdES' ? signAsic : signAsicCades)({ container: kind, files }, key, {
    ...{ door, level: 'B-B', signingTime: pki.now },
  });
  return bytesOf(made);
}

export const usual = contextOf(pki, pki.now + 120 * MINUTE);
export const judge = (bytes: Uint8Array, more: Partial<ValidationContext> = {}): ValidationReport => {
  const { report } = validate(memorySource(bytes), { ...usual, ...more });
  expect(sentenceFor(report, 'vi').heading).not.toMatch(/undefined|kiểm tra “/);
  return report;
};
export const short = (report: ValidationReport): string => {
  const sub = report.signatures.find((one) => one.id === report.decidedBySignature)?.subIndication;
  return [report.verdict, sub, report.decidedBy].filter(Boolean).join(' ');
};
export const codes = (report: ValidationReport) => [...report.errors, ...report.warnings].map((one) => one.code);
