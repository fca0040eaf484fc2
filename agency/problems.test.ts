import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { httpProblems } from '@antin/adapters/http/problem';
import { agencyProblems } from './service.ts';

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
]);
/** Names of the same form: a queue, steps of the crash tests, a test's file. */
const NO_REFUSAL = new Set([
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

test('every row says something, and is no success', () => {
  for (const [code, row] of Object.entries(rows)) {
    expect(row.status, code).toBeGreaterThanOrEqual(400);
    expect(row.title.vi.length, code).toBeGreaterThan(5);
    expect(row.title.en.length, code).toBeGreaterThan(5);
    expect(row.title.vi, code).not.toBe(row.title.en);
  }
});
