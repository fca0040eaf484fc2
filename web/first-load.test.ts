import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  /** Loaded with it; what is loaded later stands in `dynamicImports`. */
  readonly imports?: readonly string[];
}

const dist = new URL('dist/', import.meta.url);
const manifestFile = new URL('.vite/manifest.json', dist);
const built = existsSync(manifestFile);
if (!built) console.warn('SKIPPED: the web pages are not built (npm run build); the weight of the first load is not measured');

/** Scripts and styles that must arrive before the first page of an entry can be drawn. */
function firstLoad(manifest: Readonly<Record<string, Chunk>>, entry: string): ReadonlySet<string> {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} is not in the manifest`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const other of chunk.imports ?? []) visit(other);
  };
  visit(entry);
  return files;
}

/** Kilobytes of 1000 bytes, gzipped, fonts not counted: a commune's line is slow, and the office is opened every morning. */
describe.skipIf(!built)('the first load', () => {
  it.each([
    ['office/main.tsx', 'js', 150],
    ['office/main.tsx', 'css', 12],
    ['authority/main.tsx', 'js', 150],
    ['authority/main.tsx', 'css', 12],
    ['verifier/island.ts', 'js', 40],
    ['verifier/island.ts', 'css', 12],
    ['public/island.ts', 'js', 10],
    ['public/island.ts', 'css', 12],
  ])('of %s: its %s weighs at most %i kB', (entry, kind, limit) => {
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, Chunk>;
    const weights = [...firstLoad(manifest, entry)]
      .filter((file) => file.endsWith(`.${kind}`))
      .map((file) => [file, gzipSync(readFileSync(new URL(file, dist))).length] as const);
    const total = weights.reduce((sum, [, bytes]) => sum + bytes, 0) / 1000;
    expect(total, weights.map(([file, bytes]) => `${file} ${bytes}`).join('\n')).toBeLessThanOrEqual(limit);
  });
});
