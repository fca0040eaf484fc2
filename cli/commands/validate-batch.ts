import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { ValidationReport } from '@antin/signature/validation/types';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { UsageFault } from './options.ts';
import { stat } from './validate-inputs.ts';

export type Outcome =
  | { readonly text: string; readonly report: ValidationReport; readonly code: number }
  | { readonly fault: { readonly code: string; readonly message: string }; readonly code: number };

/** A file that could not be judged at all comes before every verdict. */
const WORST: readonly number[] = [
  exit.fault,
  exit.unsupportedInput,
  exit.usage,
  exit.invalid,
  exit.indeterminate,
  exit.unsigned,
  exit.valid,
];

/**
 * Many files one after another: of a folder with all below it, or of a list. The answer is the worst of them; in a folder, which
 * holds what it holds, files of no supported format are named and decide nothing.
 *
 * @param from a folder, a file with one path a line, or `-` for standard input
 * @throws {UsageFault} where there is no such folder or list
 */
export async function runBatch(
  from: string,
  format: 'text' | 'json' | 'jsonl',
  judge: (path: string) => Promise<Outcome>,
  io: Io,
): Promise<number> {
  const folder = from !== '-' && stat(from).isDirectory();
  const paths = folder ? filesUnder(from) : linesOf(from === '-' ? await readAll(io.stdin) : readFileSync(from, 'utf8'));
  const progress = progressOn(io, paths.length);
  const codes: number[] = [];
  for (const [i, path] of paths.entries()) {
    progress(i);
    const outcome = await outcomeOf(path, judge);
    if (!folder || outcome.code !== exit.unsupportedInput) codes.push(outcome.code);
    if (!('fault' in outcome)) io.stdout.write(format === 'text' ? `${path}\n${outcome.text}\n` : outcome.text);
    else if (format === 'text') io.stdout.write(`${path}\n${outcome.fault.message} [${outcome.fault.code}]\n\n`);
    else io.stdout.write(`${JSON.stringify({ file: path, error: outcome.fault })}\n`);
  }
  progress(paths.length);
  return WORST.find((code) => codes.includes(code)) ?? (folder && paths.length > 0 ? exit.unsupportedInput : exit.ok);
}

async function outcomeOf(path: string, judge: (path: string) => Promise<Outcome>): Promise<Outcome> {
  try {
    return await judge(path);
  } catch (error) {
    // One bad line must not cost the verdicts of the other thousand.
    const usageFault = error instanceof UsageFault;
    const message = error instanceof Error ? error.message : String(error);
    return {
      fault: { code: usageFault ? 'batch.no-file' : 'engine.fault', message },
      code: usageFault ? exit.usage : exit.fault,
    };
  }
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/**
 * Links are not followed, which `recursive` would do: a folder can be made to contain itself, or the whole disk.
 */
function filesUnder(folder: string): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let here = folders.pop(); here !== undefined; here = folders.pop()) {
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      if (entry.isFile()) files.push(join(here, entry.name));
      else if (entry.isDirectory()) folders.push(join(here, entry.name));
    }
  }
  return files.sort();
}

/** A line that counts, where somebody looks at a terminal and the answers go elsewhere. */
function progressOn(io: Io, total: number): (done: number) => void {
  const watched = (io.stderr as { isTTY?: boolean }).isTTY === true && io.stdout.isTTY !== true;
  if (!watched) return () => {};
  return (done) => {
    if (done % 10 === 0 || done === total) io.stderr.write(`\r${done}/${total}${done === total ? '\n' : ''}`);
  };
}
