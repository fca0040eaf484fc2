import { parseArgs } from 'node:util';
import { UsageFault } from '../validate-arguments.ts';

/** Where the key is. A secret's file name of `-` means: ask. */
export type KeyPlace =
  | { readonly kind: 'p12'; readonly file: string; readonly passFile: string }
  | {
      readonly kind: 'pkcs11';
      readonly module: string;
      readonly slotLabel: string | undefined;
      /** Left out for readers with a keypad of their own. */
      readonly pinFile: string | undefined;
    };

/** What `antin sign` was asked to do; nothing in it contradicts anything else. */
export interface SignArguments {
  readonly input: string;
  readonly output: string;
  readonly force: boolean;
  readonly key: KeyPlace;
  readonly alias: string | undefined;
  readonly chain: readonly string[];
  /** Its presence means level B-T. */
  readonly tsa: string | undefined;
  readonly field: string | undefined;
  readonly appearance: AppearanceArguments | undefined;
  readonly reason: string | undefined;
  readonly location: string | undefined;
  readonly profile: 'practice' | 'production';
}

export interface AppearanceArguments {
  readonly file: string;
  /** 1-based. */
  readonly page: number;
  /** Points of the displayed page from its bottom-left corner; undefined: the place of the existing field. */
  readonly rect: readonly [x: number, y: number, width: number, height: number] | undefined;
}

const text = { type: 'string' } as const;
const options = {
  output: { ...text, short: 'o' },
  force: { type: 'boolean' },
  p12: text,
  'pass-file': text,
  pkcs11: text,
  slot: text,
  'pin-file': text,
  alias: text,
  chain: { ...text, multiple: true },
  tsa: text,
  level: text,
  field: text,
  appearance: text,
  page: text,
  rect: text,
  reason: text,
  location: text,
  profile: text,
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws {UsageFault}
 */
export function readSignArguments(argv: readonly string[], env: NodeJS.ProcessEnv): SignArguments | undefined {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return undefined;
  const [input, more] = positionals;
  if (input === undefined) throw new UsageFault('which PDF?');
  if (more !== undefined) throw new UsageFault(`one file at a time (found ${positionals.join(', ')})`);
  const { output } = values;
  if (output === undefined) throw new UsageFault('where to? -o OUT.pdf is missing');
  if (input === '-' || output === '-') throw new UsageFault('"-" is no file: a PDF is read and written by name');
  return {
    input,
    output,
    force: values.force === true,
    key: keyPlace(values),
    alias: values.alias,
    chain: values.chain ?? [],
    tsa: timeStampAuthority(values.tsa, values.level),
    field: values.field,
    appearance: appearance(values),
    reason: values.reason,
    location: values.location,
    profile: oneOf('--profile', values.profile ?? (env['ANTIN_PROFILE'] || 'practice'), ['practice', 'production']),
  };
}

function parsed(argv: readonly string[]) {
  try {
    const { values, positionals, tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
    const seen = new Set<string>();
    for (const token of tokens) {
      if (token.kind !== 'option' || token.name === 'chain') continue;
      // The last one would win silently: which key signed would depend on the order.
      if (seen.has(token.name)) throw new UsageFault(`${token.rawName} is given twice`);
      seen.add(token.name);
    }
    return { values, positionals };
  } catch (fault) {
    const { code, message } = fault as { code?: unknown; message: string };
    if (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')) throw new UsageFault(message, { cause: fault });
    throw fault;
  }
}

type Values = ReturnType<typeof parsed>['values'];

function keyPlace(values: Values): KeyPlace {
  const { p12, pkcs11: module } = values;
  if (p12 !== undefined && module !== undefined) throw new UsageFault('--p12 or --pkcs11, not both');
  if (p12 !== undefined) {
    forbid(values, ['slot', 'pin-file'], '--p12');
    const passFile = values['pass-file'];
    if (passFile === undefined) throw new UsageFault('--p12 needs --pass-file FILE ("-" asks)');
    return { kind: 'p12', file: p12, passFile };
  }
  if (module === undefined) throw new UsageFault('which key? --p12 FILE or --pkcs11 MODULE');
  forbid(values, ['pass-file'], '--pkcs11');
  return { kind: 'pkcs11', module, slotLabel: values.slot, pinFile: values['pin-file'] };
}

function forbid(values: Values, names: readonly (keyof Values)[], beside: string): void {
  const found = names.find((name) => values[name] !== undefined);
  if (found !== undefined) throw new UsageFault(`--${found} means nothing beside ${beside}`);
}

function timeStampAuthority(url: string | undefined, level: string | undefined): string | undefined {
  const wanted = level === undefined ? undefined : oneOf('--level', level, ['B-B', 'B-T']);
  if (wanted === 'B-T' && url === undefined) throw new UsageFault('--level B-T needs --tsa URL');
  if (wanted === 'B-B' && url !== undefined) throw new UsageFault('--level B-B carries no time-stamp: leave --tsa out');
  if (url === undefined) return undefined;
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const plain = address !== undefined && address.username === '' && address.password === '';
  if (!plain || !['http:', 'https:'].includes(address.protocol)) {
    throw new UsageFault('--tsa needs an address such as http://tsa.example.gov.vn, without a password in it');
  }
  return url;
}

function appearance(values: Values): AppearanceArguments | undefined {
  const { appearance: file, page, rect, field } = values;
  if (file === undefined) {
    forbid(values, ['page', 'rect'], 'a signature without --appearance');
    return undefined;
  }
  if (rect === undefined && field === undefined) throw new UsageFault('--appearance needs --rect x,y,w,h, or --field NAME');
  if (page !== undefined && !/^[1-9]\d{0,5}$/.test(page)) throw new UsageFault(`--page is "${page}"; expected 1, 2, 3 …`);
  return { file, page: Number(page ?? 1), rect: rect === undefined ? undefined : rectangle(rect) };
}

function rectangle(value: string): readonly [number, number, number, number] {
  const parts = value.split(',').map((part) => part.trim());
  const [x = NaN, y = NaN, width = NaN, height = NaN] = parts.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (parts.length !== 4 || [x, y, width, height].some(Number.isNaN) || width <= 0 || height <= 0) {
    throw new UsageFault(`--rect is "${value}"; expected x,y,width,height in points, e.g. 360,120,140,60`);
  }
  return [x, y, width, height];
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageFault(`${option} is one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}
