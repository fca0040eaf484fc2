import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { evidenceFetcher } from '@antin/adapters/sources/evidence';
import type { Evidence, Need, ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { UnsupportedFile, validate } from '@antin/signature/validation/validate';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { UsageFault, readValidateArguments } from './validate-arguments.ts';
import type { ValidateArguments } from './validate-arguments.ts';
import { readAnchors, readCertificateFiles, readEvidence, stat } from './validate-inputs.ts';
import { reportText } from './validate-text.ts';

const usage = `antin validate FILE [options]: judge the signatures of a file

  --trust FILE_OR_DIR…      certificates trusted for signers, and for time-stamps unless --tsa-trust is given (PEM, DER, p7c)
  --tsa-trust FILE_OR_DIR…  certificates trusted for time-stamps only
  --certificate FILE…       further certificates for building chains; trusted for nothing
  --crl FILE…  --ocsp FILE… revocation data at hand
  --detached DATA           the data a detached signature is about
  --at ISO8601              judge as of this moment (UTC without a zone); default: now
  --offline                 ask nobody; otherwise CRL and OCSP are fetched for certificates of trusted issuers
  --format text|json        default text
  --batch LIST              many files, one path a line ("-" reads standard input); --format jsonl
  --lang vi|en              language of the text; default vi

Exit codes: 0 valid, 1 invalid, 2 indeterminate, 3 unsigned, 64 wrong usage, 65 no supported format, 70 our own fault;
a batch answers with the worst.
`;

const CODES = { valid: exit.valid, invalid: exit.invalid, indeterminate: exit.indeterminate, unsigned: exit.unsigned } as const;
/** Of a batch: a file that could not be judged at all comes before every verdict. */
const WORST: readonly number[] = [
  exit.fault,
  exit.unsupportedInput,
  exit.usage,
  exit.invalid,
  exit.indeterminate,
  exit.unsigned,
  exit.valid,
];

/** `antin validate` */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const args = readValidateArguments(argv);
    if (args.help) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const judge = judgeFor(args);
    if (args.batch !== undefined) return await runBatch(args, args.batch, judge, io);
    const outcome = await judgeOne(args.file as string, judge);
    if ('fault' in outcome) {
      io.stderr.write(`antin validate: ${outcome.fault.message} [${outcome.fault.code}]\n`);
      return outcome.code;
    }
    write(outcome.report, args, io);
    return outcome.code;
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    io.stderr.write(`antin validate: ${error.message}\n"antin validate --help" shows the options.\n`);
    return exit.usage;
  }
}

type Judge = (path: string) => Promise<ValidationReport>;
type Outcome =
  | { readonly report: ValidationReport; readonly code: number }
  | { readonly fault: { readonly code: string; readonly message: string }; readonly code: number };

function judgeFor(args: ValidateArguments): Judge {
  const separate = args.tsaTrust.length > 0;
  const trust = readAnchors(args.trust, separate ? ['signer'] : ['signer', 'time-stamp']);
  const tsaTrust = separate ? readAnchors(args.tsaTrust, ['time-stamp']) : undefined;
  const evidence: Evidence = {
    certificates: readCertificateFiles(args.certificate).map((one) => one.raw),
    crls: args.crl.map(readEvidence),
    ocsps: args.ocsp.map(readEvidence),
  };
  if (args.detached !== undefined && !stat(args.detached).isFile()) throw new UsageFault(`${args.detached} is no file`);
  const fetch = args.offline ? undefined : fetcher();
  return async (path) => {
    if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
    using source = fileSource(path);
    using detached = args.detached === undefined ? undefined : fileSource(args.detached);
    const context: ValidationContext = {
      door: nodeCrypto,
      inflate: nodeInflate,
      trust,
      ...(tsaTrust === undefined ? {} : { tsaTrust }),
      evidence,
      at: args.at ?? systemClock().getTime(),
      fileName: path,
      ...(detached === undefined ? {} : { detached }),
    };
    if (fetch === undefined) return validate(source, context).report;
    return (await judgeWithSources(source, context, fetch)).report;
  };
}

/**
 * The one place from which the command talks to the world. Revocation data is asked for only where the chain already ends at
 * a trusted anchor; the addresses of a stranger's certificate are never followed.
 */
function fetcher(): (needs: readonly Need[]) => Promise<Evidence> {
  const fetch = evidenceFetcher({
    reach: { configured: [], publicInternet: true },
    door: nodeCrypto,
    clock: systemClock,
    cache: answerCache({ clock: systemClock, maxBytes: 64 << 20 }),
    timeoutMs: 8000,
  });
  return (needs) => fetch(needs.filter((need) => need.kind !== 'certificate'));
}

async function judgeOne(path: string, judge: Judge): Promise<Outcome> {
  try {
    const report = await judge(path);
    return { report, code: CODES[report.verdict] };
  } catch (error) {
    if (error instanceof UnsupportedFile) {
      return { fault: { code: error.code, message: `${path}: ${error.message}` }, code: exit.unsupportedInput };
    }
    throw error;
  }
}

function write(report: ValidationReport, args: ValidateArguments, io: Io): void {
  if (args.format === 'text') io.stdout.write(reportText(report, args.language));
  else io.stdout.write(`${JSON.stringify(report, null, args.format === 'json' ? 2 : undefined)}\n`);
}

async function runBatch(args: ValidateArguments, list: string, judge: Judge, io: Io): Promise<number> {
  if (list !== '-') stat(list);
  const text = list === '-' ? await readAll(io.stdin) : readFileSync(list, 'utf8');
  const paths = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const codes: number[] = [];
  for (const path of paths) {
    let outcome: Outcome;
    try {
      outcome = await judgeOne(path, judge);
    } catch (error) {
      // One bad line must not cost the verdicts of the other thousand.
      const usageFault = error instanceof UsageFault;
      const message = error instanceof Error ? error.message : String(error);
      outcome = {
        fault: { code: usageFault ? 'batch.no-file' : 'engine.fault', message },
        code: usageFault ? exit.usage : exit.fault,
      };
    }
    codes.push(outcome.code);
    if (!('fault' in outcome)) {
      if (args.format === 'text') io.stdout.write(`${path}\n${reportText(outcome.report, args.language)}\n`);
      else io.stdout.write(`${JSON.stringify(outcome.report)}\n`);
    } else if (args.format === 'text') io.stdout.write(`${path}\n${outcome.fault.message} [${outcome.fault.code}]\n\n`);
    else io.stdout.write(`${JSON.stringify({ file: path, error: outcome.fault })}\n`);
  }
  return WORST.find((code) => codes.includes(code)) ?? exit.ok;
}
