import { readFileSync, statSync } from 'node:fs';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeDeflate, nodeInflate } from '@antin/adapters/inflate/node';
import { timeStampFrom } from '@antin/adapters/sources/time-stamp';
import { toHex } from '@antin/formats/bytes/text-encodings';
import { commonName } from '@antin/pki/x509/name';
import type { PlacedAppearance } from '@antin/signature/pades/appearance';
import { embedPades } from '@antin/signature/pades/embed';
import { embedStamped } from '@antin/signature/pades/embed-stamped';
import { openForUpdate, preparePades } from '@antin/signature/pades/prepare';
import { appendedSource } from '@antin/signature/pades/to-be-signed';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import type { AppearanceArguments, SignArguments } from './sign/arguments.ts';
import { readSignArguments } from './sign/arguments.ts';
import { SignFault, exitOf } from './sign/fault.ts';
import { openKey, requireFit } from './sign/key.ts';
import { checkOutput, writeOutput } from './sign/output.ts';
import { requireIntact } from './sign/self-check.ts';
import { UsageFault } from './validate-arguments.ts';
import { readCertificateFiles } from './validate-inputs.ts';

const usage = `antin sign IN.pdf -o OUT.pdf KEY [options]: sign a PDF (PAdES); the input is never changed

KEY is one of
  --p12 FILE --pass-file FILE                   a software key, for practice only
  --pkcs11 MODULE --slot LABEL --pin-file FILE  a token; --slot may be left out when one token is plugged in

Files with keys, passphrases and PINs must be readable by their owner only (chmod 600); the first line counts.
"-" instead of --pass-file or --pin-file FILE asks at the terminal, unseen, or takes the first line of a pipe.

  --alias NAME              which key, where there are several: its label, its holder's name or its serial number
  --chain FILE              further certificates to embed (the issuers), again for more files
  --tsa URL                 time-stamp authority (RFC 3161); the level is then B-T
  --level B-B|B-T           refuses where it does not fit --tsa
  --field NAME              an empty signature field of the form, or the name of a new one
  --appearance FILE.png     picture to show; without it the signature is invisible
  --page N                  page of the picture, from 1; default 1
  --rect X,Y,W,H            its place in points (1/72 inch) from the bottom-left corner of the page as displayed;
                            an existing field keeps its own place
  --reason TEXT  --location TEXT
  --profile practice|production   production refuses practice and software keys  [ANTIN_PROFILE]
  --force                   replace OUT.pdf when it exists

Exit codes: 0 signed, 64 wrong usage, 65 document, picture, key, secret or certificate refused, 69 token, time-stamp
authority or disk not available, 70 our own fault, 130 cancelled. Nothing is written unless the code is 0.
`;

/** Time-stamp authorities of states have been seen to take two minutes. */
const TSA_TIMEOUT_MS = 180_000;

/** `antin sign` */
export async function run(argv: string[], io: Io): Promise<number> {
  try {
    const args = readSignArguments(argv, io.env);
    if (args === undefined) io.stdout.write(usage);
    else io.stdout.write(`${await sign(args, io)}\n`);
    return exit.ok;
  } catch (fault) {
    const asked = fault instanceof UsageFault;
    const code = asked ? exit.usage : exitOf(fault);
    if (code === undefined) throw fault;
    const { message, code: reason } = fault as Error & { readonly code?: string };
    io.stderr.write(`antin sign: ${printable(message)} [${asked ? 'sign.usage' : reason}]\n`);
    if (asked) io.stderr.write('"antin sign --help" shows the options.\n');
    return code;
  }
}

/** @returns one line that says what was done */
async function sign(args: SignArguments, io: Io): Promise<string> {
  if (statSync(args.input, { throwIfNoEntry: false })?.isFile() !== true) throw new UsageFault(`there is no file ${args.input}`);
  checkOutput(args.input, args.output, args.force);
  const chosen = args.appearance === undefined ? undefined : placed(args.appearance);
  const issuers = readCertificateFiles(args.chain);
  using source = readable(args.input);
  // Refused before anybody is asked for a secret.
  openForUpdate(source, nodeInflate);

  await using key = await openKey(args, io);
  const now = systemClock().getTime();
  requireFit(key.certificate, now);
  const level = args.tsa === undefined ? 'B-B' : 'B-T';
  const { reason, location, field } = args;
  const tbs = preparePades(source, {
    inflate: nodeInflate,
    deflate: nodeDeflate,
    door: nodeCrypto,
    certificate: key.certificate,
    chain: distinct([...key.chain, ...issuers].map((one) => one.raw)),
    algorithm: key.algorithm,
    signingTime: now,
    level,
    ...(field === undefined ? {} : { fieldName: field }),
    ...(reason === undefined ? {} : { reason }),
    ...(location === undefined ? {} : { location }),
    ...(chosen === undefined ? {} : { appearance: chosen }),
  });
  const value = await key.sign(tbs.signedAttributes);
  const { tsa } = args;
  const appended =
    tsa === undefined
      ? embedPades(source, tbs, value, { door: nodeCrypto })
      : await embedStamped(source, tbs, value, {
          door: nodeCrypto,
          inflate: nodeInflate,
          at: now,
          timeStamp: ({ hash }) => stampOf(tsa, hash),
        });
  requireIntact(source, appendedSource(source, appended), tbs.fieldName, now);
  writeOutput(source, appended, { output: args.output, force: args.force, sha256: tbs.inputSha256 });
  if (key.practiceOnly) io.stderr.write('antin sign: this key is software, for practice only\n');
  const holder = commonName(key.certificate.subject) ?? `serial number ${key.certificate.serialHex}`;
  return printable(`${args.output}: PAdES ${level}, ${holder}, field ${tbs.fieldName}`);
}

async function stampOf(url: string, hash: Uint8Array): Promise<Uint8Array> {
  const reach = { configured: [new URL(url).origin], publicInternet: false };
  const stamp = await timeStampFrom(url, { digest: 'SHA-256', hash }, { reach, timeoutMs: TSA_TIMEOUT_MS, retries: 1 });
  return stamp.token;
}

function placed({ file, page, rect }: AppearanceArguments): PlacedAppearance {
  let image: Uint8Array;
  try {
    image = new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new UsageFault(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
  // Without a rectangle only an existing field has a place; a new one is then refused with `pades.placement`.
  return { image, page, rect: rect ?? [0, 0, 0, 0] };
}

function readable(path: string) {
  try {
    return fileSource(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SignFault('sign.input-unreadable', `${path} cannot be read (${code})`, { cause });
  }
}

/** A PKCS#12 file and --chain often bring the same issuer. */
function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(certificates.map((raw) => [toHex(raw), raw])).values()];
}
