import { parseArgs } from 'node:util';
import { systemClock } from '@antin/adapters/clock/clock';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { fileSource } from '@antin/adapters/files/source';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { joinedSource } from '@antin/formats/bytes/joined-source';
import type { ByteSource } from '@antin/formats/bytes/source';
import { memorySource } from '@antin/formats/bytes/source';
import { SignatureFault } from '@antin/signature/fault';
import { timestampPdf } from '@antin/signature/pades/document-time-stamp';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { refused } from './extend/refused.ts';
import { timeStampsFrom } from './extend/time-stamps.ts';
import { judge } from './sign/judging.ts';
import { checkOutput, writeOutput } from './sign/output.ts';
import { UsageFault } from './validate-arguments.ts';
import { stat } from './validate-inputs.ts';

const usage = `antin timestamp IN.pdf -o OUT.pdf --tsa URL [options]: put a document time-stamp over a PDF; signatures stay as they are

  --tsa URL            time-stamp authority (RFC 3161)
  --digest NAME        SHA-256 (default), SHA-384, SHA-512
  --force              replace OUT.pdf when it exists

Exit codes: 0 done, 64 wrong usage, 65 document refused, 69 time-stamp authority or disk not available, 70 our own fault.
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
    if (input === undefined) throw new UsageFault('which PDF?');
    if (another !== undefined) throw new UsageFault(`one file at a time (found ${positionals.join(', ')})`);
    if (output === undefined) throw new UsageFault('where to? -o OUT.pdf is missing');
    if (tsa === undefined || !URL.canParse(tsa)) throw new UsageFault('which authority? --tsa URL');
    const digest = DIGESTS.find((one) => one === (values.digest ?? 'SHA-256'));
    if (digest === undefined) throw new UsageFault(`--digest is one of ${DIGESTS.join(', ')}, not "${values.digest}"`);
    if (!stat(input).isFile()) throw new UsageFault(`${input} is no file`);
    checkOutput([input], output, force);
    using source = fileSource(input);
    const appended = await timestampPdf(source, {
      inflate: nodeInflate,
      door: nodeCrypto,
      at: systemClock().getTime(),
      digest,
      timeStamp: timeStampsFrom(tsa),
    });
    const result = joinedSource([source, memorySource(appended)]);
    const { sha256 } = requireNothingBroken(source, result);
    writeOutput(result, { output, force, sha256 });
    io.stdout.write(`${printable(output)}: document time-stamp\n`);
    return exit.ok;
  });
}

/** Our own judge looks at what was made; signatures that failed before may go on failing. */
function requireNothingBroken(before: ByteSource, after: ByteSource): { readonly sha256: string } {
  const at = systemClock().getTime();
  const nothing = { trust: [], evidence: { certificates: [], crls: [], ocsps: [] }, at, detached: [] };
  const report = judge(after, nothing);
  const failing = report.signatures.filter((one) => one.indication === 'TOTAL_FAILED');
  if (failing.length === 0) return report;
  const known = judge(before, nothing).signatures.filter((one) => one.indication === 'TOTAL_FAILED');
  const broken = failing.find((one) => !known.some((old) => old.field === one.field));
  if (broken === undefined) return report;
  throw new SignatureFault('extend.breaks-signature', `“${broken.field ?? broken.id}” would not be intact afterwards`);
}
