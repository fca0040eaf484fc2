import type { Io } from '../../io.ts';
import { printable } from '../../printable.ts';
import { UsageFault } from '../options.ts';
import type { SignArguments } from './arguments.ts';
import type { Choice } from './choice.ts';
import { choose } from './choice.ts';
import { openFiles } from './input-files.ts';
import { openKey } from './key.ts';
import { checkOutput, writeOutput } from './output.ts';
import { look, prepareDocument } from './preparing.ts';
import { finish, makingWith, readSources } from './run.ts';
import { jsonOf, lineOf, whyOf } from './said.ts';

/** One document, or several files in one container, into one file. */
export async function signOne(args: SignArguments, output: string, io: Io): Promise<void> {
  using input = openFiles(args.inputs, args.mimeType);
  using beside = openFiles(args.detached);
  checkOutput([...args.inputs, ...args.detached], output, args.force);
  const document = { files: input.files, detached: beside.files, choice: choose(input.files, args) };
  requireMeaning(args, document.choice);
  const sources = await readSources(args, io);
  look(document, args.level, sources.pdf.decryption);
  if (args.format === undefined && document.choice.form !== 'PAdES') say(io, whyOf(document));

  await using key = await openKey({ ...args, values: 1 }, io);
  const making = makingWith(key, args, sources);
  const prepared = prepareDocument(document, making);
  const value = await key.sign(prepared.data);
  const made = await finish(document, prepared, value, making, sources);
  writeOutput(made.source, { output, force: args.force, sha256: made.sha256 });
  if (key.practiceOnly) say(io, 'this key is software, for practice only');
  const { certificate } = making;
  const signed = { output, document, prepared, certificate, level: made.level, sha256: made.sha256 };
  io.stdout.write(args.json ? `${JSON.stringify(jsonOf(args.inputs, signed))}\n` : `${printable(lineOf(signed))}\n`);
}

function say(io: Io, text: string): void {
  io.stderr.write(`antin sign: ${printable(text)}\n`);
}

/** An option that would do nothing was meant to do something. @throws {UsageFault} */
function requireMeaning({ pdf, detached }: SignArguments, { form, joins }: Choice): void {
  const pdfOnly = { ...pdf, ...(form === 'OOXML' ? { reason: undefined } : {}) };
  const [idle] = Object.entries(pdfOnly).find(([, value]) => value !== undefined) ?? [];
  if (form !== 'PAdES' && idle !== undefined) throw new UsageFault(`--${idle} means nothing in ${form}`);
  if (!joins && detached.length > 0) throw new UsageFault('--detached is for one more signature beside detached ones');
}
