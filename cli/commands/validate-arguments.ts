import { UsageFault, momentOf, oneOf } from './options.ts';
import { REPORTS } from './validate-report.ts';
import type { ReportKind } from './validate-report.ts';

export { UsageFault } from './options.ts';

export interface PrintArguments {
  readonly output: string;
  readonly force: boolean;
  readonly seal: { readonly file: string; readonly passFile: string } | undefined;
}

/** What `antin validate` was asked to do. */
export interface ValidateArguments {
  readonly file: string | undefined;
  readonly batch: string | undefined;
  readonly detached: readonly string[];
  readonly trust: readonly string[];
  readonly tsaTrust: readonly string[];
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
  readonly certificate: readonly string[];
  readonly at: number | undefined;
  readonly offline: boolean;
  readonly format: 'text' | 'json' | 'jsonl';
  readonly language: 'vi' | 'en';
  /** Which of the longer or shorter reports; undefined: the usual one. */
  readonly report: ReportKind | undefined;
  /** File of a validation policy. */
  readonly policy: string | undefined;
  /** Where the printed report goes, and whose seal it gets. */
  readonly print: PrintArguments | undefined;
  /** File with the password that opens an encrypted PDF; `-` asks. */
  readonly openPassFile: string | undefined;
  readonly help: boolean;
}

const LISTS: Readonly<Record<string, 'trust' | 'tsaTrust' | 'crl' | 'ocsp' | 'certificate' | 'detached'>> = {
  '--trust': 'trust',
  '--tsa-trust': 'tsaTrust',
  '--crl': 'crl',
  '--ocsp': 'ocsp',
  '--certificate': 'certificate',
  '--detached': 'detached',
};
const SINGLES: ReadonlySet<string> = new Set([
  '--at',
  '--format',
  '--batch',
  '--lang',
  '--report',
  '--policy',
  '--output',
  '--p12',
  '--pass-file',
  '--open-pass-file',
]);

/**
 * Reads the arguments. Lists take several values after one option (`--trust a.pem b.pem`) or the option again; when no
 * file stands apart, the last such extra value is the file (`--trust a.pem document.pdf`).
 *
 * @throws {UsageFault}
 */
export function readValidateArguments(argv: readonly string[]): ValidateArguments {
  const lists = {
    trust: [] as string[],
    tsaTrust: [] as string[],
    crl: [] as string[],
    ocsp: [] as string[],
    certificate: [] as string[],
    detached: [] as string[],
  };
  const singles = new Map<string, string>();
  const files: string[] = [];
  const extras: { readonly list: string[]; readonly value: string }[] = [];
  let offline = false;
  let help = false;
  let force = false;
  let open: { readonly list: string[]; count: number } | undefined;
  let plain = false;
  for (let i = 0; i < argv.length; i++) {
    const raw = argv[i] as string;
    const cut = raw.startsWith('--') && raw.includes('=') ? raw.indexOf('=') : -1;
    const option = raw === '-o' ? '--output' : cut < 0 ? raw : raw.slice(0, cut);
    if (plain || !raw.startsWith('-') || raw === '-') {
      if (!plain && open !== undefined) {
        open.list.push(raw);
        if (++open.count > 1) extras.push({ list: open.list, value: raw });
      } else files.push(raw);
      continue;
    }
    if (open?.count === 0) throw new UsageFault(`the option before ${raw} needs a value`);
    open = undefined;
    if (raw === '--') plain = true;
    else if (raw === '--offline') offline = true;
    else if (raw === '--force') force = true;
    else if (raw === '--help' || raw === '-h') help = true;
    else if (LISTS[option] !== undefined) {
      const list = lists[LISTS[option]];
      open = { list, count: 0 };
      if (cut >= 0) {
        list.push(raw.slice(cut + 1));
        open = undefined;
      }
    } else if (SINGLES.has(option)) {
      const value = cut >= 0 ? raw.slice(cut + 1) : argv[++i];
      if (value === undefined || (cut < 0 && value.startsWith('--'))) throw new UsageFault(`${option} needs a value`);
      if (singles.has(option)) throw new UsageFault(`${option} is given twice`);
      singles.set(option, value);
    } else throw new UsageFault(`there is no option ${option}`);
  }
  if (open?.count === 0) throw new UsageFault('the last option needs a value');
  const batch = singles.get('--batch');
  const last = extras.at(-1);
  if (files.length === 0 && batch === undefined && last !== undefined) {
    last.list.splice(last.list.lastIndexOf(last.value), 1);
    files.push(last.value);
  }
  if (!help && batch === undefined && files.length !== 1) {
    throw new UsageFault(
      files.length === 0 ? 'which file?' : `one file at a time; many with --batch LIST (found ${files.join(', ')})`,
    );
  }
  if (batch !== undefined && files.length > 0) throw new UsageFault('--batch takes no file beside its list');
  const report = singles.get('--report');
  return {
    file: files[0],
    batch,
    ...lists,
    at: momentOf(singles.get('--at')),
    offline,
    format: oneOf(singles.get('--format') ?? (batch === undefined ? 'text' : 'jsonl'), ['text', 'json', 'jsonl'], '--format'),
    language: oneOf(singles.get('--lang') ?? 'vi', ['vi', 'en'], '--lang'),
    report: report === undefined ? undefined : oneOf(report, REPORTS, '--report'),
    policy: singles.get('--policy'),
    print: printArguments(singles, force),
    openPassFile: singles.get('--open-pass-file'),
    help,
  };
}

function printArguments(singles: ReadonlyMap<string, string>, force: boolean): PrintArguments | undefined {
  const [output, file, passFile] = ['--output', '--p12', '--pass-file'].map((name) => singles.get(name));
  const printed = singles.get('--report') === 'pdf';
  if (!printed && (force || output !== undefined || file !== undefined || passFile !== undefined)) {
    throw new UsageFault('-o, --force, --p12 and --pass-file go with --report pdf');
  }
  if (!printed) return undefined;
  if (output === undefined || singles.has('--batch')) throw new UsageFault('--report pdf needs -o OUT.pdf, one file at a time');
  if ((file === undefined) !== (passFile === undefined)) throw new UsageFault('--p12 and --pass-file go together');
  return { output, force, seal: file === undefined || passFile === undefined ? undefined : { file, passFile } };
}
