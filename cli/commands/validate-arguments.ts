import { UsageFault, momentOf, oneOf, readOptions } from './options.ts';
import type { ReadOptions } from './options.ts';
import { REPORTS } from './validate-report.ts';
import type { ReportKind } from './validate-report.ts';

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
  /** Signed trusted lists (TS 119 612), and who may sign them. */
  readonly trustList: readonly string[];
  readonly trustListSigner: readonly string[];
  /** Origins inside the network that may be asked. */
  readonly allow: readonly string[];
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
  /** Folder for pictures of what looks otherwise since signing. */
  readonly visual: string | undefined;
  readonly help: boolean;
}

/**
 * Reads the arguments. Lists take several values after one option (`--trust a.pem b.pem`) or the option again; when no
 * file stands apart, the last such extra value is the file (`--trust a.pem document.pdf`).
 *
 * @throws {UsageFault}
 */
export function readValidateArguments(argv: readonly string[]): ValidateArguments {
  const options = readOptions(argv, {
    lists: ['trust', 'tsa-trust', 'trust-list', 'trust-list-signer', 'allow', 'crl', 'ocsp', 'certificate', 'detached'],
    singles: ['at', 'format', 'batch', 'lang', 'report', 'policy', 'output', 'p12', 'pass-file', 'open-pass-file', 'visual'],
    flags: ['offline', 'force'],
    short: { o: 'output' },
    trailingFile: !argv.some((raw) => /^--batch(=|$)/.test(raw)),
  });
  const { files, help, single, list } = options;
  const batch = single('batch');
  if (!help && batch === undefined && files.length !== 1) {
    throw new UsageFault(
      files.length === 0 ? 'which file?' : `one file at a time; many with --batch LIST (found ${files.join(', ')})`,
    );
  }
  if (batch !== undefined && files.length > 0) throw new UsageFault('--batch takes no file beside its list');
  if (batch !== undefined && single('visual') !== undefined) throw new UsageFault('--visual is for one file at a time');
  const report = single('report');
  return {
    file: files[0],
    batch,
    trust: list('trust'),
    tsaTrust: list('tsa-trust'),
    trustList: list('trust-list'),
    trustListSigner: list('trust-list-signer'),
    allow: list('allow').map(originOf),
    crl: list('crl'),
    ocsp: list('ocsp'),
    certificate: list('certificate'),
    detached: list('detached'),
    at: momentOf(single('at')),
    offline: options.flag('offline'),
    format: oneOf(single('format') ?? (batch === undefined ? 'text' : 'jsonl'), ['text', 'json', 'jsonl'], '--format'),
    language: oneOf(single('lang') ?? 'vi', ['vi', 'en'], '--lang'),
    report: report === undefined ? undefined : oneOf(report, REPORTS, '--report'),
    policy: single('policy'),
    print: printArguments(options),
    openPassFile: single('open-pass-file'),
    visual: single('visual'),
    help,
  };
}

function originOf(text: string): string {
  if (!URL.canParse(text)) throw new UsageFault(`--allow needs an origin like http://10.0.0.1:8080, not "${text}"`);
  return new URL(text).origin;
}

function printArguments({ single, flag }: ReadOptions): PrintArguments | undefined {
  const [output, file, passFile] = ['output', 'p12', 'pass-file'].map((name) => single(name));
  const [force, printed] = [flag('force'), single('report') === 'pdf'];
  if (!printed && (force || output !== undefined || file !== undefined || passFile !== undefined)) {
    throw new UsageFault('-o, --force, --p12 and --pass-file go with --report pdf');
  }
  if (!printed) return undefined;
  if (output === undefined || single('batch') !== undefined)
    throw new UsageFault('--report pdf needs -o OUT.pdf, one file at a time');
  if ((file === undefined) !== (passFile === undefined)) throw new UsageFault('--p12 and --pass-file go together');
  return { output, force, seal: file === undefined || passFile === undefined ? undefined : { file, passFile } };
}
