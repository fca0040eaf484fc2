import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { raisingUsage } from './extend/raising-arguments.ts';
import { readSignArguments } from './sign/arguments.ts';
import { exitOf } from './sign/fault.ts';
import { signMany } from './sign/many.ts';
import { signOne } from './sign/one.ts';
import { UsageFault } from './options.ts';

const usage = `antin sign IN -o OUT KEY [options]: sign a file of any kind; the input is never changed
antin sign IN… -o OUT KEY [options]: several files in one container (ASiC-E)
antin sign IN… --out-dir DIR KEY [options]: each file by itself, all under one PIN; a folder stands for its files

KEY is one of
  --p12 FILE --pass-file FILE                   a software key, for practice only
  --pkcs11 MODULE --slot LABEL --pin-file FILE  a token; --slot may be left out when one token is plugged in

Files with keys, passphrases and PINs must be readable by their owner only (chmod 600); the first line counts.
"-" instead of --pass-file or --pin-file FILE asks at the terminal, unseen, or takes the first line of a pipe.

  --alias NAME              which key, where there are several: its label, its holder's name or its serial number
  --chain FILE              further certificates to embed (the issuers), again for more files
  --profile practice|production   production refuses practice and software keys  [ANTIN_PROFILE]
  --force                   replace what exists under the name of the output
  --json                    one line of JSON for each result

Without --format the contents decide: PDF → PAdES, Office file → OOXML, XML → XAdES, JSON → JAdES, several files → ASiC-E,
anything else → CAdES; a file with signatures gets one more beside them.

  --format PAdES|CAdES|XAdES|ASiC-E|ASiC-S|JAdES|OOXML
  --packaging HOW           CAdES attached|detached, XAdES enveloped|enveloping|detached, ASiC xades|cades,
                            JAdES general|flattened|compact|detached
  --detached FILE           the data of a detached signature that gets one more, again for more files
  --mimetype TYPE           media type of the input, where its name does not say it
  --digest NAME             SHA-256, SHA-384, SHA-512, SHA3-256, SHA3-384 or SHA3-512; default as wide as the key
  --pss                     RSASSA-PSS instead of PKCS#1 v1.5, for RSA keys

  --level B-B|B-T|B-LT|B-LTA   default B-B, with --tsa B-T
  --tsa URL                 time-stamp authority (RFC 3161), needed above B-B
Above B-T:
${raisingUsage}
For PDF:
  --field NAME              an empty signature field of the form, or the name of a new one
  --appearance FILE.png     picture to show; without it the signature is invisible
  --page N                  page of the picture, from 1; default 1, with --anchor all pages
  --rect X,Y,W,H            its place in points (1/72 inch) from the bottom-left corner of the page as displayed;
                            an existing field keeps its own place
  --anchor TEXT             or above these words of the page, e.g. the signer's name; --size W,H at most (140,60);
                            --occurrence first|last|N where they stand several times
  --reason TEXT  --location TEXT        the reason also in an Office file
  --certify no-changes|forms|annotations   what may still be done; only the first signature can certify
  --lock all|FIELD,…        fields that nobody may change any more
  --open-pass-file FILE     the password that opens an encrypted PDF ("-" asks)

Exit codes: 0 signed, 4 with --out-dir some signed and some not, 64 wrong usage, 65 document, picture, key, secret or
certificate refused, 69 token, time-stamp authority, evidence or disk not available, 70 our own fault, 130 cancelled.
Of what is refused nothing is written.
`;

/** `antin sign` */
export async function run(argv: string[], io: Io): Promise<number> {
  try {
    const args = readSignArguments(argv, io.env);
    if (args === undefined) io.stdout.write(usage);
    else if (args.to.kind === 'folder') return await signMany(args, args.to.folder, io);
    else await signOne(args, args.to.output, io);
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
