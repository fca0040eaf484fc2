import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAway, wasAway } from './away.ts';
import type { Answer, Asked, Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { JUDGED_AT } from './making/make.ts';
import { pki } from './making/people.ts';
import { onlyContent, signaturePart } from './parts.ts';

export interface PyHankoSignature {
  readonly intact: boolean;
  readonly valid: boolean;
  readonly trusted: boolean;
  /** Of the signature time-stamp; null without one. */
  readonly timeStamp: boolean | null;
  /** Only of PDFs: what came behind the signature, and whether that was allowed. */
  readonly coverage?: string;
  readonly modification?: string | null;
  readonly allowed?: boolean;
  /** EN 319 102-1 §5.6.3 where there is a document time-stamp. */
  readonly archive?: string;
}

export interface PyHankoAnswer {
  readonly signatures: readonly PyHankoSignature[];
  readonly failure?: string;
}

export interface PyHankoQuestion {
  readonly bytes: Uint8Array;
  readonly detached?: Uint8Array;
}

const here = fileURLToPath(new URL('pyhanko', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/antin-judges', import.meta.url));
const requirements = join(here, 'requirements.txt');
const MINUTES = 60_000;

/** Python with the pinned pyHanko, made once. Undefined, with a line that says why, where it cannot be had. */
export const pyHankoPython: string | undefined = (() => {
  const skip = (why: string): undefined => {
    console.warn(`SKIPPED: ${why}, pyHanko is not asked`);
    return undefined;
  };
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cache, `pyhanko-${key}`);
  const python = join(folder, 'bin', 'python');
  const done = join(folder, 'done');
  if (existsSync(done)) return python;
  if (wasAway(`${folder}.away`)) return skip('PyPI did not answer');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const system = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const made = spawnSync(system, ['-m', 'venv', folder], { encoding: 'utf8', timeout: 2 * MINUTES });
  if (made.status !== 0) return skip(`python3 with venv is not installed`);
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--timeout',
    '20',
    '--retries',
    '2',
    '--requirement',
    requirements,
  ];
  const installed = spawnSync(python, pip, { encoding: 'utf8', timeout: 5 * MINUTES });
  if (installed.status !== 0) {
    isAway(`${folder}.away`);
    return skip(`it cannot be had from PyPI (${installed.stderr.trim().split('\n').at(-1)})`);
  }
  writeFileSync(done, '');
  return python;
})();

/** Asks about all files at once. @param at moment of validation, ms since 1970 */
export function askPyHanko(
  python: string,
  questions: readonly PyHankoQuestion[],
  { trust, at }: { readonly trust: readonly Uint8Array[]; readonly at: number },
): PyHankoAnswer[] {
  const folder = mkdtempSync(join(tmpdir(), 'antin-pyhanko-'));
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  try {
    const files = questions.map(({ bytes, detached }, i) => ({
      path: put(`${i}`, bytes),
      ...(detached === undefined ? {} : { detached: put(`${i}.content`, detached) }),
    }));
    const asked = { trust: trust.map((one, i) => put(`trust-${i}.cer`, one)), at, files };
    const list = put('question.json', new TextEncoder().encode(JSON.stringify(asked)));
    const done = spawnSync(python, [join(here, 'judge.py'), list], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      timeout: 5 * MINUTES,
    });
    if (done.status !== 0) throw new Error(`pyHanko failed: ${done.stderr.slice(-1000)}`);
    return done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PyHankoAnswer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answerOf({ signatures, failure }: PyHankoAnswer, { shape, level }: Asked): Answer {
  const [one] = signatures;
  if (failure !== undefined || one === undefined) return no(failure ?? 'it sees no signature');
  const bad = (what: string): Answer => no(`${what}: ${JSON.stringify(one)}`);
  if (!one.intact || !one.valid) return bad('the signature does not hold');
  if (!one.trusted) return bad('the path does not hold');
  if (level !== 'B-B' && one.timeStamp !== true) return bad('the time-stamp does not hold');
  if (shape !== 'PAdES') return yes();
  if (one.allowed !== true) return bad('a change that is not allowed');
  const expected = level === 'B-B' || level === 'B-T' ? 'NONE' : 'LTA_UPDATES';
  if (one.modification !== expected) return bad('what came behind the signature is called something else');
  return level !== 'B-LTA' || one.archive === 'AdESPassed.OK' ? yes() : bad('archive');
}

export const pyHanko: Judge = {
  name: 'pyHanko',
  version: pyHankoPython === undefined ? undefined : /^pyHanko==(\S+)$/m.exec(readFileSync(requirements, 'utf8'))?.[1],
  looksAt:
    'digest, value, path, signature time-stamp; of a PDF also what came later, revocation data of the security store (all required), document time-stamps',
  takes: (shape) => shape === 'PAdES' || shape.includes('CAdES'),
  ask: async (files) => {
    const questions = files.map((file) => {
      const part = signaturePart(file);
      const detached = onlyContent(part);
      return detached === undefined ? { bytes: part.bytes } : { bytes: part.bytes, detached };
    });
    const trust = pki.anchors.map((one) => one.certificate.raw);
    const answers = askPyHanko(pyHankoPython as string, questions, { trust, at: JUDGED_AT });
    return answers.map((one, i) => answerOf(one, files[i] as Asked));
  },
};
