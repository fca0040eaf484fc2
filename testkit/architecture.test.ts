import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Tests, what they share, and benches: only a checkout has them. */
const TEST_FILE = /(?:\.test|-for-tests)\.tsx?$|\/bench(?:\.tsx?$|\/)/;

/** The allowed arrows are data with their reasons; this test reads every import of every file and says `because`. */
const house = dirname(dirname(fileURLToPath(import.meta.url)));
const law = JSON.parse(readFileSync(join(house, 'testkit/architecture.json'), 'utf8')) as {
  pure: { rooms: string[]; because: string };
  rooms: Record<string, { may: string[]; because: string }>;
  tests: { may: string[]; because: string };
  longestFile: { lines: number; because: string };
};

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly isTest: boolean;
  readonly text: string;
  /** Files of ours as paths from the house, packages as they are written. */
  readonly imports: readonly string[];
  /** Of these, what is loaded at run time: not `import type`. */
  readonly loads: readonly string[];
}

const IMPORT =
  /(?:^|[^.\w])(?:import|export)\s*(?:type\s+)?(?:[\w*{][^'"();]*?\sfrom\s*)?['"]([^'"\n]+)['"]|[^.\w]import\s*\(\s*['"]([^'"\n]+)['"]/gm;

function readHouse(): SourceFile[] {
  return Object.keys(law.rooms).flatMap((room) =>
    readdirSync(join(house, room), { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name) && !/node_modules|\/dist(\/|$)/.test(entry.parentPath),
      )
      .map((entry) => {
        const path = join(entry.parentPath, entry.name).slice(house.length + 1);
        const text = readFileSync(join(house, path), 'utf8');
        // Comments quote imports as examples.
        const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
        const found = [...code.matchAll(IMPORT)].map((match) => ({
          to: resolveImport(path, match[1] ?? match[2]!),
          typeOnly: /^\W?(?:import|export)\s+type\s/.test(match[0]),
        }));
        const loads = found.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to);
        return { path, room, isTest: TEST_FILE.test(path), text, imports: found.map(({ to }) => to), loads };
      }),
  );
}

function resolveImport(from: string, name: string): string {
  if (name.startsWith('.')) return normalize(join(dirname(from), name));
  return name.startsWith('@antin/') ? `${name.slice('@antin/'.length)}.ts` : name;
}

const roomOf = (path: string): string | undefined => Object.keys(law.rooms).find((room) => path.startsWith(`${room}/`));
const files = readHouse();

test('nothing that runs imports what is there for tests', () => {
  const wrong = files
    .filter((file) => !file.isTest && file.room !== 'testkit')
    .flatMap(({ path, loads }) => loads.filter((to) => TEST_FILE.test(to)).map((to) => `${path} → ${to}`));
  expect(wrong).toEqual([]);
});

test('the house is read at all', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(300);
});

describe('arrows', () => {
  test.each(Object.entries(law.rooms))('%s imports only what it may', (room, { may, because }) => {
    const wrong = files
      .filter((file) => file.room === room)
      .flatMap((file) =>
        file.imports
          .map((to) => [to, roomOf(to)] as const)
          .filter(([, target]) => target !== undefined && target !== room)
          .filter(([, target]) => !may.includes(target!) && !(file.isTest && mayTest(target!)))
          .map(([to]) => `${file.path} → ${to}`),
      );
    expect(wrong, because).toEqual([]);
  });

  // Tests are nobody's dependency: they may look upwards at doors (crypto, inflate) and at the test kit.
  const mayTest = (target: string) =>
    [...law.tests.may, 'adapters', 'web', 'formats', 'pki', 'signature', 'protocol'].includes(target);
});

test('pure rooms touch nothing of the world', () => {
  const wrong = files
    .filter((file) => law.pure.rooms.includes(file.room) && !file.isTest)
    .flatMap((file) => [
      ...file.imports
        .filter((to) => roomOf(to) === undefined && !(file.room === 'protocol' && to === 'zod'))
        .filter((to) => !(file.path.startsWith('formats/xml/') && to === 'libxml2-wasm'))
        .map((to) => `${file.path} → ${to}`),
      ...[
        ...stripped(file).matchAll(
          /\b(?:process\.(?:env|argv|cwd|hrtime|std|exit|platform|nextTick|on\()|Buffer\.|Date\.now\(|Math\.random\(|new Date\(\)|globalThis\.|setTimeout\()/g,
        ),
      ].map(([word]) => `${file.path}: ${word}`),
    ]);
  expect(wrong, law.pure.because).toEqual([]);
});

test('no circle, neither of rooms nor of files, types included', () => {
  expect(circles(new Map(Object.entries(law.rooms).map(([room, { may }]) => [room, new Set(may)])))).toEqual([]);
  expect(circles(new Map(files.map((file) => [file.path, new Set(file.imports)])))).toEqual([]);
});

test('the judge imports nothing that makes', () => {
  const makes = /^signature\/(?:pades|cades|xades|jades|asic|ooxml)\/(?:prepare|embed|extend|sign)(?:-[\w-]+)?\.ts$/;
  const judge = files.filter(({ path, isTest }) => path.startsWith('signature/validation/') && !isTest);
  const wrong = judge.flatMap(({ path, loads }) => loads.filter((to) => makes.test(to)).map((to) => `${path} → ${to}`));
  expect(judge.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

test('what stands beside the rooms is imported by none of them', () => {
  const beside = /^(?:tools|e2e|examples|docs)\//;
  const wrong = files.flatMap(({ path, imports }) => imports.filter((to) => beside.test(to)).map((to) => `${path} → ${to}`));
  expect(wrong).toEqual([]);
});

test('no file is longer than one idea', () => {
  const long = files.filter((file) => file.text.split('\n').length > law.longestFile.lines).map((file) => file.path);
  expect(long, law.longestFile.because).toEqual([]);
});

test('names say what is inside', () => {
  const vague = /(?:^|\/)(?:utils?|common|helpers?|misc|manager|impl|index)(?:\/|\.tsx?$)/;
  expect(files.map((file) => file.path).filter((path) => vague.test(path))).toEqual([]);
});

function stripped(file: SourceFile): string {
  return file.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}

/** Each circle once, as `a → b → a`. */
function circles(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (at: string, trail: string[]): void => {
    const before = trail.indexOf(at);
    if (before >= 0) {
      found.add([...trail.slice(before), at].join(' → '));
      return;
    }
    if (done.has(at)) return;
    for (const to of arrows.get(at) ?? []) visit(to, [...trail, at]);
    done.add(at);
  };
  for (const start of arrows.keys()) visit(start, []);
  return [...found];
}
