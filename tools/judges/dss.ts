import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAway, wasAway } from './away.ts';
import type { Answer, Asked, Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { JUDGED_AT, shapeOf } from './making/make.ts';
import { pki } from './making/people.ts';

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
const DRIVERS = ['Judge.java', 'Sign.java'];
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
  const key = (...names: readonly string[]): string => {
    const hash = createHash('sha256');
    for (const name of names) hash.update(readFileSync(join(here, name)));
    return hash.digest('hex').slice(0, 12);
  };
  const list = join(cache, `class-path-${key('pom.xml')}.txt`);
  const classes = join(cache, `dss-${key('pom.xml', ...DRIVERS)}`);
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
    const sources = DRIVERS.map((name) => join(here, name));
    const compiled = spawnSync('javac', ['-cp', libraries, '-d', classes, ...sources], { encoding: 'utf8' });
    if (compiled.status !== 0) return skip(`the driver does not compile (${(compiled.stderr ?? 'no javac').slice(0, 500)})`);
    writeFileSync(done, '');
  }
  return `${classes}${delimiter}${libraries}`;
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
      timeout: 12 * MINUTES,
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

/** What it says of signatures without revocation data, which it is not given. */
const NO_EVIDENCE = ['The certificate validation is not conclusive!', 'No revocation data found for the certificate!'];

/** Level, digest, value and time-stamps must be right before any policy is heard. */
function answerOf({ signatures, failure }: DssAnswer, { shape, level }: Asked): Answer {
  const [one] = signatures;
  if (failure !== undefined || one === undefined) return no(failure ?? 'it sees no signature');
  const expected = `${shapeOf(shape).form}-BASELINE-${level.slice(2)}`;
  if (one.level !== expected) return no(`it is called ${one.level}: ${one.structure}`);
  if (!one.intact) return no('the signature does not hold');
  if (one.structure !== '') return no(`structure: ${one.structure}`);
  const broken = one.timeStamps.find((stamp) => !stamp.intact);
  if (broken !== undefined) return no(`time-stamp ${broken.type} does not hold`);
  const longTerm = level === 'B-LT' || level === 'B-LTA';
  const errors = one.errors.filter((error) => longTerm || !NO_EVIDENCE.includes(error));
  if (errors.length > 0 || (longTerm && one.indication !== 'TOTAL_PASSED')) {
    return no(`level and values right, ${one.indication} ${one.subIndication}: ${errors.join(' ')}`);
  }
  return yes();
}

const classPath = dssClassPath();

export const dss: Judge = {
  name: 'EU DSS',
  version: classPath === undefined ? undefined : /<dss>(.*)<\/dss>/.exec(readFileSync(join(here, 'pom.xml'), 'utf8'))?.[1],
  looksAt: 'everything of EN 319 102-1 with the revocation data in the file and no other, the level by name, the XML schemas',
  takes: () => true,
  ask: async (files) => {
    const trust = pki.anchors.map((one) => one.certificate.raw);
    const answers = askDss(classPath as string, files, { trust, at: JUDGED_AT });
    return files.map((file) => answerOf(answers.get(file.name) as DssAnswer, file));
  },
};
