import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAway, wasAway } from './away.ts';

const cache = fileURLToPath(new URL('../../node_modules/.cache/antin-judges', import.meta.url));
const MINUTES = 60_000;

/** A Java engine: the folder here with its `pom.xml` and our drivers, and what it is called. */
export interface JavaEngine {
  readonly folder: string;
  readonly called: string;
  readonly drivers: readonly string[];
}

/**
 * The class path of an engine with our drivers compiled: resolved once by Maven, kept under `node_modules/.cache`. Undefined, with a
 * line that says why, where there is no Java, no Maven, or no registry that answers.
 */
export function classPathOf({ folder, called, drivers }: JavaEngine): string | undefined {
  const skip = (why: string): undefined => {
    console.warn(`SKIPPED: ${why}, ${called} is not asked`);
    return undefined;
  };
  const here = fileURLToPath(new URL(folder, import.meta.url));
  const key = (...names: readonly string[]): string => {
    const hash = createHash('sha256');
    for (const name of names) hash.update(readFileSync(join(here, name)));
    return hash.digest('hex').slice(0, 12);
  };
  const list = join(cache, `class-path-${key('pom.xml')}.txt`);
  const classes = join(cache, `${folder}-${key('pom.xml', ...drivers)}`);
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).error !== undefined) return skip('java is not installed');
  mkdirSync(cache, { recursive: true });
  if (!existsSync(list)) {
    if (wasAway(`${list}.away`)) return skip('Maven Central did not answer');
    const args = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${list}`];
    const { status, error } = spawnSync('mvn', args, { stdio: 'ignore', timeout: 4 * MINUTES });
    if (status !== 0 || !existsSync(list)) {
      rmSync(list, { force: true });
      isAway(`${list}.away`);
      return skip(error?.message.includes('ENOENT') === true ? 'mvn is not installed' : 'its libraries cannot be had');
    }
  }
  const libraries = readFileSync(list, 'utf8').trim();
  const done = join(classes, 'done');
  if (!existsSync(done)) {
    const sources = drivers.map((name) => join(here, name));
    const compiled = spawnSync('javac', ['-cp', libraries, '-d', classes, ...sources], { encoding: 'utf8' });
    if (compiled.status !== 0) return skip(`the driver does not compile (${(compiled.stderr ?? 'no javac').slice(0, 500)})`);
    writeFileSync(done, '');
  }
  return `${classes}${delimiter}${libraries}`;
}
