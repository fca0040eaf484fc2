import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DssSignature {
  /** As DSS names it: `XAdES-BASELINE-LTA`. */
  readonly level: string;
  readonly indication: string;
  readonly subIndication: string;
  readonly intact: boolean;
  /** What its schema finds wrong; empty when nothing. */
  readonly structure: string;
  readonly timeStamps: readonly { readonly type: string; readonly intact: boolean }[];
  readonly errors: readonly string[];
}

export interface DssAnswer {
  readonly signatures: readonly DssSignature[];
  readonly failure?: string;
}

export interface DssQuestion {
  /** Its ending tells DSS nothing; its name stands in reports. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Content of detached signatures, by file name. */
  readonly detached?: Readonly<Record<string, Uint8Array>>;
}

const here = fileURLToPath(new URL('dss', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/antin-judges', import.meta.url));
const MINUTES = 60_000;

/**
 * The class path of EU DSS with our driver compiled: resolved once by Maven, kept under `node_modules/.cache`. Undefined, with a
 * line that says why, where there is no Java, no Maven, or no registry that answers.
 */
export function dssClassPath(): string | undefined {
  const skip = (why: string): undefined => {
    console.warn(`SKIPPED: ${why}, EU DSS is not asked`);
    return undefined;
  };
  for (const tool of ['java', 'javac', 'mvn']) {
    if (spawnSync(tool, ['-version'], { stdio: 'ignore' }).error !== undefined) return skip(`${tool} is not installed`);
  }
  const key = createHash('sha256')
    .update(readFileSync(join(here, 'pom.xml')))
    .digest('hex')
    .slice(0, 12);
  const list = join(cache, `class-path-${key}.txt`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(list)) {
    const args = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${list}`];
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

/** Asks about all files at once: one Java machine takes seconds to start. @param at moment of validation, ms since 1970 */
export function askDss(
  classPath: string,
  questions: readonly DssQuestion[],
  { trust, at }: { readonly trust: readonly Uint8Array[]; readonly at: number },
): ReadonlyMap<string, DssAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-dss-'));
  const put = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  try {
    const lines = [trust.map((one, i) => put(`trust-${i}.cer`, one)).join('\t'), String(at)];
    for (const [i, { name, bytes, detached = {} }] of questions.entries()) {
      const contents = Object.entries(detached).map(([file, content]) => put(`${i}/content/${file}`, content));
      lines.push([put(`${i}/${name}`, bytes), ...contents].join('\t'));
    }
    const list = put('list.txt', new TextEncoder().encode(lines.join('\n')));
    const options = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8'];
    const { stdout, stderr, status } = spawnSync('java', [...options, '-cp', classPath, 'Judge', list], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      timeout: 5 * MINUTES,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    if (status !== 0) throw new Error(`DSS failed: ${stderr.slice(0, 1000)}`);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DssAnswer);
    return new Map(questions.map(({ name }, i) => [name, answers[i] as DssAnswer]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
