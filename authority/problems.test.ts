import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { httpProblems } from '@antin/adapters/http/problem';
import { CHECK_WORDS } from './registration/check-words.ts';
import { consoleProblems } from './console.ts';

const rows: Record<string, { status: number; title: { vi: string; en: string } }> = { ...httpProblems, ...consoleProblems };
const ROOMS = ['officers', 'registration', 'issuance', 'revocation'];

function sources(): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(import.meta.dirname, room), { encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(import.meta.dirname, room, name), 'utf8')),
  );
}

test('every reason to say no on the console has a status and words in both languages', () => {
  const codes = new Set<string>();
  for (const text of sources()) {
    for (const [, code] of text.matchAll(/(?:new Refusal|refused)\(\s*'([a-z-]+\.[a-z0-9-]+)'/g)) codes.add(code!);
  }
  expect(codes.size).toBeGreaterThan(60);
  expect([...codes].filter((code) => rows[code] === undefined)).toEqual([]);
});

test('every row says something, and is no success', () => {
  for (const [code, row] of Object.entries(rows)) {
    expect(row.status, code).toBeGreaterThanOrEqual(400);
    expect(row.title.vi.length, code).toBeGreaterThan(5);
    expect(row.title.vi, code).not.toBe(row.title.en);
  }
});

test('every check has its words', () => {
  const codes = new Set(sources().flatMap((text) => [...text.matchAll(/'(check\.[a-z-]+)'/g)].map(([, code]) => code as string)));
  expect(codes.size).toBeGreaterThan(15);
  expect([...codes].filter((code) => CHECK_WORDS[code] === undefined)).toEqual([]);
  expect(Object.keys(CHECK_WORDS).filter((code) => !codes.has(code))).toEqual([]);
});
