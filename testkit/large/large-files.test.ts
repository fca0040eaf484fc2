import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOLDABLE_BYTES } from '@antin/signature/making/require-holdable';
import { writeLargePdf } from './large-pdf.ts';

const SIZE = 500_000_000;
const LIMIT_MB = 200;

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'antin-large-'));
  writeLargePdf(path('table.pdf'), SIZE, 'table');
  writeLargePdf(path('stream.pdf'), SIZE, 'stream');
  writeLargePdf(path('holdable.pdf'), HOLDABLE_BYTES - 4096, 'table');
  writeLargePdf(path('too-large.pdf'), HOLDABLE_BYTES + 1, 'table');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of its own: the peak is that of one signing. */
function sign(format: string, file: string) {
  const script = fileURLToPath(new URL('sign-large.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, format, path(file)], { encoding: 'utf8' });
  return { line: (stdout === '' ? undefined : JSON.parse(stdout)) as { written: number; peakMB: number } | undefined, stderr };
}

describe('a process that signs 500 MB stays below 200 MB', () => {
  it.each([
    ['PAdES', 'table.pdf', true],
    ['PAdES', 'stream.pdf', true],
    ['CAdES-attached', 'table.pdf', true],
    ['CAdES-detached', 'table.pdf', false],
    ['XAdES-detached', 'table.pdf', false],
    ['ASiC-S-XAdES', 'table.pdf', true],
    ['ASiC-E-XAdES', 'table.pdf', true],
    ['ASiC-S-CAdES', 'table.pdf', true],
    ['ASiC-E-CAdES', 'table.pdf', true],
    ['JAdES-detached', 'table.pdf', false],
  ] as const)(
    '%s of %s',
    (format, file, carries) => {
      const { line, stderr } = sign(format, file);
      expect(stderr).toBe('');
      expect(line?.written).toBeGreaterThan(carries ? SIZE : 1000);
      expect(line?.peakMB).toBeLessThan(LIMIT_MB);
    },
    120_000,
  );
});

describe('what a signature carries as text', () => {
  it.each(['XAdES-enveloping', 'JAdES-attached'])('%s stays below 200 MB up to its limit', (format) => {
    const { line, stderr } = sign(format, 'holdable.pdf');
    expect(stderr).toBe('');
    expect(line?.peakMB).toBeLessThan(LIMIT_MB);
  });

  it.each(['XAdES-enveloping', 'JAdES-attached'])('%s is refused above it', (format) => {
    const { line, stderr } = sign(format, 'too-large.pdf');
    expect(line).toBeUndefined();
    expect(stderr).toContain('signature.content-too-large');
  });
});
