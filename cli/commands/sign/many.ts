import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { signBatch } from '@antin/signature/making/batch';
import type { BatchOutcome } from '@antin/signature/making/batch';
import { exit } from '../../exit.ts';
import type { Io } from '../../io.ts';
import { printable } from '../../printable.ts';
import { UsageFault } from '../options.ts';
import { stat } from '../validate-inputs.ts';
import type { SignArguments } from './arguments.ts';
import type { Choice } from './choice.ts';
import { choose } from './choice.ts';
import { SignFault, exitOf } from './fault.ts';
import { openFiles } from './input-files.ts';
import { openKey } from './key.ts';
import type { Prepared } from './making.ts';
import { outputName } from './output-name.ts';
import { checkOutput, writeOutput } from './output.ts';
import { look, prepareDocument } from './preparing.ts';
import { progressOn } from './progress.ts';
import { finish, makingWith, readSources } from './run.ts';
import type { Signed } from './said.ts';
import { jsonOf, lineOf } from './said.ts';

interface Waiting {
  readonly choice: Choice;
  readonly output: string;
  readonly prepared: Prepared;
}

/**
 * Many documents, each by itself, into a folder, under one activation of the key. One bad file never spoils the rest.
 *
 * @returns 0 when all are signed, `exit.partly` when some are, else the code of the first refusal; 130 when it was cancelled
 */
export async function signMany(args: SignArguments, folder: string, io: Io): Promise<number> {
  const inputs = filesOf(args.inputs);
  if (args.detached.length > 0) throw new UsageFault('--detached is for one signature at a time: leave --out-dir out');
  const sources = await readSources(args, io);
  await using key = await openKey({ ...args, values: inputs.length }, io);
  const making = makingWith(key, args, sources);
  const made = !existsSync(folder);
  if (made) makeFolder(folder);
  const taken = new Set<string>();
  const stop = new AbortController();
  const cancel = () => {
    stop.abort();
    io.stderr.write('antin sign: stopping; what is on its way is finished, Ctrl-C again ends at once\n');
  };
  process.once('SIGINT', cancel);
  const screen = progressOn(io);
  const outcomes: BatchOutcome<string, Signed>[] = [];
  try {
    const batch = signBatch<string, Waiting, Signed>(
      inputs,
      key,
      {
        prepare(input) {
          using opened = openFiles([input], args.mimeType);
          const choice = choose(opened.files, args);
          const output = join(folder, outputName(basename(input), choice));
          if (taken.has(output)) throw new SignFault('sign.same-name', `another file of this run is written to ${output}`);
          checkOutput([input], output, args.force);
          const document = { files: opened.files, detached: [], choice };
          look(document, args.level, sources.pdf.decryption);
          const prepared = prepareDocument(document, making);
          taken.add(output);
          return { choice, output, prepared };
        },
        dataOf: ({ prepared }) => prepared.data,
        async finish(input, { choice, output, prepared }, value) {
          using opened = openFiles([input], args.mimeType);
          const document = { files: opened.files, detached: [], choice };
          const done = await finish(document, prepared, value, making, sources);
          writeOutput(done.source, { output, force: args.force, sha256: done.sha256 });
          const { certificate } = making;
          return { output, document: { choice }, prepared, certificate, level: done.level, sha256: done.sha256 };
        },
      },
      { signal: stop.signal, onProgress: screen.show },
    );
    for await (const outcome of batch) {
      screen.clear();
      outcomes.push(outcome);
      tell(outcome, args, io);
    }
  } finally {
    screen.clear();
    process.off('SIGINT', cancel);
  }
  const refused = outcomes.filter((one) => one.status === 'refused');
  const signed = outcomes.length - refused.length;
  if (made && signed === 0) rmdirSync(folder);
  if (!args.json) io.stdout.write(`${signed} of ${outcomes.length} signed\n`);
  if (key.practiceOnly && signed > 0) io.stderr.write('antin sign: this key is software, for practice only\n');
  if (stop.signal.aborted) return exit.interrupted;
  const [first] = refused;
  if (first === undefined) return exit.ok;
  return signed > 0 ? exit.partly : codeOf(first);
}

function tell(outcome: BatchOutcome<string, Signed>, { json }: SignArguments, io: Io): void {
  if (outcome.status === 'signed') {
    const { made, item } = outcome;
    io.stdout.write(json ? `${JSON.stringify(jsonOf([item], made))}\n` : `${printable(lineOf(made))}\n`);
    return;
  }
  const { item, message, fault } = outcome;
  const code = fault instanceof UsageFault ? 'sign.usage' : outcome.code;
  if (json) io.stdout.write(`${JSON.stringify({ status: 'refused', inputs: [item], code, message })}\n`);
  else io.stderr.write(`antin sign: ${printable(`${item}: ${message}`)} [${code}]\n`);
}

function codeOf({ fault }: Extract<BatchOutcome<string, Signed>, { status: 'refused' }>): number {
  return fault instanceof UsageFault ? exit.usage : (exitOf(fault) ?? exit.fault);
}

/** Files as they are named; of a folder, the files that lie directly in it, in the order of their names. */
function filesOf(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!stat(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true })
      .filter((one) => one.isFile() && !one.name.startsWith('.'))
      .map((one) => join(path, one.name))
      .sort();
  });
  if (files.length === 0) throw new UsageFault('there is no file to sign');
  return files;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    throw new SignFault('sign.output-failed', `${folder} cannot be made (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
