import { UsageFault } from '../options.ts';

/** Trust and evidence for B-LT and B-LTA, the same for `antin extend` and `antin sign`. */
export interface RaisingArguments {
  readonly trust: readonly string[];
  readonly tsaTrust: readonly string[];
  readonly certificate: readonly string[];
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
  /** Origins inside the network that may be asked for evidence. */
  readonly allow: readonly string[];
  readonly offline: boolean;
}

const RAISING_LISTS = ['trust', 'tsa-trust', 'certificate', 'crl', 'ocsp', 'allow'] as const;
const list = { type: 'string', multiple: true } as const;

export const raisingOptions = {
  trust: list,
  'tsa-trust': list,
  certificate: list,
  crl: list,
  ocsp: list,
  allow: list,
  offline: { type: 'boolean' },
} as const;

export const raisingUsage = `\
  --trust FILE…             trusted roots: files or folders of PEM or DER
  --tsa-trust FILE…         roots for time-stamps, where they are others
  --crl FILE…  --ocsp FILE…  --certificate FILE…   evidence at hand; what is missing is asked for at the addresses that the
                            certificates of trusted chains name
  --allow ORIGIN…           addresses inside the network that may be asked, e.g. http://10.0.0.1:8080
  --offline                 ask nobody for evidence
`;

/** As `parseArgs` gives them. */
type Token =
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option'; readonly name: string; readonly rawName: string; readonly value?: string | undefined }
  | { readonly kind: 'option-terminator' };

/**
 * Lists take several values after one option (`--crl a.crl b.crl`) or the option again; files stand before the first list, after
 * an option that is none, or behind `--`.
 *
 * @param repeated names of options that may be given again, one value each
 * @throws {UsageFault} for any other option given twice: the last one would win silently
 */
export function sortPositionals(tokens: readonly Token[], repeated: ReadonlySet<string>) {
  const lists = new Map<string, string[]>(RAISING_LISTS.map((name) => [name, []]));
  const files: string[] = [];
  const seen = new Set<string>();
  let open: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') (open ?? files).push(token.value);
    else if (token.kind === 'option') {
      open = lists.get(token.name);
      if (open !== undefined && token.value !== undefined) open.push(token.value);
      const again = open !== undefined || repeated.has(token.name);
      if (!again && seen.has(token.name)) throw new UsageFault(`${token.rawName} is given twice`);
      seen.add(token.name);
    } else open = undefined;
  }
  return { files, seen, all: (name: (typeof RAISING_LISTS)[number]): readonly string[] => lists.get(name) ?? [] };
}

/** @throws {UsageFault} */
export function readRaising({ all, seen }: Pick<ReturnType<typeof sortPositionals>, 'all' | 'seen'>): RaisingArguments {
  const allow = all('allow').map((origin) => {
    if (!URL.canParse(origin)) throw new UsageFault(`--allow needs an origin like http://10.0.0.1:8080, not "${origin}"`);
    return new URL(origin).origin;
  });
  return {
    trust: all('trust'),
    tsaTrust: all('tsa-trust'),
    certificate: all('certificate'),
    crl: all('crl'),
    ocsp: all('ocsp'),
    allow,
    offline: seen.has('offline'),
  };
}

/** The address of a time-stamp authority. @throws {UsageFault} */
export function timeStampAddress(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const plain = address !== undefined && address.username === '' && address.password === '';
  if (!plain || !['http:', 'https:'].includes(address.protocol)) {
    throw new UsageFault('--tsa needs an address such as http://tsa.example.gov.vn, without a password in it');
  }
  return url;
}
