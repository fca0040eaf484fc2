import { readFileSync } from 'node:fs';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodePdfCiphers } from '@antin/adapters/crypto/pdf-ciphers';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { nodeInflateRaw } from '@antin/adapters/inflate/raw';
import { answerCache } from '@antin/adapters/sources/answer-cache';
import { evidenceFetcher } from '@antin/adapters/sources/evidence';
import { FormatFault } from '@antin/formats/fault';
import { unusedNames } from '@antin/signature/validation/given-data';
import type { ValidationOutcome } from '@antin/signature/validation/outcome';
import { locationsOf } from '@antin/signature/validation/known-anchors';
import { readPolicy } from '@antin/signature/validation/policy-file';
import { VIETNAM_POLICY } from '@antin/signature/validation/policy';
import type { ValidationPolicy } from '@antin/signature/validation/policy';
import type { Evidence, Need, ValidationContext } from '@antin/signature/validation/types';
import { UnsupportedFile, validate } from '@antin/signature/validation/validate';
import { judgeWithSources } from '@antin/signature/validation/with-sources';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { UsageFault } from './options.ts';
import { readValidateArguments } from './validate-arguments.ts';
import type { ValidateArguments } from './validate-arguments.ts';
import { runBatch } from './validate-batch.ts';
import type { Outcome } from './validate-batch.ts';
import { dataByName, readCertificateFiles, readEvidence, stat } from './validate-inputs.ts';
import { trustFor } from './validate-trust.ts';
import { exitOf } from './sign/fault.ts';
import { readSecret } from './sign/secret.ts';
import { checkPrint, printReport } from './validate-print.ts';
import { renderReport } from './validate-report.ts';
import { makeFolder, visualText } from './validate-visual.ts';

const usage = `antin validate FILE [options]: judge the signatures of a file

  --trust FILE_OR_DIR…      certificates trusted for signers, and for time-stamps unless --tsa-trust is given (PEM, DER, p7c,
                            or a trust store in JSON with purposes and dates)
  --tsa-trust FILE_OR_DIR…  certificates trusted for time-stamps only
  --trust-list FILE…        signed trusted lists (ETSI TS 119 612); --trust-list-signer FILE… names who may sign them
  --certificate FILE…       further certificates for building chains; trusted for nothing
  --crl FILE…  --ocsp FILE… revocation data at hand
  --detached DATA…          the data a detached signature is about; several are told apart by their names, and what no signature
                            is over is named and keeps the answer from being valid
  --at ISO8601              judge as of this moment (UTC without a zone); default: now
  --allow ORIGIN…           addresses inside the network that may be asked, e.g. http://10.0.0.1:8080
  --offline                 ask nobody; otherwise CRL and OCSP are fetched for certificates of trusted issuers
  --format text|json        default text
  --batch FOLDER_OR_LIST    many files: all in a folder and below, or one path a line ("-" reads standard input); --format jsonl
  --lang vi|en              language of the text; default vi
  --report simple|detailed|diagnostic|etsi|pdf   one sentence and four answers; every check with its clause; the facts alone
                            (JSON); ETSI TS 119 102-2 (XML, nothing for an unsigned file); printable, with -o OUT.pdf and,
                            sealed by the verifier, --p12 FILE --pass-file FILE
  --visual FOLDER           pictures of a PDF before and after, with what looks otherwise framed: a help for people that
                            changes no verdict
  --open-pass-file FILE     the password that opens an encrypted PDF; - asks
  --policy FILE             a validation policy (JSON) in place of the default for Vietnam

Exit codes: 0 valid, 1 invalid, 2 indeterminate, 3 unsigned, 64 wrong usage, 65 no supported format, 70 our own fault;
a batch answers with the worst.
`;

