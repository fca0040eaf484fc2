import { parseArgs } from 'node:util';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import type { PdfDecryption } from '@antin/formats/pdf/encryption';
import { timestampAsic } from '@antin/signature/asic/time-stamp';
import { SignatureFault } from '@antin/signature/fault';
import { timestampPdf } from '@antin/signature/pades/document-time-stamp';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { timeStampAddress } from './extend/raising-arguments.ts';
import { refused } from './extend/refused.ts';
import { timeStampsFrom } from './extend/time-stamps.ts';
import { contentsOf } from './sign/contents.ts';
import type { InputFile } from './sign/input-files.ts';
import { decryptionFrom } from './sign/decryption.ts';
import { openFiles } from './sign/input-files.ts';
import { judge } from './sign/judging.ts';
import { checkOutput, writeOutput } from './sign/output.ts';
import { UsageFault } from './options.ts';

const usage = `antin timestamp IN -o OUT --tsa URL [options]: prove that a file was there, as it is, at this time

A PDF gets a document time-stamp, its signatures stay as they are. Any other file goes into a container (ASiC-S) together with
the time-stamp; for what is signed already, "antin extend --level B-T" time-stamps the signatures.

  --tsa URL            time-stamp authority (RFC 3161)
  --digest NAME        SHA-256 (default), SHA-384, SHA-512
  --mimetype TYPE      media type of the file, where its name does not say it
  --open-pass-file FILE   the password that opens an encrypted PDF ("-" asks)
  --force              replace OUT when it exists

Exit codes: 0 done, 64 wrong usage, 65 file refused, 69 time-stamp authority or disk not available, 70 our own fault.
`;

const DIGESTS = ['SHA-256', 'SHA-384', 'SHA-512'] as const;

/** `antin timestamp` */
export async function run(argv: string[], io: Io): Promise<number> {
  return refused('timestamp', io, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        tsa: { type: 'string' },
        digest: { type: 'string' },
        mimetype: { type: 'string' },
        'open-pass-file': { type: 'string' },
        force: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      io.stdout.write(usage);
      return exit.ok;
    }
    const [input, another] = positionals;
    const { output, tsa, force = false } = values;
    if (input === undefined) throw new UsageFault('which file?');
    if (another !== undefined) throw new UsageFault(`one file at a time (found ${positionals.join(', ')})`);
    if (output === undefined) throw new UsageFault('where to? -o OUT is missing');
    if (tsa === undefined) throw new UsageFault('which authority? --tsa URL');
    const digest = DIGESTS.find((one) => one === (values.digest ?? 'SHA-256'));
    if (digest === undefined) throw new UsageFault(`--digest is one of ${DIGESTS.join(', ')}, not "${values.digest}"`);
    using opened = openFiles([input], values.mimetype);
    checkOutput([input], output, force);
    const decryption = await decryptionFrom(values['open-pass-file'], io);
    const [file] = opened.files as [InputFile];
    const { source } = file;
    const options = { door: nodeCrypto, at: systemClock().getTime(), digest, timeStamp: timeStampsFrom(timeStampAddress(tsa)) };
    // By its name too: a damaged PDF is refused, not wrapped.
    const pdf = contentsOf(source) === 'pdf' || /\.pdf$/i.test(input);
    const result = pdf
      ? joinedSource([source, memorySource(await timestampPdf(source, { ...options, inflate: nodeInflate, decryption }))])
      : await timestampAsic({ name: file.name, content: source, mimeType: file.mimeType }, options);
    const { sha256 } = requireNothingBroken(pdf ? source : undefined, result, decryption);
    writeOutput(result, { output, force, sha256 });
    io.stdout.write(`${printable(output)}: ${pdf ? 'document time-stamp' : 'ASiC-S with a time-stamp'}\n`);
    return exit.ok;
  });
}

/** Our own judge looks at what was made; signatures that failed before may go on failing. */
function requireNothingBroken(
  before: ByteSource | undefined,
  after: ByteSource,
  decryption: PdfDecryption | undefined,
): { readonly sha256: string } {
  const at = systemClock().getTime();
  const nothing = { trust: [], evidence: { certificates: [], crls: [], ocsps: [] }, at, detached: [], decryption };
  const report = judge(after, nothing);
  const failing = report.signatures.filter((one) => one.indication === 'TOTAL_FAILED');
  if (failing.length === 0) return report;
  const known = (before === undefined ? [] : judge(before, nothing).signatures).filter(
    (one) => one.indication === 'TOTAL_FAILED',
  );
  const broken = failing.find((one) => !known.some((old) => old.field === one.field));
  if (broken === undefined) return report;
  throw new SignatureFault('extend.breaks-signature', `“${broken.field ?? broken.id}” would not be intact afterwards`);
}
