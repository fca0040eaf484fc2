import { parseArgs } from 'node:util';
import { UsageFault } from '../options.ts';
import type { RaisingArguments } from './raising-arguments.ts';
import { raisingOptions, readRaising, sortPositionals, timeStampAddress } from './raising-arguments.ts';

/** What `antin extend` was asked to do. */
export interface ExtendArguments extends RaisingArguments {
  readonly input: string;
  readonly output: string;
  readonly force: boolean;
  readonly level: 'B-T' | 'B-LT' | 'B-LTA';
  readonly tsa: string | undefined;
  /** The data of a detached signature. */
  readonly detached: readonly string[];
  /** Of the password that opens an encrypted PDF. */
  readonly openPassFile: string | undefined;
}

const text = { type: 'string' } as const;
const options = {
  output: { ...text, short: 'o' },
  force: { type: 'boolean' },
  level: text,
  tsa: text,
  detached: { ...text, multiple: true },
  'open-pass-file': text,
  ...raisingOptions,
  help: { type: 'boolean', short: 'h' },
} as const;

const LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const;

/**
 * @returns undefined when help was asked for
 * @throws {UsageFault}
 */
export function readExtendArguments(argv: readonly string[]): ExtendArguments | undefined {
  const { values, tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  if (values.help === true) return undefined;
  const sorted = sortPositionals(tokens, new Set(['detached']));
  const [input, another] = sorted.files;
  if (input === undefined) throw new UsageFault('which file? It stands before the options: antin extend IN -o OUT …');
  if (another !== undefined) throw new UsageFault(`one file at a time (found ${sorted.files.join(', ')})`);
  const { output, tsa } = values;
  if (output === undefined) throw new UsageFault('where to? -o OUT is missing');
  if (input === '-' || output === '-') throw new UsageFault('"-" is no file: files are read and written by name');
  const level = LEVELS.find((one) => one === (values.level ?? 'B-LTA'));
  if (level === undefined) throw new UsageFault(`--level is one of ${LEVELS.join(', ')}, not "${values.level}"`);
  if (tsa === undefined && level !== 'B-LT') throw new UsageFault(`${level} needs a time-stamp authority: --tsa URL`);
  const raising = readRaising(sorted);
  if (raising.trust.length === 0 && level !== 'B-T') throw new UsageFault(`${level} needs trusted roots: --trust FILE…`);
  return {
    ...raising,
    input,
    output,
    force: values.force === true,
    level,
    tsa: tsa === undefined ? undefined : timeStampAddress(tsa),
    detached: values.detached ?? [],
    openPassFile: values['open-pass-file'],
  };
}