const CODES = { valid: exit.valid, invalid: exit.invalid, indeterminate: exit.indeterminate, unsigned: exit.unsigned } as const;
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
    const judge = judgeFor(args, policy, password, io);
    const render = (outcome: ValidationOutcome, at: number): string =>
      renderReport(outcome, {
        kind: args.report,
        format: args.batch === undefined || args.format === 'text' ? args.format : 'jsonl',
        language: args.language,
        policy,
        at,
      });
    if (args.batch !== undefined) {
      const code = await runBatch(args.batch, args.format, (path) => judgeOne(path, judge, render), io);
      const left = args.detached.filter((one) => !judge.used.has(one));
      for (const one of left) io.stderr.write(`antin validate: no signature is over ${printable(one)} [detached.not-signed]\n`);
      return left.length > 0 && code === exit.valid ? exit.indeterminate : code;
    }
    if (args.print !== undefined) checkPrint(args.file as string, args.print);
    if (args.visual !== undefined) makeFolder(args.visual);
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
    if (args.visual !== undefined) {
      const asked = { folder: args.visual, language: args.language, password };
      const text = await visualText(outcome.report, args.file as string, asked);
      // What a program reads stays JSON or XML.
      const plain = args.format === 'text' && args.report !== 'etsi' && args.report !== 'diagnostic';
      (plain ? io.stdout : io.stderr).write(text);
    }
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

type Judge = ((path: string) => Promise<ValidationOutcome & { readonly at: number }>) & {
  /** Paths of the data that signatures judged so far are over. */
  readonly used: ReadonlySet<string>;
};

type Render = (outcome: ValidationOutcome, at: number) => string;

function judgeFor(args: ValidateArguments, policy: ValidationPolicy, password: string | undefined, io: Io): Judge {
  const trusted = trustFor(args, policy, args.at ?? systemClock().getTime(), io);
  const evidence: Evidence = {
    certificates: readCertificateFiles(args.certificate).map((one) => one.raw),
    crls: args.crl.flatMap(readEvidence),
    ocsps: args.ocsp.flatMap(readEvidence),
  };
  for (const path of args.detached) if (!stat(path).isFile()) throw new UsageFault(`${path} is no file`);
  const fetch = args.offline ? undefined : fetcher(args.allow, locationsOf([...trusted.trust, ...(trusted.tsaTrust ?? [])]));
  const used = new Set<string>();
  const judge = async (path: string) => {
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
      ...trusted,
      evidence,
      at,
      policy,
      ...(password === undefined ? {} : { decryption: { password, ciphers: nodePdfCiphers } }),
      fileName: path,
      // One file is what the signature is about, whatever its name; of several, the name decides.
      ...(detached === undefined || data.length > 1 ? {} : { detached: detached.source }),
      ...(detached === undefined ? {} : { detachedByName: dataByName(data) }),
      // In a batch, each file takes its own of the data; what is left over is told at the end.
      ...(data.length < 2 || args.batch !== undefined ? {} : { detachedNames: args.detached }),
    };
    const outcome = fetch === undefined ? validate(source, context) : await judgeWithSources(source, context, fetch);
    const left = new Set(unusedNames(outcome.report.signatures, args.detached, context.detachedByName));
    // One file is taken by a CMS whatever its name, and the answer says so where it was not.
    const one = data.length === 1 && outcome.report.errors.every(({ code }) => code !== 'detached.not-signed');
    for (const name of args.detached) if (one || !left.has(name)) used.add(name);
    return { ...outcome, at };
  };
  return Object.assign(judge, { used });
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
 * a trusted anchor; a missing issuer only where trusted authorities publish or the caller allows: the addresses of a stranger's
 * certificate are never followed.
 */
function fetcher(configured: readonly string[], pinned: readonly string[]): (needs: readonly Need[]) => Promise<Evidence> {
  return evidenceFetcher({
    reach: { configured, pinned, publicInternet: true },
    door: nodeCrypto,
    clock: systemClock,
    cache: answerCache({ clock: systemClock, maxBytes: 64 << 20 }),
    timeoutMs: 8000,
  });
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
