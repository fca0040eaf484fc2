import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A conformance level of ISO 19005 (`2b`, `3a`) or ISO 14289 (`ua1`). */
export type Flavour = '1b' | '2a' | '2b' | '2u' | '3a' | '3b' | 'ua1';

export interface VeraAnswer {
  readonly compliant: boolean;
  /** Clause, test and message of every rule that does not hold, each once. */
  readonly broken: readonly string[];
  readonly failure?: string;
}

export interface VeraQuestion {
  readonly bytes: Uint8Array;
  readonly flavour: Flavour;
}

const here = fileURLToPath(new URL('verapdf', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/antin-judges/verapdf', import.meta.url));
const MINUTES = 60_000;

/** Resolved once by Maven, kept under `node_modules/.cache`; undefined, with a line that says why, where that cannot be. */
export function veraClassPath(): string | undefined {
  const skip = (why: string): undefined => {
    console.warn(`SKIPPED: ${why}, veraPDF is not asked`);
    return undefined;
  };
  for (const tool of ['java', 'javac', 'mvn']) {
    if (spawnSync(tool, ['-version'], { stdio: 'ignore' }).error !== undefined) return skip(`${tool} is not installed`);
  }
  const pom = join(here, 'pom.xml');
  const key = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const list = join(cache, `class-path-${key}.txt`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(list)) {
    const args = ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${list}`];
    const { status } = spawnSync('mvn', args, { stdio: 'ignore', timeout: 10 * MINUTES });
    if (status !== 0 || !existsSync(list)) {
      rmSync(list, { force: true });
      return skip('its libraries cannot be had');
    }
  }
  const classPath = `${cache}${delimiter}${readFileSync(list, 'utf8').trim()}`;
  const compiled = spawnSync('javac', ['-cp', classPath, '-d', cache, join(here, 'Judge.java')], { encoding: 'utf8' });
  return compiled.status === 0 ? classPath : skip(`the driver does not compile (${compiled.stderr.slice(0, 200)})`);
}

/** Asks about all files at once: one Java machine takes seconds to start. */
export function askVera(classPath: string, questions: readonly VeraQuestion[]): VeraAnswer[] {
  const folder = mkdtempSync(join(tmpdir(), 'antin-vera-'));
  try {
    const lines = questions.map(({ bytes, flavour }, i) => {
      const path = join(folder, `${i}.pdf`);
      writeFileSync(path, bytes);
      return `${path}\t${flavour}`;
    });
    const list = join(folder, 'list.txt');
    writeFileSync(list, lines.join('\n'));
    const options = ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-Djava.util.logging.config.file=/dev/null'];
    const { stdout, stderr, status } = spawnSync('java', [...options, '-cp', classPath, 'Judge', list], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      timeout: 5 * MINUTES,
    });
    if (status !== 0) throw new Error(`veraPDF failed: ${stderr.slice(0, 1000)}`);
    const answers = stdout.split('\n').filter((line) => line.startsWith('{'));
    if (answers.length !== questions.length) throw new Error(`veraPDF answered ${answers.length} of ${questions.length}`);
    return answers.map((line) => JSON.parse(line) as VeraAnswer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
