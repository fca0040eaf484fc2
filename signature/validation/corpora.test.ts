import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { memorySource } from '@antin/formats/bytes/source';
import { corpus } from '@antin/testkit/corpora';
import { describe, expect, it } from 'vitest';
import type { ValidationReport } from './types.ts';
import { UnsupportedFile, validate } from './validate.ts';

/** Files other people made, honest and attacked; nobody's root is trusted here, so nothing may ever be valid. */
function judge(path: string): ValidationReport {
  return validate(memorySource(new Uint8Array(readFileSync(path))), {
    door: nodeCrypto,
    inflate: nodeInflate,
    trust: [],
    evidence: { certificates: [], crls: [], ocsps: [] },
    at: Date.UTC(2026, 0, 1),
  }).report;
}

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
    ['form-update-override-appearance-stream-sneaky.pdf', 'changed'],
    ['form-update-override-appearance-stream-ap-indirect-sneaky.pdf', 'changed'],
  ])('%s: %s', (name, expected) => {
    const report = judge(join(folder, name));
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
    const report = judge(join(folder, 'coverage-anomalies', name));
    expect(report.verdict).toBe('invalid');
    expect(report.decidedBy).toBe(code);
  });

  it('no file crashes the engine, hangs it or passes', () => {
    expect(sweep(folder)).toBeGreaterThan(100);
  });
});

describe.skipIf(libpdf === undefined)('the LibPDF corpus', () => {
  it('no file crashes the engine, hangs it or passes', () => {
    expect(sweep(libpdf as string)).toBeGreaterThan(40);
  });
});

function sweep(folder: string): number {
  let files = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.pdf')) continue;
    files++;
    try {
      expect(judge(join(folder, name)).verdict, name).not.toBe('valid');
    } catch (error) {
      if (!(error instanceof UnsupportedFile)) throw error;
    }
  }
  return files;
}
