import { parseArgs } from 'node:util';
import { UsageFault } from '../validate-arguments.ts';

/** What `antin extend` was asked to do. */
export interface ExtendArguments {
  readonly input: string;
  readonly output: string;
  readonly force: boolean;
  readonly level: 'B-T' | 'B-LT' | 'B-LTA';
  readonly tsa: string | undefined;
  readonly trust: readonly string[];
  readonly tsaTrust: readonly string[];
  readonly certificate: readonly string[];
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
  /** Origins inside the network that may be asked for evidence. */
  readonly allow: readonly string[];
  /** The data of a detached signature. */
  readonly detached: string | undefined;
  readonly offline: boolean;
}

const LISTS = ['trust', 'tsa-trust', 'certificate', 'crl', 'ocsp', 'allow'] as const;
const text = { type: 'string' } as const;
const list = { ...text, multiple: true } as const;
const options = {
  output: { ...text, short: 'o' },
  force: { type: 'boolean' },
  level: text,
  tsa: text,
  trust: list,
  'tsa-trust': list,
  certificate: list,
  crl: list,
  ocsp: list,
  allow: list,
  detached: text,
  offline: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const;

/**
 * Lists take several values after one option (`--crl a.crl b.crl`) or the option again; the input stands before the first list
 * or after an option that is none.
 *
 * @returns undefined when help was asked for
 * @throws {UsageFault}
 */
export function readExtendArguments(argv: readonly string[]): ExtendArguments | undefined {
  const { values, tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  if (values.help === true) return undefined;
  const more = new Map<string, string[]>(LISTS.map((name) => [name, []]));
  const files: string[] = [];
  const seen = new Set<string>();
  let open: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') (open ?? files).push(token.value);
    else if (token.kind === 'option') {
      open = more.get(token.name);
      if (open === undefined && seen.has(token.name)) throw new UsageFault(`${token.rawName} is given twice`);
      seen.add(token.name);
    } else open = undefined;
  }
  const all = (name: (typeof LISTS)[number]): string[] => [...(values[name] ?? []), ...(more.get(name) ?? [])];
  const [input, another] = files;
  if (input === undefined) throw new UsageFault('which file? It stands before the options: antin extend IN -o OUT …');
  if (another !== undefined) throw new UsageFault(`one file at a time (found ${files.join(', ')})`);
  const { output, tsa } = values;
  if (output === undefined) throw new UsageFault('where to? -o OUT is missing');
  if (input === '-' || output === '-') throw new UsageFault('"-" is no file: files are read and written by name');
  const level = LEVELS.find((one) => one === (values.level ?? 'B-LTA'));
  if (level === undefined) throw new UsageFault(`--level is one of ${LEVELS.join(', ')}, not "${values.level}"`);
  if (tsa !== undefined && !URL.canParse(tsa)) throw new UsageFault(`--tsa needs an address, not "${tsa}"`);
  if (tsa === undefined && level !== 'B-LT') throw new UsageFault(`${level} needs a time-stamp authority: --tsa URL`);
  const trust = all('trust');
  if (trust.length === 0 && level !== 'B-T') throw new UsageFault(`${level} needs trusted roots: --trust FILE…`);
  const allow = all('allow').map((origin) => {
    if (!URL.canParse(origin)) throw new UsageFault(`--allow needs an origin like http://10.0.0.1:8080, not "${origin}"`);
    return new URL(origin).origin;
  });
  return {
    input,
    output,
    force: values.force === true,
    level,
    tsa,
    trust,
    tsaTrust: all('tsa-trust'),
    certificate: all('certificate'),
    crl: all('crl'),
    ocsp: all('ocsp'),
    allow,
    detached: values.detached,
    offline: values.offline === true,
  };
}
