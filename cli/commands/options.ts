/** Arguments nobody can make sense of: exit code 64. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

export interface OptionShape {
  /** Take several values, after one option or the option again. */
  readonly lists?: readonly string[];
  /** Take one value, once. */
  readonly singles?: readonly string[];
  readonly flags?: readonly string[];
  /** A name's one letter: `{ o: 'output' }`. */
  readonly short?: Readonly<Record<string, string>>;
  /** When no file stands apart, the last further value of a list is the file: `--trust a.pem document.pdf`. */
  readonly trailingFile?: boolean;
}

export interface ReadOptions {
  readonly list: (name: string) => readonly string[];
  readonly single: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  readonly help: boolean;
  /** What stands apart from options. */
  readonly files: readonly string[];
}

/**
 * Reads long options. Lists take several values after one option (`--trust a.pem b.pem`) or the option again; `--option=value`
 * and `--` work as everywhere. Names are given without dashes.
 *
 * @throws {UsageFault}
 */
export function readOptions(argv: readonly string[], shape: OptionShape): ReadOptions {
  const lists = new Map((shape.lists ?? []).map((name) => [name, [] as string[]]));
  const singles = new Map<string, string>();
  const flags = new Set<string>();
  const files: string[] = [];
  let open: string[] | undefined;
  let further: { readonly values: string[]; readonly at: number } | undefined;
  let plain = false;
  for (let i = 0; i < argv.length; i++) {
    const raw = argv[i] as string;
    if (plain || !raw.startsWith('-') || raw === '-') {
      if (plain || open === undefined) files.push(raw);
      else {
        const first = /^-./.test(argv[i - 1] as string);
        if (!first) further = { values: open, at: open.length };
        open.push(raw);
      }
      continue;
    }
    open = undefined;
    const cut = raw.startsWith('--') && raw.includes('=') ? raw.indexOf('=') : raw.length;
    const name = raw.startsWith('--') ? raw.slice(2, cut) : (shape.short?.[raw.slice(1)] ?? '');
    const own = cut < raw.length ? raw.slice(cut + 1) : undefined;
    if (raw === '--') plain = true;
    else if (raw === '-h') flags.add('help');
    else if (raw.startsWith('--') && own === undefined && (name === 'help' || shape.flags?.includes(name) === true))
      flags.add(name);
    else if (lists.has(name)) {
      const values = lists.get(name) as string[];
      const next = own ?? argv[i + 1];
      if (next === undefined || (own === undefined && /^-./.test(next))) throw new UsageFault(`--${name} needs a value`);
      if (own !== undefined) values.push(own);
      else open = values;
    } else if (shape.singles?.includes(name) === true) {
      const value = own ?? argv[++i];
      if (value === undefined || (own === undefined && value.startsWith('--'))) throw new UsageFault(`--${name} needs a value`);
      if (singles.has(name)) throw new UsageFault(`--${name} is given twice`);
      singles.set(name, value);
    } else throw new UsageFault(`there is no option ${raw.slice(0, cut)}`);
  }
  if (shape.trailingFile === true && files.length === 0 && further !== undefined) {
    files.push(...further.values.splice(further.at, 1));
  }
  return {
    list: (name) => lists.get(name) ?? [],
    single: (name) => singles.get(name),
    flag: (name) => flags.has(name),
    help: flags.has('help'),
    files,
  };
}

export function oneOf<T extends string>(value: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageFault(`${option} is one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

/** ISO 8601; a moment without a zone is UTC, because a verdict must not depend on where the machine stands. */
export function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const zoned = shape !== null && shape[1] !== undefined && shape[4] === undefined ? `${text}Z` : text;
  const moment = shape === null ? Number.NaN : Date.parse(zoned);
  if (Number.isNaN(moment)) throw new UsageFault(`--at needs a moment in ISO 8601 (2026-03-02T09:00:00+07:00), not "${text}"`);
  return moment;
}
