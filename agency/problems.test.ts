import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { httpProblems } from '@antin/adapters/http/problem';
import { batchWords } from '@antin/web/i18n/words/batch';
import { signingWords } from '@antin/web/i18n/words/signing';
import { agencyProblems } from './service.ts';
import { signingProblems } from './signing/problems.ts';

const rows: Record<string, { status: number; title: { vi: string; en: string } }> = { ...httpProblems, ...agencyProblems };

const AREAS = new Set([
  'document',
  'upload',
  'sign',
  'seal',
  'issue',
  'signing',
  'session',
  'register',
  'incoming',
  'device',
  'batch',
  'role',
  'request',
  'certificate',
  'issuer',
  'needs',
  'directory',
  'import',
  'reorganisation',
]);
/** Names of the same form: a queue, steps of the crash tests, a test's file. */
const NO_REFUSAL = new Set([
  'needs.tidy',
  'signing.complete',
  'issue.number-reserved',
  'issue.prepared',
  'issue.committed',
  'document.pdf',
  'signing.stamp',
  'batch.opened',
  'batch.prepared-one',
  'batch.released',
  'batch.interrupted',
  'directory.take-effect',
  'directory.import-check',
  'directory.import-apply',
  'reorganisation.take-effect',
  'reorganisation.request',
  'request.json',
  'request.pdf',
  'certificate.cer',
  'needs.import',
  // Why an import ended, shown beside it.
  'needs.import-stopped',
]);

/** Every code that this room's sources can refuse with. */
function codesInSources(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts') || path.includes('node_modules')) continue;
    const text = readFileSync(join(import.meta.dirname, path), 'utf8');
    for (const [, code] of text.matchAll(/'((?:[a-z-]+)\.[a-z0-9-]+)'/g)) {
      if (AREAS.has(code!.split('.')[0]!) && !NO_REFUSAL.has(code!)) found.set(code!, path);
    }
  }
  return found;
}

test('every reason to say no has a status and words in both languages', () => {
  const codes = codesInSources();
  expect(codes.size).toBeGreaterThan(60);
  const missing = [...codes].filter(([code]) => rows[code] === undefined);
  expect(missing).toEqual([]);
});

test('every refusal that is thrown has a row, whatever its area', () => {
  const thrown = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('node_modules'))
    .flatMap((path) => [...readFileSync(join(import.meta.dirname, path), 'utf8').matchAll(/new (?:Http)?Refusal\(\s*'([^']+)'/g)])
    .map(([, code]) => code as string);
  expect(thrown.length).toBeGreaterThan(60);
  expect(thrown.filter((code) => rows[code] === undefined)).toEqual([]);
});

test('every row says something, and is no success', () => {
  for (const [code, row] of Object.entries(rows)) {
    expect(row.status, code).toBeGreaterThanOrEqual(400);
    expect(row.title.vi.length, code).toBeGreaterThan(5);
    expect(row.title.en.length, code).toBeGreaterThan(5);
    expect(row.title.vi, code).not.toBe(row.title.en);
  }
});

/** What the engine may throw while the office embeds a value and raises the file, and why some of it stops nobody there. */
const STOPS_NOBODY: Readonly<Record<string, string>> = {
  'batch.cancelled': 'the office has its own batches, in the database',
  'batch.values-missing': 'the office has its own batches, in the database',
  'extend.evidence-missing': 'asked for again, then issued at a lower level',
  'extend.no-chain': 'issued at a lower level',
  'pades.placeholder-too-small': 'a document time-stamp comes instead',
  'signature.content-too-large': 'a PDF is never held whole',
};

test('whatever stops a document after the device has signed has words on the screen', () => {
  const engine = join(import.meta.dirname, '../signature');
  const files = [
    ...['embed.ts', 'extend.ts', 'read-signed.ts', 'to-be-signed.ts'].map((name) => join(engine, 'pades', name)),
    ...readdirSync(join(engine, 'making')).map((name) => join(engine, 'making', name)),
  ].filter((path) => !path.endsWith('.test.ts'));
  const thrown = new Set(
    files.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/new SignatureFault\(\s*'([^']+)'/g)].map(([, code]) => code as string),
    ),
  );
  expect(thrown.size).toBeGreaterThan(10);
  expect([...thrown].filter((code) => !(code in STOPS_NOBODY) && !(`reason.${code}` in signingWords))).toEqual([]);
  expect(Object.keys(STOPS_NOBODY).filter((code) => !thrown.has(code))).toEqual([]);
});

test('a file that keeps its document out of a batch says why on the screen', () => {
  const named = Object.keys(signingProblems).filter((code) => /^(pades|document)\./.test(code));
  // Only the drafter is told of places: a draft whose places are too small cannot be submitted.
  const missing = named.filter((code) => !(`reason.${code}` in batchWords) && code !== 'document.place-too-small');
  expect(missing).toEqual([]);
});
