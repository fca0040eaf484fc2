import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodePdfCiphers } from '@antin/adapters/crypto/pdf-ciphers';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { memorySource } from '@antin/formats/bytes/source';
import { corpus } from '@antin/testkit/corpora';
import { watched } from '@antin/testkit/fuzz/watched';
import { expectGolden } from '@antin/testkit/golden';
import { describe, expect, it } from 'vitest';
import type { Change, Finding, ValidationReport } from './types.ts';
import { UnsupportedFile, validate } from './validate.ts';

/** Files other people made, honest and attacked; nobody's root is trusted here, so nothing may ever be valid. */
function judge(bytes: Uint8Array, password?: string): ValidationReport {
  return validate(memorySource(bytes), {
    door: nodeCrypto,
    inflate: nodeInflate,
    trust: [],
    evidence: { certificates: [], crls: [], ocsps: [] },
    at: Date.UTC(2026, 0, 1),
    ...(password === undefined ? {} : { decryption: { password, ciphers: nodePdfCiphers } }),
  }).report;
}

const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(...path)));

const pyhanko = corpus('pyhanko-pdf');
const libpdf = corpus('libpdf-pdf');

describe.skipIf(pyhanko === undefined)('the pyHanko corpus', () => {
  const folder = pyhanko as string;

  it.each([
    // What each program appended, and whether the earlier signature's content is still what was signed.
    ['minimal-two-fields-signed-twice.pdf', 'intact'],
    ['minimal-signed-twice-second-created.pdf', 'intact'],
    ['minimal-signed-twice-both-created.pdf', 'intact'],
    ['minimal-signed-twice-no-sig-type.pdf', 'intact'],
    ['extensions-direct.pdf', 'intact'],
    ['extensions-update-indirect.pdf', 'intact'],
    ['separate-annots-kids-indir.pdf', 'intact'],
    ['pades-lta-dss-indirect-arrs-test-2.pdf', 'intact'],
    ['extensions-indirect-not-all-paths.pdf', 'changed'],
    ['form-update-override-appearance-stream-sneaky.pdf', 'changed'],
    ['form-update-override-appearance-stream-ap-indirect-sneaky.pdf', 'changed'],
  ])('%s: %s', (name, expected) => {
    const report = judge(bytesOf(folder, name));
    const failed = report.signatures.some((one) => one.indication === 'TOTAL_FAILED');
    expect(failed ? 'changed' : 'intact').toBe(expected);
    expect(report.signatures.every((one) => one.intact && one.cryptoValid)).toBe(true);
  });

  it.each([
    ['one-byterange.pdf', 'pdf.byte-range-malformed'],
    ['signature-gap-too-big.pdf', 'pdf.gap-not-contents'],
    ['tail-uncovered.pdf', 'pdf.range-ends-inside-revision'],
    ['weird-byterange.pdf', 'pdf.gap-not-contents'],
  ])('coverage-anomalies/%s: %s', (name, code) => {
    const report = judge(bytesOf(folder, 'coverage-anomalies', name));
    expect(report.verdict).toBe('invalid');
    expect(report.decidedBy).toBe(code);
  });

  it('every file has the outcome written down for it, in time and memory', () => {
    expect(sweep('pyhanko-pdf', folder)).toBe(130);
  });
});

describe.skipIf(libpdf === undefined)('the LibPDF corpus', () => {
  it('every file has the outcome written down for it, in time and memory', () => {
    expect(sweep('libpdf-pdf', libpdf as string)).toBe(51);
  });
});

/**
 * Judges every file of a corpus within 2 s of this process and 256 MB, and holds the outcomes against the golden file.
 * A cut-off corpus cannot look like a passed run: the number of files is returned.
 */
function sweep(name: string, folder: string): number {
  const outcomes: Record<string, unknown> = {};
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.pdf'));
  for (const file of files.map((one) => one.replaceAll('\\', '/')).sort()) {
    const bytes = bytesOf(folder, file);
    const key = `${name}/${file}`;
    const plain = outcome(bytes, key);
    outcomes[key] = plain;
    // Many programs encrypt with no password at all: everybody may read, and so may the judge.
    if (plain['decidedBy'] === 'pdf.encrypted') outcomes[key] = { ...plain, openedWithBlankPassword: outcome(bytes, key, '') };
  }
  expectGolden(join(import.meta.dirname, 'corpora.golden.json'), `${name}/`, outcomes);
  return files.length;
}

function outcome(bytes: Uint8Array, file: string, password?: string): Record<string, unknown> {
  let out: Record<string, unknown> = {};
  watched(
    () => {
      try {
        const report = judge(bytes, password);
        // Nobody is trusted here.
        expect(report.verdict, file).not.toBe('valid');
        out = told(report);
      } catch (error) {
        if (!(error instanceof UnsupportedFile)) throw error;
        out = { refused: error.code };
      }
    },
    bytes,
    file,
  );
  return out;
}

/** What must not change unseen: codes, clauses and classes; no name and no text of the file itself. */
function told(report: ValidationReport): Record<string, unknown> {
  return {
    verdict: report.verdict,
    ...deciding(report.decidedBy, [...report.errors, ...report.signatures.flatMap((one) => one.errors)]),
    ...(report.warnings.length === 0 ? {} : { warnings: unique(report.warnings.map((one) => one.code)) }),
    ...(report.signatures.length === 0
      ? {}
      : {
          signatures: report.signatures.map((one) => ({
            result: one.subIndication === null ? one.indication : `${one.indication}/${one.subIndication}`,
            ...deciding(one.decidedBy, one.errors),
            others: unique(one.errors.map((error) => error.code)).filter((code) => code !== one.decidedBy),
            coverage: one.coverage,
            intact: one.intact,
            cryptoValid: one.cryptoValid,
            changes: unique(one.changes.map(changeWords)),
          })),
        }),
  };
}

function deciding(code: string | null, errors: readonly Finding[]): Record<string, unknown> {
  if (code === null) return {};
  return { decidedBy: code, clause: errors.find((one) => one.code === code)?.clause ?? 'none' };
}

const changeWords = (one: Change) => `${one.class}: ${one.what}${one.allowed ? '' : ', not allowed'}`;
const unique = (words: readonly string[]) => [...new Set(words)];
