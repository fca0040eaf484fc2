import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Answer, Asked, Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { JUDGED_AT, shapeOf } from './making/make.ts';
import { pki } from './making/people.ts';
import { classPathOf } from './maven.ts';

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

const MINUTES = 60_000;

export const dssClassPath = (): string | undefined =>
  classPathOf({ folder: 'dss', called: 'EU DSS', drivers: ['Judge.java', 'Sign.java'] });

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
const pom = readFileSync(new URL('dss/pom.xml', import.meta.url), 'utf8');

export const dss: Judge = {
  name: 'EU DSS',
  version: classPath === undefined ? undefined : /<dss>(.*)<\/dss>/.exec(pom)?.[1],
  looksAt: 'everything of EN 319 102-1 with the revocation data in the file and no other, the level by name, the XML schemas',
  takes: () => true,
  ask: async (files) => {
    const trust = pki.anchors.map((one) => one.certificate.raw);
    const answers = askDss(classPath as string, files, { trust, at: JUDGED_AT });
    return files.map((file) => answerOf(answers.get(file.name) as DssAnswer, file));
  },
};
