import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodePdfCiphers } from '@antin/adapters/crypto/pdf-ciphers';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { evidenceFetcher } from '@antin/adapters/sources/evidence';
import { FormatFault } from '@antin/formats/fault';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import { readPolicy } from '@antin/signature/validation/policy-file';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import type { ValidationPolicy } from '@antin/signature/validation/policy';
import type { Evidence, Need, ValidationContext, ValidationReport } from '@antin/signature/validation/types';
import { UnsupportedFile, validate } from '@antin/signature/validation/validate';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault } from './options.ts';
import { readValidateArguments } from './validate-arguments.ts';
import type { ValidateArguments } from './validate-arguments.ts';
import { dataByName, readAnchors, readCertificateFiles, readEvidence, stat } from './validate-inputs.ts';
import { exitOf } from './sign/fault.ts';
import { readSecret } from './sign/secret.ts';
import { checkPrint, printReport } from './validate-print.ts';
import { renderReport } from './validate-report.ts';

const usage = `antin validate FILE [options]: judge the signatures of a file

  --trust FILE_OR_DIR…      certificates trusted for signers, and for time-stamps unless --tsa-trust is given (PEM, DER, p7c)
  --tsa-trust FILE_OR_DIR…  certificates trusted for time-stamps only
  --certificate FILE…       further certificates for building chains; trusted for nothing
  --crl FILE…  --ocsp FILE… revocation data at hand
  --detached DATA…          the data a detached signature is about; several are told apart by their names
  --at ISO8601              judge as of this moment (UTC without a zone); default: now
  --offline                 ask nobody; otherwise CRL and OCSP are fetched for certificates of trusted issuers
  --format text|json        default text
  --batch LIST              many files, one path a line ("-" reads standard input); --format jsonl
  --lang vi|en              language of the text; default vi
  --report simple|detailed|diagnostic|etsi|pdf   one sentence and four answers; every check with its clause; the facts alone
                            (JSON); ETSI TS 119 102-2 (XML, nothing for an unsigned file); printable, with -o OUT.pdf and,
                            sealed by the verifier, --p12 FILE --pass-file FILE
  --open-pass-file FILE     the password that opens an encrypted PDF; - asks
  --policy FILE             a validation policy (JSON) in place of the default for Vietnam

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
    const policy = args.policy === undefined ? VIETNAM_POLICY : policyFrom(args.policy);
    const password =
      args.openPassFile === undefined
        ? undefined
        : Buffer.from(await readSecret(args.openPassFile, 'password of the file', io)).toString('utf8');
    const judge = judgeFor(args, policy, password);
    const render = (outcome: ValidationOutcome, at: number): string =>
      renderReport(outcome, {
        kind: args.report,
        format: args.batch === undefined || args.format === 'text' ? args.format : 'jsonl',
        language: args.language,
        policy,
        at,
      });
    if (args.batch !== undefined) return await runBatch(args, args.batch, judge, render, io);
    if (args.print !== undefined) checkPrint(args.file as string, args.print);
    const outcome = await judgeOne(args.file as string, judge, render);
    if ('fault' in outcome) {
      io.stderr.write(`antin validate: ${outcome.fault.message} [${outcome.fault.code}]\n`);
      return outcome.code;
    }
    if (args.print !== undefined) {
      const profile = io.env['ANTIN_PROFILE'] === 'production' ? 'production' : 'practice';
      const now = systemClock().getTime();
      await printReport(outcome.report, { ...args.print, language: args.language, profile, now }, io);
    }
    io.stdout.write(outcome.text);
    return outcome.code;
  } catch (error) {
    const refused = error instanceof UsageFault ? undefined : exitOf(error);
    if (refused !== undefined) {
      const { message, code } = error as Error & { readonly code?: string };
      io.stderr.write(`antin validate: ${printable(message)} [${code ?? 'unknown'}]\n`);
      return refused;
    }
    if (!(error instanceof UsageFault)) throw error;
    io.stderr.write(`antin validate: ${error.message}\n"antin validate --help" shows the options.\n`);
    return exit.usage;
  }
}

type Judge = (path: string) => Promise<ValidationOutcome & { readonly at: number }>;
type Outcome =
  | { readonly text: string; readonly report: ValidationReport; readonly code: number }
  | { readonly fault: { readonly code: string; readonly message: string }; readonly code: number };

type Render = (outcome: ValidationOutcome, at: number) => string;

function judgeFor(args: ValidateArguments, policy: ValidationPolicy, password: string | undefined): Judge {
  const separate = args.tsaTrust.length > 0;
  const trust = readAnchors(args.trust, separate ? ['signer'] : ['signer', 'time-stamp']);
  const tsaTrust = separate ? readAnchors(args.tsaTrust, ['time-stamp']) : undefined;
  const evidence: Evidence = {
    certificates: readCertificateFiles(args.certificate).map((one) => one.raw),
    crls: args.crl.map(readEvidence),
    ocsps: args.ocsp.map(readEvidence),
  };
  for (const path of args.detached) if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
  const fetch = args.offline ? undefined : fetcher();
  return async (path) => {
    if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
    using source = fileSource(path);
    using stack = new DisposableStack();
    const data = args.detached.map((one) => ({ path: one, source: stack.use(fileSource(one)) }));
    const [detached] = data;
    const at = args.at ?? systemClock().getTime();
    const context: ValidationContext = {
      door: nodeCrypto,
      inflate: nodeInflate,
      inflateRaw: nodeInflateRaw,
      trust,
      ...(tsaTrust === undefined ? {} : { tsaTrust }),
      evidence,
      at,
      policy,
      ...(password === undefined ? {} : { decryption: { password, ciphers: nodePdfCiphers } }),
      fileName: path,
      // One file is what the signature is about, whatever its name; of several, the name decides.
      ...(detached === undefined || data.length > 1 ? {} : { detached: detached.source }),
      ...(detached === undefined ? {} : { detachedByName: dataByName(data) }),
    };
    const outcome = fetch === undefined ? validate(source, context) : await judgeWithSources(source, context, fetch);
    return { ...outcome, at };
  };
}

/** @throws {UsageFault} with the code of what is wrong with it */
function policyFrom(path: string): ValidationPolicy {
  if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
  try {
    return readPolicy(new Uint8Array(readFileSync(path)));
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    throw new UsageFault(`${path}: ${error.message} [${error.code}]`);
  }
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

async function judgeOne(path: string, judge: Judge, render: Render): Promise<Outcome> {
  try {
    const { at, ...outcome } = await judge(path);
    return { text: render(outcome, at), report: outcome.report, code: CODES[outcome.report.verdict] };
  } catch (error) {
    if (error instanceof UnsupportedFile) {
      return { fault: { code: error.code, message: `${path}: ${error.message}` }, code: exit.unsupportedInput };
    }
    throw error;
  }
}

async function runBatch(args: ValidateArguments, list: string, judge: Judge, render: Render, io: Io): Promise<number> {
  if (list !== '-') stat(list);
  const text = list === '-' ? await readAll(io.stdin) : readFileSync(list, 'utf8');
  const paths = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const codes: number[] = [];
  for (const path of paths) {
    let outcome: Outcome;
    try {
      outcome = await judgeOne(path, judge, render);
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
      io.stdout.write(args.format === 'text' ? `${path}\n${outcome.text}\n` : outcome.text);
    } else if (args.format === 'text') io.stdout.write(`${path}\n${outcome.fault.message} [${outcome.fault.code}]\n\n`);
    else io.stdout.write(`${JSON.stringify({ file: path, error: outcome.fault })}\n`);
  }
  return WORST.find((code) => codes.includes(code)) ?? exit.ok;
}
