import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classPathOf } from './maven.ts';

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

const MINUTES = 60_000;

export const veraClassPath = (): string | undefined =>
  classPathOf({ folder: 'verapdf', called: 'veraPDF', drivers: ['Judge.java'] });

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
